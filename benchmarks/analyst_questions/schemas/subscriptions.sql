create table accounts (
  account_id integer primary key, name varchar not null, industry varchar, country varchar, signup_date date,
  email varchar, account_manager varchar, referred_by integer references accounts (account_id)
);
create table plans (plan_id integer primary key, plan_name varchar, tier varchar, monthly_price decimal(8, 2), is_active boolean);
create table subscriptions (
  subscription_id integer primary key, account_id integer references accounts (account_id), plan_id integer references plans (plan_id),
  status varchar, seats integer, started_at timestamp, trial_ends_at timestamp, canceled_at timestamp
);
create table invoices (
  invoice_id integer primary key, subscription_id integer references subscriptions (subscription_id), status varchar,
  amount_due decimal(10, 2), amount_paid decimal(10, 2), issued_on date, due_on date, paid_on date
);
create table events (
  event_id integer primary key, account_id integer references accounts (account_id), event_type varchar, device varchar, occurred_at timestamp
);
