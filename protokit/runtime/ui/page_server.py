"""Serves a Streamlit page under our policy: `python -m protokit.runtime.ui.page_server app.py --server.port=8501`."""

import sys
from pathlib import Path


def main(script: str, *options: str) -> None:
    """Serve `script` until Ctrl-C; `options` are those of `streamlit run`, each written `--name=value`."""
    import streamlit
    from starlette.middleware import Middleware

    from protokit.runtime.page_policy import PagePolicy

    pairs = (option.removeprefix("--").partition("=") for option in options)
    sys.argv = [str(Path(script).resolve())]
    app = streamlit.App(Path(script).resolve(), middleware=[Middleware(PagePolicy)])
    app.run(config={name: _value(value) for name, _, value in pairs})


def _value(text: str) -> object:
    words = {"true": True, "false": False}
    return words[text] if text in words else int(text) if text.isdecimal() else text


if __name__ == "__main__":
    main(*sys.argv[1:])
