CREATE TABLE branch (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT NOT NULL, opened_year INTEGER, seats INTEGER, open_sundays INTEGER NOT NULL
);
CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT NOT NULL, nationality TEXT, born INTEGER);
CREATE TABLE book (
  id INTEGER PRIMARY KEY, isbn TEXT UNIQUE, title TEXT NOT NULL, author_id INTEGER NOT NULL REFERENCES author (id), genre TEXT,
  language TEXT, pages INTEGER, published_year INTEGER, publisher TEXT
);
CREATE TABLE copy (
  id INTEGER PRIMARY KEY, barcode TEXT UNIQUE, book_id INTEGER NOT NULL REFERENCES book (id),
  branch_id INTEGER NOT NULL REFERENCES branch (id), acquired_on TEXT, price REAL, condition TEXT, is_reference INTEGER NOT NULL
);
CREATE TABLE member (
  id INTEGER PRIMARY KEY, card_number TEXT UNIQUE, first_name TEXT NOT NULL, last_name TEXT NOT NULL, birth_date TEXT, category TEXT,
  branch_id INTEGER REFERENCES branch (id), joined_on TEXT, email TEXT, blocked INTEGER NOT NULL
);
CREATE TABLE loan (
  id INTEGER PRIMARY KEY, copy_id INTEGER NOT NULL REFERENCES copy (id), member_id INTEGER NOT NULL REFERENCES member (id),
  loaned_on TEXT NOT NULL, due_on TEXT NOT NULL, returned_on TEXT, renewals INTEGER NOT NULL
);
CREATE TABLE fine (
  id INTEGER PRIMARY KEY, loan_id INTEGER NOT NULL REFERENCES loan (id), reason TEXT, amount REAL, issued_on TEXT, paid_on TEXT
);
CREATE TABLE reservation (
  id INTEGER PRIMARY KEY, book_id INTEGER NOT NULL REFERENCES book (id), member_id INTEGER NOT NULL REFERENCES member (id),
  placed_at TEXT NOT NULL, pickup_branch_id INTEGER REFERENCES branch (id), state TEXT
);
