"""The memory of a small host: a dyno of 512 MB holds the app at rest and one stream with room to spare."""

import re
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.test_live import STREAM_STARTS_MS, camera, metric
from tests.serving import free_port, running, streamlit_command

pytestmark = pytest.mark.e2e

MOST_AT_REST_MB, MOST_WITH_A_STREAM_MB = 200, 400


def resident_mb(process: int) -> float:
    """Memory of this process that is in RAM, in MB."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    found = re.search(r"^VmRSS:\s+(\d+) kB$", status, flags=re.MULTILINE)
    assert found is not None, "no VmRSS"
    return int(found[1]) * 1024 / 1e6


@pytest.mark.skipif(sys.platform != "linux", reason="no /proc here to read a process's memory")
def test_the_app_fits_into_a_small_dyno(open_page, astronaut_film, tmp_path):
    port = free_port()
    settings = {"STUN_URL": "none", "DATABASE_URL": "", "DATA_FOLDER": str(tmp_path)}
    with running(streamlit_command(port), port, tmp_path / "log.txt", settings) as process:
        at_rest = resident_mb(process.pid)
        page = open_page(astronaut_film, url=f"http://localhost:{port}")
        camera(page).get_by_role("button", name="START").click()
        expect(metric(page, "Faces now")).to_have_text("1", timeout=STREAM_STARTS_MS)
        streaming = 0.0
        for _ in range(10):
            page.wait_for_timeout(500)
            streaming = max(streaming, resident_mb(process.pid))
        print(f"{at_rest:.0f} MB at rest, {streaming:.0f} MB with one stream")
        assert at_rest <= MOST_AT_REST_MB
        assert streaming <= MOST_WITH_A_STREAM_MB
