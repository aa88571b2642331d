"""What visitors bring: their files, for them alone, within bounds, gone with the visit."""
