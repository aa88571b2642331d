"""Serves many prototypes from one address, because stakeholders click links and install nothing."""
