"""PDF files to text in reading order."""
