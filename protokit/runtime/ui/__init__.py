"""What the pages of both screens share."""
