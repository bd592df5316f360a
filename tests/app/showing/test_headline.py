"""The one line that stands for a service."""

from pathlib import Path

import pytest

from watchbook.app.documents.loading import Loaded
from watchbook.app.showing.services import summary_of
from watchbook.app.watching.placing import bare_service
from watchbook.app.wiring import Wiring
from watchbook.deciding.page import PagingSettings
from watchbook.reading import read_runbook


@pytest.mark.parametrize(
    ("checks", "headline"),
    [
        ("", "the runbook has no health check"),
        ("## Health Checks\n- **Endpoint:** `GET http://127.0.0.1:9/health`\n", "not probed yet"),
    ],
)
def test_a_service_that_nothing_is_known_of_says_why(tmp_path: Path, checks: str, headline: str) -> None:
    """No checks in the runbook, and checks that were not asked yet, are two things."""
    text = f"# Shop\n\n**Service:** Shop\n\n{checks}"
    loaded = Loaded(tmp_path / "RUNBOOK.md", text, read_runbook(text))
    service = bare_service(loaded, Wiring(folder=tmp_path), PagingSettings(), 0.0)
    assert headline in summary_of(service, 0).headline
