"""Fields of Word: their results are read, not their codes; links, form fields and typed formulas say more."""

from dataclasses import dataclass, field

from lxml import etree

from vectorstore.loaders.field_codes import TICKED, UNTICKED, drawn, field_name, link_of
from vectorstore.loaders.office_zip import attribute

_OFF = ("0", "false", "off")


@dataclass(slots=True)
class Field:
    """A field that was begun in the text and has not ended."""

    start: int
    """Where its result begins, in runs of the paragraph."""
    form: "etree._Element | None" = None
    """What a form field holds (w:ffData)."""
    code: list[str] = field(default_factory=list)
    in_result: bool = False

    def is_replaced(self) -> bool:
        """Whether its result is not the text that Word keeps for it, but what `shown` says."""
        return field_name("".join(self.code)) in ("EQ", "SYMBOL", "FORMCHECKBOX", "FORMDROPDOWN")

    def shown(self) -> str:
        """What a field shows that Word draws from its code or its form."""
        return drawn("".join(self.code)) or (_form_value(self.form) if self.form is not None else "")

    def address(self) -> str:
        """Where it links to; empty for a place inside the document and for other fields."""
        return link_of("".join(self.code))


def is_ticked(box: "etree._Element | None") -> bool:
    """Whether the mark `box` of a tick box (w14:checked, w:checked, w:default) is set."""
    return box is not None and attribute(box, "val", "1").lower() not in _OFF


def _form_value(form: "etree._Element") -> str:
    box = form.find("{*}checkBox")
    if box is not None:
        own = box.find("{*}checked")
        return TICKED if is_ticked(own if own is not None else box.find("{*}default")) else UNTICKED
    choices = [attribute(entry, "val") for entry in form.iterfind("{*}ddList/{*}listEntry")]
    result = form.find("{*}ddList/{*}result")
    if result is None:
        result = form.find("{*}ddList/{*}default")
    chosen = attribute(result, "val", "0") if result is not None else "0"
    return choices[int(chosen)] if chosen.isdecimal() and int(chosen) < len(choices) else ""
