"""Who may go where: the gate, the ways in, and everything signed."""
