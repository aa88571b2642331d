"""Texts written from a form: every fact from the input, every rule of the line a check."""
