"""Twenty pages as a scanner gives them, with facts planted: the same ones whenever they are made."""

import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_DOTS = 150
_SEED = 20
_NAMES = (
    "Alder Birch Cedar Dogwood Elder Fir Ginkgo Hazel Iris Juniper Kapok Larch Maple Nutmeg Oak Pine".split()
)
_TOWNS = (
    "Oslo Bergen Turin Lyon Porto Cork Graz Basel Delft Ghent Lund Turku Pisa Nice Bath York Bonn Kiel Jena Linz"
).split()
"""One a page, so that each name stands on one page only."""
_FILLER = {
    "en": "The parties have agreed on this after both had looked at it with care. Changes are made in writing only.",
    "de": "Die Parteien haben dies nach sorgfältiger Prüfung vereinbart. Änderungen müssen schriftlich erfolgen.",
    "fr": "Les parties en sont convenues après un examen attentif. Toute modification doit être faite par écrit.",
}
_SENTENCES = {
    "en": (
        "The monthly fee for {name} is {number} euros.",
        "The notice period for {name} is {number} days.",
        "Storage for {name} is limited to {number} gigabytes.",
        "Support answers questions about {name} within {number} hours.",
    ),
    "de": (
        "Die monatliche Gebühr für {name} beträgt {number} Euro.",
        "Die Kündigungsfrist für {name} beträgt {number} Tage.",
        "Der Speicher für {name} ist auf {number} Gigabyte begrenzt.",
        "Rückfragen zu {name} werden binnen {number} Stunden beantwortet.",
    ),
    "fr": (
        "Les frais mensuels pour {name} s'élèvent à {number} euros.",
        "Le délai de préavis pour {name} est de {number} jours.",
        "Le stockage pour {name} est limité à {number} gigaoctets.",
        "Une réponse à propos de {name} est donnée sous {number} heures.",
    ),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """What a page says: all of `words` in one passage, in this order."""

    question: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScanPage:
    """One page: the PDF it is drawn from, and what it says."""

    kind: str
    pdf: bytes
    facts: tuple[Fact, ...]
    slant: float
    """Degrees by which it lies on the scanner."""


def scan_pages() -> list[ScanPage]:
    """Four pages of each kind."""
    chance = random.Random(_SEED)
    makers: list[tuple[str, Callable[[random.Random, str], tuple[bytes, list[Fact]]]]] = [
        ("letter", lambda chance, town: _letter(chance, town, "en")),
        ("German", lambda chance, town: _letter(chance, town, "de")),
        ("French", lambda chance, town: _letter(chance, town, "fr")),
        ("two columns", _columns),
        ("table", _table),
    ]
    pages = []
    for (kind, make), town in zip(makers * 4, _TOWNS, strict=True):
        pdf, facts = make(chance, town)
        pages.append(ScanPage(kind, pdf, tuple(facts), chance.uniform(-1, 1)))
    return pages


def scanned(pages: list[ScanPage]) -> bytes:
    """A PDF that holds pictures of the pages and no letter."""
    chance = random.Random(_SEED)
    pictures = [_scan(page, chance) for page in pages]
    buffer = io.BytesIO()
    pictures[0].save(buffer, "PDF", save_all=True, append_images=pictures[1:], resolution=_DOTS)
    return buffer.getvalue()


def _scan(page: ScanPage, chance: random.Random) -> Any:
    import numpy as np
    import pypdfium2
    from PIL import Image

    with pypdfium2.PdfDocument(page.pdf) as pdf:
        clean = pdf[0].render(scale=_DOTS / 72).to_pil().convert("L")
    turned = clean.rotate(page.slant, resample=Image.Resampling.BICUBIC, fillcolor=255)
    noise = np.random.default_rng(chance.randrange(1_000_000))
    pixels = np.asarray(turned).astype(float) * 0.92 + noise.normal(8, 14, (turned.height, turned.width))
    specks = noise.random(pixels.shape) < 0.0008
    pixels[specks] = 40
    return Image.fromarray(pixels.clip(0, 255).astype("uint8"))


def _facts(chance: random.Random, town: str, language: str) -> list[tuple[str, Fact]]:
    """Sentences with what they say."""
    made = []
    for form, tree in zip(_SENTENCES[language], chance.sample(_NAMES, 4), strict=True):
        name = f"{tree} {town}"
        number = str(chance.randrange(11, 998))
        sentence = form.format(name=name, number=number)
        unit = form.partition("{number} ")[2].split()[0].strip(".")
        made.append((sentence, Fact(sentence.replace(number, "?"), (name, f"{number} {unit}"))))
    return made


def _letter(chance: random.Random, town: str, language: str) -> tuple[bytes, list[Fact]]:
    facts = _facts(chance, town, language)
    story = [f"{sentence} {_FILLER[language]}" for sentence, _ in facts]
    return _set(story, title="Annex " + chance.choice("ABCDEFGH")), [fact for _, fact in facts]


def _columns(chance: random.Random, town: str) -> tuple[bytes, list[Fact]]:
    facts = _facts(chance, town, "en")
    story = [f"{_FILLER['en']} {sentence} {_FILLER['en']} {_FILLER['en']}" for sentence, _ in facts]
    return _set(story, columns=2), [fact for _, fact in facts]


def _table(chance: random.Random, town: str) -> tuple[bytes, list[Fact]]:
    names = [f"{tree} {town}" for tree in chance.sample(_NAMES, 8)]
    rows = [
        [
            name,
            str(chance.randrange(2, 90)),
            f"{chance.randrange(10, 990)} EUR",
            f"{chance.randrange(1, 60)} days",
        ]
        for name in names
    ]
    facts = [Fact(f"What does {row[0]} cost?", (row[0], f"Price: {row[2]}")) for row in rows[::2]]
    facts += [Fact(f"What is the notice of {row[0]}?", (row[0], f"Notice: {row[3]}")) for row in rows[1::2]]
    return _set([_FILLER["en"]], table=[["Plan", "Seats", "Price", "Notice"], *rows]), facts


def _row(name: str, chance: random.Random) -> list[str]:
    seats, price, notice = chance.randrange(2, 90), chance.randrange(10, 990), chance.randrange(1, 60)
    return [name, str(seats), f"{price} EUR", f"{notice} days"]


def _set(
    story: list[str], *, title: str = "", columns: int = 1, table: list[list[str]] | None = None
) -> bytes:
    from reportlab import rl_config
    from reportlab.lib import colors
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph, Spacer, Table

    rl_config.invariant = 1
    body = ParagraphStyle("body", fontName="Times-Roman", fontSize=11, leading=14, spaceAfter=9)
    head = ParagraphStyle("head", fontName="Helvetica-Bold", fontSize=16, leading=22, spaceAfter=10)
    flow: list[Any] = [Paragraph(title, head)] if title else []
    flow += [Paragraph(one, body) for one in story]
    if table:
        grid = Table(
            table,
            colWidths=[110] * len(table[0]),
            style=[
                ("GRID", (0, 0), (-1, -1), 0.6, colors.black),
                ("FONTNAME", (0, 0), (-1, 0), "Helvetica-Bold"),
            ],
        )
        flow += [Spacer(1, 12), grid]
    width = (595 - 144 - 24 * (columns - 1)) / columns
    height = 700 if columns == 1 else 270
    frames = [Frame(72 + at * (width + 24), 770 - height, width, height, 0, 0, 0, 0) for at in range(columns)]
    buffer = io.BytesIO()
    document = BaseDocTemplate(buffer)
    document.addPageTemplates([PageTemplate(frames=frames)])
    document.build(flow)
    return buffer.getvalue()
