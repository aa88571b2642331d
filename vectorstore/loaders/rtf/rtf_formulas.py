"""Formulas of RTF, which are those of Word with other brackets: rebuilt as such and read the same way."""

from lxml import etree

from vectorstore.loaders.omml_formulas import omml_text


class RtfFormula:
    """A formula being read, group by group."""

    def __init__(self) -> None:
        self._root = etree.Element("oMath")
        self._open = [self._root]

    def begin(self) -> None:
        """A group begins; its first word will say what it is."""
        self._open.append(etree.SubElement(self._open[-1], "group"))

    def name(self, word: str) -> None:
        r"""The group is what `word` says: `\mnum` is a numerator."""
        if self._open[-1].tag == "group":
            self._open[-1].tag = word[1:]

    def end(self) -> None:
        """The group ends."""
        if len(self._open) > 1:
            self._open.pop()

    def add(self, text: str) -> None:
        """Text of the group: a value inside properties, else a piece of the formula."""
        text = "".join(one for one in text if one.isprintable())
        here = self._open[-1]
        above = here.getparent()
        if above is not None and str(above.tag).endswith("Pr"):
            here.set("val", text)
            return
        run = here if here.tag == "r" else etree.SubElement(here, "r")
        last = run[-1] if len(run) and run[-1].tag == "t" else etree.SubElement(run, "t")
        last.text = (last.text or "") + text

    def text(self) -> str:
        """The formula on one line."""
        return omml_text(self._root)
