"""Both halves, at every act: whoever somebody is in a pairing, the pages answer them alike.

One world, in which things have an author. The two change places, and the mentor changes, while the people and what they did stay: what a
person is answered must not change with it. So a rule that asks for a place or for the mentor is noticed, wherever it stands.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from http import HTTPStatus
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.db import connection, transaction
from django.db.models import Case, F, Model, Value, When
from django.http import HttpResponse
from django.test import Client

from checkins.answers.models import Answer
from checkins.notes.models import Note
from checkins.reviews.models import Review
from checkins.sessions.models import Session, SessionOption
from checkins.threads.models import ThreadRead
from guidelines.agreements.models import Agreement
from guidelines.agreements.queries import told
from guidelines.limits.models import OwnLimit
from matching.facts.models import Fact
from matching.joint.models import Answer as JointAnswer
from matching.joint.models import NotNow, Round
from matching.pairings import acts
from matching.pairings.models import Pairing
from matching.pauses.models import Pause
from mentoring.kernel.audit.models import AuditEvent
from programs.people.models import User
from tests.factories.checkins import (
    AbsenceFactory,
    ActionItemFactory,
    AgendaItemFactory,
    DecisionFactory,
    GoalFactory,
    MessageFactory,
    NoteFactory,
    SessionAccountFactory,
    SessionFactory,
    TaskFactory,
)
from tests.factories.matching import HandOverNoteFactory, JointAnswerFactory, PauseFactory, RoundFactory
from tests.security.access_matrix import BOTH_HALVES, ROUTES
from tests.security.cells import address_of, patterns
from tests.security.routes import PARAMETER
from tests.security.world import World, build_world
from tests.times import NOON

State, Mentor = Pairing.State, Pairing.Mentor
EVERY_ACT = [pytest.param(act, id=act.name) for act in acts.every()]
OF_A_PAIRING = "<int:pairing>"
WORDS = "What we would like to learn"
LOGGED = {"day": "2026-03-15", "start": "10:00", "minutes": "45", "place": "in_person", "led_by": "both"}
TIMES = {"day_1": "2026-04-20", "start_1": "10:00"}


@dataclass(frozen=True)
class Key:
    """Of what the world calls so."""

    name: str


# What makes a form do its act. What is a button alone is sent empty.
FILLED_IN: dict[str, dict[str, object]] = {
    "guidelines:agreement": {"round": Key("fills-in"), "rhythm": WORDS},
    "guidelines:agreement-clause": {"text": WORDS, "version": 1},
    "guidelines:agreement-sign": {"digest": Key("digest"), "name": WORDS},
    "guidelines:set-limit": {"words": "Two days before."},
    "checkins:action-add": {"text": WORDS, "owner": "both"},
    "checkins:actions-done": {"done": Key("actionitem")},
    "checkins:agenda-add": {"text": WORDS},
    "checkins:agenda-edit": {"text": WORDS, "points": WORDS, "version": 1},
    "checkins:agenda-suggestion": {"suggestion": "middle-stuck"},
    "checkins:airtime": {"talked": "even", "decided": "even"},
    "checkins:checkin": {"withhold": "1"},
    "checkins:decision-decline": {"word": WORDS},
    "checkins:decision-propose": {"text": WORDS},
    "checkins:decision-suggest": {"text": WORDS},
    "checkins:goal-add": {"text": WORDS, "together": "both"},
    "checkins:goal-agree": {"version": 1},
    "checkins:goal-edit": {"text": WORDS, "version": 1},
    "checkins:note-edit": {"text": WORDS, "version": 1},
    "checkins:note-open": {"version": 1},
    "checkins:note-write": {"text": WORDS, "of_both": "both"},
    "checkins:review-topic": {"item": Key("item")},
    "checkins:review-write": {"text": WORDS, "version": 1},
    "checkins:reviews": {"round": Key("looks-back"), "went_well": WORDS},
    "checkins:resets": {"round": Key("reset-afterwards"), "how": "better"},
    "checkins:session-account": {"words": WORDS, "day": "2025-12-16", "start": "12:00", "minutes": "45", "seen_at": NOON.isoformat()},
    "checkins:session-account-agree": {"seen_at": NOON.isoformat()},
    "checkins:session-change": {"place": "video", "where": WORDS, "led_by": "both"},
    "checkins:session-decline": {"option": Key("option")},
    "checkins:session-log": LOGGED,
    "checkins:session-log-planned": LOGGED,
    "checkins:session-missed": {"absent": "both"},
    "checkins:session-missed-agree": {"seen_at": NOON.isoformat()},
    "checkins:session-pick": {"option": Key("option")},
    "checkins:session-put-right": {**LOGGED, "seen_at": ""},
    "checkins:session-propose": {**TIMES, "minutes": "45", "place": "in_person"},
    "checkins:session-suggest": TIMES,
    "checkins:thread": {"text": WORDS},
    "checkins:thread-read": {"newest": Key("message")},
    "matching:begin-again": {"yes": "yes"},
    "matching:ending": {"good": WORDS},
    "matching:hand-over": {"text": WORDS, "readers": ["partner"], "promised": Key("pairing")},
    "matching:later-contact": {"yes": "no"},
    "matching:tell-why": {"words": WORDS},
}
# In which place the half stands that the table calls so, and who is the mentor: one changes at a time, from what comes first.
ARRANGEMENTS = [("first", Mentor.SECOND), ("second", Mentor.FIRST), ("first", Mentor.FIRST), ("first", Mentor.NOBODY)]


class _UndoneVisit(Exception):
    """Takes back what a visit wrote, so that each meets the same world."""


@pytest.fixture(scope="module")
def answered(django_db_setup: None, django_db_blocker: Any) -> Iterator[Callable[..., tuple]]:
    """`answered(role, act, method, state, arrangement)`: all in one world, since each visit is undone, and none is made twice."""
    with django_db_blocker.unblock(), transaction.atomic():
        with time_machine.travel(NOON, tick=False):
            world = _in_which_all_can_be_done()
            browsers = {role: world.browser_of(role) for role in BOTH_HALVES}
        yield cache(lambda role, act, method, state, arrangement: _answered(world, browsers[role], act, method, state, *arrangement))
        transaction.set_rollback(True)


def _in_which_all_can_be_done() -> World:
    """The world, and in it something for each act to be about."""
    world = build_world()
    pairing = Pairing.objects.get(pk=world.own["pairing"])
    AgendaItemFactory(pairing=pairing, position=10_000)
    option = SessionOption.objects.get(session__pairing=pairing, session__state="proposed")
    recent, otherwise = (SessionFactory(pairing=pairing, starts_at=NOON - timedelta(days=days)) for days in (10, 50))
    SessionAccountFactory(session=otherwise, author=pairing.second, minutes=60)
    missed = SessionFactory(pairing=pairing, missed=True, starts_at=NOON - timedelta(days=4))
    AbsenceFactory(session=missed, absent="both")
    led = SessionFactory(pairing=pairing, starts_at=NOON - timedelta(days=20), led_by=pairing.second)
    wished = SessionFactory(pairing=pairing, planned=True, starts_at=NOON + timedelta(days=20), lead_wished_by=pairing.second)
    stands, tried = (DecisionFactory(pairing=pairing, standing=True, try_until=day) for day in (None, NOON.date()))
    TaskFactory(pairing=pairing, about=pairing.second, kind="please_call")
    for kind in ("later-contact", "begin-again"):
        RoundFactory(pairing=pairing, kind=kind)
    afterwards = RoundFactory(pairing=pairing, kind="reset-afterwards")
    JointAnswerFactory(round=afterwards, content={"how": "same"})
    HandOverNoteFactory(pairing=pairing)
    # Each signs with their name.
    User.objects.filter(memberships__in=pairing.halves).update(name=WORDS)
    world.own |= {  # type: ignore[operator, misc]
        "option": option.pk,
        "fills-in": world.own["guidelines:agreement-take-back.round"],
        "digest": told(Agreement.objects.get(pairing=pairing), pairing.first).digest,
        "reset-afterwards": afterwards.pk,
        "looks-back": world.own["checkins:review-take-back.round"],
        "item": f"review-{Review.objects.get(pairing=pairing).round_id}-say",
        "checkins:reset-take-back.round": afterwards.pk,
        "checkins:action-decline.actionitem": ActionItemFactory(pairing=pairing, asked=True).pk,
        "checkins:action-take-on.actionitem": ActionItemFactory(pairing=pairing, asked=True).pk,
        "checkins:action-undo.actionitem": ActionItemFactory(pairing=pairing, done=True).pk,
        "checkins:airtime.session": recent.pk,
        "checkins:decision-keep.decision": tried.pk,
        "checkins:decision-let-go.decision": tried.pk,
        "checkins:decision-reopen.decision": stands.pk,
        "checkins:goal-agree.goal": GoalFactory(pairing=pairing, proposed=True).pk,
        "checkins:goal-take-up.goal": GoalFactory(pairing=pairing, reached=True).pk,
        "checkins:message-take-back.message": MessageFactory(pairing=pairing, sent_at=NOON - timedelta(minutes=1)).pk,
        "checkins:note-delete.note": NoteFactory(pairing=pairing, only_mine=True).pk,
        "checkins:session-account-agree.session": otherwise.pk,
        "checkins:session-decline.session": option.session_id,
        "checkins:session-lead-agree.session": wished.pk,
        "checkins:session-lead-decline.session": wished.pk,
        "checkins:session-led.session": led.pk,
        "checkins:session-missed-agree.session": missed.pk,
        "checkins:session-pick.session": option.session_id,
        "checkins:session-repeat.session": world.own["checkins:session-suggest.session"],
    }
    return world


@pytest.mark.parametrize("role", BOTH_HALVES)
@pytest.mark.django_db
@time_machine.travel(NOON, tick=False)
def test_the_pages_answer_a_person_alike_in_either_place_with_any_mentor(answered: Callable[..., tuple], role: str, soak: bool) -> None:
    """In its short form a half who runs the program as well does every fourth act: the services are those of every half."""
    wrong, compared = [], 0

    for number, (act, method, state) in enumerate(list(_ways_to_act())[:: 1 if soak or role == "half" else 4]):
        # Each is compared with one other, and in the full form with all.
        others = ARRANGEMENTS[1:] if soak else [ARRANGEMENTS[1 + number % 3]]
        answers = {place: answered(role, act, method, state, place) for place in (ARRANGEMENTS[0], *others)}
        compared += 1
        if len(set(answers.values())) > 1:
            wrong.append(f"{method} {act.route} while {state}: {answers}")

    assert compared > 5, "The walk tried hardly any act."
    assert wrong == []


@pytest.mark.django_db
@time_machine.travel(NOON, tick=False)
def test_what_is_about_the_pairing_alone_is_answered_with_a_page_to_both(answered: Callable[..., tuple]) -> None:
    """Neither is turned away at the door: whether it is their turn, the page says."""
    ways = [way for way in _ways_to_act() if _names_the_pairing_alone(way[0])]

    turned_away = [
        f"{method} {act.route} as {role} while {state}: {status}"
        for act, method, state in ways
        for role in BOTH_HALVES
        for status, *_ in [answered(role, act, method, state, ARRANGEMENTS[0])]
        if status >= 400 and status != HTTPStatus.CONFLICT
    ]

    assert len(ways) > 3, "The walk tried hardly any act."
    assert turned_away == []


@pytest.mark.django_db
@time_machine.travel(NOON, tick=False)
def test_every_act_is_done_in_each_state_that_allows_it(answered: Callable[..., tuple]) -> None:
    """By one of the two at least; or the test above compared two refusals."""

    def is_done(act: acts.Act, state: str) -> bool:
        visits = (answered(role, act, "post", state, ARRANGEMENTS[0]) for role in BOTH_HALVES)
        return any(any(left) for _, _, *left in visits)

    refused = [f"{act.name} while {state}" for act in acts.every() for state in sorted(act.states) if not is_done(act, state)]

    assert refused == []


def test_whatever_the_two_can_send_from_a_page_of_theirs_is_an_act() -> None:
    """A route that nobody declared would be missing from the public page, and from the tests of parity."""
    sent = {name for name, route in ROUTES.items() if "post" in route.methods and "half" in route.who and OF_A_PAIRING in _path(name)}
    assert {"checkins:agenda-add", "matching:accept"} <= sent, "The walk found hardly any route."

    assert sorted(sent - {act.route for act in acts.every()}) == []


@pytest.mark.parametrize("act", EVERY_ACT)
def test_an_act_is_done_on_a_page_that_a_half_may_send(act: acts.Act) -> None:
    assert "post" in ROUTES[act.route].methods
    assert "half" in ROUTES[act.route].who
    assert "conflicted" in ROUTES[act.route].who or not _names_the_pairing_alone(act)


def _ways_to_act() -> Iterator[tuple[acts.Act, str, str]]:
    """Each act in each state that allows it, and its page in one of these."""
    for act in acts.every():
        states = sorted(act.states)
        yield from ((act, "post", state) for state in states)
        if "get" in ROUTES[act.route].methods:
            yield act, "get", states[0]


def _names_the_pairing_alone(act: acts.Act) -> bool:
    """Not a row besides, which somebody made."""
    return [found["name"] for found in PARAMETER.finditer(_path(act.route))] == ["program", "pairing"]


def _path(name: str) -> str:
    return patterns()[name][0]


def _answered(world: World, browser: Client, act: acts.Act, method: str, state: str, place: str, mentor: str) -> tuple:
    """Status, where it leads, and what was recorded, noted and kept, when `half` stands in this place of a pairing in this state."""
    try:
        with transaction.atomic():
            _arrange(world, act, state, place, mentor)
            recorded, noted, *kept = _kept()
            sent = _filled_in(world, act) if method == "post" else {}
            response: HttpResponse = getattr(browser, method)(address_of(world, act.route, "own"), sent)
            verbs = tuple(AuditEvent.objects.order_by("pk").values_list("verb", flat=True)[recorded:])
            facts = tuple(Fact.objects.filter(pk__gt=noted).order_by("pk").values_list("kind", "by"))
            changed = tuple(now - before for now, before in zip(_kept()[2:], kept, strict=True) if now != before)
            raise _UndoneVisit
    except _UndoneVisit:
        # A row that the visit made has a new key each time.
        return response.status_code, re.sub(r"\d+", "N", response.get("Location", "")), verbs, facts, changed


def _filled_in(world: World, act: acts.Act) -> dict[str, object]:
    return {name: world.own[said.name] if isinstance(said, Key) else said for name, said in FILLED_IN.get(act.route, {}).items()}


def _kept() -> tuple[int, ...]:
    """How much was recorded, and the key of the newest fact. Then how many rows there are of what leaves no trail, because it is somebody's
    own: what they say or note alone, have left, have read.
    """
    newest = f"(SELECT COALESCE(MAX(id), 0) FROM {Fact._meta.db_table})"
    recorded, *counted = (
        f"(SELECT COUNT(*) FROM {model._meta.db_table})" for model in (AuditEvent, JointAnswer, NotNow, Answer, Note, OwnLimit)
    )
    read = f"(SELECT COUNT(read_at) FROM {ThreadRead._meta.db_table})"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join([recorded, newest, *counted, read])}")
        return tuple(cursor.fetchone())


def _arrange(world: World, act: acts.Act, state: str, place: str, mentor: str) -> None:
    people = [world.people["half"], world.people["conflicted"]]
    first, second = people if place == "first" else people[::-1]
    has_ended, has_begun = state in (State.CLOSED, State.DECLINED), state in (State.ACTIVE, State.PAUSED, State.CLOSED)
    said_yes = NOON if has_begun or state == State.ACCEPTED else None
    with _any_step_allowed():
        Pairing.objects.filter(pk=world.own["pairing"]).update(
            first=first,
            second=second,
            mentor=mentor,
            state=state,
            first_accepted_at=said_yes,
            second_accepted_at=said_yes,
            activated_at=NOON if has_begun else None,
            ended_at=NOON if has_ended else None,
        )
    if place == "second":
        _take_what_they_did_along(world.own["pairing"])
    if state == State.PAUSED:
        PauseFactory(pairing=Pairing.objects.get(pk=world.own["pairing"]))
    if act.route == "matching:stay-paused":
        Pause.objects.filter(pairing=world.own["pairing"], gone_on_at=None).update(**{f"{place}_yes_at": NOON})
    if act.route in ("checkins:session-propose", "checkins:session-repeat"):
        Session.objects.filter(pairing=world.own["pairing"], state=Session.State.PROPOSED).delete()
    if act.route in ("guidelines:agreement", "guidelines:agreement-start"):
        Agreement.objects.filter(pairing=world.own["pairing"]).delete()
    if act.route == "guidelines:agreement-change":
        Agreement.objects.filter(pairing=world.own["pairing"]).update(first_signed_at=NOON, second_signed_at=NOON)
    begun = {"matching:ending-begin": "ending", "checkins:review-start": "review", "guidelines:agreement-start": "agreement"}
    if act.route in begun:
        Round.objects.of_kind(begun[act.route]).filter(pairing=world.own["pairing"]).waiting().update(called_off_at=NOON)


@contextmanager
def _any_step_allowed() -> Iterator[None]:
    """The arrangement goes from any state to any other, which the table of pairings refuses."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")


def _take_what_they_did_along(pairing: object) -> None:
    """What is kept by place changes places with the people: it stays what they did."""
    changed = sum(bool(model._base_manager.filter(pairing=pairing).update(**changes)) for model, changes in _kept_by_place())
    assert changed > 3, "Hardly anything is kept by place."


@cache
def _kept_by_place() -> list[tuple[type[Model], dict[str, object]]]:
    """Each model of a pairing that keeps something by place, and what makes the two places change."""
    found = []
    for model in apps.get_models():
        fields = {field.attname: field for field in model._meta.concrete_fields}
        if fields.get("pairing_id") is None or fields["pairing_id"].related_model is not Pairing:
            continue
        by_place = {name: f"second_{name.removeprefix('first_')}" for name in fields if name.startswith("first_")}
        changes: dict[str, object] = {name: F(other) for pair in by_place.items() for name, other in (pair, pair[::-1])}
        for name, field in fields.items():
            if {"first", "second"} <= {value for value, _ in field.choices or ()}:
                changes[name] = Case(
                    When(**{name: "first"}, then=Value("second")), When(**{name: "second"}, then=Value("first")), default=F(name)
                )
        if changes:
            found.append((model, changes))
    return found
