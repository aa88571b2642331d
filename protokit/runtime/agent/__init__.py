"""Does one thing on request: a form completed in talk, a card to approve, one action, a log."""
