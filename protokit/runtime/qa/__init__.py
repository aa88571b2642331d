"""Question answering: the sentences of the passages that answer, or the word that none does."""
