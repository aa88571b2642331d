"""Documents held against each other: what was added, removed, changed, moved, and what of it matters."""
