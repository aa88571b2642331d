"""Tools for files and texts that know nothing of prototypes."""
