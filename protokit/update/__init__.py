"""Brings a prototype to its blueprint of today, wholly or not at all."""
