CREATE TABLE zone (zone_cd VARCHAR, zone_nm VARCHAR, rgn VARCHAR, mgr_nm VARCHAR);
CREATE TABLE trf (trf_cd VARCHAR, trf_nm VARCHAR, fuel VARCHAR, unit_rt DECIMAL(6, 4), stand_chg DECIMAL(6, 2), green_flg BOOLEAN);
CREATE TABLE cust (
    cust_no INTEGER, cust_nm VARCHAR, cust_typ VARCHAR, city VARCHAR, email VARCHAR, pay_mthd VARCHAR, since_dt DATE
);
CREATE TABLE mtr (
    mtr_no VARCHAR, cust_no INTEGER, trf_cd VARCHAR, zone_cd VARCHAR, smart_flg BOOLEAN, inst_dt DATE, rem_dt DATE
);
CREATE TABLE mtr_rdg (rdg_id INTEGER, mtr_no VARCHAR, rdg_dt DATE, rdg_val INTEGER, cons_kwh INTEGER, rdg_src VARCHAR);
CREATE TABLE inv (
    inv_no INTEGER, cust_no INTEGER, inv_dt DATE, due_dt DATE, net_amt DECIMAL(10, 2), vat_amt DECIMAL(10, 2), stat_cd VARCHAR, paid_dt DATE
);
CREATE TABLE outg (
    outg_id INTEGER, zone_cd VARCHAR, start_ts TIMESTAMP, end_ts TIMESTAMP, cause VARCHAR, cust_aff INTEGER, plnd_flg BOOLEAN
);
COMMENT ON TABLE outg IS 'Power and gas outages in a supply zone';
COMMENT ON TABLE trf IS 'Tariffs';
COMMENT ON COLUMN trf.unit_rt IS 'Price of one kWh in euros';
COMMENT ON COLUMN trf.stand_chg IS 'Standing charge in euros per month';
COMMENT ON COLUMN inv.stat_cd IS 'P paid, O open, W written off';
COMMENT ON COLUMN mtr.rem_dt IS 'Day the meter was removed; empty while it is in use';
COMMENT ON COLUMN outg.cust_aff IS 'Customers affected';
