"""`protokit hub --demo`: three prototypes with a month of traffic that every page calls simulated."""

from pathlib import Path

import pytest

from protokit.errors import ChoiceProblem
from protokit.hub.demo import make_demo
from protokit.hub.hub_settings import HubSettings
from tests.support.hub_site import site


@pytest.mark.slow
def test_the_demo_shows_a_go_a_no_go_and_a_not_yet_all_called_simulated(tmp_path: Path) -> None:
    home, lines = tmp_path / "hub-demo", list[str]()
    make_demo(HubSettings(home), lines.append)
    assert len(lines) == 3
    make_demo(HubSettings(home), lines.append)
    assert len(lines) == 3  # what is there is opened as it is
    with site(home) as hub:
        assert "Simulated traffic." in hub.get("/")
        for slug, verdict in (
            ("hr-helper", "Go"),
            ("help-centre-search", "No-go"),
            ("clinic-assistant", "Not yet"),
        ):
            page = hub.get(f"/prototypes/{slug}/decision")
            assert f'class="verdict">{verdict} <span class="badge badge-warn">simulated' in page


def test_a_demo_is_not_put_into_a_home_of_real_prototypes(tmp_path: Path) -> None:
    (tmp_path / "prototypes").mkdir()
    with pytest.raises(ChoiceProblem, match="not empty"):
        make_demo(HubSettings(tmp_path), lambda line: None)
    assert not HubSettings(tmp_path).demo
