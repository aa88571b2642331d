"""Traces one answer of a prototype, for which its own code is run, in the prototype's sandbox.

python -m protokit.hub.worker.trace_worker NUMBER < ORDER      prints the stage and the reason as JSON
"""

import json
import sys
from pathlib import Path

from protokit.errors import ProtokitError
from protokit.hub.worker.worker_config import WorkerConfig
from protokit.hub.worker.worker_main import enter_sandbox, move_in


def main(order: WorkerConfig, number: int) -> None:
    """Print the trace of answer `number`; exit 1 with a line where there is none."""
    if order.confine:
        enter_sandbox(order)
    move_in(order)
    from protokit.evaluation.trace import diagnose_answer
    from protokit.prototype.prototype_folder import Prototype

    try:
        trace = diagnose_answer(Prototype.open(Path(order.folder)), number)
    except ProtokitError as problem:
        sys.exit(str(problem))
    sys.stdout.write("\n" + json.dumps({"stage": trace.stage, "why": trace.why}) + "\n")


if __name__ == "__main__":
    main(WorkerConfig.read(sys.stdin.readline()), int(sys.argv[1]))
