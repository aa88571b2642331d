"""What a mail quotes of earlier ones, kept under a heading that says so, however it is cut into passages."""

import re

from vectorstore.loaders.document import DocumentBuilder

_QUOTE = re.compile(r"\s{0,3}>(?: ?>)* ?")
_WROTE = re.compile(
    r"\b(?:wrote|schrieb|a écrit|escribió|ha scritto|escreveu|schreef|napisał\w*|skrev)\b[^\n]{0,200}:\s*$"
)
_ORIGINAL = re.compile(
    r"\s*-{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht|weitergeleitete nachricht"
    r"|message d'origine|mensaje original)\s*-{2,}\s*",
    re.I,
)
_FROM = re.compile(r"\*?(?:From|Von|De|Da|Van|Från|Fra)\s?:\*? ?\S.*")
_SENT = re.compile(r"\*?(?:Sent|Date|Gesendet|Datum|Envoyé|Enviado|Inviato|Verzonden|Skickat)\s?:\*? ?\S.*")
_EARLIER = "Earlier message"
_LEAD = 160


class QuotedMail:
    """Follows the blocks of one mail and sets the headings of what it quotes."""

    def __init__(self, draft: DocumentBuilder, level: int) -> None:
        self._draft = draft
        self._level = level
        self._last = ""
        self._depth = 0
        self._rest = False

    def begin(self, marked: bool) -> None:
        """A block of quotation begins; unless it is `marked` as one, only a line "... wrote:" before it makes it so."""
        wrote = _WROTE.search(self._last)
        if self._depth or not (marked or wrote):
            self._depth += bool(self._depth)
            return
        self._depth = 1
        self._name(self._last if wrote else "")

    def end(self) -> None:
        """A block of quotation is over."""
        if self._depth:
            self._depth -= 1
            if not self._depth and not self._rest:
                self._draft.under(self._level, "")
                self._last = ""

    def see(self, text: str) -> None:
        """A block of text is about to be written; a head of an earlier mail makes the rest a quotation."""
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        head = next((at for at, line in enumerate(lines) if _FROM.fullmatch(line)), None)
        sent = head is not None and any(_SENT.fullmatch(line) for line in lines[head + 1 : head + 3])
        if sent or any(_ORIGINAL.fullmatch(line) for line in lines[:1]):
            self._rest = True
            self._name(" ".join(lines[head : head + 2]) if head is not None else "")
        self._last = text.strip()

    def _name(self, lead: str) -> None:
        lead = " ".join(lead.split())[-_LEAD:].rstrip(": ")
        self._draft.under(self._level, f"{_EARLIER}: {lead}" if lead else _EARLIER)

    def write_plain(self, text: str) -> None:
        """Write the plain text of a mail: lines that begin with > are what it quotes."""
        run: list[str] = []
        quoted = False
        for line in [*text.replace("\r\n", "\n").split("\n"), None]:
            is_quote = line is not None and bool(_QUOTE.match(line))
            heads = line is not None and (_ORIGINAL.fullmatch(line) or _FROM.fullmatch(line.strip()))
            if line is None or (line.strip() and is_quote != quoted) or heads:
                self._write_run(run, quoted)
                run, quoted = [], is_quote
            if line is not None:
                run.append(_QUOTE.sub("", line, count=1) if is_quote else line)

    def _write_run(self, lines: list[str], quoted: bool) -> None:
        text = "\n".join(lines)
        if not text.strip():
            return
        if quoted:
            self.begin(marked=True)
            self._draft.write(text)
            self.end()
        else:
            self.see(text)
            self._draft.write(text)
