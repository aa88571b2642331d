"""protokit turns one line typed by a product manager into a prototype that a stakeholder can click."""

__version__ = "0.1.0"
