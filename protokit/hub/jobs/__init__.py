"""How a prototype comes about in the Hub."""
