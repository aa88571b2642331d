"""What can go wrong while a prototype runs, told twice: to the visitor kindly, to the owner exactly."""


class RuntimeProblem(Exception):
    """`friendly` is one line for the visitor's page; `str(error)` says where, what and what to do, for the owner."""

    def __init__(self, cause: str, *, friendly: str = "Something is not set up yet. Please tell the owner of this page.") -> None:
        super().__init__(cause)
        self.friendly = friendly


class SettingsProblem(RuntimeProblem):
    """A file of the prototype that cannot be used; names the file, the field and what was expected."""


class ModelProblem(RuntimeProblem):
    """The model could not answer: no key, a refused key, an unknown name, no connection, too long a question."""
