create table hotels (
  hotel_id integer primary key, hotel_name varchar not null, city varchar not null, country varchar not null, stars integer not null,
  opened_on date not null, has_spa boolean not null, general_manager varchar
);
create table rooms (
  room_id integer primary key, hotel_id integer not null references hotels (hotel_id), room_number varchar not null, room_type varchar not null,
  floor integer not null, max_guests integer not null, base_rate decimal(8, 2) not null, sea_view boolean not null
);
create table guests (
  guest_id integer primary key, first_name varchar not null, last_name varchar not null, email varchar, nationality varchar not null,
  birth_date date not null, loyalty_tier varchar, joined_on date not null
);
create table bookings (
  booking_id integer primary key, room_id integer not null references rooms (room_id), guest_id integer not null references guests (guest_id),
  booked_at timestamp not null, check_in date not null, check_out date not null, adults integer not null, children integer not null,
  nightly_rate decimal(8, 2) not null, channel varchar not null, status varchar not null, cancelled_on date, review_score integer
);
create table charges (
  charge_id integer primary key, booking_id integer not null references bookings (booking_id), charged_on date not null,
  category varchar not null, amount decimal(8, 2) not null, settled boolean not null
);
create table housekeeping (
  task_id integer primary key, room_id integer not null references rooms (room_id), task_date date not null, task_type varchar not null,
  cleaner varchar not null, started_at timestamp, finished_at timestamp, inspection varchar
);
comment on table hotels is 'The houses of the group';
comment on column hotels.stars is 'Official classification, 3 to 5 stars';
comment on column hotels.general_manager is 'Person who runs the hotel; null while the post is vacant';
comment on table rooms is 'Every room that can be sold';
comment on column rooms.base_rate is 'List price of one night in euros';
comment on column rooms.max_guests is 'Capacity of the room in persons';
comment on column rooms.sea_view is 'Whether the room looks out on the sea';
comment on table guests is 'People who booked at least once or signed up for the loyalty programme';
comment on column guests.loyalty_tier is 'silver, gold or platinum; null for guests who are not members of the programme';
comment on column guests.joined_on is 'Day on which the guest record was created';
comment on table bookings is 'One stay in one room, whether it took place or not';
comment on column bookings.booked_at is 'When the reservation was made';
comment on column bookings.check_in is 'Day of arrival';
comment on column bookings.check_out is 'Day of departure; nights are the days between arrival and departure';
comment on column bookings.nightly_rate is 'Agreed price of one night in euros';
comment on column bookings.channel is 'How the booking reached us: direct, portal, agency or phone';
comment on column bookings.status is 'confirmed, checked_in, checked_out, cancelled or no_show';
comment on column bookings.cancelled_on is 'Day of cancellation, only for cancelled bookings';
comment on column bookings.review_score is 'Score from 1 to 10 that the guest gave after the stay; null if there was none';
comment on table charges is 'Extras on top of the room, put on the bill of a booking';
comment on column charges.category is 'restaurant, minibar, spa, parking or laundry';
comment on column charges.amount is 'Price of the extra in euros';
comment on column charges.settled is 'Whether the extra has been paid';
comment on table housekeeping is 'Cleaning jobs, one per room and day';
comment on column housekeeping.task_type is 'turnover, stayover or deep_clean';
comment on column housekeeping.cleaner is 'Name of the member of staff';
comment on column housekeeping.inspection is 'passed or failed; null if nobody looked';
