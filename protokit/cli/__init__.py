"""The verbs of the command line that are not in `protokit.cli.main`, a module for each group."""
