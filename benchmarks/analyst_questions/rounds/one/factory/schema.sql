CREATE TABLE plant (
    plant_id INTEGER,
    plant_nm VARCHAR,
    country_cd VARCHAR,
    opened_dt DATE,
    floor_area_sqm INTEGER,
    headcount INTEGER
);
CREATE TABLE machine (
    machine_id INTEGER,
    plant_id INTEGER,
    machine_nm VARCHAR,
    type_cd VARCHAR,
    maker VARCHAR,
    install_dt DATE,
    status_cd VARCHAR,
    purchase_cost DECIMAL(12, 2),
    power_kw DECIMAL(6, 1)
);
CREATE TABLE supplier (
    supplier_id INTEGER,
    supplier_nm VARCHAR,
    country_cd VARCHAR,
    rating DECIMAL(2, 1),
    lead_time_days INTEGER,
    is_preferred BOOLEAN,
    contract_end_dt DATE
);
CREATE TABLE part (
    part_id INTEGER,
    part_no VARCHAR,
    part_desc VARCHAR,
    family_cd VARCHAR,
    supplier_id INTEGER,
    unit_cost DECIMAL(10, 2),
    weight_kg DECIMAL(8, 3),
    stock_qty INTEGER,
    reorder_qty INTEGER
);
CREATE TABLE work_order (
    wo_id INTEGER,
    part_id INTEGER,
    machine_id INTEGER,
    status_cd VARCHAR,
    priority_cd VARCHAR,
    shift_cd VARCHAR,
    planned_qty INTEGER,
    good_qty INTEGER,
    scrap_qty INTEGER,
    due_dt DATE,
    start_ts TIMESTAMP,
    finish_ts TIMESTAMP
);
CREATE TABLE downtime_event (
    event_id INTEGER,
    machine_id INTEGER,
    reason_cd VARCHAR,
    is_planned BOOLEAN,
    start_ts TIMESTAMP,
    end_ts TIMESTAMP,
    technician VARCHAR,
    repair_cost DECIMAL(10, 2)
);
CREATE TABLE quality_inspection (
    insp_id INTEGER,
    wo_id INTEGER,
    inspector_nm VARCHAR,
    insp_dt DATE,
    result_cd VARCHAR,
    sample_qty INTEGER,
    defect_qty INTEGER
);
COMMENT ON COLUMN machine.status_cd IS 'RUN running, IDLE idle, MNT under maintenance, RET retired';
COMMENT ON COLUMN machine.type_cd IS 'CNC milling, LATHE turning, PRESS pressing, WELD welding robot, MOLD injection moulding';
COMMENT ON COLUMN machine.maker IS 'Company that built the machine';
COMMENT ON COLUMN part.supplier_id IS 'Supplier of the raw material; empty where the part is made from stock';
COMMENT ON COLUMN part.reorder_qty IS 'Stock at or below which the part is to be reordered';
COMMENT ON COLUMN work_order.status_cd IS 'OPEN not started, WIP in progress, DONE finished, CANC cancelled';
COMMENT ON COLUMN work_order.priority_cd IS 'H high, M medium, L low';
COMMENT ON COLUMN work_order.shift_cd IS 'E early, L late, N night';
COMMENT ON COLUMN work_order.good_qty IS 'Pieces that were made and are fit for use';
COMMENT ON COLUMN work_order.scrap_qty IS 'Pieces that were thrown away';
COMMENT ON COLUMN downtime_event.end_ts IS 'Empty while the machine still stands';
COMMENT ON COLUMN quality_inspection.result_cd IS 'PASS, FAIL or RWK (to be reworked)';
