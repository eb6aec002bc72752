"""Nobody learns of a signal about a pairing of their own: not from a page, its length or its queries, nor from a number or a mail."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from checkins.care.models import Task
from checkins.digests.queries import numbers_of
from checkins.imbalance import services
from checkins.imbalance.finding import TASK_OF
from checkins.imbalance.models import Signal
from checkins.loads import queries as loads
from mentoring.kernel.outbox.models import OutboxMessage
from tests.checkins.pages import address, people_around
from tests.factories.checkins import (
    LAST_WEEK,
    AgendaItemFactory,
    AnswerFactory,
    AssessmentFactory,
    CheckInFactory,
    OptOutFactory,
    PatternFactory,
    QuietReviewFactory,
    SessionFactory,
    SignalFactory,
    TaskFactory,
    question_of,
)
from tests.times import NOON

pytestmark = pytest.mark.django_db

# Of the pair, and of everybody; and those of whoever runs the program.
OF_THE_PAIR = ("pairing", "balance", "my-answers")
OF_EVERYBODY = ("home", "measured")
OF_STAFF = ("today", "signals", "quiet-reviews", "patterns", "loads")
# Said anew with each page.
KEYS = re.compile(r'(csrfmiddlewaretoken" value|"X-CSRFToken": |name="once" value=)[^>]*')


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def around():
    """The second half runs the program as well, in every role."""
    people = people_around()
    people.other_half.is_coordinator = people.other_half.is_admin = True
    people.other_half.save()
    AgendaItemFactory(pairing=people.pairing)
    for days in (1, 9, 20):
        SessionFactory(pairing=people.pairing, starts_at=NOON - timedelta(days=days))
    check_in = CheckInFactory(pairing=people.pairing, answered=True, due_on=LAST_WEEK)
    AnswerFactory(check_in=check_in, question=question_of(check_in.plan, "voice"), value=1)
    return people


def read(browser, page):
    answer = browser.get(page)
    assert answer.status_code == 200
    return KEYS.sub("", b"".join(answer.streaming_content).decode() if answer.streaming else answer.text)


def find_everything(around):
    """A signal of each kind, about each of the two; a look at the pairing, a pattern it is part of, and that it could not be read."""
    for number, kind in enumerate(Signal.Kind.values):
        for about in around.pairing.halves:
            key = {"pairing": around.pairing, "about": about, "kind": TASK_OF.get(kind, Task.Kind.ONE_SIDED)}
            task = Task.objects.filter(**key).first() or TaskFactory(**key, since_on=NOON.date())
            SignalFactory(
                pairing=around.pairing, about=about, kind=kind, task=task, week=LAST_WEEK, since=LAST_WEEK - timedelta(weeks=number)
            )
    QuietReviewFactory(pairing=around.pairing)
    PatternFactory(about=around.half, pairings=[around.pairing])
    AssessmentFactory(pairing=around.pairing, failed_at=NOON)


def pages_of(around, person):
    program = around.pairing.program
    pages = [address(name, program, around.pairing.pk) for name in OF_THE_PAIR]
    pages += [address(name, program) for name in OF_EVERYBODY]
    if person.is_staff:
        pages += [address(name, program) for name in OF_STAFF]
        pages += [reverse(f"matching:{name}", args=[program.slug]) for name in ("pairings", "pairings-export")]
    return pages


@pytest.mark.parametrize("who", ["half", "other_half"])
def test_every_page_of_a_half_is_the_same_to_the_byte_and_costs_the_same(who, around, as_member, queries_of):
    person = getattr(around, who)
    browser, pages = as_member(person), pages_of(around, person)

    def seen():
        texts = {}
        costs = {page: queries_of(lambda page=page: texts.update({page: read(browser, page)})) for page in pages}
        return texts, costs

    seen()  # what is learned once a process is no page's own
    before = seen()

    find_everything(around)
    assert seen() == before

    for signal in Signal.objects.open():
        services.close(signal=signal, by=around.coordinator, verdict="useful", outcome="talked", now=NOON)
    assert seen() == before


def test_the_numbers_of_a_half_who_runs_the_program_are_the_same(around):
    me, coordinator = around.other_half, around.coordinator

    def numbers():
        return numbers_of([me], NOON), loads.of_person(me, NOON), loads.of_team(me, NOON)

    before = numbers()
    find_everything(around)

    assert numbers() == before
    assert numbers_of([coordinator], NOON)[coordinator.pk].measured > 0


def test_closing_a_signal_writes_to_nobody(around):
    signal = SignalFactory(pairing=around.pairing)

    services.close(signal=signal, by=around.coordinator, verdict="useful", outcome="talked", now=NOON)

    assert not OutboxMessage.objects.exists()


def test_nobody_sees_who_is_not_measured(around, as_member):
    find_everything(around)
    signal, program = Signal.objects.filter(kind="together").first(), around.pairing.program
    of_staff = [address("signal", program, signal.pk), address("pairing", program, around.pairing.pk), address("signals", program)]
    coordinator, partner = as_member(around.coordinator), as_member(around.other_half)

    def seen():
        return [read(coordinator, page) for page in of_staff] + [read(partner, page) for page in pages_of(around, around.half)]

    before = seen()

    OptOutFactory(membership=around.half)

    assert seen() == before
