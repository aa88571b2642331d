"""Keeps the index in step with a folder of documents."""
