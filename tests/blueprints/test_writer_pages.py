"""The writer's page in a browser, on both screens: a form, a text with its checks, a shorter version."""

from pathlib import Path

import pytest

from protokit.prototype.prototype_folder import Prototype
from protokit.prototype.run_prototype import wait_until_open
from protokit.scaffold.scaffold_plan import ScaffoldRequest, make, plan_scaffold
from tests.support.browser import browser, needs_chromium, own_port, window

FEATURE = """We want to export invoices as PDF, so that the accountant does not wait.
The export takes at most 10 seconds. Up to 100 invoices fit in one file."""


@pytest.mark.slow
@pytest.mark.browser
@needs_chromium
@pytest.mark.parametrize("screen", ["streamlit", "gradio"])
def test_a_visitor_writes_a_text_with_its_checks_and_a_shorter_version(tmp_path: Path, screen: str) -> None:
    line = "Write user stories from a feature description, at most 60 words"
    folder = make(plan_scaffold(ScaffoldRequest(line, screen=screen)), tmp_path / "made")
    port = own_port()
    with Prototype.open(folder).serve(port) as child, browser() as chromium:
        wait_until_open(child, port)
        with window(chromium, f"http://localhost:{port}") as shown:
            page = shown.page
            page.locator("textarea:visible").first.fill(FEATURE)
            page.keyboard.press("Tab")
            page.get_by_role("button", name="Write", exact=True).click()
            page.get_by_text("I want to export invoices as PDF").first.wait_for()
            page.get_by_text("at most 60 words").first.wait_for()
            page.get_by_role("button", name="Shorter").dblclick()
            page.get_by_text("Version 2").first.wait_for()
            assert "The export takes at most 10 seconds" in shown.text()
            assert shown.outside == []
            assert shown.overflow() <= 0
            shown.shoot(f"writer-{screen}")
