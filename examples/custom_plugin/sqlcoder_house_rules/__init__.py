"""One house's rules for SQLCoder: where its data dictionary is, what it does not let run, how it shows answers."""
