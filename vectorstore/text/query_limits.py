"""How long a text may be that somebody types or sends. Behind these borders no text is longer."""

QUESTION = 8_000
"""Characters of a question, a search, or an earlier turn's question."""
TURNS = 50
"""Earlier questions of a conversation that are looked at, the last ones."""
