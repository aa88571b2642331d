"""Tells what a model thinks apart from what it says, where a server sends both as one text."""

import re

_MARKS = (
    *((f"<{name}>", f"</{name}>") for name in ("think", "thinking", "thought", "reasoning", "seed:think")),
    ("[think]", "[/think]"),
    ("<|channel|>analysis<|message|>", "<|channel|>final<|message|>"),
)
"""What thoughts begin and end with, in lower case, as written by DeepSeek, Qwen, Gemini, Seed, Mistral, gpt-oss."""
_OPENING = dict(_MARKS)
_CLOSING = tuple(_OPENING.values())
_THOUGHTS = {
    "thinking": ("thinking", "text"),
    "reasoning": ("reasoning", "text", "summary"),
    "reasoning_content": ("reasoning_content", "text"),
    "redacted_thinking": (),
}
"""The types of parts that are thoughts, and the fields that hold them."""
_THINKS = re.compile(r"\br1\b|\bqwq\b|think|reason|magistral", re.IGNORECASE)


def thinks_aloud(model: str) -> bool:
    """Whether `model` ("deepseek-r1:7b") is known for thinking in its text, and may leave out where that begins."""
    return _THINKS.search(model) is not None


def text_and_thought(content: object) -> tuple[str, str]:
    """The text and the thoughts in the `content` of a message: a text, or a list of typed parts."""
    if isinstance(content, str):
        return content, ""
    text = thought = ""
    for part in content if isinstance(content, list) else []:
        if isinstance(part, str):
            text += part
        elif isinstance(part, dict) and part.get("type") in _THOUGHTS:
            inner = next((part[name] for name in _THOUGHTS[part["type"]] if part.get(name)), "")
            thought += "".join(text_and_thought(inner))
        elif isinstance(part, dict) and isinstance(part.get("text"), str):
            text += part["text"]
    return text, thought


class ThoughtSplitter:
    """Splits one answer as its pieces come, wherever a mark is cut in two.

    With `unopened`, what comes first counts as thought until thoughts end, and is the text after all where they never
    do: servers write the opening mark into the question, and the answer begins in the midst of thinking.
    """

    def __init__(self, unopened: bool = False) -> None:
        self._pending, self._before = "", ""
        self._closing: tuple[str, ...] = (*_CLOSING, *_OPENING) if unopened else ()
        self._unopened, self._said = unopened, False

    def split(self, piece: str) -> tuple[str, str]:
        """The text and the thoughts that are certain with `piece`."""
        self._pending += piece
        text = thought = ""
        while True:
            part, mark = self._cut(self._closing or tuple(_OPENING))
            if self._unopened and mark in _OPENING:
                text += self._before + part
            elif self._closing:
                thought += part
                self._before += part if self._unopened else ""
            else:
                text += part
            if not mark:
                return self._text(text), thought
            self._closing = (_OPENING[mark],) if mark in _OPENING else ()
            self._before, self._unopened = "", False

    def thought_apart(self) -> None:
        """Take note that the server sends thoughts in a field of their own: the text is whole as it is."""
        if self._unopened:
            self._pending, self._before = self._before + self._pending, ""
            self._closing, self._unopened = (), False

    def end(self) -> tuple[str, str]:
        """What is left when nothing more comes."""
        self.thought_apart()
        rest, self._pending = self._pending, ""
        return ("", rest) if self._closing else (self._text(rest), "")

    def _cut(self, marks: tuple[str, ...]) -> tuple[str, str]:
        """Take what stands before the first of `marks`, and the mark; without one, all but what may begin one."""
        lower = self._pending.lower()
        at, mark = min(((lower.find(each), each) for each in marks if each in lower), default=(-1, ""))
        if not mark:
            begun = (n for each in marks for n in range(1, len(each)) if lower.endswith(each[:n]))
            at = len(self._pending) - max(begun, default=0)
        part, self._pending = self._pending[:at], self._pending[at + len(mark) :]
        return part, mark

    def _text(self, text: str) -> str:
        """`text` without the empty lines that follow thoughts."""
        text = text if self._said else text.lstrip()
        self._said = self._said or bool(text)
        return text
