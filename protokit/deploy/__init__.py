"""Ways a prototype leaves: served to programs, exported, ejected."""
