"""What runs inside a hosted prototype's own process."""
