create table brnch (br_cd text primary key, br_nm text not null, city text, rgn text, opn_dt date);
create table emp (
  emp_no integer primary key, emp_nm text not null, job text, br_cd text references brnch (br_cd), mgr_emp_no integer references emp (emp_no),
  hire_dt date
);
create table cust (
  cust_no integer primary key, fst_nm text, lst_nm text, gndr text check (gndr in ('F', 'M')), dob date, occup text, mth_inc_amt numeric,
  home_br_cd text references brnch (br_cd), kyc_sts text, join_dt date
);
create table acct (
  acct_no text primary key, cust_no integer not null references cust (cust_no), br_cd text references brnch (br_cd), acct_typ text, ccy text,
  opn_dt date, cls_dt date, bal_amt numeric, od_lmt_amt numeric
);
create table card (
  card_no text primary key, acct_no text references acct (acct_no), card_typ text, iss_dt date, exp_dt date, crd_lmt_amt numeric, sts text
);
create table txn (
  txn_id integer primary key, acct_no text references acct (acct_no), txn_ts timestamp, txn_typ text, chnl text, txn_amt numeric, descr text
);
create table loan (
  loan_no text primary key, cust_no integer references cust (cust_no), br_cd text references brnch (br_cd),
  ofcr_emp_no integer references emp (emp_no), loan_typ text, prin_amt numeric, int_rt numeric, term_mth integer, start_dt date, sts text
);
create table repay (
  repay_id integer primary key, loan_no text references loan (loan_no), due_dt date, due_amt numeric, pd_dt date, pd_amt numeric
);
