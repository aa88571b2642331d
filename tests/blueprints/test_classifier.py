"""The classifier on both screens: a file is sorted, the page fits a telephone, the table survives a reload."""

from collections.abc import Iterator

import pytest

from protokit.prototype.prototype_folder import Prototype
from protokit.prototype.run_prototype import wait_until_open
from tests.support.browser import PHONE, needs_chromium, own_port, window
from tests.support.terminal import protokit

LINE = "Sort customer messages into bug, feature request, question and praise"


@pytest.fixture(params=["streamlit", "gradio"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    place = tmp_path_factory.mktemp(request.param)
    words = ("new", LINE, "--blueprint", "classifier", "--ui", request.param, "--out", "made")
    assert protokit(*words, cwd=place).code == 0
    port = own_port()
    with Prototype.open(place / "made").serve(port) as child:
        wait_until_open(child, port)
        yield f"http://localhost:{port}"


@pytest.mark.slow
@needs_chromium
@pytest.mark.browser
def test_a_sorted_file_fits_a_telephone_and_is_there_again_after_a_reload(url: str, chromium) -> None:
    with window(chromium, url, PHONE) as shown:
        shown.page.get_by_text("messages.csv").first.click()
        shown.page.get_by_text("Download the table").first.wait_for()
        shown.shoot(f"classifier-{url[-5:]}")
        assert shown.overflow() == 0
        shown.page.reload()
        shown.page.get_by_text("Download the table").first.wait_for()
        assert shown.outside == []
