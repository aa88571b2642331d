"""What the Hub remembers, in SQLite or Postgres."""
