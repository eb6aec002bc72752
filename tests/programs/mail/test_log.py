"""What staff see of their program's mail."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox import services as outbox
from mentoring.kernel.outbox.models import OutboxMessage
from programs.mail import log
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory, ProgramFactory, UserFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db

State, CameBack = OutboxMessage.State, OutboxMessage.CameBack


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def coordinator():
    return MembershipFactory(coordinator=True)


@pytest.fixture
def program(coordinator):
    return coordinator.program


@pytest.fixture
def browser(coordinator, as_member):
    return as_member(coordinator)


@pytest.fixture
def owed(program):
    """`owed(name="Ana")` is one mail of the program; more names set what became of it."""

    def owe(*, name="Ana Okoye", to=None, kind="checkin-due", in_=None, due_at=NOON, **became):
        recipient = to or UserFactory(name=name)
        subject = OutboxMessage.objects.count() + 1
        outbox.owe(kind=kind, subject_id=subject, recipient=recipient, program_id=(in_ or program).pk, due_at=due_at, now=NOON)
        mail = OutboxMessage.objects.latest("pk")
        OutboxMessage.objects.filter(pk=mail.pk).update(**became)
        mail.refresh_from_db()
        return mail

    return owe


def page_of(program, query=""):
    return reverse("programs:mail-log", args=[program.slug]) + query


def again(program, mail):
    return reverse("programs:mail-again", args=[program.slug, mail.pk])


SENT = {"state": State.SENT, "sent_at": NOON, "ended_at": NOON}
GIVEN_UP = {"state": State.DEAD, "ended_at": NOON, "last_error": "550 5.3.0 refused"}


def digest_of(person, **became):
    outbox.owe(kind="account", subject_id=99, recipient=person, now=NOON)
    mail = OutboxMessage.objects.latest("pk")
    OutboxMessage.objects.filter(pk=mail.pk).update(kind="digest", **became)
    return mail


# --- what it says ---


def test_a_mail_is_told_by_when_to_whom_and_about_what(browser, program, owed):
    owed(name="Ana Okoye", due_at=NOON + timedelta(hours=3))

    page = browser.get(page_of(program)).text

    assert "16 Mar, 15:00" in page
    assert "Ana Okoye" in page
    assert "A check-in that is open" in page
    assert "Waiting" in page


@pytest.mark.parametrize(
    ("became", "expected", "why"),
    [
        ({}, "waiting", ""),
        ({"state": State.HELD}, "waiting", ""),
        (SENT, "sent", ""),
        ({"state": State.CANCELLED, "ended_at": NOON, "last_error": "not wanted"}, "taken-back", ""),
        ({"state": State.EXPIRED, "ended_at": NOON}, "expired", ""),
        (GIVEN_UP, "given-up", "The mail server at the other end refused it."),
        (GIVEN_UP | {"last_error": "550 5.1.1 nobody there"}, "given-up", "Nobody is at that address."),
        (GIVEN_UP | {"last_error": "what it is about is missing"}, "given-up", "What it was about is no longer there."),
        (GIVEN_UP | {"last_error": "cannot be written: KeyError"}, "given-up", "It could not be written."),
        (GIVEN_UP | {"last_error": "unknown"}, "given-up", "Twice it could not be told"),
        (GIVEN_UP | {"last_error": "ConnectionRefusedError"}, "given-up", "It could not be sent"),
        (SENT | {"came_back": CameBack.PERMANENT, "came_back_at": NOON}, "back", "Nobody is at that address any more."),
        (SENT | {"came_back": CameBack.TRANSIENT, "came_back_at": NOON}, "back", "did not take it then"),
        (SENT | {"came_back": CameBack.COMPLAINT, "came_back_at": NOON}, "back", "Mail of this kind no longer goes there."),
    ],
)
def test_what_became_of_it_is_told_and_found(coordinator, owed, became, expected, why):
    mail = owed(**became)

    told = log.tell(log.visible_to(coordinator).get())

    assert told.outcome is log.OUTCOMES[expected]
    assert why in told.why
    assert bool(told.why) == bool(why)
    found = {name for name, outcome in log.OUTCOMES.items() if log.visible_to(coordinator).filter(outcome.condition).exists()}
    assert found == {expected}
    assert mail.pk == told.mail.pk


@pytest.mark.parametrize(("said", "expected"), [("", "together"), (CameBack.PERMANENT, "back")])
def test_what_went_in_a_days_mail_shares_its_fate(coordinator, owed, said, expected):
    ana = UserFactory()
    digest = digest_of(ana, **SENT, came_back=said, came_back_at=NOON if said else None)
    owed(to=ana, gathered_into=digest, **SENT)

    assert log.tell(log.visible_to(coordinator).get()).outcome is log.OUTCOMES[expected]
    assert log.visible_to(coordinator).filter(log.OUTCOMES[expected].condition).count() == 1


def test_what_waits_to_go_in_a_days_mail_is_waiting(coordinator, owed):
    ana = UserFactory()
    owed(to=ana, gathered_into=digest_of(ana), state=State.GATHERED)

    assert log.tell(log.visible_to(coordinator).get()).outcome is log.OUTCOMES["waiting"]


def test_every_kind_that_staff_see_has_a_label_of_its_own():
    labels = [str(kind.label) for kind in kinds.every() if kind.is_in_log]

    assert all(labels)
    assert len(set(labels)) == len(labels)


def test_neither_address_nor_text_nor_the_servers_words_are_shown(browser, program, owed):
    owed(to=UserFactory(email="ana@example.org", name="Ana Okoye"), **GIVEN_UP)
    outbox.owe(kind="invitation", subject_id=7, address="ben@example.org", secret="the token", program_id=program.pk, now=NOON)

    for answer in (browser.get(page_of(program)).text, b"".join(browser.get(page_of(program) + "export/")).decode()):
        assert "Somebody who is invited" in answer
        for word in ("ana@", "ben@", "the token", "5.3.0"):
            assert word not in answer


def test_mail_to_somebody_who_was_erased_is_told_without_them(coordinator, owed):
    owed(recipient=None, **SENT)

    assert log.tell(log.visible_to(coordinator).get()).who == "Somebody who is no longer here"


# --- who sees what ---


def test_mail_of_other_programs_and_of_accounts_is_not_there(coordinator, owed):
    mine = owed()
    owed(in_=ProgramFactory())
    outbox.owe(kind="account", subject_id=1, recipient=coordinator.user, now=NOON)

    assert list(log.visible_to(coordinator)) == [mine]


def test_a_kind_that_is_kept_out_is_not_there(coordinator, owed, monkeypatch):
    owed(kind="checkin-due")
    other = owed(kind="guidelines-changed")
    kept_out = kinds.get("checkin-due")
    monkeypatch.setitem(kinds._kinds, "checkin-due", type(kept_out)(**vars(kept_out) | {"is_in_log": False}))

    assert list(log.visible_to(coordinator)) == [other]


@pytest.mark.parametrize("state", ["proposed", "active", "paused", "closed", "declined"])
def test_staff_see_no_mail_about_a_pairing_of_their_own(program, owed, as_member, state):
    me = MembershipFactory(program=program, is_coordinator=True, ready=True)
    partner = PairingFactory(program=program, first=me, **{state: True}).second
    hidden = owed(to=partner.user, **GIVEN_UP)
    owed(to=me.user)
    shown = owed(to=PairingFactory(program=program, active=True).second.user)

    assert list(log.visible_to(me)) == [shown]
    assert as_member(me).post(again(program, hidden)).status_code == 404
    assert "given up" not in as_member(me).get(page_of(program)).text.partition("<form")[0]


def test_others_see_the_mail_of_that_pairing(coordinator, program, owed):
    me = MembershipFactory(program=program, is_coordinator=True, ready=True)
    partner = PairingFactory(program=program, first=me, active=True).second
    owed(to=partner.user)

    assert log.visible_to(coordinator).count() == 1


def test_who_is_no_staff_sees_none(program, owed):
    owed()

    assert not log.visible_to(MembershipFactory(program=program)).exists()


# --- finding ---


def test_the_list_is_found_by_name_kind_and_fate(browser, program, owed):
    owed(name="Ana Okoye")
    owed(name="Ben Silva", kind="guidelines-changed", **SENT)

    for query in ("?q=okoye", "?what=checkin-due", "?became=waiting"):
        page = browser.get(page_of(program, query)).text
        assert "Ana Okoye" in page
        assert "Ben Silva" not in page
    assert "No mail fits" in browser.get(page_of(program, "?q=nobody")).text


def test_the_list_is_sorted_by_when_and_by_whom(browser, program, owed):
    owed(name="Zoe", due_at=NOON)
    owed(name="Ana", due_at=NOON - timedelta(days=1))

    def names(query):
        page = browser.get(page_of(program, query)).text
        return sorted(["Zoe", "Ana"], key=lambda name: page.index(f"<bdi>{name}"))

    assert names("") == names("?sort=-due") == ["Zoe", "Ana"]
    assert names("?sort=due") == names("?sort=who") == ["Ana", "Zoe"]


def test_a_page_holds_fifty_and_costs_the_same(browser, program, owed, costs_the_same):
    ana = UserFactory()
    for _ in range(2):
        owed(to=ana)

    def grow():
        for number in range(60):
            owed(name=f"Person {number}", **(GIVEN_UP if number % 2 else SENT))

    costs_the_same(lambda: browser.get(page_of(program)), grow=grow, at_most=8)
    assert browser.get(page_of(program)).text.count('<tr role="row">') == 51
    assert browser.get(page_of(program, "?page=2")).text.count('<tr role="row">') == 13


def test_an_empty_log_says_what_will_be_there(browser, program):
    assert "No mail has been owed yet" in browser.get(page_of(program)).text


def test_how_many_were_given_up_stands_on_top(browser, program, owed):
    owed(**GIVEN_UP)
    owed(**GIVEN_UP)
    owed()

    page = browser.get(page_of(program, "?became=waiting")).text

    assert "2 mails were given up." in page
    assert 'href="/p/' + program.slug + '/mail/?became=given-up"' in page


def test_what_is_exported_is_what_is_shown_and_is_recorded(browser, program, owed, coordinator):
    owed(name="Ana Okoye", **GIVEN_UP)
    owed(name="Ben Silva")

    lines = b"".join(browser.get(page_of(program) + "export/?became=given-up")).decode().splitlines()

    assert lines[1:] == [
        "2026-03-16 12:00,Ana Okoye,A check-in that is open,Given up,2026-03-16 12:00,The mail server at the other end refused it."
    ]
    event = AuditEvent.objects.get(verb="mail.exported")
    assert (event.actor_id, event.program_id) == (coordinator.user_id, program.pk)


# --- once more ---


def test_what_was_given_up_goes_once_more_under_the_same_name_and_is_recorded(browser, program, owed, coordinator):
    mail = owed(**GIVEN_UP)
    assert "Send again" in browser.get(page_of(program)).text

    answer = browser.post(again(program, mail), follow=True)

    assert "It goes out once more." in answer.text
    sent_again = OutboxMessage.objects.get()
    assert (sent_again.state, sent_again.message_id) == (State.PENDING, mail.message_id)
    assert AuditEvent.objects.get(verb="mail.sent_again").actor_id == coordinator.user_id


@pytest.mark.parametrize("became", [{}, SENT, GIVEN_UP | {"expires_at": NOON}])
def test_what_cannot_go_again_says_why_and_stays(browser, program, owed, became):
    mail = owed(**became)

    answer = browser.post(again(program, mail), follow=True)

    assert "notice--stop" in answer.text
    assert OutboxMessage.objects.get().state == mail.state


def test_only_what_was_given_up_offers_to_go_again(browser, program, owed):
    owed()
    owed(**SENT)

    assert "Send again" not in browser.get(page_of(program)).text


def test_mail_of_another_program_cannot_be_sent_from_here(browser, program, owed):
    mail = owed(in_=ProgramFactory(), **GIVEN_UP)

    assert browser.post(again(program, mail)).status_code == 404
    assert OutboxMessage.objects.get().state == State.DEAD
