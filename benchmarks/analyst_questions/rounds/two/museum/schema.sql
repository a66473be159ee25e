create table department (department_id integer primary key, name varchar, floor integer, head_curator varchar);
create table artist (artist_id integer primary key, full_name varchar, nationality varchar, birth_year integer, death_year integer);
create table artwork (
  artwork_id integer primary key, inventory_no varchar, title varchar, artist_id integer references artist (artist_id),
  department_id integer references department (department_id), medium varchar, year_made integer, acquired_on date,
  acquisition_method varchar, insured_value decimal(12, 2), height_cm decimal(6, 1), width_cm decimal(6, 1), on_display boolean
);
create table exhibition (
  exhibition_id integer primary key, title varchar, department_id integer references department (department_id), opens_on date,
  closes_on date, budget decimal(12, 2), sponsor varchar
);
create table exhibition_artwork (
  exhibition_id integer references exhibition (exhibition_id), artwork_id integer references artwork (artwork_id), room varchar,
  is_highlight boolean
);
create table institution (institution_id integer primary key, name varchar, city varchar, country varchar, institution_type varchar);
create table loan (
  loan_id integer primary key, artwork_id integer references artwork (artwork_id),
  institution_id integer references institution (institution_id), requested_on date, sent_on date, due_back_on date, returned_on date,
  loan_fee decimal(10, 2), transport_cost decimal(10, 2)
);
create table visitor (
  visitor_id integer primary key, full_name varchar, country varchar, birth_date date, membership varchar, registered_on date,
  newsletter boolean
);
create table ticket (
  ticket_id integer primary key, visitor_id integer references visitor (visitor_id),
  exhibition_id integer references exhibition (exhibition_id), ticket_type varchar, sold_at timestamp, visit_date date, price decimal(6, 2),
  sales_channel varchar, scanned_at timestamp, refunded boolean
);
create table condition_report (
  report_id integer primary key, artwork_id integer references artwork (artwork_id), inspected_on date, inspector varchar,
  condition varchar, treatment_hours decimal(5, 1)
);
comment on table artwork is 'Every object that the museum owns';
comment on table loan is 'Objects of ours lent to other institutions';
comment on table ticket is 'Admissions sold, for the house or for one special exhibition';
comment on table condition_report is 'Inspections by the conservators';
comment on column department.floor is 'Level of the building where its galleries are';
comment on column artist.death_year is 'Empty while the artist is alive';
comment on column artwork.acquisition_method is 'purchase, gift, bequest or transfer';
comment on column artwork.insured_value is 'Value in euros for which it is insured';
comment on column artwork.on_display is 'Whether it hangs or stands in a gallery; otherwise it is in storage';
comment on column exhibition.department_id is 'Department that organises it';
comment on column exhibition.budget is 'Planned cost in euros';
comment on column exhibition.sponsor is 'Company that pays a part; empty where nobody does';
comment on column exhibition_artwork.is_highlight is 'Whether it is shown in the advertising';
comment on column institution.institution_type is 'museum, university or gallery';
comment on column loan.returned_on is 'Empty while the object is away';
comment on column loan.loan_fee is 'What the borrower pays us, in euros';
comment on column visitor.membership is 'friend, patron or student; empty for people without a membership';
comment on column ticket.visitor_id is 'Empty for tickets sold without an account';
comment on column ticket.exhibition_id is 'Empty for general admission';
comment on column ticket.ticket_type is 'adult, reduced, child or group';
comment on column ticket.scanned_at is 'When it was used at the door; empty if it never was';
comment on column condition_report.condition is 'good, fair or poor';
comment on column condition_report.treatment_hours is 'Hours of work that the inspector thinks necessary';
