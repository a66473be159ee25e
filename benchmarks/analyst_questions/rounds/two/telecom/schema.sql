CREATE TABLE customers (
  customerId INTEGER PRIMARY KEY, firstName TEXT NOT NULL, lastName TEXT NOT NULL, customerType TEXT NOT NULL, birthDate TEXT, city TEXT,
  email TEXT, signupDate TEXT NOT NULL, referredBy INTEGER REFERENCES customers (customerId)
);
CREATE TABLE plans (
  planId INTEGER PRIMARY KEY, planName TEXT NOT NULL, planType TEXT NOT NULL, monthlyFee REAL NOT NULL, dataAllowanceGb INTEGER,
  freeMinutes INTEGER, minimumTermMonths INTEGER NOT NULL, launchedOn TEXT NOT NULL, isDiscontinued INTEGER NOT NULL
);
CREATE TABLE contracts (
  contractId INTEGER PRIMARY KEY, contractNumber TEXT UNIQUE NOT NULL, customerId INTEGER NOT NULL REFERENCES customers (customerId),
  planId INTEGER NOT NULL REFERENCES plans (planId), phoneNumber TEXT, startDate TEXT NOT NULL, endDate TEXT, status TEXT NOT NULL,
  cancellationReason TEXT, discountPercent INTEGER NOT NULL, salesChannel TEXT NOT NULL
);
CREATE TABLE cellTowers (
  towerId INTEGER PRIMARY KEY, towerName TEXT NOT NULL, region TEXT NOT NULL, technology TEXT NOT NULL, heightMeters INTEGER NOT NULL,
  commissionedOn TEXT NOT NULL
);
CREATE TABLE calls (
  callId INTEGER PRIMARY KEY, contractId INTEGER NOT NULL REFERENCES contracts (contractId),
  towerId INTEGER NOT NULL REFERENCES cellTowers (towerId), callType TEXT NOT NULL, startedAt TEXT NOT NULL, durationSeconds INTEGER NOT NULL,
  charge REAL NOT NULL, wasDropped INTEGER NOT NULL
);
CREATE TABLE dataUsage (
  usageId INTEGER PRIMARY KEY, contractId INTEGER NOT NULL REFERENCES contracts (contractId), usageMonth TEXT NOT NULL,
  downloadMb REAL NOT NULL, uploadMb REAL NOT NULL, roamingMb REAL NOT NULL
);
CREATE TABLE invoices (
  invoiceId INTEGER PRIMARY KEY, contractId INTEGER NOT NULL REFERENCES contracts (contractId), issueDate TEXT NOT NULL, dueDate TEXT NOT NULL,
  paidDate TEXT, amount REAL NOT NULL, paymentMethod TEXT NOT NULL, remindersSent INTEGER NOT NULL
);
CREATE TABLE outages (
  outageId INTEGER PRIMARY KEY, towerId INTEGER NOT NULL REFERENCES cellTowers (towerId), startedAt TEXT NOT NULL, endedAt TEXT,
  cause TEXT NOT NULL, severity TEXT NOT NULL, affectedCustomers INTEGER NOT NULL
);
CREATE TABLE supportTickets (
  ticketId INTEGER PRIMARY KEY, customerId INTEGER NOT NULL REFERENCES customers (customerId), openedAt TEXT NOT NULL, closedAt TEXT,
  topic TEXT NOT NULL, channel TEXT NOT NULL, satisfactionScore INTEGER
);
