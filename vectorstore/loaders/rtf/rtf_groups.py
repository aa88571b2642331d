"""What holds inside a group of RTF: where its text belongs, and how it looks."""

from dataclasses import dataclass

_NO_WORDS = (
    "info pict header footer themedata listtable listoverridetable rsidtbl generator xmlnstbl datastore latentstyles "
    "filetbl pgdsctbl ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn objdata objclass objname nonshppict shprslt "
    "nonesttables xe tc tcn rxe mmathPict mmathPr moMathParaPr revtbl template operator author buptim private1 "
    "atnid atnref atndate atntime atrfstart atrfend bkmkstart bkmkend colorschememapping dopttbl fchars lchars"
)
SILENT = frozenset(_NO_WORDS.split())
"""Groups without words of the author."""
DESTINATIONS = {
    "fonttbl": "fonts",
    "colortbl": "colors",
    "stylesheet": "styles",
    "fldinst": "code",
    "listtext": "number",
    "pntext": "number",
    "sn": "property",
    "sv": "value",
    "atnauthor": "author",
    "ffl": "choice",
}
"""Groups whose words go elsewhere than into the text."""
FLOWS = frozenset(
    "footnote annotation shptxt dptxbxtext header headerl headerr headerf footer footerl footerr footerf".split()
)
"""Groups with a text of their own, apart from that around them."""
OPEN = frozenset("shppict shpinst shp do moMathPara nesttableprops picprop sp formfield ud".split())
"""Groups that a reader may skip by what the format says, and that have words for us inside."""


@dataclass(slots=True)
class Group:
    """The state inside one pair of braces; a group inside begins with that of the group around it."""

    destination: str = "text"
    """Where words go: "text", "silent", or one of DESTINATIONS."""
    opened: str = ""
    """What ends with this group: a field, a note, a formula."""
    outside: str = "text"
    """The destination around a group that is given twice, in plain letters and in Unicode."""
    font: int = 0
    fallback: int = 1
    """How many characters stand for a Unicode one, for readers that know none."""
    struck: bool = False
    deleted: bool = False
    hidden: bool = False
    shift: int = 0
    color: int = 0
    painted: bool = False
    """Something colours the ground behind the text."""
    in_table: bool = False
    outline: int = 9
    style: int = 0

    def reset_characters(self) -> None:
        r"""What `\plain` does."""
        self.struck = self.deleted = self.hidden = self.painted = False
        self.shift = self.color = 0

    def reset_paragraph(self) -> None:
        r"""What `\pard` does."""
        self.in_table, self.outline, self.style, self.painted = False, 9, 0, False

    def look(self, word: str, number: int | None) -> bool:
        """Take a control word that says how text looks or where it stands; False where it is none."""
        on = number != 0
        if word in ("strike", "striked"):
            self.struck = on
        elif word == "deleted":
            self.deleted = on
        elif word == "v":
            self.hidden = on
        elif word in ("super", "sub", "nosupersub"):
            self.shift = 0 if not on else {"super": 1, "sub": -1}.get(word, 0)
        elif word in ("up", "dn"):
            moved = 6 if number is None else number
            self.shift = 0 if moved < 3 else 1 if word == "up" else -1
        elif word == "cf":
            self.color = number or 0
        elif word in ("chcbpat", "cbpat", "highlight", "cb", "chshdng", "shading"):
            self.painted = bool(number)
        elif word == "plain":
            self.reset_characters()
        elif word == "pard":
            self.reset_paragraph()
        elif word == "intbl":
            self.in_table = on
        elif word == "outlinelevel":
            self.outline = 9 if number is None else number
        elif word == "s":
            self.style = number or 0
        elif word == "uc":
            self.fallback = max(0, 1 if number is None else number)
        else:
            return False
        return True
