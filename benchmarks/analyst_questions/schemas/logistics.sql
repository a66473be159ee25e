create table carriers (id integer primary key, name text, mode text, country text, rating real);
create table warehouses (id integer primary key, name text, city text, country text, capacity_m3 integer, opened_on text);
create table routes (
  id integer primary key, origin_warehouse_id integer references warehouses (id), destination_warehouse_id integer references warehouses (id),
  distance_km integer, is_active integer
);
create table shipments (
  id integer primary key, tracking_no text, route_id integer references routes (id), carrier_id integer references carriers (id), status text,
  priority text, freight_cost real, booked_at text, shipped_at text, delivered_at text, promised_date text
);
create table packages (
  id integer primary key, shipment_id integer references shipments (id), weight_kg real, declared_value real, is_fragile integer, contents text
);
create table delays (id integer primary key, shipment_id integer references shipments (id), reason text, hours integer, reported_at text);
