"""A prototype's assistant for programs: an OpenAI-compatible API, and tools over the Model Context Protocol."""
