create table dim_policyholder (
  holder_key integer primary key, holder_no varchar, full_name varchar, birth_date date, segment varchar, city varchar, state varchar,
  email varchar, customer_since date
);
create table dim_product (product_key integer primary key, product_code varchar, product_name varchar, line_of_business varchar);
create table dim_vehicle (
  vehicle_key integer primary key, vin varchar, make varchar, model varchar, model_year integer, fuel_type varchar, annual_mileage integer
);
create table dim_property (
  property_key integer primary key, property_type varchar, city varchar, state varchar, year_built integer, floor_area_sqm integer,
  has_alarm boolean
);
create table dim_adjuster (
  adjuster_key integer primary key, adjuster_no varchar, adjuster_name varchar, team varchar, grade varchar, hired_on date
);
create table fct_policy (
  policy_key integer primary key, policy_no varchar, holder_key integer, product_key integer, vehicle_key integer, property_key integer,
  effective_date date, expiry_date date, policy_status varchar, sales_channel varchar, annual_premium decimal(10, 2),
  sum_insured decimal(12, 2), deductible decimal(10, 2)
);
create table fct_claim (
  claim_key integer primary key, claim_no varchar, policy_key integer, adjuster_key integer, loss_date date, reported_date date,
  closed_date date, cause_of_loss varchar, claim_status varchar, claimed_amount decimal(12, 2), reserve_amount decimal(12, 2),
  is_litigated boolean, fraud_flag boolean
);
create table fct_payment (
  payment_key integer primary key, claim_key integer, paid_date date, paid_amount decimal(12, 2), payee_type varchar, payment_method varchar
);
comment on table dim_policyholder is 'One row per person or company that holds policies';
comment on table fct_policy is 'One row per policy, with the object that it insures';
comment on table fct_claim is 'One row per reported claim';
comment on table fct_payment is 'Indemnity payments made on claims; a claim may have several';
comment on table dim_adjuster is 'Staff who handle claims';
comment on column dim_policyholder.holder_no is 'Customer number as printed on letters';
comment on column dim_policyholder.segment is 'retail, small business or corporate';
comment on column dim_policyholder.state is 'Two-letter code of the US state';
comment on column dim_product.line_of_business is 'motor, home, travel or liability';
comment on column dim_vehicle.annual_mileage is 'Expected miles driven per year';
comment on column dim_property.floor_area_sqm is 'Living area in square metres';
comment on column dim_property.has_alarm is 'Whether a burglar alarm is installed';
comment on column dim_adjuster.grade is 'junior, senior or principal';
comment on column fct_policy.holder_key is 'References dim_policyholder';
comment on column fct_policy.vehicle_key is 'The insured vehicle; empty unless the product is motor';
comment on column fct_policy.property_key is 'The insured building; empty unless the product is home';
comment on column fct_policy.policy_status is 'active, lapsed, cancelled or expired';
comment on column fct_policy.sales_channel is 'How the policy was sold: agent, broker, online or phone';
comment on column fct_policy.annual_premium is 'Premium per year in US dollars';
comment on column fct_policy.sum_insured is 'Most that the policy pays out, in US dollars';
comment on column fct_policy.deductible is 'What the holder bears of every claim, in US dollars';
comment on column fct_claim.adjuster_key is 'Who handles the claim; empty while it is unassigned';
comment on column fct_claim.loss_date is 'Day on which the damage happened';
comment on column fct_claim.reported_date is 'Day on which the holder told us';
comment on column fct_claim.closed_date is 'Day of settlement or denial; empty while the claim is open';
comment on column fct_claim.claim_status is 'open, under review, settled or denied';
comment on column fct_claim.claimed_amount is 'What the holder asks for, in US dollars';
comment on column fct_claim.reserve_amount is 'What we set aside for the claim, in US dollars';
comment on column fct_claim.is_litigated is 'Whether the claim went to court';
comment on column fct_claim.fraud_flag is 'Whether fraud is suspected';
comment on column fct_payment.payee_type is 'Who got the money: policyholder, repair shop or third party';
