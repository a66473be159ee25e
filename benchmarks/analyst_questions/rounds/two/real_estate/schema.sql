create table Agency (agencyId integer, agencyName varchar, city varchar, openedOn date, phone varchar);
create table Agent (
  agentId integer, agencyId integer, fullName varchar, licenceNumber varchar, joinedOn date, leftOn date, commissionRate decimal(4, 2)
);
create table Client (clientId integer, fullName varchar, email varchar, isInvestor boolean, maxBudget integer, preferredCity varchar, registeredOn date);
create table Listing (
  listingId integer, agentId integer, sellerId integer, propertyType varchar, street varchar, city varchar, bedrooms integer, bathrooms integer,
  livingArea integer, plotArea integer, yearBuilt integer, energyRating varchar, hasParking boolean, askingPrice integer, listedOn date,
  withdrawnOn date, listingStatus varchar
);
create table PriceChange (listingId integer, changedOn date, oldPrice integer, newPrice integer);
create table Viewing (
  viewingId integer, listingId integer, visitorId integer, agentId integer, startsAt timestamp, durationMinutes integer, wasNoShow boolean,
  rating integer
);
create table Offer (
  offerId integer, listingId integer, buyerId integer, offerPrice integer, offeredAt timestamp, offerStatus varchar, isCash boolean
);
create table Sale (saleId integer, listingId integer, offerId integer, salePrice integer, signedOn date, handedOverOn date, commission decimal(10, 2));
