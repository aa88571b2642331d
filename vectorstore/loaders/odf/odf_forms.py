"""Form fields of OpenDocument: what is ticked, chosen and filled in."""

from lxml import etree

from vectorstore.loaders.field_codes import TICKED, UNTICKED
from vectorstore.loaders.office_zip import attribute, local


class Controls:
    """The form controls of one document, which its text refers to by their ids."""

    def __init__(self, body: "etree._Element") -> None:
        self._controls = {
            attribute(control, "id"): control
            for forms in body.iter("{*}forms")
            for control in forms.iter()
            if local(control) and attribute(control, "id")
        }

    def text(self, id_: str) -> str:
        """What the control `id_` shows: a tick before its label, a value behind it."""
        control = self._controls.get(id_)
        if control is None:
            return ""
        tag, label = local(control), attribute(control, "label")
        if tag == "checkbox":
            state = attribute(control, "current-state") or attribute(control, "state")
            return f"{TICKED if state == 'checked' else UNTICKED} {label}".strip()
        if tag == "radio":
            chosen = attribute(control, "current-selected") or attribute(control, "selected")
            return f"{TICKED if chosen == 'true' else UNTICKED} {label}".strip()
        if tag in ("password", "hidden", "button", "image", "file"):
            return ""
        value = attribute(control, "current-value") or attribute(control, "value") or _chosen(control)
        if not value and tag == "textarea":
            value = " ".join("".join(control.itertext()).split())
        return f"{label.rstrip(': ')}: {value}" if label and value else value or label


def _chosen(control: "etree._Element") -> str:
    options = [
        attribute(option, "label") or attribute(option, "value")
        for option in control.iterfind("{*}option")
        if "true" in (attribute(option, "current-selected"), attribute(option, "selected"))
    ]
    return ", ".join(options)


def field_mark(mark: "etree._Element") -> str:
    """What a tick box or a drop-down in the text shows (as LibreOffice keeps those of Word)."""
    values = [(attribute(one, "name"), attribute(one, "value")) for one in mark.iterfind("{*}param")]
    named = dict(values)
    kind = attribute(mark, "type")
    if kind.endswith("FORMCHECKBOX"):
        return TICKED if named.get("Checkbox_Checked") == "true" else UNTICKED
    if kind.endswith("FORMDROPDOWN"):
        entries = [value for name, value in values if name == "Dropdown_ListEntry"]
        chosen = named.get("Dropdown_Selected", "")
        return entries[int(chosen)] if chosen.isdecimal() and int(chosen) < len(entries) else chosen
    return ""
