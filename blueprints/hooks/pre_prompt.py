"""Does nothing: where such a file is, cookiecutter works on a copy, whose full path the other hook then knows."""
