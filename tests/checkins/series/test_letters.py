from datetime import timedelta

import pytest

from checkins.series import services as series_services
from checkins.sessions import services
from matching.endings import services as endings
from tests.checkins.meetings import agreed_series, planned_in
from tests.checkins.sessions.test_letters import calendar_parts, entry_in, mails, move
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


def test_each_reads_all_times_by_their_own_clock_and_gets_one_entry(pairing, noon):
    series = agreed_series(pairing, noon)

    amara, zebulon = (mails(services.SERIES_AGREED)[name] for name in ("Amara", "Zebulon"))

    for day in ("19 March", "26 March", "2 April", "9 April"):
        assert f"Thursday {day}, 12:00 to 12:45" in amara.body
    # Clocks in New York went forward before, those in London on 29 March.
    assert "Thursday 26 March, 08:00 to 08:45" in zebulon.body
    assert "Thursday 2 April, 07:00 to 07:45" in zebulon.body
    (part,) = calendar_parts(zebulon)
    assert part["Content-Type"].params["method"] == "REQUEST"
    (event,) = entry_in(zebulon).vevent_list
    assert (event.uid.value, event.rrule.value) == (str(series.uid), "FREQ=WEEKLY;COUNT=4")


def test_one_that_moves_has_a_mail_of_its_own_about_the_same_entry(pairing, noon):
    series = agreed_series(pairing, noon)
    second = planned_in(series)[1]

    move(second, noon, 11)

    event = entry_in(mails(services.MOVED)["Amara"]).vevent
    assert (event.uid.value, event.sequence.value) == (str(series.uid), "1")
    assert event.recurrence_id.value.strftime("%d %H:%M") == "26 12:00"
    later = entry_in(mails(services.SERIES_AGREED)["Amara"])
    assert [one.sequence.value for one in later.vevent_list] == ["0", "1"]


def test_when_the_rest_is_ended_the_entry_ends_with_what_was_and_the_number_rises(pairing, noon):
    series = agreed_series(pairing, noon)

    series_services.end(series=series, by=pairing.first, now=noon + timedelta(days=12))

    mail = mails(services.SERIES_ENDED)["Zebulon"]
    event = entry_in(mail).vevent
    assert (entry_in(mail).method.value, event.rrule.value, event.sequence.value) == ("REQUEST", "FREQ=WEEKLY;COUNT=2", "1")
    assert "suggest a new time" in " ".join(mail.body.split())


def test_when_nothing_of_it_was_the_entry_is_cancelled(pairing, noon):
    agreed_series(pairing, noon)

    endings.undo(pairing=pairing, by=pairing.proposed_by, now=noon)

    mail = mails(services.SERIES_ENDED)["Amara"]
    (part,) = calendar_parts(mail)
    assert part["Content-Type"].params["method"] == entry_in(mail).method.value == "CANCEL"
    assert "Look at your sessions" not in mail.body


def test_no_mail_holds_a_name_or_a_word_of_the_two_and_none_the_other_address(pairing, noon):
    series = agreed_series(pairing, noon, where=WHERE)
    sent = list(mails(services.SERIES_AGREED).values())
    series_services.end(series=series, by=pairing.first, now=noon)
    sent += mails(services.SERIES_ENDED).values()

    assert len(sent) == 4
    for mail in sent:
        text = mail.subject + mail.body + str(mail.alternatives[0])
        other = "zebulon" if "amara" in mail.to[0] else "amara"
        for word in ("Quagmire", "Quill", "Zanzibar"):
            assert word not in text
        assert other not in (text + calendar_parts(mail)[0].get_content()).lower()
