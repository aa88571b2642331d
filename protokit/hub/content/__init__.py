"""What stands in a prototype's folder, read and changed."""
