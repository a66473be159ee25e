create table mbr (
  mbr_no integer, fname varchar, lname varchar, mbr_typ varchar, hh_size integer, nbhd varchar, email varchar, join_dt date, leave_dt date,
  shr_cap decimal(8, 2)
);
create table sup (sup_no integer, sup_nm varchar, town varchar, dist_km integer, org_cert boolean, pay_days integer);
create table cat (cat_cd varchar, cat_nm varchar, vat_pct decimal(4, 1));
create table prod (
  prod_no integer, prod_nm varchar, cat_cd varchar, sup_no integer, unit varchar, sell_prc decimal(6, 2), cost_prc decimal(6, 2),
  org_flg boolean, min_stk integer
);
create table stk (prod_no integer, loc varchar, qty decimal(8, 1), last_cnt_dt date);
create table dlv (dlv_no integer, sup_no integer, ord_dt date, exp_dt date, arr_dt date, frt_cost decimal(8, 2), rcv_mbr_no integer);
create table dlv_ln (dlv_no integer, ln_no integer, prod_no integer, qty_ord integer, qty_rcv integer, bb_dt date);
create table purch (purch_no integer, mbr_no integer, purch_ts timestamp, till_no integer, pay_mth varchar, disc_amt decimal(6, 2));
create table purch_ln (purch_no integer, ln_no integer, prod_no integer, qty decimal(6, 2), unit_prc decimal(6, 2));
create table shift (shift_no integer, mbr_no integer, shift_dt date, task varchar, hrs decimal(4, 1), no_show boolean);
comment on table mbr is 'Members of the co-operative, one row each, also those who left';
comment on table sup is 'Suppliers: farms, bakeries, mills and wholesalers';
comment on table stk is 'Quantity on hand by product and storage place';
comment on table dlv is 'Deliveries ordered from suppliers';
comment on table dlv_ln is 'Products on a delivery';
comment on table purch is 'Receipts at the tills';
comment on table purch_ln is 'Lines of a receipt';
comment on table shift is 'Volunteer shifts worked by members';
comment on column mbr.hh_size is 'Persons in the household';
comment on column mbr.nbhd is 'Neighbourhood';
comment on column mbr.leave_dt is 'Day on which the membership ended; empty for current members';
comment on column mbr.shr_cap is 'Share capital paid in, in euros';
comment on column sup.dist_km is 'Distance from the store in kilometres';
comment on column sup.org_cert is 'Certified organic';
comment on column sup.pay_days is 'Days we have to pay their bills';
comment on column prod.sell_prc is 'Shelf price per unit';
comment on column prod.cost_prc is 'What we pay the supplier per unit';
comment on column prod.org_flg is 'Organic product';
comment on column prod.min_stk is 'Reorder when less than this is on hand';
comment on column stk.last_cnt_dt is 'Day of the last stocktaking';
comment on column dlv.exp_dt is 'Promised day of arrival';
comment on column dlv.arr_dt is 'Actual arrival; empty while it is on its way';
comment on column dlv.frt_cost is 'Freight';
comment on column dlv_ln.qty_rcv is 'Quantity that really arrived; empty before arrival';
comment on column dlv_ln.bb_dt is 'Best before';
comment on column purch.disc_amt is 'Member discount on the whole receipt';
