from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checkins.threads import services
from checkins.threads.models import LONGEST_MESSAGE, Message, ThreadRead
from matching.pairings.models import Pairing
from matching.pauses import services as pauses
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox.models import OutboxMessage
from tests.at_once import at_once
from tests.factories.checkins import MessageFactory
from tests.factories.matching import FactFactory, PairingFactory
from tests.factories.programs import MembershipFactory
from tests.times import NOON

MINUTE = timedelta(minutes=1)


@pytest.fixture
def pairing(db):
    return PairingFactory(active=True)


def send(pairing, now, by=None, text="Hello"):
    return services.send(pairing=pairing, by=by or pairing.first, text=text, now=now)


def notices(**what):
    return OutboxMessage.objects.filter(kind=services.NOTICE, **what)


def come(pairing, half, now):
    """What the page does that somebody opens."""
    services.mark_read(message=Message.objects.filter(pairing=pairing).latest("sent_at"), by=half, now=now)


# --- writing ---


@pytest.mark.parametrize("half", ["first", "second"])
def test_either_half_writes_to_the_other(pairing, half, noon):
    by = getattr(pairing, half)

    message = send(pairing, noon, by=by, text=" Are you there?\r\n\r\nI am. ")

    assert (message.author, message.text, message.sent_at) == (by, "Are you there?\n\nI am.", noon)


@pytest.mark.parametrize("text", ["🫱🏽‍🫲🏿 " * 500, "שלום, מתי ניפגש?", "‮gnol", "x" * LONGEST_MESSAGE])
def test_whatever_people_write_is_kept_as_it_is(pairing, text, noon):
    assert Message.objects.get(pk=send(pairing, noon, text=text).pk).text == text.strip()


@pytest.mark.parametrize("text", ["", " \n ", "x" * (LONGEST_MESSAGE + 1), "x" * 1_000_000])
def test_nothing_and_too_much_are_not_sent(pairing, text, noon):
    with pytest.raises(Refused, match="at most 10000 characters"):
        send(pairing, noon, text=text)


@pytest.mark.django_db
@pytest.mark.parametrize("state", [state for state in Pairing.State if state != Pairing.State.ACTIVE])
def test_nothing_is_sent_where_the_pairing_does_not_go_on(state, noon):
    with pytest.raises(Refused, match="while it is active"):
        send(PairingFactory(**{state: True}), noon)


def test_nobody_else_writes_to_the_two(pairing, noon):
    for other in (pairing.coordinator, MembershipFactory(program=pairing.program)):
        with pytest.raises(Refused):
            send(pairing, noon, by=other)


def test_what_comes_second_stands_second_whatever_the_clock_says(pairing, noon):
    first = send(pairing, noon)

    second = send(pairing, noon - MINUTE, by=pairing.second)

    assert second.sent_at > first.sent_at


def test_the_trail_says_who_wrote_and_nothing_of_what(pairing, noon):
    message = send(pairing, noon, text="CANARY")

    event = AuditEvent.objects.get(verb="message.sent")
    assert (event.actor_id, event.object_id, event.detail) == (pairing.first.user_id, str(message.pk), {})


def test_a_message_is_no_fact_that_signals_count(pairing, noon):
    send(pairing, noon)

    assert not FactFactory._meta.model.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_write_at_the_same_moment_are_both_heard(noon):
    pairing = PairingFactory(active=True)

    at_once(*[lambda by=by: send(pairing, noon, by=by) for by in pairing.halves * 3])

    assert Message.objects.values("sent_at").distinct().count() == 6
    assert notices(state="pending").count() <= 1
    last = Message.objects.latest("sent_at")
    unread = Message.objects.filter(pairing=pairing).unread_by(pairing.other_half(last.author))
    assert last in unread


# --- the mail ---


def test_the_other_is_told_once_of_all_that_is_unread(pairing, noon):
    for minutes in (0, 1, 600):
        send(pairing, noon + minutes * MINUTE)

    notice = notices().get()
    assert (notice.recipient, notice.due_at, notice.priority) == (pairing.second.user, noon + services.WAIT, 2)
    assert notice.context == {}


def test_who_has_been_back_is_told_of_the_next_one(pairing, noon):
    send(pairing, noon)
    notices().update(state="sent", sent_at=noon, ended_at=noon)
    come(pairing, pairing.second, noon + 20 * MINUTE)

    send(pairing, noon + 30 * MINUTE)

    assert notices(state="pending").get().due_at == noon + 30 * MINUTE + services.WAIT


def test_who_was_told_and_has_not_been_back_is_not_told_again(pairing, noon):
    send(pairing, noon)
    notices().update(state="sent", sent_at=noon, ended_at=noon)

    send(pairing, noon + timedelta(days=3))

    assert notices().count() == 1


def test_who_reads_in_time_gets_no_mail(pairing, noon):
    send(pairing, noon)

    come(pairing, pairing.second, noon + MINUTE)

    assert notices().get().state == "cancelled"


def test_two_who_write_to_and_fro_get_one_mail_at_the_end(pairing, noon):
    for minutes, by in enumerate(pairing.halves * 3):
        send(pairing, noon + minutes * MINUTE, by=by)

    assert notices(state="pending").get().recipient == pairing.first.user


def test_what_came_after_the_page_was_made_is_told_of(pairing, noon):
    seen = send(pairing, noon)
    unseen = send(pairing, noon + MINUTE)

    services.mark_read(message=seen, by=pairing.second, now=noon + 2 * MINUTE)

    assert list(Message.objects.unread_by(pairing.second)) == [unseen]
    assert notices(state="pending").get().due_at == noon + 2 * MINUTE + services.WAIT


# --- reading ---


def test_an_older_page_does_not_make_unread_what_was_read(pairing, noon):
    old, new = send(pairing, noon), send(pairing, noon + MINUTE)

    services.mark_read(message=new, by=pairing.second, now=noon)
    services.mark_read(message=old, by=pairing.second, now=noon)

    assert ThreadRead.objects.get(membership=pairing.second).read_at == new.sent_at


def test_saying_again_that_one_has_read_changes_nothing(pairing, noon):
    seen = send(pairing, noon)
    send(pairing, noon + MINUTE)

    for minutes in (2, 9):
        services.mark_read(message=seen, by=pairing.second, now=noon + minutes * MINUTE)

    assert notices(state="pending").get().due_at == noon + 2 * MINUTE + services.WAIT


def test_who_was_told_is_not_told_again_by_an_older_page(pairing, noon):
    seen = send(pairing, noon)
    come(pairing, pairing.second, noon)
    send(pairing, noon + MINUTE)
    notices(state="pending").update(state="sent", sent_at=noon, ended_at=noon)

    services.mark_read(message=seen, by=pairing.second, now=noon + 20 * MINUTE)

    assert not notices(state="pending").exists()


def test_who_writes_has_read_what_came_before(pairing, noon):
    send(pairing, noon)

    send(pairing, noon + MINUTE, by=pairing.second)

    assert not Message.objects.unread_by(pairing.second).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["paused", "closed"])
def test_what_is_read_can_be_said_where_nothing_new_can_come(state, noon):
    message = MessageFactory(pairing=PairingFactory(**{state: True}))

    services.mark_read(message=message, by=message.pairing.second, now=noon)

    assert not Message.objects.unread_by(message.pairing.second).exists()


def test_nobody_else_has_a_mark(pairing, noon):
    message = send(pairing, noon)

    with pytest.raises(Refused):
        services.mark_read(message=message, by=pairing.coordinator, now=noon)
    assert not ThreadRead.objects.of(pairing.coordinator).exists()


def test_the_trail_does_not_say_who_has_read(pairing, noon):
    message = send(pairing, noon)
    before = AuditEvent.objects.count()

    services.mark_read(message=message, by=pairing.second, now=noon)

    assert AuditEvent.objects.count() == before


# --- taking back ---


def test_ones_own_message_is_taken_off_the_page_and_leaves_that_it_was_there(pairing, noon):
    message = send(pairing, noon)

    services.take_back(message=message, by=pairing.first, now=noon + 15 * MINUTE)

    message.refresh_from_db()
    assert (message.text, message.removed_at) == ("", noon + 15 * MINUTE)


def test_the_words_of_what_was_taken_back_are_kept_unreadable_at_rest(pairing, noon):
    message = send(pairing, noon)

    services.take_back(message=message, by=pairing.first, now=noon)

    with connection.cursor() as cursor:
        cursor.execute("SELECT text, kept FROM checkins_message")
        [(text, kept)] = cursor.fetchall()
    assert (text, b"Hello" in bytes(kept)) == ("", False)
    assert Message.objects.get().kept == "Hello"


def test_it_is_taken_back_by_its_author_soon_and_while_the_pairing_goes_on(pairing, noon):
    message = send(pairing, noon)

    with pytest.raises(Refused, match="quarter of an hour"):
        services.take_back(message=message, by=pairing.second, now=noon)
    with pytest.raises(Refused, match="quarter of an hour"):
        services.take_back(message=message, by=pairing.first, now=noon + 16 * MINUTE)
    Pairing.objects.update(state=Pairing.State.PAUSED)
    with pytest.raises(Refused):
        services.take_back(message=message, by=pairing.first, now=noon)
    assert Message.objects.get().text == "Hello"


def test_taking_back_twice_changes_nothing(pairing, noon):
    message = send(pairing, noon)

    for minutes in (1, 60):
        services.take_back(message=message, by=pairing.first, now=noon + minutes * MINUTE)

    assert Message.objects.get().removed_at == noon + MINUTE
    assert AuditEvent.objects.filter(verb="message.taken_back").count() == 1


def test_nobody_is_told_of_what_was_taken_back_and_of_the_next_one_they_are(pairing, noon):
    services.take_back(message=send(pairing, noon), by=pairing.first, now=noon + MINUTE)
    assert notices().get().state == "cancelled"

    send(pairing, noon + 2 * MINUTE)

    assert notices(state="pending").get().due_at == noon + 2 * MINUTE + services.WAIT


def test_who_writes_and_takes_back_again_and_again_sends_one_mail(pairing, noon):
    first = send(pairing, noon)
    notices().update(state="sent", sent_at=noon, ended_at=noon)
    services.take_back(message=first, by=pairing.first, now=noon + MINUTE)

    send(pairing, noon + 2 * MINUTE)

    assert notices().count() == 1


# --- a pause ---


def rest(pairing, now):
    pauses.pause(pairing=pairing, by=pairing.first, now=now)


def go_on(pairing, now):
    pauses.go_on(pairing=pairing, by=pairing.coordinator, now=now)


def test_what_is_unread_when_a_pairing_rests_is_told_of_once_it_goes_on(pairing, noon):
    send(pairing, noon)
    rest(pairing, noon + MINUTE)
    assert not notices(state="pending").exists()

    go_on(pairing, noon + timedelta(days=7))

    notice = notices(state="pending").get()
    assert (notice.recipient, notice.due_at) == (pairing.second.user, noon + timedelta(days=7) + services.WAIT)


def test_who_was_told_before_the_pause_is_not_told_again_after_it(pairing, noon):
    send(pairing, noon)
    notices().update(state="sent", sent_at=noon, ended_at=noon)
    rest(pairing, noon + timedelta(days=1))

    go_on(pairing, noon + timedelta(days=7))

    assert not notices(state="pending").exists()


def test_what_is_read_in_part_during_a_pause_is_told_of_after_it(pairing, noon):
    seen = send(pairing, noon)
    send(pairing, noon + MINUTE)
    rest(pairing, noon + 2 * MINUTE)
    services.mark_read(message=seen, by=pairing.second, now=noon + 3 * MINUTE)
    assert not notices(state="pending").exists()

    go_on(pairing, noon + timedelta(days=7))

    assert notices(state="pending").count() == 1


# --- whatever the two do ---


@pytest.mark.django_db
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    acts=st.lists(
        st.tuples(st.sampled_from(["send", "read", "read the first", "take back", "deliver", "rest or go on"]), st.booleans()), max_size=25
    )
)
def test_each_has_at_most_one_open_mail_and_one_exactly_when_something_is_unread_and_untold_and_the_pairing_goes_on(acts):
    pairing, goes_on = PairingFactory(active=True), True
    told = {half.pk: False for half in pairing.halves}
    for number, (act, is_first) in enumerate(acts):
        now, me = NOON + number * MINUTE, pairing.first if is_first else pairing.second
        thread = Message.objects.filter(pairing=pairing)
        if act == "rest or go on":
            (rest if goes_on else go_on)(pairing, now)
            goes_on = not goes_on
        elif act == "send" and goes_on:
            send(pairing, now, by=me)
            told[me.pk] = False
        elif act == "read the first" and (first := thread.order_by("sent_at").first()):
            is_news = not ThreadRead.objects.of(me).filter(read_at__gte=first.sent_at).exists()
            services.mark_read(message=first, by=me, now=now)
            told[me.pk] = told[me.pk] and not is_news
        elif act == "read" and thread.exists():
            come(pairing, me, now)
            told[me.pk] = False
        elif act == "take back" and (mine := thread.filter(author=me, removed_at=None).order_by("-sent_at").first()):
            if goes_on and mine.can_be_taken_back_at(now):
                services.take_back(message=mine, by=me, now=now)
        elif act == "deliver":
            going = notices(recipient=me.user, state="pending")
            told[me.pk] = told[me.pk] or going.exists()
            going.update(state="sent", sent_at=now, ended_at=now)

        for half in pairing.halves:
            is_unread = thread.unread_by(half).exists()
            assert notices(recipient=half.user, state="pending").count() == (is_unread and not told[half.pk] and goes_on)
