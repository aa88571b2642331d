"""The verbs of the command line that are not in `protokit.cli`, a module for each group."""
