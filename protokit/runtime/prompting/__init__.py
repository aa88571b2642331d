"""What is sent to a model: messages, citations, the context window, what may not get through."""
