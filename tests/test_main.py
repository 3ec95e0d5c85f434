"""Both parts of the tests run whatever became of the first, and count as one."""

from collections import Counter

import pytest

from tests import __main__ as all_tests

JUNIT = '<testsuites><testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10" time="1.0"/></testsuites>'


@pytest.mark.parametrize(
    ("statuses", "status"), [((0, 0), 0), ((1, 0), 1), ((0, 2), 2), ((5, 0), 0), ((0, 5), 0), ((5, 5), 5), ((1, 5), 1)]
)
def test_it_fails_where_a_part_fails_and_not_where_one_has_no_test(monkeypatch, capsys, statuses, status):
    asked, answers = [], iter(statuses)

    def run(options, folder):
        asked.append(options)
        return next(answers), Counter(passed=2)

    monkeypatch.setattr(all_tests, "run", run)
    assert all_tests.main(["-k", "faces"]) == status
    assert [options[0] for options in asked] == ["--part=together", "--part=alone"]
    assert all(options[-2:] == ["-k", "faces"] for options in asked)
    assert capsys.readouterr().out.startswith("4 passed in 0.")


def test_a_report_is_counted_in_pytests_words():
    counts = all_tests.counted(JUNIT)
    assert all_tests.closing_line(counts, 61.5) == "2 failed, 4 passed, 3 skipped, 1 error in 61.50s"
    assert all_tests.closing_line(Counter(), 0) == "no tests ran in 0.00s"


def test_a_real_run_has_every_test_in_one_of_the_parts(pytester_folder, tmp_path):
    status, counts = all_tests.run(["--part=together", str(pytester_folder)], str(tmp_path))
    assert (status, counts) == (0, Counter(passed=2))
    status, counts = all_tests.run(["--part=alone", str(pytester_folder)], str(tmp_path))
    assert (status, counts) == (1, Counter(passed=1, failed=1))


@pytest.fixture
def pytester_folder(tmp_path):
    """Tests of a project of its own, which has our marks and our rule."""
    (tmp_path / "pyproject.toml").write_text('[tool.pytest.ini_options]\nmarkers = ["alone", "e2e"]\n')
    rule = "from tests.conftest import pytest_addoption, pytest_collection_modifyitems\n"
    (tmp_path / "conftest.py").write_text(rule)
    (tmp_path / "test_some.py").write_text(
        "import pytest\n\n\ndef test_one(): ...\ndef test_two(): ...\n"
        "@pytest.mark.alone\ndef test_clock(): ...\n@pytest.mark.e2e\ndef test_browser(): assert False\n"
    )
    return tmp_path
