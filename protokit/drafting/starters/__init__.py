"""From documents to the questions that a page offers first."""
