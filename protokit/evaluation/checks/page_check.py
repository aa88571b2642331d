"""Run as a process of its own: asks one question in a prototype's real screen and says what came back, as JSON."""

import json
import os
import sys
from pathlib import Path

from protokit.prototype.prototype_folder import Prototype, free_port
from protokit.prototype.run_prototype import wait_until_open


def main(folder: Path, screen: str) -> None:
    """Print {"ok": ..., "detail": ...} on the last line of stdout."""
    prototype = Prototype.open(folder)
    takes_text = prototype.spec.takes == "text"
    said = _first_text(prototype) if takes_text else next(iter(prototype.spec.starter_questions), "hello")
    shown = _in_streamlit(prototype.folder, said) if screen == "streamlit" else _in_gradio(prototype, said)
    wanted = "[1]" if takes_text or prototype.spec.starter_questions else ""
    ok = wanted in shown
    detail = "answers with its source" if ok else f"no source in what it shows: {shown[:160]!r}"
    print(json.dumps({"ok": ok, "detail": detail}))


def _first_text(prototype: Prototype) -> str:
    with prototype.assistant("offline") as assistant:
        return str(assistant.text_of(assistant.samples()[0]))


def _in_streamlit(folder: Path, said: str) -> str:
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    os.environ["STREAMLIT_BROWSER_GATHER_USAGE_STATS"] = "false"
    from streamlit import config
    from streamlit.testing.v1 import AppTest

    config.get_config_options()
    config.set_option("client.showErrorDetails", "full")  # its visitors are not shown what the owner needs
    page = AppTest.from_file(str(folder / "app.py"), default_timeout=90).run()
    _refuse_errors(page)
    if page.chat_input:
        page.chat_input[0].set_value(said)
    elif page.text_area:
        page.text_area[0].set_value(said)
        page.button[0].click()
    else:
        page.text_input[0].set_value(said)
        page.button[0].click()
    page.run()
    _refuse_errors(page)
    return " ".join(str(element.value) for element in page.markdown)


def _refuse_errors(page: object) -> None:
    for fault in page.exception:  # type: ignore[attr-defined]
        frames = [f"  {line}" for line in fault.stack_trace]  # as Python shows a traceback
        sys.exit("\n".join([*frames, f"{fault.proto.type}: {fault.message}"]))
    problems = page.error  # type: ignore[attr-defined]
    if problems:
        print(json.dumps({"ok": False, "detail": f"the page shows an error: {problems[0].value}"}))
        sys.exit()


def _in_gradio(prototype: Prototype, said: str) -> str:
    os.environ["HF_HUB_OFFLINE"] = "1"  # else the client asks a model hub's host who is asking
    from gradio_client import Client

    port = free_port(7860)
    with prototype.serve(port, log=lambda line: print(line, file=sys.stderr)) as child:
        wait_until_open(child, port)
        client = Client(f"http://127.0.0.1:{port}", verbose=False, analytics_enabled=False)
        endpoint = next(name for name in ("/chat", "/search", "/summarize") if name in _endpoints(client))
        return json.dumps(client.predict(said, api_name=endpoint), ensure_ascii=False)


def _endpoints(client: object) -> set[str]:
    told = client.view_api(return_format="dict", print_info=False)  # type: ignore[attr-defined]
    return set(told["named_endpoints"])


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
