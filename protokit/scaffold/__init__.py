"""From a request to a folder."""
