"""Would the matrix notice? Each door and each filter by what the viewer may see is taken away in turn, and one cell at least must fail."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.contrib.auth.views import redirect_to_login
from django.db import models
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.test import Client

from matching.pairings.models import Pairing, PairingQuerySet
from programs.memberships.access import View, members_only
from programs.memberships.models import Membership
from tests.security.access_matrix import HIDE, ROLES, ROUTES
from tests.security.cells import Cell, cells, complaints, is_kept_out, patterns
from tests.security.world import World, build_world
from tests.times import NOON

NOTICED = 0.95
# Whose visit shows it most often where a check is missing: they come first, so that it is noticed sooner.
SOONEST = [("other", "own"), ("coordinator", "foreign"), ("half", "own"), ("former", "past"), ("half", "foreign"), ("conflicted", "own")]
# What some pages ask instead of `visible_to`.
FILTERS = {
    "visible_to": None,
    "in_pairing": None,
    "readable_by": {"Session", "Concern"},
    "raised_by": {"Concern"},
    "of": {"Pairing", "CheckIn"},
}
SURVIVORS = {
    "door of programs:mail-again": "the log gives its mails to staff alone, and its one page asks it",
    "door of checkins:patterns": "its page turns away whoever is no admin and no deputy",
    "Fact.in_pairing": "it is asked for numbers alone, and its pages have asked for the pairing",
    "Round.in_pairing": "it says that something is being prepared and no word of it, and its pages have asked for the pairing",
    "Absence.visible_to": "it holds no words, and its pages have asked for the pairing",
    "Request.visible_to": "its one page has asked for the pairing, and keeps from the author what the author wrote",
    **dict.fromkeys(
        ["door of matching:ask", "door of matching:not-for-me", "door of matching:not-for-me-take-back"],
        "each asks for whoever is suggested to its reader, or kept apart by them: to whom the door is shut, nobody is",
    ),
    "CaseTask.visible_to": "its list shows one's own tasks, and no word of them",
    "door of matching:suggestions": "its page turns away whoever may not ask, which is whoever is no participant",
    "Concern.visible_to": "it is Concern.readable_by and Concern.raised_by, and that somebody looks is written down of readers alone",
    "door of checkins:cases": "its page asks for a role that nobody outside has here",
    "SheetRow.visible_to": "it is Sheet.visible_to once more, which its one page has asked for the sheet",
    "OwnLimit.visible_to": "whoever set it, it is one of the lines that all who read the topic see; what is tested beside it says whose",
    "Reading.visible_to": "it says how far somebody has read, and no word",
    "SessionOption.visible_to": "it is Session.readable_by once more, which its one page has asked for the session",
    "SessionAccount.visible_to": "it is Session.readable_by once more, which its pages have asked for the session",
}
# Where checks stand one behind the other, the last is tried with those before it away: what it then lets through is what it kept shut.
PAGES = "Pairing as pages ask for it"
OF_A_RUN = ["progress", "stop", "repeat", "check", "nobody", "compare", "groups", "unlocked", "export", "nobody-export"]
OF_A_RUN += ["release", "release-stop"]
SECOND = {
    **dict.fromkeys(
        [
            "ActionItem.visible_to",
            "AgendaItem.visible_to",
            "CheckIn.visible_to",
            "EndingReason.visible_to",
            "Fact.visible_to",
            "Goal.visible_to",
            "HandOverNote.visible_to",
            "Message.visible_to",
            "OfTwo.visible_to",
            "Pause.visible_to",
            "Round.visible_to",
            "Series.visible_to",
            "Session.readable_by",
            "Session.visible_to",
        ],
        (PAGES,),
    ),
    **dict.fromkeys(
        [
            f"{name}.in_pairing"
            for name in (
                "ActionItem",
                "AgendaItem",
                "Agreement",
                "Decision",
                "Goal",
                "HandOverNote",
                "JointAnswer",
                "Message",
                "OfTwo",
                "Session",
            )
        ],
        (PAGES,),
    ),
    # Where staff read answers, the rule of each check-in hides them once more.
    "Answer.visible_to": ("CheckIn.of",),
    # Below three sessions, which are facts, no count is shown.
    "WeeklyCount.in_pairing": (PAGES, "Fact.in_pairing"),
    "WeeklyCount.visible_to": (PAGES, "Fact.visible_to"),
    **{
        f"door of programs:import-{page}": ("Sheet.visible_to",)
        for page in ("columns", "preview", "confirm", "progress", "stop", "result", "rejected")
    },
    **{f"door of programs:invitation-{page}": ("Invitation.visible_to",) for page in ("remind", "withdraw")},
    **{f"door of matching:criterion{page}": ("Criterion.visible_to",) for page in ("", "-remove", "-move")},
    "door of matching:exclusion-take-back": ("Exclusion.visible_to",),
    **{f"door of matching:run{page}": ("Run.visible_to",) for page in ("", *(f"-{name}" for name in OF_A_RUN))},
    "door of guidelines:training-live-back": ("LiveHour.visible_to",),
    **{f"door of matching:run-pair{page}": ("Proposal.visible_to",) for page in ("", "-settle", "-trade")},
    "door of matching:run-lock-take-back": ("Lock.visible_to",),
    **{
        f"door of checkins:task{act}": ("Task.visible_to",)
        for act in ("", "-done", "-take-on", "-give-back", "-give", "-put-off", "-bring-back")
    },
    **{f"door of checkins:baseline{act}": ("Baseline.visible_to",) for act in ("", "-in-force", "-set-aside")},
    **dict.fromkeys(["door of checkins:signal", "door of checkins:signal-lesson"], ("Signal.visible_to",)),
    "door of checkins:quiet-review": ("QuietReview.visible_to",),
    "door of checkins:pattern-done": ("Pattern.visible_to",),
    **{f"door of checkins:{page}": (PAGES,) for page in ("answers", "calls", "pairing-remind")},
    "door of checkins:call-correct": ("CallNote.visible_to",),
    **{
        f"door of {name}": ("Concern.readable_by",)
        for name in ROUTES
        if name.startswith("checkins:concern-") and ROUTES[name].who == ("coordinator", "admin")
    },
    **{f"door of matching:{act}": (PAGES,) for act in ("withdraw", "undo", "ask-both", "stand-in")},
}


@dataclass(frozen=True)
class Check:
    name: str
    routes: tuple[str, ...]
    remove: Callable[[pytest.MonkeyPatch], None]


@pytest.mark.django_db(transaction=True)
@time_machine.travel(NOON, tick=False)
def test_removing_any_check_fails_the_matrix(soak: bool) -> None:
    """In its short form every filter, and every tenth door: the doors are one function, each before a view of its own. What is known to
    survive is tried in the full form alone, since that asks for everything there is: whether a check is needed after all.
    """
    world = build_world()
    browsers = {role: world.browser_of(role) for role in ROLES}
    doors, filters = list(_doors()), list(_filters(world, browsers, both_ways=soak))
    before = {check.name: check for check in [*doors, *filters]} | {PAGES: _pairing_of_pages()}
    checks = {check.name: check for check in [*(doors if soak else doors[::10]), *filters] if soak or check.name not in SURVIVORS}
    assert len(checks) > 60, "The walk found hardly any check."

    survivors = {
        name for name, check in checks.items() if not _is_noticed(check, [before[first] for first in SECOND.get(name, ())], world, browsers)
    }

    assert survivors == SURVIVORS.keys() & checks.keys(), (
        "Does the world hold a row that it keeps shut? Does SECOND say which check stands before it?"
    )
    assert len(SURVIVORS) / len(before) <= 1 - NOTICED


def _is_noticed(check: Check, before: list[Check], world: World, browsers: dict[str, Client]) -> bool:
    """Does a cell fail without this check that does not fail with it? Those `before` it are away in either case.

    Nobody is asked for what does not exist: no check keeps that shut.
    """
    found = [cell for cell in cells(world, routes=check.routes, methods=("get", "post")) if cell.which != "missing"]
    for cell in sorted((cell for cell in found if cell.method in ROUTES[cell.route].methods), key=_how_soon):
        with _without(*before, check):
            wrong = complaints(cell, world, browsers[cell.role])
        if wrong:
            with _without(*before):
                if wrong != complaints(cell, world, browsers[cell.role]):
                    return True
    return False


def _how_soon(cell: Cell) -> tuple[bool, bool, int]:
    """The cells that are shut come first: where a check is missing, one of these opens. The others show at most a word too many.

    A form that is sent asks what it asked when it was shown, and seldom more.
    """
    who = (cell.role, cell.which)
    return cell.expected != HIDE, _is_sent(cell), SOONEST.index(who) if who in SOONEST else len(SOONEST)


def _is_sent(cell: Cell) -> bool:
    """What is shown as well."""
    return cell.method == "post" and "get" in ROUTES[cell.route].methods


@contextmanager
def _without(*checks: Check) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for check in checks:
            check.remove(patch)
        yield


# --- doors ---


def _doors() -> Iterator[Check]:
    for name, (_, pattern) in patterns().items():
        if door := getattr(pattern.callback, "open_to", ""):
            opened = (_open_to_whoever_had_a_place if door == "members" else members_only)(_behind(pattern.callback))
            yield Check(f"door of {name}", (name,), lambda patch, at=pattern, to=opened: patch.setattr(at, "callback", to))


def _behind(door: View) -> View:
    """The view itself, with the methods it takes."""
    return door.__wrapped__.__wrapped__  # type: ignore[attr-defined,no-any-return]


def _open_to_whoever_had_a_place(view: View) -> View:
    """In whichever program, and also if they have left it."""

    @wraps(view)
    def door(request: HttpRequest, program: str, *arguments: Any, **names: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        request.membership = Membership.objects.filter(user=request.user).select_related("program").get()  # type: ignore[attr-defined]
        return view(request, *arguments, **names)

    return door


# --- filters ---


def _filters(world: World, browsers: dict[str, Client], *, both_ways: bool) -> Iterator[Check]:
    """Those that a page asks, each with the pages that do. One that no page asks yet keeps nothing shut.

    `both_ways`: what is asked for by a form that is sent, too, and not only when it is shown.
    """
    asked_by: dict[tuple[type, str], set[str]] = {}
    with pytest.MonkeyPatch.context() as patch:
        at: list[str] = []
        for queryset, word in _declared():
            asked_by[queryset, word] = set()
            patch.setattr(queryset, word, _noting(getattr(queryset, word), asked_by[queryset, word], at))
        # Who signs out sees nothing more.
        routes = [name for name in ROUTES if name != "leave"]
        for cell in cells(world, routes=routes, roles=("half", "coordinator"), methods=("get", "post")):
            if is_kept_out(cell.route, cell.role):
                continue
            if cell.which == "own" and cell.method in ROUTES[cell.route].methods and (both_ways or not _is_sent(cell)):
                at[:] = [cell.route]
                complaints(cell, world, browsers[cell.role])
    for (queryset, word), routes in asked_by.items():
        if routes:
            yield Check(
                f"{queryset.__name__.removesuffix('QuerySet')}.{word}",
                tuple(name for name in ROUTES if name in routes),
                lambda patch, of=queryset, named=word: patch.setattr(
                    of, named, _everything_of_a_pairing if named == "in_pairing" else _all
                ),
            )


def _declared() -> Iterator[tuple[type[models.QuerySet[Any]], str]]:
    for model in apps.get_models():
        queryset = type(model._default_manager.all())
        for word, of_models in FILTERS.items():
            if hasattr(queryset, word) and (of_models is None or model.__name__ in of_models):
                yield queryset, word


def _all(rows: Any, viewer: Membership) -> Any:
    return rows


def _everything_of_a_pairing(rows: Any, pairing: Pairing, viewer: Membership) -> Any:
    return rows.filter(pairing=pairing)


def _noting(asked: Callable[..., Any], routes: set[str], at: list[str]) -> Callable[..., Any]:
    @wraps(asked)
    def note(*arguments: Any) -> Any:
        routes.update(at)
        return asked(*arguments)

    return note


def _pairing_of_pages() -> Check:
    """Takes the filter away where a page asks for a pairing, and leaves it where other rows are filtered by it."""
    everything = type("Everything", (PairingQuerySet,), dict.fromkeys(("visible_to", "of"), lambda rows, viewer: rows))(Pairing)
    unfiltered = SimpleNamespace(objects=everything, State=Pairing.State, OPEN_STATES=Pairing.OPEN_STATES)

    def remove(patch: pytest.MonkeyPatch) -> None:
        for name, module in list(sys.modules.items()):
            if name.endswith((".views", ".access")) and getattr(module, "Pairing", None) is Pairing:
                patch.setattr(module, "Pairing", unfiltered)

    return Check(PAGES, (), remove)
