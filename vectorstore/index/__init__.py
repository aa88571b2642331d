"""What is kept of the documents: passages, their words, their vectors."""
