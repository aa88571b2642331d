"""The fields of a saved form as the words that a person saw in them."""

from lxml import etree

from vectorstore.loaders.html_elements import become, remove, words

_TICKED = "data-ticked"
"""Marks what stands where a tick box was."""
_UNSEEN = frozenset("hidden password submit button image reset file color".split())


def write_fields(root: "etree._Element") -> None:
    """Put the value of each field below `root` in its place: "Name: Lena", "☒ I need a visa"."""
    for element in list(root.iter("input", "select", "textarea")):
        _set_apart(element)
    labels = {key: label for label in root.iter("label") if (key := label.get("for"))}
    for element in list(root.iter("input")):
        _write_input(element, labels.get(element.get("id", "")))
    for element in list(root.iter("select")):
        chosen = _chosen(element)
        _write_value(element, chosen, labels.get(element.get("id", "")))
    for element in list(root.iter("textarea")):
        _write_value(element, (element.text or "").strip(), labels.get(element.get("id", "")))
    _write_drawn_boxes(root)


def _write_drawn_boxes(root: "etree._Element") -> None:
    """Tick boxes that wikis draw by the class of an element: empty boxes, and points of a list of tasks."""
    for element in list(root.iterfind(".//*[@class]")):
        classes = element.get("class", "").split()
        if "checkbox-on" in classes or "checkbox-off" in classes:
            if not words(element):
                become(element, "☒ " if "checkbox-on" in classes else "☐ ")
        elif {"inline-task-list", "task-list", "contains-task-list"}.intersection(classes):
            for task in element:
                if task.tag == "li" and words(task)[:1] not in ("☒", "☐"):
                    ticked = "checked" in task.get("class", "").split()
                    task.text = ("☒ " if ticked else "☐ ") + (task.text or "").lstrip()


def _set_apart(element: "etree._Element") -> None:
    """A space between a field and the label of the next one."""
    element.tail = f" {element.tail or ''}"
    if (label := element.getparent()) is not None and label.tag == "label":
        label.tail = f" {label.tail or ''}"


def _write_input(element: "etree._Element", label: "etree._Element | None") -> None:
    kind = element.get("type", "text").strip().lower()
    if kind in ("checkbox", "radio"):
        tick = "☒ " if element.get("checked") is not None else "☐ "
        if label is not None and element not in label.iterdescendants():
            label.text = tick + (label.text or "").lstrip()
            remove(element)
        else:
            become(element, f" {tick}{element.get('aria-label', '')}")
            element.set(_TICKED, "")
    elif kind in _UNSEEN:
        remove(element)
    else:
        _write_value(element, element.get("value", ""), label)


def _write_value(element: "etree._Element", value: str, label: "etree._Element | None") -> None:
    """Write a value behind its label: the text right before it, else the label that names it."""
    if not value.strip():
        remove(element)
        return
    before = _text_before(element)
    name = words(label) if label is not None else element.get("aria-label") or element.get("title", "")
    if before:
        lead = "" if before[-1] in ":?=€$£#" else ": "
        become(element, f"{lead}{value}" if lead else f" {value}")
    else:
        become(element, f" {name.rstrip(': ')}: {value}" if name else f" {value}")


def _text_before(element: "etree._Element") -> str:
    """The text that stands before `element` in its own block."""
    before, parent = element.getprevious(), element.getparent()
    text = (before.tail or "" if before is not None else parent.text or "") if parent is not None else ""
    if before is not None and before.get(_TICKED) is not None:
        return ""  # the words behind a tick box are its own
    if not text.strip() and before is not None and before.tag in ("label", "span", "b", "strong", "em"):
        text = words(before)
    return text.strip()


def _chosen(select: "etree._Element") -> str:
    """The options chosen; of a list that drops down the first one, which is what it shows."""
    options = list(select.iter("option"))
    chosen = [option for option in options if option.get("selected") is not None]
    drops_down = select.get("multiple") is None and select.get("size", "1") == "1"
    if not chosen and drops_down and options and options[0].get("value") != "":
        chosen = options[:1]
    return ", ".join(words(option) for option in chosen)
