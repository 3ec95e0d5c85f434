"""Log lines: JSON, from a level on, and nothing in them that belongs to a person."""

import io
import json
import logging

import numpy as np
import pytest

from emotion.logs import LONGEST, JsonLines, start_logs


@pytest.fixture
def lines():
    """Call to get what was logged since; the logs are put back as they were."""
    root, ours = logging.getLogger(), logging.getLogger("emotion")
    before = (root.handlers, root.level, ours.level)
    root.handlers = []
    stream = io.StringIO()

    def logged(level: str = "INFO"):
        start_logs(level, stream)
        stream.seek(0)
        stream.truncate()
        return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]

    yield logged
    root.handlers, root.level, level = before
    root.setLevel(before[1])
    ours.setLevel(level)


def test_a_record_is_one_line_of_json(lines):
    told = lines()
    fields = {"frames": 3, "source": "camera"}
    logging.getLogger("emotion.live").warning("a line\nwith %s", "two", extra={"fields": fields})
    (line,) = told()
    assert line.pop("time").endswith("+00:00")
    expected = {"level": "warning", "logger": "emotion.live", "message": "a line\nwith two"}
    assert line == {**expected, "frames": 3, "source": "camera"}


@pytest.mark.parametrize(("level", "logged"), [("DEBUG", 4), ("INFO", 3), ("WARNING", 2), ("ERROR", 1)])
def test_the_level_decides_what_is_logged(lines, level, logged):
    told = lines(level)
    logger = logging.getLogger("emotion.x")
    for say in (logger.debug, logger.info, logger.warning, logger.error):
        say("x")
    assert len(told()) == logged


def test_libraries_tell_warnings_only(lines):
    told = lines("DEBUG")
    logging.getLogger("aioice.ice").info("Discovered peer 198.51.100.7")
    logging.getLogger("aioice.ice").warning("it failed")
    assert [line["message"] for line in told()] == ["it failed"]


def test_a_failure_has_its_traceback_in_the_same_line(lines):
    told = lines()
    try:
        raise ValueError("no\nsuch thing")
    except ValueError:
        logging.getLogger("emotion.x").exception("it failed")
    (line,) = told()
    assert line["error"].startswith("Traceback")
    assert "ValueError: no\nsuch thing" in line["error"]


def test_started_twice_it_tells_once(lines):
    lines()
    told = lines()
    logging.getLogger("emotion.x").warning("x")
    assert len(told()) == 1


@pytest.mark.parametrize(
    ("message", "hidden"),
    [
        ("no answer of rtsp://teacher:secret@camera.example/1", "teacher:secret"),
        ("asked by 198.51.100.7", "198.51.100.7"),
        ("asked by [2001:db8::17]:443", "2001:db8::17"),
        ("asked by ::ffff:198.51.100.7", "198.51.100.7"),
        ("POST /api/screen/AbC-_123 failed", "AbC-_123"),
        ("GET /?seed=1&lesson=k3y-of_a-lesson", "k3y-of_a-lesson"),
        ("sent Authorization: Bearer t0ken", "t0ken"),
        (f"cannot read {bytes(range(256))!r}", r"\x0f"),
    ],
)
def test_addresses_passwords_tokens_and_bytes_are_left_out(lines, message, hidden):
    told = lines()
    logger = logging.getLogger("emotion.x")
    logger.warning(message)
    logger.warning("%s", message, extra={"fields": {"field": message}})
    try:
        raise OSError(message)
    except OSError:
        logger.exception("it failed")
    written = told()
    assert len(written) == 3
    assert hidden in message
    assert hidden not in json.dumps(written).replace("\\\\", "\\")


def test_times_and_our_own_machine_stay_readable(lines):
    told = lines()
    logging.getLogger("emotion.x").warning("at 03:35:40 on 127.0.0.1 and ::1, emotion.x 0.1.0")
    assert told()[0]["message"] == "at 03:35:40 on 127.0.0.1 and ::1, emotion.x 0.1.0"


def test_pictures_and_bytes_are_told_by_their_size(lines):
    told = lines()
    picture = np.full((48, 64, 3), 77, np.uint8)
    logging.getLogger("emotion.x").warning(
        "%s and %r", picture, b"\xff\xd8\xff" * 9, extra={"fields": {"rgb": picture}}
    )
    (line,) = told()
    assert line["message"] == "<array (48, 64, 3)> and '<27 bytes>'"
    assert line["rgb"] == "<array (48, 64, 3)>"


def test_what_is_too_long_is_cut_in_its_middle(lines):
    told = lines()
    logging.getLogger("emotion.x").warning("begin %s end", "x" * 100_000)
    message = told()[0]["message"]
    assert len(message) < LONGEST + 10
    assert message.startswith("begin ")
    assert message.endswith(" end")


def test_values_that_do_not_fit_are_no_failure():
    record = logging.makeLogRecord({"msg": "%d faces", "args": ("three",)})
    assert json.loads(JsonLines().format(record))["message"] == "%d faces (its values do not fit)"


@pytest.mark.parametrize("has_handler", [True, False])
def test_libraries_that_pass_nothing_on_write_as_we_do_and_warnings_only(lines, has_handler):
    stream = io.StringIO()
    logger = logging.getLogger(f"some.server.{has_handler}")
    logger.handlers, logger.propagate = [logging.StreamHandler(stream)] if has_handler else [], False
    logger.setLevel("INFO")
    told = lines()
    logger.info("('198.51.100.7', 1) - WebSocket [accepted]")
    logger.warning("of its own")
    found = [json.loads(line) for line in stream.getvalue().splitlines()] if has_handler else told()
    assert [line["message"] for line in found] == ["of its own"]
    logger.handlers, logger.propagate = [], True
