create table dim_acct (acctKey integer, acctNo integer, acctNm varchar, acctTyp varchar, acctGrp varchar);
create table dim_cc (ccKey integer, ccNo integer, ccNm varchar, deptKey integer, ownerKey integer, actvFlg boolean);
create table dim_vend (vendKey integer, vendNo varchar, vendNm varchar, ctryCd varchar, payTrmDays integer);
create table fct_gl (glKey integer, acctKey integer, ccKey integer, postDt date, docNo varchar, amt decimal(12, 2), currCd varchar);
create table fct_bud (budKey integer, acctKey integer, ccKey integer, fiscYr integer, perNo integer, budAmt decimal(12, 2));
create table fct_ap (
  apKey integer, vendKey integer, ccKey integer, invNo varchar, invDt date, dueDt date, paidDt date, invAmt decimal(12, 2), discAmt decimal(12, 2),
  statusCd varchar
);
comment on table fct_gl is 'Postings to the general ledger; credit notes are negative';
comment on table fct_ap is 'Invoices of vendors (accounts payable)';
comment on column fct_ap.statusCd is 'OPN open, PD paid, DISP disputed, VOID voided';
comment on column dim_acct.acctTyp is 'EXP expense, REV revenue, AST asset, LIA liability';
comment on column fct_bud.perNo is 'Month of the fiscal year, which is the calendar year';
