"""Run as a process of its own: tries a prototype's real screen with one sample and says what came back, as JSON."""

import json
import os
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from protokit.prototype.prototype_folder import Prototype
from protokit.prototype.run_prototype import wait_until_open
from protokit.runtime.assistant import PageCheck

if TYPE_CHECKING:
    from gradio_client import Client
    from streamlit.testing.v1 import AppTest
    from streamlit.testing.v1.element_tree import Widget


def main(folder: Path, screen: str) -> None:
    """Print {"ok": ..., "detail": ...} on the last line of stdout."""
    prototype = Prototype.open(folder)
    with prototype.assistant("offline") as assistant:
        samples = assistant.samples()
        steps = assistant.page_check(samples[0]) if samples else PageCheck({"": "hello"}, shows="")
    streamlit = screen == "streamlit"
    text = _in_streamlit(prototype.folder, steps) if streamlit else _in_gradio(prototype, steps)
    ok = steps.shows in text
    what = "no source" if steps.shows == "[1]" else repr(steps.shows)
    detail = "answers with its source" if ok else f"{what} in what it shows: {text[:160]!r}"
    if ok and steps.shows != "[1]":
        detail = f"shows {steps.shows!r}"
    print(json.dumps({"ok": ok, "detail": detail}))


def _in_streamlit(folder: Path, steps: PageCheck) -> str:
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    os.environ["STREAMLIT_BROWSER_GATHER_USAGE_STATS"] = "false"
    from streamlit import config
    from streamlit.testing.v1 import AppTest

    config.get_config_options()
    config.set_option("client.showErrorDetails", "full")  # its visitors are not shown what the owner needs
    page = AppTest.from_file(str(folder / "app.py"), default_timeout=90).run()
    _refuse_errors(page)
    for label, value in steps.fill.items():
        _field(page, label).set_value(value)
    if buttons := [each for each in page.button if steps.click in ("", each.label)]:
        if steps.click or not page.chat_input:
            buttons[0].click()
    elif steps.click:
        _tell(f"the page has no button {steps.click!r}")
    page.run()
    _refuse_errors(page)
    texts = [str(element.value) for element in page.markdown]
    return " ".join([*texts, *(element.value.to_csv() for element in (*page.dataframe, *page.table))])


def _field(page: "AppTest", label: str) -> "Widget":
    """The field of that label; "" is the first one for text."""
    texts = [*page.chat_input, *page.text_area, *page.text_input]
    others = [*page.selectbox, *page.radio, *page.button_group, *page.number_input]
    fields: list[Any] = [each for each in (*texts, *others) if label in ("", getattr(each, "label", None))]
    if not fields:
        _tell(f"the page has no field {label!r}")
    field: Widget = fields[0]
    return field


def _tell(fault: str) -> NoReturn:
    print(json.dumps({"ok": False, "detail": fault}))
    sys.exit()


def _refuse_errors(page: "AppTest") -> None:
    for fault in page.exception:
        frames = [f"  {line}" for line in fault.stack_trace]  # as Python shows a traceback
        sys.exit("\n".join([*frames, f"{fault.proto.type}: {fault.message}"]))
    problems = page.error
    if problems:
        _tell(f"the page shows an error: {problems[0].value}")


def _in_gradio(prototype: Prototype, steps: PageCheck) -> str:
    os.environ["HF_HUB_OFFLINE"] = "1"  # else the client asks a model hub's host who is asking
    from gradio_client import Client

    port = _unused_port()
    with prototype.serve(port, log=lambda line: print(line, file=sys.stderr)) as child:
        wait_until_open(child, port)
        client = Client(f"http://127.0.0.1:{port}", verbose=False, analytics_enabled=False)
        endpoint = steps.endpoint or next(iter(_endpoints(client)), "")
        if endpoint not in _endpoints(client):
            _tell(f"the page has no endpoint {endpoint!r}")
        return json.dumps(client.predict(*steps.fill.values(), api_name=endpoint), ensure_ascii=False)


def _unused_port() -> int:
    """A port that the system picks, so that two checks at once do not look at each other's page."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _endpoints(client: "Client") -> list[str]:
    api: dict[str, dict[str, object]] = client.view_api(return_format="dict", print_info=False)
    return list(api["named_endpoints"])


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
