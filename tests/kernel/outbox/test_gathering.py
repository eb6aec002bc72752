"""What can wait: when it goes, and what goes together. By a clock of the database that is told what time it is."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mentoring.kernel.outbox import delivery, gathering, services
from mentoring.kernel.outbox.models import DIGEST, MailDay, OutboxMessage
from mentoring.kernel.wishes import services as wishes
from mentoring.kernel.wishes.models import MailTimes
from programs.people.models import User
from tests.factories.programs import UserFactory
from tests.kernel.outbox.probe.letters import MISSING, NOT_OWED, POISON
from tests.times import NOON, ToldClock

pytestmark = pytest.mark.django_db

State = OutboxMessage.State
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MORNING = time(8)
TOMORROW = datetime(2026, 3, 17, 8, 0, tzinfo=UTC)


@pytest.fixture
def amara(told_clock: ToldClock) -> User:
    """In London, with the quiet hours of whoever has chosen none."""
    person = UserFactory(name="Amara Okoye", time_zone="Europe/London")
    MailTimes.objects.create(recipient=person)
    return person


@pytest.fixture
def owe(owe_to, told_clock: ToldClock) -> Callable[..., OutboxMessage]:
    """`owe(amara, 7)` is a mail about 7 that is due now, by the told clock."""

    def about(person: User, subject_id: int = 1, **rest: object) -> OutboxMessage:
        return owe_to(person, subject_id=subject_id, now=told_clock.now, **rest)

    return about


def fresh(*messages: OutboxMessage) -> list[OutboxMessage]:
    return [OutboxMessage.objects.get(pk=message.pk) for message in messages]


def states(*messages: OutboxMessage) -> list[str]:
    return [message.state for message in fresh(*messages)]


# --- when ---


def test_what_can_wait_waits_for_the_end_of_the_quiet_hours(amara, owe, told_clock):
    told_clock.says(NOON.replace(hour=22))
    message = owe(amara)

    delivery.drain()

    [message] = fresh(message)
    assert (message.state, message.available_at) == (State.PENDING, TOMORROW)
    assert message.due_at == told_clock.now
    told_clock.says(TOMORROW)
    assert delivery.drain().sent == 1


@pytest.mark.parametrize("kind", ["probe-safety", "probe-account"])
def test_safety_and_account_know_no_quiet_hours_no_snooze_and_no_one_mail_a_day(amara, owe, told_clock, kind):
    wishes.snooze(recipient=amara, until=NOON + 5 * DAY, now=NOON)
    told_clock.says(NOON.replace(hour=22))
    owe(amara, 1, kind=kind)
    owe(amara, 2, kind=kind)

    assert delivery.drain().sent == 2
    assert not MailDay.objects.exists()


def test_an_address_without_an_account_has_no_hours_and_no_days(told_clock, owe_to):
    told_clock.says(NOON.replace(hour=22))
    for subject in (1, 2):
        owe_to(address="new@example.org", subject_id=subject, now=told_clock.now)

    assert delivery.drain().sent == 2
    assert all("List-Unsubscribe" not in sent.extra_headers for sent in mail.outbox)


def test_what_becomes_due_after_the_days_mail_waits_for_the_next_day_and_goes_with_what_is_due_then(amara, owe, told_clock):
    owe(amara, 1)
    assert delivery.drain().sent == 1
    told_clock.says(NOON + HOUR)
    second, third = owe(amara, 2), owe(amara, 3)

    assert delivery.drain().sent == 0
    assert [message.available_at for message in fresh(second, third)] == [TOMORROW, TOMORROW]

    told_clock.says(TOMORROW)
    assert delivery.drain().sent == 1
    assert states(second, third) == [State.SENT, State.SENT]
    assert [sent.subject for sent in mail.outbox] == ["A letter about nothing", "2 things wait for you"]


def test_who_gathers_gets_all_in_the_first_minute_of_a_day(amara, owe, told_clock):
    wishes.set_times(recipient=amara, quiet_from=time(21), quiet_until=MORNING, gathers=True, now=NOON)
    first, second = owe(amara, 1), owe(amara, 2)

    assert delivery.drain().sent == 0

    told_clock.says(TOMORROW)
    assert delivery.drain().sent == 1
    assert states(first, second) == [State.SENT, State.SENT]


def test_who_gathers_gets_what_is_owed_after_that_minute_with_the_next_days(amara, owe, told_clock):
    """It should have been owed early in the morning, as a check-in of a pairing that goes on after a pause."""
    wishes.set_times(recipient=amara, quiet_from=time(21), quiet_until=MORNING, gathers=True, now=NOON)
    message = owe(amara, due_at=NOON - 6 * HOUR)

    assert delivery.drain().sent == 0
    assert fresh(message)[0].available_at == TOMORROW


def test_the_digest_of_who_gathers_does_not_wait_for_another_day_when_its_worker_stops(amara, owe, told_clock):
    wishes.set_times(recipient=amara, quiet_from=time(21), quiet_until=MORNING, gathers=True, now=NOON)
    messages = [owe(amara, 1), owe(amara, 2)]
    told_clock.says(TOMORROW + MINUTE)
    token, claimed = delivery._claim()
    delivery._prepare(token, claimed)
    delivery._give_back(token)

    assert delivery.drain().sent == 1

    assert states(*messages) == [State.SENT, State.SENT]


def test_who_snoozes_gets_nothing_until_then(amara, owe, told_clock):
    wishes.snooze(recipient=amara, until=NOON + 2 * DAY, now=NOON)
    message = owe(amara)

    delivery.drain()

    assert fresh(message)[0].available_at == NOON + 2 * DAY


def test_a_snooze_that_is_ended_lets_go_what_waits(amara, owe, told_clock):
    wishes.snooze(recipient=amara, until=NOON + 2 * DAY, now=NOON)
    message = owe(amara)
    delivery.drain()

    wishes.snooze(recipient=amara, until=None, now=NOON)

    assert delivery.drain().sent == 1
    assert states(message) == [State.SENT]


def test_who_moves_has_the_hours_of_the_new_place(amara, owe, told_clock):
    told_clock.says(NOON.replace(hour=22))
    message = owe(amara)
    delivery.drain()

    User.objects.filter(pk=amara.pk).update(time_zone="America/New_York")
    services.reconsider(amara.pk, told_clock.now)

    assert delivery.drain().sent == 1
    assert states(message) == [State.SENT]
    assert MailDay.objects.get().day == date(2026, 3, 16)


def test_a_retry_keeps_its_wait_whatever_is_wished(amara, owe, told_clock):
    message = owe(amara)
    OutboxMessage.objects.update(attempt=1, available_at=NOON + HOUR)

    services.reconsider(amara.pk, NOON)

    assert fresh(message)[0].available_at == NOON + HOUR


# --- what is not wanted ---


def test_what_is_not_wanted_is_not_sent(amara, owe):
    unwanted, wanted = owe(amara, 1), owe(amara, 1, kind="probe-more")

    wishes.choose(recipient=amara, category="nothing", is_wanted=False, now=NOON)

    assert states(unwanted, wanted) == [State.CANCELLED, State.PENDING]
    later = owe(amara, 2)
    delivery.drain()
    assert states(later, wanted) == [State.CANCELLED, State.SENT]


def test_opted_out_in_the_same_second_nothing_begins(amara, owe):
    """The mail is leased and written, and only then its person says that they do not want it."""
    owe(amara)
    token, claimed = delivery._claim()
    [ready] = delivery._prepare(token, claimed)

    wishes.choose(recipient=amara, category="nothing", is_wanted=False, now=NOON)

    assert not delivery._hand_over(token, ready.outgoing)
    assert not MailDay.objects.exists()


# --- together ---


def test_one_alone_goes_as_itself_and_several_as_one_digest(amara, owe):
    jonas = UserFactory(name="Jonas Berg")
    alone = owe(jonas, 1)
    carried = [owe(amara, 1), owe(amara, 2), owe(amara, 1, kind="probe-more")]

    assert delivery.drain().sent == 2

    assert states(alone, *carried) == [State.SENT] * 4
    digest = OutboxMessage.objects.get(kind=DIGEST)
    assert digest.dedupe_key == f"digest:{amara.pk}:2026-03-16"
    assert {message.gathered_into_id for message in fresh(*carried)} == {digest.pk}
    assert {message.sent_at for message in fresh(*carried)} == {digest.sent_at}
    assert fresh(alone)[0].gathered_into_id is None


def test_a_digest_says_each_in_a_line_with_its_link_by_program(amara, owe, settings):
    owe(amara, 7, context={"program": "north"})
    owe(amara, 8, context={"program": "south"})

    delivery.drain()

    [sent] = mail.outbox
    html = sent.alternatives[0][0]
    assert sent.subject == "2 things wait for you"
    assert sent.from_email.startswith("Evenhand <")
    for number, program in ((7, "north"), (8, "south")):
        assert f"{program}\n\n- A letter about nothing\n  Look at it:\n  {settings.BASE_URL}/nothing/{number}/" in sent.body
        assert re.search(rf'<a class="link" href="{settings.BASE_URL}/nothing/{number}/"[^>]*>Look at it</a>', html)
        assert f">{program}</h2>" in html
    assert "This is about number" not in sent.body


def test_a_digest_can_be_stopped_for_all_that_it_holds(amara, owe):
    owe(amara, 1)
    owe(amara, 1, kind="probe-more")
    delivery.drain()

    [sent] = mail.outbox
    token = sent.extra_headers["List-Unsubscribe"].strip("<>").split("/")[-2]

    assert services.read_unsubscribe(token).categories == ("more", "nothing")


def test_what_is_no_longer_owed_is_left_out_and_one_left_goes_as_itself(amara, owe):
    owed, not_owed = owe(amara, 5), owe(amara, NOT_OWED)

    assert delivery.drain().sent == 1

    assert states(owed, not_owed) == [State.SENT, State.CANCELLED]
    assert mail.outbox[0].subject == "A letter about nothing"
    assert OutboxMessage.objects.get(kind=DIGEST).state == State.CANCELLED


def test_a_digest_with_nothing_left_is_not_sent_and_leaves_the_day(amara, owe):
    for kind in ("probe", "probe-more"):
        owe(amara, NOT_OWED, kind=kind)
    assert delivery.drain().sent == 0

    later = [owe(amara, 1), owe(amara, 2)]

    assert delivery.drain().sent == 1
    assert states(*later) == [State.SENT, State.SENT]
    assert OutboxMessage.objects.get(kind=DIGEST).state == State.SENT


@pytest.mark.parametrize("wrong", [POISON, MISSING])
def test_one_that_cannot_be_written_does_not_keep_the_others_of_a_digest(amara, owe, wrong):
    poison = owe(amara, wrong)
    good = [owe(amara, 1), owe(amara, 2)]

    assert delivery.drain().sent == 1

    assert states(poison, *good) == [State.DEAD, State.SENT, State.SENT]
    assert f"/nothing/{wrong}/" not in mail.outbox[0].body


def test_what_is_taken_back_from_a_digest_is_not_in_it(amara, owe):
    """It is claimed, gathered and written; then one of what it says is answered."""
    messages = [owe(amara, 1), owe(amara, 2), owe(amara, 3)]
    token, claimed = delivery._claim()
    [ready] = delivery._prepare(token, claimed)
    assert states(*messages) == [State.GATHERED] * 3

    assert services.cancel(kind="probe", subject_ids=[2], now=NOON) == 1

    assert not delivery._hand_over(token, ready.outgoing)
    assert delivery.drain().sent == 1
    assert states(*messages) == [State.SENT, State.CANCELLED, State.SENT]
    assert "/nothing/2/" not in mail.outbox[0].body


def test_what_a_mail_server_has_been_offered_in_a_digest_is_past_taking_back(amara, owe):
    messages = [owe(amara, 1), owe(amara, 2)]
    token, claimed = delivery._claim()
    [ready] = delivery._prepare(token, claimed)
    assert delivery._hand_over(token, ready.outgoing)

    assert services.cancel(kind="probe", subject_ids=[2], now=NOON) == 0
    assert delivery._confirm(token, ready.outgoing)

    assert states(*messages) == [State.SENT, State.SENT]


def test_a_worker_takes_over_what_another_has_not_handed_over_yet(amara, owe):
    """Two hold mails of one person. They go together, and only one of the workers sends."""
    first = owe(amara, 1)
    one, claimed_by_one = delivery._claim()
    [ready] = delivery._prepare(one, claimed_by_one)
    second = owe(amara, 2)
    other, claimed_by_other = delivery._claim()

    [together] = delivery._prepare(other, claimed_by_other)

    assert not delivery._hand_over(one, ready.outgoing)
    assert delivery._hand_over(other, together.outgoing)
    assert {item.pk for item in together.outgoing.items} == {first.pk, second.pk}


def test_a_retry_of_the_days_mail_is_not_stopped_by_its_own_day(amara, owe, told_clock, smtp):
    said = iter(["451 4.3.0 later"])
    smtp.rule = lambda stage, recipient: next(said, None) if stage == "RCPT" else None
    message = owe(amara)
    delivery.drain()
    told_clock.says(NOON + 10 * MINUTE)
    other = owe(amara, 2)

    assert delivery.drain().sent == 1

    assert states(message, other) == [State.SENT, State.PENDING]
    assert MailDay.objects.get().message_id == message.pk


def test_a_doubtful_copy_goes_as_it_is_and_takes_its_day(amara, owe, told_clock):
    message = owe(amara)
    token, [claimed] = delivery._claim()
    [ready] = delivery._prepare(token, [claimed])
    delivery._hand_over(token, ready.outgoing)
    told_clock.says(TOMORROW)
    delivery.reap()
    other = owe(amara, 2)

    assert delivery.drain().sent == 1

    assert states(message, other) == [State.SENT, State.PENDING]
    assert mail.outbox[0].extra_headers["Message-ID"] == f"<{message.message_id}>"
    assert MailDay.objects.filter(message=message).count() == 2


def test_a_mail_that_was_refused_leaves_the_day(amara, owe, told_clock, smtp):
    said = iter(["554 5.6.0 no"])
    smtp.rule = lambda stage, recipient: next(said, None) if stage == "RCPT" else None
    owe(amara)
    delivery.drain()

    owe(amara, 2)

    assert delivery.drain().sent == 1


def test_what_was_in_a_digest_that_is_given_up_is_given_up_and_can_be_sent_again(amara, owe, smtp):
    said = iter(["554 5.6.0 no"])
    smtp.rule = lambda stage, recipient: next(said, None) if stage == "RCPT" else None
    messages = [owe(amara, 1), owe(amara, 2)]
    delivery.drain()
    delivery.reap()
    digest = OutboxMessage.objects.get(kind=DIGEST)
    assert states(digest, *messages) == [State.DEAD] * 3

    services.send_again(message=digest, now=NOON)

    assert delivery.drain().sent == 1
    assert states(digest, *messages) == [State.SENT] * 3


@pytest.mark.parametrize("end", [State.SENT, State.DEAD, State.CANCELLED, None])
def test_what_a_digest_left_behind_shares_its_fate(amara, owe, end):
    messages = [owe(amara, 1), owe(amara, 2)]
    delivery._prepare(*delivery._claim())
    digest = OutboxMessage.objects.filter(kind=DIGEST)
    if end is None:
        digest.delete()
    else:
        sent_at = NOON if end == State.SENT else None
        digest.update(state=end, sent_at=sent_at, ended_at=NOON, lease_token=None, lease_until=None)

    assert gathering.settle() == 2

    assert states(*messages) == [end if end in (State.SENT, State.DEAD) else State.PENDING] * 2


def test_what_comes_too_late_is_left_out_of_a_digest(amara, owe, told_clock):
    kept = [owe(amara, 1), owe(amara, 2)]
    late = owe(amara, 3, expires_at=NOON + MINUTE)
    token, claimed = delivery._claim()
    delivery._prepare(token, claimed)
    told_clock.says(NOON + 2 * MINUTE)

    services.reap_expired(now=told_clock.now)
    assert delivery.drain().sent == 1

    assert states(late, *kept) == [State.EXPIRED, State.SENT, State.SENT]


def test_what_came_too_late_since_it_was_gathered_is_left_out(amara, owe, told_clock):
    """As above, but nobody has come by in the meantime to end it."""
    kept, late = [owe(amara, 1), owe(amara, 2)], owe(amara, 3, expires_at=NOON + MINUTE)
    token, claimed = delivery._claim()
    delivery._prepare(token, claimed)
    delivery._give_back(token)
    told_clock.says(NOON + 2 * MINUTE)

    assert delivery.drain().sent == 1

    assert states(late, *kept) == [State.EXPIRED, State.SENT, State.SENT]
    assert "/nothing/3/" not in mail.outbox[0].body


def test_a_digest_says_all_that_it_carries_or_does_not_go(amara, owe):
    owe(amara, 1)
    owe(amara, 2)
    token, claimed = delivery._claim()
    [ready] = delivery._prepare(token, claimed)
    left_behind = owe(amara, 3)
    OutboxMessage.objects.filter(pk=left_behind.pk).update(state=State.GATHERED, gathered_into=ready.message)

    assert not delivery._hand_over(token, ready.outgoing)

    delivery._give_back(token)
    assert delivery.drain().sent == 1
    assert "/nothing/3/" in mail.outbox[0].body


def test_a_kind_that_comes_seldom_keeps_its_distance(amara, owe, told_clock):
    first, second = owe(amara, 1, kind="probe-seldom"), owe(amara, 2, kind="probe-seldom")
    assert delivery.drain().sent == 1
    assert states(first, second) == [State.SENT, State.PENDING]
    assert fresh(second)[0].available_at == NOON + 30 * DAY

    told_clock.says(NOON + 29 * DAY)
    third = owe(amara, 3, kind="probe-seldom")
    assert delivery.drain().sent == 0

    told_clock.says(NOON + 30 * DAY)
    assert delivery.drain().sent == 1
    assert states(second, third) == [State.SENT, State.PENDING]


def test_a_mail_is_not_handed_over_after_its_day_or_in_quiet_hours(amara, owe, told_clock):
    told_clock.says(NOON.replace(hour=20, minute=59))
    owe(amara)
    token, claimed = delivery._claim()
    [ready] = delivery._prepare(token, claimed)

    told_clock.says(NOON.replace(hour=21))

    assert not delivery._hand_over(token, ready.outgoing)


def test_the_database_refuses_a_second_mail_of_a_day(amara, owe):
    message, other = owe(amara, 1), owe(amara, 2)
    MailDay.objects.create(recipient=amara, day=NOON.date(), message=message)

    with pytest.raises(IntegrityError, match="one_mail_a_day"), transaction.atomic():
        MailDay.objects.create(recipient=amara, day=NOON.date(), message=other)
    token, claimed = delivery._claim()
    lease = gathering.Outgoing(other, day=NOON.date(), until=NOON + MINUTE)
    assert len(claimed) == 2
    assert not delivery._hand_over(token, lease)


def test_a_batch_costs_the_same_for_one_person_and_for_many(owe, told_clock, mailoutbox):
    def queries(people: int) -> int:
        for person in UserFactory.create_batch(people):
            for subject in (1, 2, 3):
                owe(person, subject, kind="probe" if subject < 3 else "probe-more")
        token, claimed = delivery._claim()
        with CaptureQueriesContext(connection) as made:
            assert len(delivery._prepare(token, claimed)) == people
        return len(made)

    assert queries(1) == queries(16)


# --- the rule, beside somebody who looks at the clock every minute ---


START = datetime(2026, 3, 27, 0, 0, tzinfo=UTC)  # two days before Europe's clocks change
DAYS = 5
ZONES = ["Europe/London", "Africa/Cairo", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland", "Pacific/Honolulu", "America/Santiago"]
minutes = st.integers(0, DAYS * 1440)
times_of_day = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30, 45]))
wished = st.fixed_dictionaries(
    {
        "zone": st.sampled_from(ZONES),
        "quiet_from": times_of_day,
        "quiet_until": times_of_day,
        "gathers": st.booleans(),
        "snoozed_until": st.none() | minutes,
        "moves": st.none() | st.tuples(minutes, st.sampled_from(ZONES)),
        "due": st.lists(minutes, min_size=1, max_size=6),
    }
)


def sent_by(wish: dict) -> dict[datetime, list[int]]:
    """The rule as it is written down: minute by minute, by the clock on the person's wall."""
    waiting = {number: START + due * MINUTE for number, due in enumerate(wish["due"], start=1)}
    snoozed_until = START + wish["snoozed_until"] * MINUTE if wish["snoozed_until"] else START
    sent: dict[datetime, list[int]] = {}
    had_mail: set[date] = set()
    have_opened: set[date] = set()

    def local(minute: datetime) -> datetime:
        has_moved = wish["moves"] and minute >= START + wish["moves"][0] * MINUTE
        return minute.astimezone(ZoneInfo(wish["moves"][1] if has_moved else wish["zone"]))

    def is_quiet(minute: datetime) -> bool:
        shown, begin, end = (at.hour * 60 + at.minute for at in (local(minute), wish["quiet_from"], wish["quiet_until"]))
        return (shown - begin) % 1440 < (end - begin) % 1440

    minute = START - 2 * DAY  # days that had begun by then
    while waiting:
        due = [number for number, at in waiting.items() if at <= minute]
        day = local(minute).date()
        is_first = day not in have_opened
        if not is_quiet(minute):
            have_opened.add(day)
        waits = is_quiet(minute) or minute < snoozed_until or day in had_mail or (wish["gathers"] and not is_first)
        if due and not waits:
            sent[minute] = due
            had_mail.add(day)
            waiting = {number: at for number, at in waiting.items() if number not in due}
        minute += MINUTE
    return sent


def sent_by_engine(wish: dict, clock: ToldClock) -> dict[datetime, list[int]]:
    clock.says(START)
    person = UserFactory(time_zone=wish["zone"])
    snoozed_until = START + wish["snoozed_until"] * MINUTE if wish["snoozed_until"] else None
    MailTimes.objects.create(
        recipient=person,
        quiet_from=wish["quiet_from"],
        quiet_until=wish["quiet_until"],
        gathers=wish["gathers"],
        snoozed_until=snoozed_until,
    )
    for number, due in enumerate(wish["due"], start=1):
        services.owe(kind="probe", subject_id=number, recipient=person, due_at=START + due * MINUTE, now=START)
    moves_at = START + wish["moves"][0] * MINUTE if wish["moves"] else None
    mine = OutboxMessage.objects.filter(recipient=person)
    for _ in range(60):
        next_up = mine.filter(state=State.PENDING).order_by("available_at").values_list("available_at", flat=True).first()
        if next_up is None:
            break
        if moves_at is not None and moves_at <= next_up:
            clock.says(max(clock.now, moves_at))
            User.objects.filter(pk=person.pk).update(time_zone=wish["moves"][1])
            services.reconsider(person.pk, clock.now)
            moves_at = None
        else:
            clock.says(max(clock.now, next_up))
        delivery.drain()
    sent = defaultdict(list)
    for number, at in mine.exclude(kind=DIGEST).filter(state=State.SENT).order_by("pk").values_list("subject", "sent_at"):
        sent[at].append(int(number))
    return dict(sent)


@pytest.fixture
def undone(told_clock: ToldClock) -> Iterator[Callable[[], transaction.Atomic]]:
    """Each example in a transaction of its own, which is undone."""
    yield transaction.atomic
    mail.outbox.clear()


def unchanged(wish: dict) -> dict:
    return {
        "zone": "Europe/London",
        "quiet_from": time(21),
        "quiet_until": time(8),
        "gathers": False,
        "snoozed_until": None,
        "moves": None,
    } | wish


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wish=wished.filter(lambda wish: not (wish["gathers"] and wish["moves"])))
@example(wish=unchanged({"due": [720, 720, 1300, 2 * 1440 + 90, 2 * 1440 + 1200]}))
@example(wish=unchanged({"due": [0, 1], "quiet_from": time(21), "quiet_until": time(1, 30)}))
@example(wish=unchanged({"due": [1000, 1001], "zone": "Pacific/Auckland", "moves": (1100, "Pacific/Honolulu")}))
def test_quiet_hours_property(wish, told_clock, undone):
    """Whatever the zone, the hours and the days on which clocks change: what goes, goes at the first minute that the rule allows."""
    with undone():
        found = sent_by_engine(wish, told_clock)
        transaction.set_rollback(True)

    assert found == sent_by(wish)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wish=wished)
@example(wish=unchanged({"due": [720, 725, 730, 735], "gathers": True}))
@example(wish=unchanged({"due": [60, 700, 1500], "gathers": True, "moves": (1600, "Pacific/Auckland")}))
def test_one_mail_a_day_property(wish, told_clock, undone):
    """Nobody gets two of those that can wait on one day of theirs, everything arrives, and what goes together is one mail."""
    with undone():
        mail.outbox.clear()
        found = sent_by_engine(wish, told_clock)
        assert len(mail.outbox) == len(found) == MailDay.objects.count()
        transaction.set_rollback(True)

    assert sorted(number for numbers in found.values() for number in numbers) == list(range(1, len(wish["due"]) + 1))
    days = []
    for at in found:
        has_moved = wish["moves"] and at >= START + wish["moves"][0] * MINUTE
        days.append(at.astimezone(ZoneInfo(wish["moves"][1] if has_moved else wish["zone"])).date())
    assert len(set(days)) == len(days)
