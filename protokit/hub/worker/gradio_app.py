"""A Gradio prototype as an ASGI application, under its public path."""

import inspect
import runpy
from pathlib import Path
from typing import Any

from protokit.hub.worker.worker_config import App, WorkerConfig


class _Launched(BaseException):
    """Raised in place of a launch, which would not return either."""

    def __init__(self, blocks: Any, options: dict[str, Any]) -> None:
        self.blocks, self.options = blocks, options


def load_app(order: WorkerConfig) -> App:
    """The application that app.py launches, with the options it launches it with."""
    import gradio
    from fastapi import FastAPI

    from protokit.runtime.uploads.gradio_files import guarded

    launched = _launch(Path(order.folder, "app.py"))
    parameters = inspect.signature(gradio.mount_gradio_app).parameters
    options = {name: value for name, value in launched.options.items() if name in parameters}
    options |= {"path": order.base_path, "show_error": False}
    options["app_kwargs"] = guarded(order.folder, options.get("app_kwargs"))
    launched.blocks.has_launched = True  # else Gradio takes every path for an allowed one
    for ours in ("server_name", "server_port", "root_path", "pwa"):
        options.pop(ours, None)
    outer = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    return gradio.mount_gradio_app(outer, launched.blocks, **options)  # type: ignore[no-any-return]


def _launch(script: Path) -> _Launched:
    """Run `script` up to its launch; one that launches nothing may leave its Blocks under the name `demo`."""
    import gradio

    def caught(blocks: Any, *arguments: Any, **options: Any) -> None:
        raise _Launched(blocks, options)

    setattr(gradio.Blocks, "launch", caught)  # noqa: B010 - the type of the original is another
    try:
        variables = runpy.run_path(str(script), run_name="__main__")
    except _Launched as launched:
        return launched
    if not isinstance(variables.get("demo"), gradio.Blocks):
        raise SystemExit("app.py launched no Gradio screen")
    return _Launched(variables["demo"], {})
