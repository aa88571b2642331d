"""Seeded releases of a blueprint, seeded edits of a prototype, and three tools that bring one to the other."""
