"""Classification: texts to labels, with how sure, and the words that decided."""
