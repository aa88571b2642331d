"""Change a prototype by saying so: a line becomes a list of changes, tried in a copy, kept when nothing is worse."""
