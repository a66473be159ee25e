create table seasons (id integer primary key, name text not null, starts_on date not null, ends_on date not null);
create table stadiums (
  id integer primary key, name text not null, city text not null, capacity integer not null, opened_year integer, surface text not null
);
create table clubs (
  id integer primary key, name text not null, short_name text not null, founded_year integer not null,
  stadium_id integer not null references stadiums (id), annual_budget integer not null
);
create table coaches (
  id integer primary key, name text not null, nationality text not null, club_id integer references clubs (id), hired_on date,
  license_level text not null
);
create table referees (id integer primary key, name text not null, birth_date date not null, home_city text not null, is_international integer not null);
create table players (
  id integer primary key, name text not null, birth_date date not null, nationality text not null, position text not null,
  preferred_foot text not null, height_cm integer not null, club_id integer references clubs (id), shirt_number integer,
  market_value integer not null, weekly_wage integer, contract_until date
);
create table matches (
  id integer primary key, season_id integer not null references seasons (id), matchday integer not null, kickoff_at timestamp not null,
  home_club_id integer not null references clubs (id), away_club_id integer not null references clubs (id),
  referee_id integer references referees (id), stadium_id integer not null references stadiums (id), status text not null,
  home_score integer, away_score integer, attendance integer
);
create table goals (
  id integer primary key, match_id integer not null references matches (id), club_id integer not null references clubs (id),
  scorer_id integer not null references players (id), assist_id integer references players (id), minute integer not null,
  goal_type text not null
);
create table bookings (
  id integer primary key, match_id integer not null references matches (id), player_id integer not null references players (id),
  minute integer not null, card text not null
);
create table transfers (
  id integer primary key, player_id integer not null references players (id), from_club_id integer references clubs (id),
  to_club_id integer not null references clubs (id), transferred_on date not null, transfer_type text not null, fee integer
);
create table injuries (
  id integer primary key, player_id integer not null references players (id), diagnosis text not null, injured_on date not null,
  returned_on date
);
