"""Stopping mail from a mail, and what mail servers say of an address."""

import pytest

from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import delivery, kinds, services
from mentoring.kernel.outbox.models import DIGEST, OutboxMessage, SuspendedAddress
from mentoring.kernel.wishes import services as wishes
from mentoring.kernel.wishes.models import MailWish
from programs.people.models import User
from tests.factories.programs import UserFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db

State, CameBack = OutboxMessage.State, OutboxMessage.CameBack


def token_in(address: str) -> str:
    return address.rstrip("/").rpartition("/")[2]


# --- stopping ---


def test_a_link_stops_its_category_and_takes_back_what_waits_of_it(owe_to):
    person, other = UserFactory(), UserFactory()
    stopped, wanted, theirs = owe_to(person), owe_to(person, kind="probe-more"), owe_to(other)
    token = token_in(services.unsubscribe_address(person.pk, "nothing"))

    for _ in range(2):
        assert services.unsubscribe(token, NOON) == services.Unsubscribing(person.pk, ("nothing",))

    assert dict(OutboxMessage.objects.values_list("pk", "state")) == {
        stopped.pk: State.CANCELLED,
        wanted.pk: State.PENDING,
        theirs.pk: State.PENDING,
    }
    assert wishes.of([person.pk])[person.pk].unwanted == {"nothing"}


def test_looking_at_where_a_link_leads_changes_nothing():
    person = UserFactory()

    assert services.read_unsubscribe(token_in(services.unsubscribe_address(person.pk, "nothing", "more"))).categories == ("nothing", "more")
    assert not MailWish.objects.exists()


@pytest.mark.parametrize("spoil", [lambda token: token[:-1], lambda token: "x" + token, lambda token: "", lambda token: "a:b:c"])
def test_a_link_that_is_not_whole_stops_nothing(spoil):
    person = UserFactory()
    token = token_in(services.unsubscribe_address(person.pk, "nothing"))

    with pytest.raises(Refused):
        services.unsubscribe(spoil(token), NOON)


def test_the_link_of_somebody_who_is_gone_changes_nothing_and_is_fine():
    person = UserFactory()
    token = token_in(services.unsubscribe_address(person.pk, "nothing"))
    User.objects.all().delete()

    assert services.unsubscribe(token, NOON).categories == ("nothing",)
    assert not MailWish.objects.exists()


def test_the_address_has_no_place_for_a_second_line():
    assert services.unsubscribe_address(7, "nothing", "more").isprintable()


def test_only_what_can_wait_has_a_way_to_stop_it(owe_to, mailoutbox, settings):
    person = UserFactory()
    owe_to(person, kind="probe-account")
    owe_to(person)

    delivery.drain()

    account, reminder = mailoutbox
    assert not any(header.startswith("List-") for header in account.extra_headers)
    assert "mail/stop" not in account.body
    address = reminder.extra_headers["List-Unsubscribe"].strip("<>")
    assert address.startswith(f"{settings.BASE_URL}/mail/stop/")
    assert reminder.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"Stop mails like this, or choose which you get:\n{address}" in reminder.body
    assert f'href="{address}"' in reminder.alternatives[0][0]
    assert services.read_unsubscribe(token_in(address)) == services.Unsubscribing(person.pk, ("nothing",))


# --- coming back ---


@pytest.fixture
def heard(monkeypatch) -> list[int]:
    """The keys of those of whom it was said that they cannot be reached."""
    heard = []
    monkeypatch.setattr(services, "_when_unreachable", [lambda recipient, now: heard.append(recipient)])
    return heard


def test_an_address_that_is_gone_is_suspended_and_said_once(owe_to, heard):
    person = UserFactory()
    first, second = owe_to(person), owe_to(person, subject_id=2)

    assert services.came_back(f"<{first.message_id}>", CameBack.PERMANENT, "550 5.1.1 nobody there", NOON)
    assert not services.came_back(first.message_id, CameBack.PERMANENT, "550 5.1.1 nobody there", NOON)
    assert services.came_back(second.message_id, CameBack.PERMANENT, "550 5.1.1 nobody there", NOON)

    assert heard == [person.pk]
    assert services.unreachable([person, UserFactory()]) == {person.pk}
    first.refresh_from_db()
    assert (first.came_back, first.came_back_at, first.last_error) == ("permanent", NOON, "550 5.1.1 nobody there")


def test_a_new_address_is_reachable_and_an_old_ones_bounce_does_not_count(owe_to, heard):
    person = UserFactory(email="old@example.org")
    first, second = owe_to(person), owe_to(person, subject_id=2)
    services.came_back(first.message_id, CameBack.PERMANENT, "550", NOON)

    person.email = "new@example.org"
    person.save()
    services.came_back(second.message_id, CameBack.PERMANENT, "550", NOON, address="old@example.org")

    assert heard == [person.pk]
    assert services.unreachable([person]) == set()


def test_what_passes_is_noted_and_nothing_else(owe_to, heard):
    message = owe_to(UserFactory())

    services.came_back(message.message_id, CameBack.TRANSIENT, "451 4.2.0 not now", NOON)

    message.refresh_from_db()
    assert (message.state, message.came_back) == (State.PENDING, "transient")
    assert heard == []
    assert not SuspendedAddress.objects.exists()
    assert services.came_back(message.message_id, CameBack.PERMANENT, "550", NOON)


def test_who_complains_wants_no_more_of_that_category(owe_to, heard):
    person = UserFactory()
    message, waiting, other = owe_to(person), owe_to(person, subject_id=2), owe_to(person, kind="probe-more")

    services.came_back(message.message_id, CameBack.COMPLAINT, "complaint", NOON)

    assert wishes.of([person.pk])[person.pk].unwanted == {"nothing"}
    assert OutboxMessage.objects.get(pk=waiting.pk).state == State.CANCELLED
    assert OutboxMessage.objects.get(pk=other.pk).state == State.PENDING
    assert heard == []


def test_who_complains_about_a_digest_wants_nothing_of_what_it_held(owe_to, mailoutbox):
    person = UserFactory()
    owe_to(person)
    owe_to(person, kind="probe-more")
    delivery.drain()

    services.came_back(OutboxMessage.objects.get(kind=DIGEST).message_id, CameBack.COMPLAINT, "complaint", NOON)

    assert wishes.of([person.pk])[person.pk].unwanted == {"nothing", "more"}


def test_who_complains_about_mail_that_must_come_still_gets_it(owe_to):
    message = owe_to(UserFactory(), kind="probe-account")

    services.came_back(message.message_id, CameBack.COMPLAINT, "complaint", NOON)

    assert not MailWish.objects.exists()


def test_what_nobody_sent_cannot_come_back():
    assert not services.came_back("<unknown@example.org>", CameBack.PERMANENT, "550", NOON)


def test_a_server_that_knows_nobody_there_says_so_through_the_same_door(smtp, owe_to, heard):
    smtp.rule = lambda stage, recipient: "550 5.1.1 nobody here" if stage == "RCPT" else None
    person = UserFactory()
    owe_to(person)

    delivery.drain()

    assert heard == [person.pk]
    assert OutboxMessage.objects.get().came_back == "permanent"


# --- kinds ---


def test_every_kind_that_can_wait_has_a_category_but_the_letter_to_whoever_has_no_account():
    waiting = [kind for kind in kinds.every() if kind.priority >= kinds.Priority.REMINDER]
    assert len(waiting) > 10

    assert [kind.name for kind in waiting if kind.category is None] == ["invitation"]
    assert 4 <= len({category.name for category in kinds.categories()} - {"nothing", "more"}) <= 8


def test_what_can_wait_and_has_no_category_cannot_be_owed_to_a_person(owe_to):
    with pytest.raises(ValueError, match="category"):
        owe_to(UserFactory(), kind="invitation")


@pytest.mark.parametrize(
    "wrong",
    [
        {"attachment": lambda *_: None, "priority": kinds.Priority.REMINDER},
        {"at_most_every": 2 * kinds.LONGEST_APART, "priority": kinds.Priority.REMINDER},
    ],
)
def test_a_kind_that_could_not_be_kept_is_refused(wrong):
    with pytest.raises(ValueError, match="wrong-kind"):
        kinds.register(kinds.Kind(name="wrong-kind", template="x", context=dict, still_owed=set, **wrong))
