"""Changing a prototype by saying so."""
