"""Serves a Gradio page with a guard and our policy: `python -m protokit.runtime.ui.gradio_server app.py`.

Pages of today ask for both themselves; one that was made before there was a guard gets it here.
"""

import os
import runpy
import sys
from pathlib import Path
from typing import Any


def main(script: str) -> None:
    """Run `script` as `python script` does, with a guard in whatever it launches."""
    import gradio

    from protokit.runtime.uploads.gradio_files import guarded

    path = Path(script).resolve()
    launch = gradio.Blocks.launch

    def launch_guarded(blocks: Any, *arguments: Any, **options: Any) -> Any:
        options["app_kwargs"] = guarded(path.parent, options.get("app_kwargs"))
        return launch(blocks, *arguments, **options)

    setattr(gradio.Blocks, "launch", launch_guarded)  # noqa: B010 - the type of the original is another
    sys.argv, sys.path[0] = [str(path)], str(path.parent)
    runpy.run_path(str(path), run_name="__main__")


if __name__ == "__main__":
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    main(sys.argv[1])
