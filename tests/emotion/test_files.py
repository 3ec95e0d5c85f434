import pytest

from emotion.files import replacing, write_bytes, write_text


def test_text_and_bytes_arrive_as_given_and_folders_are_made(tmp_path):
    write_text(tmp_path / "a" / "b" / "text", "grün\n")
    assert (tmp_path / "a" / "b" / "text").read_bytes() == "grün\n".encode()
    write_bytes(tmp_path / "bytes", b"\r\n\x00")
    assert (tmp_path / "bytes").read_bytes() == b"\r\n\x00"


def test_a_failure_while_writing_leaves_the_old_file_whole_and_nothing_beside_it(tmp_path):
    path = tmp_path / "best.keras"
    write_text(path, "old")

    def fill_the_disk() -> None:
        with replacing(path) as aside:
            aside.write_text("half of the n")
            assert path.read_text() == "old"
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        fill_the_disk()
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["best.keras"]


def test_the_place_to_write_keeps_the_suffixes(tmp_path):
    with replacing(tmp_path / "last.weights.h5") as aside:
        assert aside.parent == tmp_path
        assert aside.name.endswith("last.weights.h5")
        aside.touch()


def test_writing_nothing_is_an_error_not_an_empty_file(tmp_path):
    with pytest.raises(FileNotFoundError), replacing(tmp_path / "file"):
        pass
    assert list(tmp_path.iterdir()) == []
