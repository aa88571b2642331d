"""Sentences, terms and languages."""
