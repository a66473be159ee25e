create table vehicle (
  vehicleId integer, plateNumber varchar, make varchar, model varchar, vehicleType varchar, fuelType varchar, purchaseDate date,
  purchasePrice decimal(10, 2), tankCapacity integer, odometerKm integer, homeDepot varchar, isLeased boolean, retiredOn date
);
create table driver (
  driverId integer, fullName varchar, licenceClass varchar, licenceExpiresOn date, birthDate date, hiredOn date, depot varchar,
  isActive boolean
);
create table trip (
  tripId integer, vehicleId integer, driverId integer, startedAt timestamp, endedAt timestamp, destination varchar, distanceKm decimal(6, 1),
  purpose varchar, cargoKg integer
);
create table fuelFill (
  fillId integer, vehicleId integer, driverId integer, filledAt timestamp, litres decimal(6, 2), pricePerLitre decimal(5, 3),
  stationBrand varchar, isFullTank boolean
);
create table workshop (workshopId integer, workshopName varchar, city varchar, isPartner boolean);
create table service (
  serviceId integer, vehicleId integer, workshopId integer, serviceType varchar, openedOn date, completedOn date, labourCost decimal(8, 2),
  partsCost decimal(8, 2)
);
create table fine (
  fineId integer, driverId integer, vehicleId integer, offenceDate date, offenceType varchar, amount decimal(7, 2), penaltyPoints integer,
  dueDate date, paidOn date
);
comment on table vehicle is 'Every car, van, truck or bus that the city works have or had';
comment on table driver is 'Employees who may drive the vehicles';
comment on table trip is 'One row per journey from departure to return';
comment on table fuelFill is 'One row per visit to a filling station';
comment on table workshop is 'Garages that maintain and repair the vehicles';
comment on table service is 'One row per visit of a vehicle to a workshop';
comment on table fine is 'Traffic tickets, with the driver who was at the wheel';
comment on column vehicle.vehicleType is 'car, van, truck or minibus';
comment on column vehicle.purchasePrice is 'Price paid, in euros';
comment on column vehicle.tankCapacity is 'Size of the tank in litres; empty for electric vehicles';
comment on column vehicle.odometerKm is 'Mileage read at the last inspection, in kilometres';
comment on column vehicle.homeDepot is 'Depot where the vehicle is parked at night';
comment on column vehicle.retiredOn is 'Day of sale or scrapping; empty while in use';
comment on column driver.licenceClass is 'B up to 3.5 t, C trucks, D buses';
comment on column driver.isActive is 'False once the person has left or lost the licence';
comment on column trip.cargoKg is 'Weight of the load in kilograms; zero when only people travelled';
comment on column trip.purpose is 'waste collection, park maintenance, passenger transport, delivery or private';
comment on column service.serviceType is 'inspection, repair, tyre change, oil change or bodywork';
comment on column service.completedOn is 'Day on which the vehicle was handed back; empty while it is in the workshop';
comment on column fine.amount is 'In euros';
comment on column fine.paidOn is 'Empty until paid';
