CREATE TABLE departments (departmentId INTEGER PRIMARY KEY, departmentName TEXT NOT NULL, costCentre TEXT NOT NULL);
CREATE TABLE recruiters (
    recruiterId INTEGER PRIMARY KEY, firstName TEXT NOT NULL, lastName TEXT NOT NULL, office TEXT NOT NULL, isExternal INTEGER NOT NULL, joinedOn TEXT NOT NULL
);
CREATE TABLE jobs (
    jobId INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    departmentId INTEGER NOT NULL REFERENCES departments (departmentId),
    recruiterId INTEGER REFERENCES recruiters (recruiterId),
    location TEXT NOT NULL,
    employmentType TEXT NOT NULL,
    isRemote INTEGER NOT NULL,
    salaryMin INTEGER NOT NULL,
    salaryMax INTEGER NOT NULL,
    headcount INTEGER NOT NULL,
    status TEXT NOT NULL,
    openedOn TEXT NOT NULL,
    closedOn TEXT
);
CREATE TABLE candidates (
    candidateId INTEGER PRIMARY KEY,
    fullName TEXT NOT NULL,
    email TEXT,
    country TEXT NOT NULL,
    source TEXT NOT NULL,
    yearsExperience INTEGER NOT NULL,
    highestDegree TEXT,
    expectedSalary INTEGER,
    createdAt TEXT NOT NULL
);
CREATE TABLE applications (
    applicationId INTEGER PRIMARY KEY,
    jobId INTEGER NOT NULL REFERENCES jobs (jobId),
    candidateId INTEGER NOT NULL REFERENCES candidates (candidateId),
    appliedAt TEXT NOT NULL,
    stage TEXT NOT NULL,
    rejectionReason TEXT
);
CREATE TABLE interviews (
    interviewId INTEGER PRIMARY KEY,
    applicationId INTEGER NOT NULL REFERENCES applications (applicationId),
    interviewType TEXT NOT NULL,
    scheduledAt TEXT NOT NULL,
    durationMinutes INTEGER NOT NULL,
    score INTEGER,
    outcome TEXT
);
CREATE TABLE offers (
    offerId INTEGER PRIMARY KEY,
    applicationId INTEGER NOT NULL REFERENCES applications (applicationId),
    offeredOn TEXT NOT NULL,
    salary INTEGER NOT NULL,
    signingBonus INTEGER,
    decision TEXT NOT NULL,
    decidedOn TEXT,
    startDate TEXT
);
