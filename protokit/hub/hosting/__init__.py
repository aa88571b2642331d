"""Prototypes as processes: started, watched, spoken to."""
