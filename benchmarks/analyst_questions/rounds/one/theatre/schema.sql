CREATE TABLE Venue (
    VenueID INTEGER PRIMARY KEY,
    VenueName TEXT NOT NULL,
    City TEXT NOT NULL,
    YearBuilt INTEGER,
    WheelchairPlaces INTEGER
);
CREATE TABLE productions (
    production_id INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    genre TEXT NOT NULL,
    director TEXT,
    running_minutes INTEGER,
    budget REAL,
    opening_night DATE
);
CREATE TABLE Performances (
    PerfID INTEGER PRIMARY KEY,
    production_id INTEGER NOT NULL REFERENCES productions (production_id),
    VenueID INTEGER NOT NULL REFERENCES Venue (VenueID),
    starts_at DATETIME NOT NULL,
    perfStatus TEXT NOT NULL,
    surtitled INTEGER NOT NULL
);
CREATE TABLE priceBands (
    bandId INTEGER PRIMARY KEY,
    VenueID INTEGER NOT NULL REFERENCES Venue (VenueID),
    bandName TEXT NOT NULL,
    seatCount INTEGER NOT NULL,
    fullPrice REAL NOT NULL
);
CREATE TABLE patrons (
    patron_id INTEGER PRIMARY KEY,
    firstName TEXT NOT NULL,
    lastName TEXT NOT NULL,
    email TEXT,
    homeCity TEXT,
    birth_date DATE,
    joined_on DATE NOT NULL,
    membership TEXT,
    newsletter INTEGER NOT NULL
);
CREATE TABLE tickets (
    ticketNo INTEGER PRIMARY KEY,
    PerfID INTEGER NOT NULL REFERENCES Performances (PerfID),
    bandId INTEGER NOT NULL REFERENCES priceBands (bandId),
    patron_id INTEGER REFERENCES patrons (patron_id),
    sold_at DATETIME NOT NULL,
    pricePaid REAL NOT NULL,
    channel TEXT NOT NULL,
    concession TEXT,
    refunded INTEGER NOT NULL
);
CREATE TABLE donations (
    donation_id INTEGER PRIMARY KEY,
    patron_id INTEGER NOT NULL REFERENCES patrons (patron_id),
    gift_date DATE NOT NULL,
    amount REAL NOT NULL,
    campaign TEXT,
    payMethod TEXT NOT NULL,
    anonymous INTEGER NOT NULL
);
