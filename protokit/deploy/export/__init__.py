"""Bundles by which a prototype leaves the machine it was made on, each complete in itself."""
