"""Answers out of tables: a question becomes a small typed query, DuckDB computes it, a sentence says it."""
