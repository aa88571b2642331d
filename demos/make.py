"""Makes the finished prototypes of this folder again: one for each blueprint, as a user's command would.

python -m demos.make [FOLDER]
"""

import shutil
import sys
from pathlib import Path

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
    "meeting-summarizer": ScaffoldRequest(
        "Summarize our meeting notes with action items", name="Meeting Summarizer"
    ),
}


def main(folder: Path) -> None:
    """Write every demo below `folder`; what is there of them is replaced."""
    for name, wish in WISHES.items():
        target = folder / name
        shutil.rmtree(target, ignore_errors=True)
        make(plan_scaffold(wish), target)
        shutil.rmtree(target / ".protokit")
        print(target)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
