"""What was asked and what it cost: events, feedback, prices, limits."""
