import email
import email.policy
from datetime import timedelta

import pytest
import vobject

from checkins.sessions import services
from matching.endings import services as endings
from matching.pairings.models import Pairing
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.letters import compose
from mentoring.kernel.outbox.models import OutboxMessage
from tests.factories.matching import PairingFactory

pytestmark = pytest.mark.django_db

WHERE = "The Zanzibar room"


@pytest.fixture
def pairing():
    return PairingFactory(
        active=True,
        first__user__name="Amara Quagmire",
        first__user__time_zone="Europe/London",
        first__user__email="amara@example.org",
        second__user__name="Zebulon Quill",
        second__user__time_zone="America/New_York",
        second__user__email="zebulon@example.org",
    )


def propose(pairing, now, *days):
    options = [now + timedelta(days=day) for day in days or (3,)]
    return services.propose(pairing=pairing, by=pairing.first, options=options, minutes=45, where=WHERE, now=now)


def agree(pairing, now):
    session = propose(pairing, now)
    return services.pick(option=session.options.get(), by=pairing.second, now=now)


def move(session, now, day):
    services.suggest(session=session, by=session.pairing.first, options=[now + timedelta(days=day)], now=now)
    return services.pick(option=session.options.open().get(), by=session.pairing.second, now=now)


def owed(kind):
    """Those of this kind that would be sent now."""
    messages = list(OutboxMessage.objects.filter(kind=kind, state="pending").order_by("pk"))
    keys = kinds.get(kind).still_owed(messages)
    return [message for message in messages if message.pk in keys]


def mail_of(message):
    kind = kinds.get(message.kind)
    return compose(message, kind=kind, context=kind.context([message])[message.pk], address=message.recipient.email)


def mails(kind):
    return {message.recipient.short_name: mail_of(message) for message in owed(kind)}


def calendar_parts(mail):
    parts = email.message_from_bytes(mail.message().as_bytes(), policy=email.policy.default).walk()
    return [part for part in parts if part.get_content_type() == "text/calendar"]


def entry_in(mail):
    return vobject.readOne(calendar_parts(mail)[0].get_content())


def test_an_agreed_time_comes_with_an_entry_that_calendar_programs_take(pairing, noon):
    session = agree(pairing, noon)

    mail = mails(services.AGREED)["Zebulon"]

    (part,) = calendar_parts(mail)
    assert (part["Content-Type"].params["method"], part["Content-Type"].params["charset"]) == ("REQUEST", "utf-8")
    event = entry_in(mail).vevent
    assert (event.uid.value, event.location.value) == (str(session.uid), WHERE)
    file = next(part for part in email.message_from_bytes(mail.message().as_bytes()).walk() if part.get_filename())
    assert (file.get_filename(), file.get_content_type()) == ("session.ics", "application/ics")
    assert vobject.readOne(file.get_payload(decode=True).decode()).vevent.uid.value == str(session.uid)


def test_each_reads_the_time_by_their_own_clock(pairing, noon):
    agree(pairing, noon)

    bodies = {name: " ".join(mail.body.split()) for name, mail in mails(services.AGREED).items()}

    assert "Thursday 19 March, 12:00 to 12:45 (your time, London)." in bodies["Amara"]
    assert "Thursday 19 March, 08:00 to 08:45 (your time, New York)." in bodies["Zebulon"]


def test_moves_and_the_cancellation_are_about_one_entry_with_rising_numbers(pairing, noon):
    session = agree(pairing, noon)
    seen = [entry_in(mails(services.AGREED)["Amara"])]
    for day in (5, 6):
        move(session, noon, day)
        seen.append(entry_in(mails(services.MOVED)["Amara"]))
    services.change(session=session, by=pairing.first, place="video", where="https://meet.example", led_by=None, now=noon)
    seen.append(entry_in(mails(services.CHANGED)["Amara"]))
    services.cancel(session=session, by=pairing.second, now=noon)
    seen.append(entry_in(mails(services.CANCELLED)["Amara"]))

    assert {entry.vevent.uid.value for entry in seen} == {str(session.uid)}
    assert [int(entry.vevent.sequence.value) for entry in seen] == [0, 1, 2, 3, 4]
    assert [entry.method.value for entry in seen] == ["REQUEST"] * 4 + ["CANCEL"]


def test_what_a_later_change_overtook_is_not_sent(pairing, noon):
    session = agree(pairing, noon)

    move(session, noon, 5)
    assert not owed(services.AGREED)
    services.cancel(session=session, by=pairing.second, now=noon)

    assert not owed(services.MOVED)
    assert len(owed(services.CANCELLED)) == 2


def test_times_are_waited_for_until_they_are_answered_or_the_pairing_stops(pairing, noon):
    session = propose(pairing, noon, 3, 4)
    assert [message.recipient for message in owed(services.SUGGESTED)] == [pairing.second.user]

    services.suggest(session=session, by=pairing.second, options=[noon + timedelta(days=6)], now=noon)
    assert [message.recipient for message in owed(services.SUGGESTED)] == [pairing.first.user]

    Pairing.objects.update(state=Pairing.State.PAUSED)
    assert not owed(services.SUGGESTED)


def test_no_mail_holds_a_name_or_a_word_of_the_two_and_none_the_other_address(pairing, noon):
    session = propose(pairing, noon)
    services.decline(session=session, by=pairing.second, now=noon)
    session = propose(pairing, noon)
    sent = [*mails(services.NOT_AGREED).values(), *mails(services.SUGGESTED).values()]
    services.pick(option=session.options.open().get(), by=pairing.second, now=noon)
    sent += mails(services.AGREED).values()
    move(session, noon, 5)
    sent += mails(services.MOVED).values()
    services.change(session=session, by=pairing.first, place="video", where=WHERE + "!", led_by=None, now=noon)
    sent += mails(services.CHANGED).values()
    services.cancel(session=session, by=pairing.first, word="Sesquipedalian", now=noon)
    sent += mails(services.CANCELLED).values()

    assert len(sent) == 10
    for mail in sent:
        text = mail.subject + mail.body + str(mail.alternatives[0])
        entries = "".join(part.get_content() for part in calendar_parts(mail))
        own, other = ("amara", "zebulon") if "amara" in mail.to[0] else ("zebulon", "amara")
        for word in ("Quagmire", "Quill", "Zanzibar", "Sesquipedalian"):
            assert word not in text
        assert other not in (text + entries).lower()
        assert not entries or own in entries


def test_the_mail_about_a_change_says_how_it_stands_now(pairing, noon):
    session = agree(pairing, noon)

    services.change(session=session, by=pairing.first, place="video", where=WHERE, led_by=None, now=noon)

    text = " ".join(mails(services.CHANGED)["Amara"].body.split())
    assert "stands now: Thursday 19 March, 12:00 to 12:45 (your time, London). How you meet: Video call." in text


@pytest.mark.parametrize("state", ["active", "paused"])
def test_a_new_time_is_spoken_of_only_while_one_can_be_suggested(state, pairing, noon):
    services.cancel(session=agree(pairing, noon), by=pairing.first, now=noon)
    Pairing.objects.update(state=state)

    body = mails(services.CANCELLED)["Amara"].body

    assert ("suggest a new time" in " ".join(body.split())) is (state == "active")


def test_of_a_match_that_was_undone_the_mail_leads_to_no_page(pairing, noon):
    agree(pairing, noon)
    assert "Look at this session" in mails(services.AGREED)["Amara"].body

    endings.undo(pairing=pairing, by=pairing.proposed_by, now=noon)

    assert "Look at this session" not in mails(services.CANCELLED)["Amara"].body


def test_a_refused_move_says_that_the_time_stays(pairing, noon):
    session = agree(pairing, noon)
    services.suggest(session=session, by=pairing.first, options=[noon + timedelta(days=9)], now=noon)

    services.decline(session=session, by=pairing.second, now=noon)

    assert "stays when it was. Thursday 19 March, 12:00" in " ".join(mails(services.NOT_AGREED)["Amara"].body.split())
