"""Nothing is skipped silently: a pytest plugin that says at the end what did not run and why, and fails the run where `CI` is set."""

import os
from typing import Any

import pytest


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if skipped := terminalreporter.stats.get("skipped", []):
        terminalreporter.section("not run, and why", bold=True)
        for report in skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
            terminalreporter.write_line(f"{report.nodeid}: {str(reason).removeprefix('Skipped: ')}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter and reporter.stats.get("skipped") and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
