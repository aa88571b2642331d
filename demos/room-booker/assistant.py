"""What happens between a request and an action: complete the form, lay a card, act once. Change it as you like."""

import uuid
from collections.abc import Sequence
from pathlib import Path

from protokit.runtime import (
    NO_OPTIONS,
    ActionCard,
    ActionCards,
    AgentRequest,
    Answer,
    BaseAssistant,
    Input,
    Measures,
    Options,
    PageCheck,
    Reply,
    SampleRequest,
    SimulatedSystem,
    Turn,
    VisitResults,
    action_measures,
    agent_texts,
    card_faults,
    connect_agent,
    current_visitor,
)

REMEMBERED = 40
"""How many turns of the conversation the form is completed from."""


class Assistant(BaseAssistant):
    """Completes a form in talk, lays a card before the person, and acts on it once."""

    inputs = (Input("question", "question", "Your request", required=True),)
    remembers = True
    acts = True
    verb = "request"
    description = (
        "Ask for an action in the simulated system. It asks for what is missing and shows a card; nothing is done until"
        " the message that the card names is sent."
    )

    def __init__(self, folder: Path = Path(__file__).parent, model: str = "") -> None:
        super().__init__(folder, model)
        self.system = SimulatedSystem(folder / ".protokit" / "simulation.db", self.settings.knowledge)
        self.results: VisitResults[list[Answer]] = VisitResults()

    @property
    def cards(self) -> ActionCards:
        """The cards, with what became of each."""
        settings = self.settings
        return ActionCards(self.system, settings.actions, agent_texts(settings.language))

    def open_card(self, session: str) -> ActionCard | None:
        """The card that waits for this visitor's approval."""
        return self.cards.open_card(session, current_visitor())

    def log(self, session: str) -> list[ActionCard]:
        """What this visitor asked for, the newest first."""
        return [card for card in self.cards.log(session, current_visitor()) if card.state != "open"]

    def table(self, name: str) -> list[dict[str, str]]:
        """A table of the simulated system: its samples, and what this visitor did."""
        rows = self.system.rows(name, visitor=current_visitor())
        return [{column: str(value) for column, value in row.record.items()} for row in rows]

    def prepare(self, text: str, history: Sequence[Turn], session: str) -> AgentRequest:
        """Put together what is said next from the whole talk."""
        settings = self.settings
        return AgentRequest(
            text,
            settings.actions,
            self.system,
            session,
            current_visitor(),
            tuple(history[-REMEMBERED:]),
            settings.language,
            instructions=settings.instructions,
            calls=settings.agent_limits.steps,
        )

    def reply(
        self, text: str, *, history: Sequence[Turn] = (), options: Options = NO_OPTIONS, session: str = ""
    ) -> Reply:
        """Answer `text`; iterate the reply for the words as they come, then `.answer` has the card as its table."""
        settings = self.settings
        # A model may look up and propose; whatever it says, only the card that a person approves is done, once.
        engine = connect_agent(self.model or settings.model, settings)
        return Reply(lambda: self.prepare(text, history, session), engine, settings, self.events, session)

    def score(self, sample: SampleRequest, answer: Answer) -> str | None:
        """What of the card is not as expected."""
        return card_faults(answer, sample.expected, self.settings.actions) if sample.expected else None

    def measures(self, results: Sequence[tuple[SampleRequest, Answer | None]]) -> Measures | None:
        """Forms completed right, approvals asked, and actions that went wrong when everything was tried."""
        asked = [(sample.expected, answer) for sample, answer in results]
        return action_measures(asked, self.settings, self.system)

    def page_check(self, sample: SampleRequest) -> PageCheck:
        """Ask for it and see what the assistant says."""
        answer = self.prepare(sample.read(), (), f"check {uuid.uuid4().hex}").offline()
        return PageCheck({"": sample.read()}, endpoint="/chat", shows=answer.text.partition(" #")[0][:40])
