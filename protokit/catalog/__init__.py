"""What a blueprint is and where it is found."""
