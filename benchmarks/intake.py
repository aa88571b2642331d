"""Measures how requests are understood: forms over a talk, answers to questions, single requests, dates and numbers.

python -m benchmarks.intake FOLDER    # form_filling, booking_answers, requests, values (JSON Lines), forms.json
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.spoken_values import read_value
from protokit.runtime.agent.fill_form import FormState, Utterance, agrees, fill_form, says_thanks
from protokit.runtime.agent.form_fields import type_of_name
from protokit.runtime.agent.read_message import FieldValue, read_message
from protokit.runtime.prototype_fields import ActionField

Item = dict[str, Any]
_NOW = datetime(2026, 1, 15)


def main() -> None:
    """Print a line for each file of the folder."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--predictions", type=Path, help="write what was understood into this folder, as JSON Lines"
    )
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    forms = json.loads((folder / "forms.json").read_text(encoding="utf-8"))
    told = {
        "form_filling": [_form(row, forms[row["form"]]) for row in _rows(folder / "form_filling.jsonl")],
        "booking_answers": [_slots(row) for row in _rows(folder / "booking_answers.jsonl")],
        "requests": [_slots(row) for row in _rows(folder / "requests.jsonl")],
        "values": [_value(row) for row in _rows(folder / "values.jsonl")],
    }
    if place := arguments.predictions:
        place.mkdir(parents=True, exist_ok=True)
        for name, rows in told.items():
            lines = (json.dumps({"id": row["id"], **row["told"]}, ensure_ascii=False) for row in rows)
            (place / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    print(_forms_line(told["form_filling"]))
    for name in ("booking_answers", "requests"):
        print(
            f"{name:16} slots F1 {_f1(told[name]):.3f}  all right {_share(map(_all_right, told[name])):.3f}"
        )
    print(
        f"{'values':16} right {_share(_value_right(row) for row in told['values']):.3f}  {_by_kind(told['values'])}"
    )


def _rows(path: Path) -> list[Item]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _form(row: Item, form: Item) -> Item:
    """The form after the talk, and the next step."""
    fields = [
        ActionField(
            name=each["name"],
            description=each["description"],
            type=type_of_name(each["name"], each["description"], each["choices"] or ()),
            choices=tuple(each["choices"] or ()),
            required=each["required"],
        )
        for each in form["fields"]
    ]
    talk = [Utterance(each["role"], each["text"]) for each in row["conversation"]]
    state = fill_form(fields, talk, now=datetime.fromisoformat(row["today"]))
    types = {each.name: each.type for each in fields}
    step = _next_step(state, fields, talk, approval=form["needs_approval"])
    slots = {name: _words(value, types[name]) for name, value in state.values.items()}
    missing = [each.name for each in state.missing(fields)]
    return row | {"told": {"slots": slots, "missing": missing, "next_step": step}}


def _next_step(
    form: FormState, fields: Sequence[ActionField], talk: Sequence[Utterance], *, approval: bool
) -> str:
    """What to do after the last message: ask for what is missing, show the card, act, or only talk."""
    last = talk[-1].text if talk else ""
    before = talk[-2].text.casefold() if len(talk) > 1 else ""
    if form.missing(fields):
        return "ask"
    if says_thanks(last) and not form.changed:
        return "talk"
    if not approval:
        return "act"
    proposed = re.search(
        r"\b(?:confirm|correct\?|right\?|shall i|should i|would you like me to|go ahead)", before
    )
    return "act" if proposed and agrees(last) and not form.changed else "confirm"


def _slots(row: Item) -> Item:
    """The values of one message."""
    fields = [
        ActionField(name=name, description=told, type=type_of_name(name, told))
        for name, told in row["fields"].items()
    ]
    values = read_message(row["text"], fields, now=_NOW, asked=row.get("asked", ()))
    return row | {"told": {"slots": {name: value.text for name, value in values.items()}}}


def _value(row: Item) -> Item:
    today = datetime.fromisoformat(row["today"]) if row["today"] else _NOW
    return row | {"told": {"value": read_value(row["mention"], row["kind"], today, row["lang"])}}


def _words(value: FieldValue, kind: str) -> str:
    if isinstance(value.value, bool):
        return str(value.value)
    return (
        f"{value.value:g}"
        if kind == "number" and isinstance(value.value, float)
        else (str(value.value) if kind == "choice" else value.text)
    )


def _plain(value: object) -> list[str]:
    return re.sub(r"[^\w]+", " ", str(value).casefold()).split()


def _same(told: object, accepted: Sequence[object]) -> bool:
    """Whether the words are those of an accepted value, at least four of five."""
    one = _plain(told)
    return any(
        one == two
        or (one and two and 2 * sum((Counter(one) & Counter(two)).values()) >= 0.8 * (len(one) + len(two)))
        for two in map(_plain, accepted)
    )


def _accepted(row: Item) -> dict[str, list[object]]:
    canonical: Mapping[str, object] = row.get("canonical", {})
    gold = {name: value if isinstance(value, list) else [value] for name, value in row["gold"].items()}
    return {
        name: [*values, *([canonical[name]] if name in canonical else [])]
        for name, values in gold.items()
        if values != ["dontcare"]
    }


def _hits(row: Item) -> tuple[set[str], set[str], set[str]]:
    """The fields that are right, those that were filled, those that should be."""
    wanted = _accepted(row)
    indifferent = set(row["gold"]) - set(wanted)
    told = {name: value for name, value in row["told"]["slots"].items() if value and name not in indifferent}
    right = {name for name, value in told.items() if name in wanted and _same(value, wanted[name])}
    return right, set(told), set(wanted)


def _f1(rows: Sequence[Item]) -> float:
    counts = [tuple(map(len, _hits(row))) for row in rows]
    right, told, wanted = (sum(each) for each in zip(*counts, strict=True))
    return 2 * right / max(1, told + wanted)


def _all_right(row: Item) -> bool:
    right, told, wanted = _hits(row)
    return len(right) == len(told) == len(wanted)


def _forms_line(rows: Sequence[Item]) -> str:
    changed = [row for row in rows if row["changed"]]
    minds = _share(set(row["changed"]) <= _hits(row)[0] for row in changed)
    steps = _share(row["told"]["next_step"] == row["next_step"] for row in rows)
    whole = _share(map(_all_right, rows))
    return (
        f"{'form_filling':16} slots F1 {_f1(rows):.3f}  all right {whole:.3f}  next step {steps:.3f}"
        f"  changes of mind {minds:.3f}"
    )


def _share(values: Iterable[bool]) -> float:
    listed = list(values)
    return sum(listed) / max(1, len(listed))


def _time_words(value: object) -> str:
    return re.sub(r"[T ]00:00:00$", "", str(value).replace("T", " ")).strip()


def _value_right(row: Item) -> bool:
    told = row["told"]["value"]
    for accepted in row["accept"]:
        if isinstance(accepted, list):
            if isinstance(told, list) and list(map(_time_words, told)) == list(map(_time_words, accepted)):
                return True
        elif isinstance(accepted, float):
            if isinstance(told, float) and abs(told - accepted) <= 1e-6 * max(1, abs(accepted)):
                return True
        elif told is not None and not isinstance(told, list):
            same = _time_words(told) == _time_words(accepted)
            if same or (row["type"] == "time" and str(told)[:5] == accepted[:5]):
                return True
    return False


def _by_kind(rows: Sequence[Item]) -> str:
    kinds: dict[str, list[bool]] = {}
    for row in rows:
        kinds.setdefault(f"{row['kind']} {'en' if row['lang'] == 'en' else 'other'}", []).append(
            _value_right(row)
        )
    return "  ".join(f"{kind} {sum(hits)}/{len(hits)}" for kind, hits in sorted(kinds.items()))


if __name__ == "__main__":
    main()
