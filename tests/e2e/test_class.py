"""A class of 25 before the camera of a real browser."""

import re
import statistics
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.benchmarks.watched import camera_frames, processor_s
from tests.e2e.test_live import STREAM_STARTS_MS, camera, metric
from tests.scenes import gallery, write_mjpeg
from training.labelled_faces import Split

pytestmark = [pytest.mark.e2e, pytest.mark.data]

LEAST_FOUND = 17
"""18 to 19 are found of the film itself (`tests.benchmarks.live`), 16 to 20, mostly 18, of what the browser sends."""
LEAST_PICTURES_PER_S = 8
MOST_APART = 4
READINGS = 6
MOST_LOOKS = 3
"""Another program may have had the processors; one that has them for all of these fails the test."""


@pytest.fixture(scope="module")
def class_film(fer2013, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of a gallery of 25 PrivateTest faces, 90 pixels each, that sway a little."""
    faces = fer2013[Split.PRIVATE_TEST].faces[:, :, :, 0]
    chosen = np.random.default_rng(2013).choice(len(faces), 25, replace=False)
    scene, _ = gallery(faces[chosen], 5, 5)
    path = tmp_path_factory.mktemp("class") / "class.mjpeg"
    write_mjpeg(path, [np.roll(scene, round(3 * np.sin(step * np.pi / 15)), axis=1) for step in range(30)])
    path.chmod(0o600)
    return path


@dataclass(slots=True)
class Look:
    """What the page said in some seconds, once a second."""

    faces: list[int] = field(default_factory=list)
    pictures_per_s: list[int] = field(default_factory=list)
    delays_ms: list[int] = field(default_factory=list)
    pictures_per_processor_s: float = 0.0

    def is_as_wanted(self) -> bool:
        return (
            LEAST_FOUND <= statistics.median(self.faces) <= 27
            and max(self.faces) - min(self.faces) <= MOST_APART
            # Browser, camera and encoder share these two cores with the app, and others may, too: its better
            # seconds tell of it, or else what it makes of a second that it does get.
            and max(*self.pictures_per_s, self.pictures_per_processor_s) >= LEAST_PICTURES_PER_S
            and max(self.pictures_per_s) >= LEAST_PICTURES_PER_S / 4
            and statistics.median(self.delays_ms) < 1000
        )


def look(page: Page, url: str, process: int) -> Look:
    found, port = Look(), int(url.rpartition(":")[2])
    frames, used_s = camera_frames(port), processor_s(process)
    for _ in range(READINGS):
        found.faces.append(int(metric(page, "Faces now").inner_text()))
        pace = page.get_by_text(re.compile(r"\d a second, \d+ ms")).inner_text()
        rate, delay = re.findall(r"(\d+) a second, (\d+) ms", pace)[0]
        found.pictures_per_s.append(int(rate))
        found.delays_ms.append(int(delay))
        page.wait_for_timeout(1000)
    found.pictures_per_processor_s = (camera_frames(port) - frames) / (processor_s(process) - used_s)
    return found


def test_a_class_is_found_in_time_and_stands_still(open_page, app, class_film):
    page = open_page(class_film)
    page.get_by_role("radio", name="720p").click()
    camera(page).get_by_role("button", name="START").click()
    expect(metric(page, "Faces now")).not_to_have_text("0", timeout=STREAM_STARTS_MS)
    page.wait_for_timeout(6000)

    looks = [look(page, *app)]
    while not looks[-1].is_as_wanted() and len(looks) < MOST_LOOKS:
        # Chromium sends smaller pictures for a while after a second without a processor; a new stream begins anew.
        camera(page).get_by_role("button", name="STOP").click()
        page.wait_for_timeout(5000)
        camera(page).get_by_role("button", name="START").click(timeout=STREAM_STARTS_MS)
        expect(metric(page, "Faces now")).not_to_have_text("0", timeout=STREAM_STARTS_MS)
        page.wait_for_timeout(6000)
        looks.append(look(page, *app))
    print(*looks, sep="\n")
    assert looks[-1].is_as_wanted(), looks
    assert page.get_by_text("could not be analysed").count() == 0
