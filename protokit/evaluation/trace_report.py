"""A trace on paper: for a person from top to bottom, for a program as plain data."""

from datetime import UTC, datetime
from textwrap import shorten
from typing import Any

from protokit.evaluation.trace import Trace
from protokit.runtime.prompting.injection import injection_hints
from protokit.runtime.ui.formatting import duration, money

_EXCERPT = 160


def render_trace(traced: Trace) -> str:
    """Question, passages, instructions, answer, sentences, and the stage that failed."""
    fields = traced.event.fields
    sections = {
        "Question": [
            fields["question"],
            *_standalone(fields),
            *_computation(fields),
            *_warnings("the question", fields["question"]),
        ],
        "Passages": _passages(traced),
        "Instructions": [shorten(fields["instructions"], 3 * _EXCERPT, placeholder=" ...") or "not recorded"],
        "Answer": [fields["answer"] or "none", *([f"({fields['note']})"] if fields["note"] else [])],
        "Sentences": _sentences(traced) or ["nothing to check"],
    }
    parts = [_numbers(traced)]
    for heading, lines in sections.items():
        parts.append("\n".join([heading, *(f"  {line}" for line in "\n".join(lines).splitlines())]))
    return "\n\n".join([*parts, _verdict(traced)])


def trace_as_dict(traced: Trace) -> dict[str, Any]:
    """The same for a program; `stage` is empty where nothing failed."""
    fields = {name: value for name, value in traced.event.fields.items() if name != "passages"}
    return {
        "id": traced.event.id,
        "stage": traced.stage,
        "why": traced.why,
        **fields,
        "passages": traced.passages,
    }


def _numbers(traced: Trace) -> str:
    fields = traced.event.fields
    when = datetime.fromtimestamp(fields["time"], UTC)
    about = "~" if fields["tokens_estimated"] else ""
    tokens = fields["gen_ai.usage.input_tokens"], fields["gen_ai.usage.output_tokens"]
    first = duration(fields["gen_ai.server.time_to_first_token"])
    parts = [
        f"Answer {traced.event.id}",
        f"{when:%Y-%m-%d %H:%M:%S} UTC",
        fields["gen_ai.request.model"],
        f"{duration(fields['gen_ai.client.operation.duration'])}, first word after {first}",
        f"{about}{tokens[0]:,} tokens in, {about}{tokens[1]:,} out",
        money(fields["cost_usd"]),
    ]
    return " · ".join(parts)


def _standalone(fields: dict[str, Any]) -> list[str]:
    """The question as it was searched for, where it leaned on the ones before."""
    return [f"searched for as: {fields['standalone']}"] if fields["standalone"] else []


def _computation(fields: dict[str, Any]) -> list[str]:
    """What was computed over a table, in words and as SQL."""
    return [f"computed: {fields['computation']}"] if fields["computation"] else []


def _passages(traced: Trace) -> list[str]:
    passages = traced.passages
    if not passages:
        return ["none was found"]
    packing = traced.event.fields["packing"]
    lines = [packing or f"{len(passages)} found"]
    for rank, passage in enumerate(passages, 1):
        cited = f"[{passage['citation']}] " if passage["citation"] else ""
        sent = "" if passage["sent"] else ", dropped for space"
        lines.append(f"{rank}. {cited}{passage['where']}, match {passage['support']:.0%}{sent}")
        text = passage.get("text", "")
        lines.append(
            f"   {shorten(text, _EXCERPT, placeholder=' ...')}" if text else "   (text not recorded)"
        )
        lines += _warnings(f"passage {rank}", text)
    return lines


def _sentences(traced: Trace) -> list[str]:
    lines = []
    for check in traced.event.fields["checks"]:
        sentence = shorten(
            traced.event.fields["answer"][check["start"] : check["end"]], _EXCERPT, placeholder=" ..."
        )
        place = "" if check["passage"] is None else f" (passage {check['passage'] + 1})"
        why = f": {check['why']}" if check["why"] else ""
        lines.append(f"{check['verdict']:<11} {check['score']:.2f}  {sentence}{place}{why}")
    return lines


def _warnings(what: str, text: str) -> list[str]:
    return [f"   ! {what} {why}" for why in dict.fromkeys(each.why for each in injection_hints(text))]


def _verdict(traced: Trace) -> str:
    if traced.stage:
        return f"Failed: {traced.stage}: {traced.why}"
    return f"Nothing failed: {traced.why}" if traced.why else "Nothing failed that can be seen from here."
