"""The fields of `prototype.yaml` that a running prototype needs; a Spec adds those that only protokit's commands do."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Meta, field

from protokit.runtime.yaml_checks import Strict

Screen = Literal["streamlit", "gradio"]
InputKind = Literal["question", "text", "json", "choice", "file"]
"""What a visitor gives: a question, a text to work on, the fields of a form, one of several values, a file."""
UploadRule = Literal["private", "shared", "off"]
"""Who can search what a visitor adds: that visitor alone, everybody; or nobody may add anything."""
SCREENS: tuple[Screen, ...] = ("streamlit", "gradio")
Line = Annotated[
    str, Meta(min_length=1, max_length=200, pattern=r"^[^\r\n]*$", description="text on one line")
]
Colour = Annotated[str, Meta(pattern=r"^#[0-9a-fA-F]{6}$", description="a colour such as #4f46e5")]
Dollars = Annotated[float, Meta(ge=0)]
Count = Annotated[int, Meta(ge=1)]
Value = Annotated[str, Meta(max_length=2_000)] | bool | int | float
"""Of a parameter."""
if TYPE_CHECKING:
    Parameters = dict[str, Any]  # what each one holds the blueprint says, which no type checker reads
else:
    Parameters = Annotated[dict[str, Value], Meta(max_length=50)]


class Constraint(Strict, frozen=True, kw_only=True):
    """One wish in the prompt that can be stated to the assistant and checked in its answers."""

    kind: Literal[
        "max_words",
        "language",
        "only_documents",
        "audience",
        "only_for",
        "never",
        "only",
        "currency",
        "budget",
        "tone",
        "format",
        "opening",
        "disclaimer",
    ]
    value: Annotated[str, Meta(max_length=400)] | int = ""
    """What the kind needs: 50 for max_words, "es" for language, "legal advice" for never, "EUR" for currency.
    The words themselves for opening (how every answer begins) and disclaimer (what it closes with)."""
    words: Annotated[str, Meta(max_length=2_000)] = ""
    """The words of the prompt it came from."""


class SampleDocuments(Strict, frozen=True, kw_only=True):
    """The documents a prototype was made with when nobody brought any; the page says so until others are there."""

    about: Annotated[str, Meta(max_length=200)] = ""
    """The field and the invented organisation they speak of; empty where they speak of no field."""
    files: tuple[str, ...] = ()
    """Their names below `knowledge/`."""
    language: str = "en"
    """What they are written in (ISO 639-1)."""


FieldType = Literal["text", "number", "money", "date", "time", "yes/no", "choice"]
"""What a field of a document holds."""


class ExtractionField(Strict, frozen=True, kw_only=True):
    """One thing to find in each document: a column of the table."""

    name: Annotated[
        str,
        Meta(min_length=1, max_length=60, pattern=r"^[^\r\n]*\S[^\r\n]*$", description="text on one line"),
    ]
    type: FieldType = "text"
    description: Annotated[
        str, Meta(max_length=300, pattern=r"^[^\r\n]*$", description="text on one line")
    ] = ""
    """A sentence that says what belongs there."""
    labels: Annotated[tuple[Line, ...], Meta(max_length=40)] = ()
    """Words that stand before the value in your documents, the surest first; the usual ones are known."""
    choices: Annotated[tuple[Line, ...], Meta(max_length=100)] = ()
    """What a choice may be."""
    unit: Annotated[str, Meta(max_length=20)] = ""
    """Of a number: kg, years, %."""
    required: bool = False
    """Whether a document without it is marked."""
    list: bool = False
    """Whether a document may hold several."""
    item: bool = False
    """Whether it is of the items that a document lists: each item is a row then."""


class Label(Strict, frozen=True, kw_only=True):
    """One of the classes that texts are sorted into."""

    name: Annotated[
        str,
        Meta(min_length=1, max_length=60, pattern=r"^[^\r\n]*\S[^\r\n]*$", description="text on one line"),
    ]
    description: Annotated[
        str, Meta(max_length=300, pattern=r"^[^\r\n]*$", description="text on one line")
    ] = ""
    """A sentence that says which texts belong there."""
    examples: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=2000)], ...], Meta(max_length=500)
    ] = ()
    """Texts that belong there: a few make it much surer."""


class Criterion(Strict, frozen=True, kw_only=True):
    """One of the things that a text is scored by."""

    name: Annotated[
        str,
        Meta(min_length=1, max_length=80, pattern=r"^[^\r\n]*\S[^\r\n]*$", description="text on one line"),
    ]
    description: Annotated[
        str, Meta(max_length=300, pattern=r"^[^\r\n]*$", description="text on one line")
    ] = ""
    """A sentence that says what reaches the highest step."""
    weight: Annotated[float, Meta(gt=0, le=10)] = 1.0
    """How much it counts beside the others."""


class ChecklistItem(Strict, frozen=True, kw_only=True):
    """One thing that a document must say."""

    name: Annotated[
        str,
        Meta(min_length=1, max_length=80, pattern=r"^[^\r\n]*\S[^\r\n]*$", description="text on one line"),
    ]
    description: Annotated[
        str, Meta(max_length=300, pattern=r"^[^\r\n]*$", description="text on one line")
    ] = ""
    """A sentence that says what must be stated."""
    words: Annotated[tuple[Line, ...], Meta(max_length=40)] = ()
    """Words of which one must stand there; absent for meaning alone."""
    number: bool = False
    """Whether an amount, date or period must be stated."""


ActionFieldType = Literal[
    "text", "choice", "date", "time", "number", "duration", "money", "email", "phone", "yes/no", "person"
]
"""What a field of a form holds."""
Name = Annotated[
    str,
    Meta(min_length=1, max_length=60, pattern=r"^[^\r\n]*\S[^\r\n]*$", description="text on one line"),
]


class ActionField(Strict, frozen=True, kw_only=True):
    """One thing that must be known before an action can be done: a line of its form."""

    name: Name
    type: ActionFieldType = "text"
    question: Annotated[str, Meta(max_length=200, pattern=r"^[^\r\n]*$", description="text on one line")] = ""
    """How it is asked for; absent for the usual words."""
    description: Annotated[
        str, Meta(max_length=300, pattern=r"^[^\r\n]*$", description="text on one line")
    ] = ""
    words: Annotated[tuple[Line, ...], Meta(max_length=40)] = ()
    """Words that stand beside the value when people say it; those of the name count anyway."""
    choices: Annotated[tuple[Line, ...], Meta(max_length=200)] = ()
    """What a choice may be."""
    choices_from: Annotated[
        str, Meta(max_length=120, pattern=r"^([^.\r\n]+\.[^.\r\n]+)?$", description="TABLE.COLUMN")
    ] = ""
    """The column of the simulated system that holds them: "rooms.room"."""
    required: bool = True
    """Whether it is asked for."""
    default: Annotated[str, Meta(max_length=200)] = ""
    """What stands on the card where nothing was said, in the words of a person: "1 hour"."""
    at_least: float | None = None
    at_most: float | None = None
    """Of a number, an amount of money or a duration in hours."""
    most_from: Annotated[
        str, Meta(max_length=120, pattern=r"^([^.\r\n]+\.[^.\r\n]+)?$", description="TABLE.COLUMN")
    ] = ""
    """The column that holds the most for what was chosen: "rooms.seats"."""
    future: bool = False
    """Whether a date may not lie in the past."""


class Action(Strict, frozen=True, kw_only=True):
    """One thing that can be done: the form it needs, what is checked, and what it changes."""

    name: Name
    """What it does, "Book a meeting room"."""
    description: Annotated[
        str, Meta(max_length=300, pattern=r"^[^\r\n]*$", description="text on one line")
    ] = ""
    examples: Annotated[tuple[Line, ...], Meta(max_length=40)] = ()
    """How people ask for it."""
    fields: Annotated[tuple[ActionField, ...], Meta(min_length=1, max_length=30)]
    effect: Literal["add", "change", "remove"] = "add"
    """Whether it adds a row to a table of the simulated system, changes the row that is named, or removes it."""
    table: Annotated[str, Meta(max_length=60, pattern=r"^[^\r\n.]+$", description="text on one line")]
    """The table that it changes; the files in knowledge/ are the tables."""
    key: Annotated[str, Meta(max_length=60)] = ""
    """The field that names the row which is changed or removed."""
    sets: dict[str, Annotated[str, Meta(max_length=200)]] = field(default_factory=dict)
    """What stands in further columns of the row afterwards: `status: open`."""
    exclusive: Annotated[tuple[Line, ...], Meta(max_length=6)] = ()
    """Fields of which no two rows may have the same; with a time and a duration they may not overlap."""


RuleKind = Literal[
    "words",
    "sentences",
    "paragraphs",
    "characters",
    "bullets",
    "questions",
    "sections",
    "parts",
    "placeholders",
    "highlights",
    "capital_words",
    "share",
    "must_say",
    "never_say",
    "letter",
    "mark",
    "starts_with",
    "ends_with",
    "paragraph_starts",
    "postscript",
    "title",
    "wrapped",
    "upper_case",
    "lower_case",
    "format",
    "one_of",
    "repeat_request",
    "language",
    "reading_level",
    "user_story",
    "keep_figures",
]
"""What a rule for a text is about."""


class WritingRule(Strict, frozen=True, kw_only=True):
    """One thing that every text must hold to; what a text breaks is marked."""

    kind: RuleKind
    least: Annotated[int, Meta(ge=0, le=1_000_000)] | None = None
    """The fewest words, bullets, times it is said and so on; absent for no such limit."""
    most: Annotated[int, Meta(ge=0, le=1_000_000)] | None = None
    """The most of them; of `share` percent of the input's words, of `reading_level` the school year."""
    values: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=2_000)], ...], Meta(max_length=50)
    ] = ()
    """The words, letter, mark, opening, language (ISO 639-1) or form it is about."""
    words: Annotated[str, Meta(max_length=400)] = ""
    """The words of the line it came from."""


class FormField(Strict, frozen=True, kw_only=True):
    """One field of the form that a text is written from."""

    name: Annotated[
        str,
        Meta(min_length=1, max_length=60, pattern=r"^[^\r\n]*\S[^\r\n]*$", description="text on one line"),
    ]
    long: bool = False
    """Whether it takes several lines."""
    choices: Annotated[tuple[Line, ...], Meta(max_length=40)] = ()
    """What it may be; free text where there are none."""
    help: Annotated[str, Meta(max_length=300, pattern=r"^[^\r\n]*$", description="text on one line")] = ""
    """What belongs there."""
    required: bool = False


TextShape = Literal[
    "user_stories",
    "faq",
    "quiz",
    "release_notes",
    "meeting_mail",
    "checklist",
    "outline",
    "notes",
    "description",
    "reply",
    "free",
]
"""What is written: a shape that is filled with the input's own words, or free text, which needs a model."""


class SpendingLimits(Strict, frozen=True, kw_only=True):
    """What a prototype may spend; an absent limit is no limit."""

    dollars_per_day: Dollars | None = None
    dollars_total: Dollars | None = None
    tokens_per_session: Count | None = None
    questions_per_minute: Count | None = None
    """For each visitor, in any sixty seconds."""


class AgentLimits(Strict, frozen=True, kw_only=True):
    """What a model may take for one message to an agent."""

    steps: Annotated[int, Meta(ge=1, le=50)] = 8
    """Calls to the model; it stops there with nothing done."""
    dollars: Dollars | None = None
    """Absent for no limit but the prototype's own."""


class PrototypeFields(Strict, frozen=True, kw_only=True):
    """What a person can decide about the page and its answers."""

    id: Annotated[
        str,
        Meta(
            pattern=r"^([a-z0-9]([a-z0-9-]{1,60}[a-z0-9]))?$",
            description="3 to 62 small letters, digits and hyphens",
        ),
    ] = ""
    """What shared servers know it by, from its making; whoever has the same shares documents, events and budget."""
    title: Annotated[str, Meta(min_length=1, max_length=80, pattern=r"^[^\r\n]*$")]
    pitch: Annotated[str, Meta(max_length=200, pattern=r"^[^\r\n]*$", description="text on one line")] = ""
    """One sentence under the title."""
    parameters: Parameters = field(default_factory=dict)
    """What the blueprint lets a person decide; `protokit blueprint show` tells what each means."""
    screen: Screen = "streamlit"
    language: Annotated[str, Meta(pattern=r"^[a-z]{2,3}$", description="a language code such as en")] = "en"
    """ISO 639 code of the language that answers are written in."""
    welcome: Annotated[str, Meta(max_length=400)] = "Hello! What would you like to know?"
    fields: Annotated[tuple[ExtractionField, ...], Meta(max_length=60)] = ()
    """What is to be found in each document, for a kind that makes a table of documents."""
    several_records: bool = False
    """Whether one document may hold several records, such as receipts scanned into one file: each is a row then."""
    labels: Annotated[tuple[Label, ...], Meta(max_length=200)] = ()
    """What texts are sorted into, for a kind that gives them labels."""
    several_labels: bool = False
    """Whether a text may have several of them."""
    largest_error: Annotated[float, Meta(ge=0, le=1)] = 0.5
    """How likely a label may be wrong before "unsure" is said instead; 1 for never."""
    criteria: Annotated[tuple[Criterion, ...], Meta(max_length=40)] = ()
    """What texts are scored by, where their labels are the steps of a scale."""
    checklist: Annotated[tuple[ChecklistItem, ...], Meta(max_length=100)] = ()
    """What a document must say, for a kind that holds documents against a list."""
    actions: Annotated[tuple[Action, ...], Meta(max_length=12)] = ()
    """What can be done, for a kind that acts."""
    agent_limits: AgentLimits = AgentLimits()
    """Of one message, where a model proposes what is done."""
    writes: TextShape = "free"
    """What is written, for a kind that writes texts."""
    form: Annotated[tuple[FormField, ...], Meta(max_length=30)] = ()
    """What a text is written from."""
    text_rules: Annotated[tuple[WritingRule, ...], Meta(max_length=60)] = ()
    """What every text must hold to."""
    starter_questions: Annotated[tuple[Line, ...], Meta(max_length=8)] = ()
    will_not: Annotated[tuple[Line, ...], Meta(max_length=12)] = ()
    """What it declines, each a short phrase: "give legal advice"."""
    constraints: Annotated[tuple[Constraint, ...], Meta(max_length=20)] = ()
    emoji: Annotated[str, Meta(min_length=1, max_length=8)] = "💬"
    accent: Colour = "#4f46e5"
    sample_documents: SampleDocuments | None = None
    """The documents it was made with, where they are samples; absent for a person's own."""
    model: Line = "offline"
    """"offline", "openai:NAME" or "provider:NAME"."""
    embedding: Line = "default"
    fall_back_offline: bool = True
    """Whether the offline engine answers when the model cannot."""
    context_tokens: Annotated[int, Meta(ge=512, le=2_000_000)] = 4096
    max_tokens: Annotated[int, Meta(ge=16, le=200_000)] | None = None
    """The longest answer of a model; absent for 1,024 tokens, 8,192 where the model reasons first."""
    temperature: Annotated[float, Meta(ge=0, le=2)] | None = None
    """How freely a model chooses its words; absent leaves it to the server."""
    mask_personal_data: bool = False
    include_hidden: bool = False
    """Whether what the documents hide from who opens them (sheets, rows, columns, slides, text) is searched too."""
    uploads: UploadRule | bool = "private"
    """What becomes of a visitor's files: "private" for that visitor's conversation alone and gone with it, "shared"
    into `knowledge/` for everybody, "off" for none. In a Hub each link decides who may."""
    visitor_uploads: bool | None = None
    """Of prototypes made before there was `uploads`: false lets nobody upload to an exported page."""
    limits: SpendingLimits = SpendingLimits()
    prices: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Dollars a million tokens in and out, by model, where they differ from the public table; [0, 0] is free."""
    compare_cost_to: Line | None = None
    """A model whose price for the same tokens is shown beside each answer."""
