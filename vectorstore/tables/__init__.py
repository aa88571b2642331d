"""Tables as tables: what a sheet, a CSV or a table of a document says, cell by cell, beside its passages."""
