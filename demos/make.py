"""Makes the finished prototypes of this folder again: one for each blueprint, as a user's command would.

python -m demos.make [FOLDER]
"""

import shutil
import sys
from dataclasses import replace
from pathlib import Path

from msgspec import structs

from protokit.scaffold.scaffold_plan import ScaffoldRequest, make, plan_scaffold

HERE = Path(__file__).parent
WISHES = {
    "hr-helper": ScaffoldRequest(
        "A chatbot that answers new hires' questions about our HR handbook", name="HR Helper"
    ),
    "help-centre-search": ScaffoldRequest(
        "Search our product help centre and get cited answers", screen="gradio", name="Help Centre Search"
    ),
    "invoice-extractor": ScaffoldRequest(
        "Extract vendor, invoice number, date, due date and total from our invoices", name="Invoice Extractor"
    ),
    "message-sorter": ScaffoldRequest(
        "Sort customer messages into bug, feature request, question and praise",
        screen="gradio",
        name="Message Sorter",
    ),
    "sales-analyst": ScaffoldRequest(
        "Answer questions about our orders table with totals, charts and the SQL", name="Sales Analyst"
    ),
    "contract-comparison": ScaffoldRequest(
        "Compare two versions of a contract and show what changed", name="Contract Comparison"
    ),
    "story-writer": ScaffoldRequest(
        "Write user stories from a feature description, at most 120 words",
        screen="gradio",
        name="Story Writer",
    ),
    "room-booker": ScaffoldRequest("Book meeting rooms", name="Room Booker"),
    "meeting-summarizer": ScaffoldRequest(
        "Summarize our meeting notes with action items", name="Meeting Summarizer"
    ),
}


def main(folder: Path) -> None:
    """Write every demo below `folder`; what is there of them is replaced."""
    for name, wish in WISHES.items():
        target = folder / name
        shutil.rmtree(target, ignore_errors=True)
        plan = plan_scaffold(wish)
        make(replace(plan, spec=structs.replace(plan.spec, id=f"demo-{name}")), target)
        shutil.rmtree(target / ".protokit")
        print(target)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
