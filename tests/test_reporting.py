"""A run that left something out says so, and does not pass where it counts."""

from pathlib import Path

import pytest

ONE_LEFT_OUT = """
    import pytest

    def test_runs():
        pass

    @pytest.mark.skip(reason="no moon tonight")
    def test_does_not():
        pass
"""


@pytest.fixture
def run(pytester, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE", raising=False)
    pytester.makepyfile(ONE_LEFT_OUT)
    return lambda: pytester.runpytest_subprocess("-p", "tests.reporting", "-p", "no:randomly", "-p", "no:django")


def test_what_was_left_out_is_told_with_its_reason(run, monkeypatch):
    monkeypatch.delenv("CI", raising=False)

    result = run()

    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["*not run, and why*", "*test_does_not: no moon tonight"])


def test_where_it_counts_leaving_out_is_failing(run, monkeypatch):
    monkeypatch.setenv("CI", "true")

    result = run()

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(passed=1, skipped=1)
