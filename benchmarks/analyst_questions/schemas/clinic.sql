create table patients (
  patient_id integer primary key, first_name text, last_name text, date_of_birth date, gender text, city text,
  insurance_provider text, registered_on date
);
create table doctors (doctor_id integer primary key, full_name text, specialty text, department text, hire_date date);
create table appointments (
  appointment_id integer primary key, patient_id integer references patients (patient_id), doctor_id integer references doctors (doctor_id),
  scheduled_at timestamp, checked_in_at timestamp, duration_minutes integer, status text, reason text
);
create table diagnoses (
  diagnosis_id integer primary key, appointment_id integer references appointments (appointment_id), icd_code text, description text, severity text
);
create table prescriptions (
  prescription_id integer primary key, appointment_id integer references appointments (appointment_id), medication text,
  dosage_mg integer, days_supply integer, refills integer
);
create table bills (
  bill_id integer primary key, appointment_id integer references appointments (appointment_id), total_amount numeric, insurance_paid numeric,
  patient_paid numeric, billed_on date, paid_on date, status text
);
