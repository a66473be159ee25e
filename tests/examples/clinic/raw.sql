-- What the clinic's booking system holds; the models below it are in target/manifest.json.
create schema raw;
create table raw.pat as
select * from (values
    (1, 'Nora Lind', date '1961-04-02', 'Lund'), (2, 'Ola Berg', date '1987-11-23', 'Malmo'), (3, 'Sven Holm', date '2001-01-15', 'Lund'),
    (4, 'Maja Ek', date '1994-07-30', 'Ystad'), (5, 'Elin Falk', date '1975-02-09', 'Malmo'), (6, 'Per Dahl', date '1958-09-12', 'Lund')
) as pat(pat_no, nm, dob, town);
create table raw.doc as
select * from (values
    (10, 'Dr Amin', 'cardiology'), (11, 'Dr Borg', 'dermatology'), (12, 'Dr Cole', 'cardiology'), (13, 'Dr Dyer', 'paediatrics')
) as doc(doc_no, nm, specialty);
create table raw.appt as
select * from (values
    (100, 1, 10, timestamp '2026-01-12 09:00', 30, 'attended', 120.00), (101, 2, 11, timestamp '2026-01-12 10:00', 20, 'missed', 0.00),
    (102, 3, 10, timestamp '2026-02-03 09:30', 45, 'attended', 180.00), (103, 1, 12, timestamp '2026-02-17 14:00', 30, 'attended', 120.00),
    (104, 4, 11, timestamp '2026-03-02 11:00', 20, 'cancelled', 0.00), (105, 5, 12, timestamp '2026-03-09 15:30', 60, 'attended', 240.00),
    (106, 2, 10, timestamp '2026-03-20 08:30', 30, 'attended', 120.00), (107, 6, 12, timestamp '2026-04-14 13:00', 30, 'missed', 0.00)
) as appt(appt_no, pat_no, doc_no, starts, mins, state, fee);
