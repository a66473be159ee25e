create table titles (
  id integer primary key, name text, kind text, genre text, release_year integer, runtime_min integer, age_rating text, original_language text, added_on text
);
create table episodes (id integer primary key, title_id integer, season integer, episode_no integer, name text, runtime_min integer, aired_on text);
create table viewers (
  id integer primary key, display_name text, email text, country text, plan text, signed_up_on text, birth_year integer, cancelled_on text
);
create table sessions (
  id integer primary key, viewer_id integer, title_id integer, episode_id integer, device text, started_at text, minutes_watched integer, finished integer
);
create table ratings (id integer primary key, viewer_id integer, title_id integer, stars integer, rated_on text, review text);
create table licences (id integer primary key, title_id integer, studio text, territory text, starts_on text, ends_on text, fee_usd real);
