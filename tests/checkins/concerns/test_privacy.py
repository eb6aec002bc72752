"""A concern is nowhere but where its readers are; and whoever it is about finds everything as it was before."""

import io
import logging
import logging.config

import pytest
import redis
import time_machine
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from checkins.cases import services as cases
from checkins.concerns import services
from checkins.concerns.models import Concern
from checkins.concerns.services import About, Given
from mentoring import logs
from mentoring.kernel.outbox import delivery
from mentoring.kernel.outbox.models import OutboxMessage
from tests.checkins.pages import People, address, pages_of_the_program, people_around, shown, trail_and_others
from tests.factories.checkins import MessageFactory
from tests.factories.programs import MembershipFactory
from tests.times import NOON

CANARY = "Kanarienvogel"


def raised_and_worked_on(around: People, reader, now, subjects) -> Concern:
    """With the word in every place where somebody can write one."""
    shown_message = MessageFactory(pairing=around.pairing, author=around.other_half, text="See you then.")
    concern = services.raise_concern(
        by=around.half,
        audience="coordinators",
        is_named=True,
        words=f"{CANARY} words",
        about=[About(subject, around.pairing if subject == around.other_half else None) for subject in subjects],
        who_else=f"{CANARY} Person",
        reach="call",
        telephone=f"{CANARY} 0100",
        given=[Given(f"{CANARY}.txt", f"{CANARY} file".encode())],
        shown=[shown_message],
        now=now,
    )
    services.note_reading(concern=concern, by=reader, now=now)
    cases.take(concern=concern, by=reader, now=now)
    cases.answer(concern=concern, by=reader, text=f"{CANARY} answer", has_acted=False, now=now)
    cases.note(concern=concern, by=reader, text=f"{CANARY} note", now=now)
    cases.add_task(concern=concern, by=reader, text=f"{CANARY} task", owner=reader, due_on=now.date(), now=now)
    cases.ask_second(concern=concern, by=reader, kind="pass_on", text=f"{CANARY} decision", now=now)
    services.add(concern=concern, by=around.half, text=f"{CANARY} more", now=now)
    return concern


@pytest.fixture
def log():
    """What production writes to its log during a test."""
    configuration = logs.configuration(readable=False)
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(logging.config.DictConfigurator(configuration).configure_formatter(configuration["formatters"]["ours"]))
    logging.getLogger().addHandler(handler)
    yield handler.stream.getvalue
    logging.getLogger().removeHandler(handler)


def columns_that_hold(word: str) -> list[str]:
    """Of all tables, as a dump would show them: text as it is, bytes in hexadecimal."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'")
        tables = [row[0] for row in cursor.fetchall()]
        found = []
        for table in tables:
            as_bytes = word.encode().hex()
            cursor.execute(f'SELECT count(*) FROM "{table}" AS t WHERE t::text LIKE %s OR t::text LIKE %s', [f"%{word}%", f"%{as_bytes}%"])
            if cursor.fetchone()[0]:
                found.append(table)
    assert len(tables) > 40
    return found


def what_redis_holds() -> str:
    """Of the broker and of the cache, as a dump would show it."""
    ours = cache._cache.get_client().connection_pool

    def server(number: int) -> redis.Redis:
        settled = {**ours.connection_kwargs, "db": number}
        return redis.Redis(connection_pool=redis.ConnectionPool(connection_class=ours.connection_class, **settled))

    texts = []
    for name in server(0).info("keyspace"):
        there = server(int(name.removeprefix("db")))
        texts += [f"{key!r} {there.dump(key)!r}" for key in there.keys("*")]
    return "\n".join(texts)


@pytest.mark.django_db(transaction=True)
@time_machine.travel(NOON, tick=False)
def test_concern_canary_everywhere(as_member, log):
    """Every page by every other role is for the access matrix. Here: what is kept, sent, written down and exported."""
    around = people_around(active=True)
    subject = MembershipFactory(program=around.half.program, coordinator=True)
    now = timezone.now()
    concern = raised_and_worked_on(around, around.admin, now, [around.other_half, subject])
    page = f"/p/{concern.program.slug}/concerns/{concern.pk}/"
    as_member(around.half).post(f"/p/{concern.program.slug}/concerns/new/", {"words": CANARY, "audience": "nonsense", "named": "yes"})
    as_member(around.admin).post(f"{page}note/", {"text": f"{CANARY} posted"})

    delivery.drain()

    assert CANARY in as_member(around.admin).get(page).text
    assert len(mail.outbox) >= 2
    sent = "\n".join(str(one.message()) for one in mail.outbox)
    names = ("programs:people-export", "matching:pairings-export", "programs:mail-log-export", "checkins:checkins-export")
    exports = [as_member(subject).get(reverse(name, args=[concern.program.slug])) for name in names]
    exported = "\n".join(b"".join(export.streaming_content).decode() for export in exports)
    browser = as_member(around.admin)
    browser.raise_request_exception = False

    def broken(execute, sql, *more):
        if "checkins_concernentry" in sql:
            raise RuntimeError(f"A library quotes what it was given: {CANARY}")
        return execute(sql, *more)

    with connection.execute_wrapper(broken):
        error = browser.get(page)

    assert error.status_code == 500
    for place in (sent, exported, log(), what_redis_holds(), error.text):
        assert CANARY not in place
    assert str(concern.pk) not in sent + exported
    assert columns_that_hold(CANARY) == []
    assert columns_that_hold(around.half.user.email), "The search finds what is there."


@pytest.mark.django_db
@time_machine.travel(NOON, tick=False)
def test_concern_leaves_no_trace_for_its_subject(as_member, queries_of):
    """Whoever it is about runs the program, is an admin of it, and is half of the pairing: page by page, byte by byte, as before."""
    around = people_around(active=True)
    subject = around.other_half
    subject.is_coordinator = subject.is_admin = True
    subject.save()
    MessageFactory(pairing=around.pairing, author=around.half, text="Before.")
    browser = as_member(subject)
    pages = pages_of_the_program(around)
    assert address("cases", subject.program) in pages
    trail, others = trail_and_others(subject.program, pages)
    before = {page: shown(browser, page) for page in [*others, trail]}
    mails = OutboxMessage.objects.filter(recipient=subject.user).count()

    concern = raised_and_worked_on_quietly(around, subject)

    for page in [trail, *others]:
        after = shown(browser, page)
        assert after == before[page], page
    assert OutboxMessage.objects.filter(recipient=subject.user).count() == mails
    # Nor by the time it takes: as many questions are asked for it as for what is nowhere.
    nowhere = address("concern", subject.program, "00000000-0000-4000-8000-000000000001")
    there = address("concern", subject.program, concern.pk)
    assert shown(browser, there) == shown(browser, nowhere)
    assert queries_of(lambda: browser.get(there)) == queries_of(lambda: browser.get(nowhere))


def raised_and_worked_on_quietly(around: People, subject) -> Concern:
    now = timezone.now()
    concern = services.raise_concern(
        by=around.half, audience="coordinators", is_named=True, words=CANARY, about=[About(subject, around.pairing)], now=now
    )
    services.note_listing(by=around.admin, now=now)
    services.note_reading(concern=concern, by=around.admin, now=now)
    cases.take(concern=concern, by=around.admin, now=now)
    cases.answer(concern=concern, by=around.admin, text=CANARY, has_acted=False, now=now)
    cases.note(concern=concern, by=around.admin, text=CANARY, now=now)
    services.remind_due(now=now)
    cases.close(concern=concern, by=around.admin, outcome="agreed", text=CANARY, now=now)
    return concern
