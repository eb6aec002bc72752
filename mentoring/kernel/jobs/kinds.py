"""The registry of kinds of work. An app fills it in `AppConfig.ready()`, since the kernel knows no app."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mentoring.kernel.jobs.models import Job

Work = Callable[[Job], Mapping[str, Any] | None]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """`work(job)` does all of it and returns the result, of ids and counts.

    It may be called again after a worker was killed: it begins where `job.done` says, does a portion and calls `services.advance` in one
    transaction, asks `services.should_stop` between portions and returns when it should. A rule that says no is raised as `Refused`.
    """

    name: str
    work: Work


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    if _kinds.setdefault(kind.name, kind) != kind:
        raise ValueError(f"Two kinds of job are called {kind.name!r}.")


def get(name: str) -> Kind:
    return _kinds[name]


def names() -> list[str]:
    return list(_kinds)
