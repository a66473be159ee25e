create table teachers (
  id integer primary key, first_name text not null, last_name text not null, email text, main_subject text, hired_on date,
  weekly_hours integer, is_full_time boolean
);
create table rooms (id integer primary key, code text, building text, seats integer, has_projector boolean);
create table classes (
  id integer primary key, name text not null, grade_level integer, homeroom_teacher_id integer references teachers (id),
  home_room_id integer references rooms (id)
);
create table pupils (
  id integer primary key, first_name text not null, last_name text not null, gender text, birth_date date, town text,
  class_id integer references classes (id), enrolled_on date, left_on date, takes_bus boolean, lunch_plan text
);
create table parents (id integer primary key, first_name text, last_name text, phone text, email text, occupation text);
create table pupil_parents (
  pupil_id integer references pupils (id), parent_id integer references parents (id), relationship text, is_emergency_contact boolean,
  primary key (pupil_id, parent_id)
);
create table subjects (id integer primary key, name text, department text, is_elective boolean);
create table lessons (
  id integer primary key, class_id integer references classes (id), subject_id integer references subjects (id),
  teacher_id integer references teachers (id), room_id integer references rooms (id), weekday text, starts_at text, minutes integer
);
create table absences (
  id integer primary key, pupil_id integer references pupils (id), absent_on date, lessons_missed integer, reason text, is_excused boolean,
  reported_by_parent_id integer references parents (id)
);
create table grades (
  id integer primary key, pupil_id integer references pupils (id), subject_id integer references subjects (id),
  teacher_id integer references teachers (id), graded_on date, assessment text, points real, max_points real
);
