"""A finished folder: opened, run, asked."""
