"""So that `python -m protokit` works where the script is not on the path."""

from protokit.cli.main import main

main(prog_name="protokit")
