"""For whoever makes blueprints: start one, fork one, check it, pack it."""
