"""The one error a user of the retrieval layer has to know: it says what, where and what to do."""


class VectorstoreError(Exception):
    """Something the person can mend: a missing folder, a busy store, a server that does not answer.

    `str(error)` is one line, "where: what. What to do.", fit to be shown as it is.
    """

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        self.what, self.where, self.fix = what, where, fix
        line = f"{where}: {what}" if where else what
        super().__init__(f"{line.rstrip('.')}. {fix}" if fix else line)
