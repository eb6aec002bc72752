"""What a mail service posts of mail that came back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from mentoring.kernel.bounces.models import BounceEvent
from mentoring.kernel.outbox import services as outbox
from mentoring.kernel.outbox.models import OutboxMessage
from mentoring.kernel.wishes import services as wishes
from tests.factories.programs import UserFactory
from tests.programs.mail import posts

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _mailgun(settings):
    settings.MAIL_EVENTS_FROM, settings.MAIL_EVENTS_KEY = "mailgun", posts.KEY


@pytest.fixture
def ana():
    return UserFactory(email="ana@example.org")


@pytest.fixture
def mail(ana):
    outbox.owe(kind="checkin-due", subject_id=1, recipient=ana, now=timezone.now())
    return OutboxMessage.objects.get()


def came_back(mail):
    mail.refresh_from_db()
    return mail.came_back, mail.last_error


def test_an_address_that_is_gone_gets_no_more_reminders(ana, mail):
    assert posts.from_mailgun(mail.message_id).status_code == 200

    assert came_back(mail) == ("permanent", "550 5.1.1 nobody there")
    assert outbox.unreachable([ana]) == {ana.pk}


def test_what_is_not_for_good_is_noted_and_nothing_more(ana, mail):
    posts.from_mailgun(mail.message_id, message="550 5.7.1 not from you")

    assert came_back(mail) == ("transient", "550 5.7.1 not now")
    assert outbox.unreachable([ana]) == set()


def test_what_the_service_knows_from_before_is_for_good(ana, mail):
    suppressed = {"reason": "suppress-bounce", "delivery-status": {"code": 605, "message": "Not delivering to previously bounced address"}}

    posts.from_mailgun(mail.message_id, **suppressed)

    assert outbox.unreachable([ana]) == {ana.pk}


def test_a_complaint_ends_mail_of_that_category(ana, mail):
    posts.from_mailgun(mail.message_id, event="complained")

    assert came_back(mail)[0] == "complaint"
    assert wishes.of([ana.pk])[ana.pk].unwanted == {"check-ins"}
    assert outbox.unreachable([ana]) == set()


def test_the_bounce_of_an_address_that_was_changed_since_suspends_nothing(ana, mail):
    ana.email = "ana@new.example.org"
    ana.save()

    posts.from_mailgun(mail.message_id)

    assert outbox.unreachable([ana]) == set()


def test_replayed_webhook_is_ignored(ana, mail):
    posts.from_mailgun(mail.message_id, message="550 5.7.1 not from you", token="t1")

    # Mailgun signs the time and the token alone: with another text under them it is still the same event.
    assert posts.from_mailgun(mail.message_id, token="t1").status_code == 200

    assert came_back(mail)[0] == "transient"
    assert outbox.unreachable([ana]) == set()
    assert BounceEvent.objects.count() == 1


def test_what_is_signed_with_another_key_is_refused(ana, mail):
    assert posts.from_mailgun(mail.message_id, key="not the key").status_code == 400

    assert came_back(mail) == ("", "")


@pytest.mark.parametrize("age", [timedelta(minutes=5, seconds=5), -timedelta(minutes=5, seconds=5)])
def test_what_was_signed_at_another_time_is_refused(mail, age):
    assert posts.from_mailgun(mail.message_id, at=timezone.now() - age).status_code == 400

    assert came_back(mail) == ("", "")


def test_what_was_signed_four_minutes_ago_is_heard(mail):
    posts.from_mailgun(mail.message_id, at=timezone.now() - timedelta(minutes=4))

    assert came_back(mail)[0] == "permanent"


def test_mail_that_is_none_of_ours_is_answered_and_nothing_follows(mail):
    assert posts.from_mailgun("somebody@elses.example").status_code == 200

    assert came_back(mail) == ("", "")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b'"words"',
        b"null",
        b"1",
        b"{}",
        b'{"signature": 3}',
        b'{"signature": {"timestamp": {}, "token": [], "signature": null}}',
        b'{"signature": {"timestamp": "1", "token": "\\u0000\\u00e9", "signature": "\\u00e9"}}',
        b"[" * 100_000,
    ],
)
def test_what_cannot_be_read_is_refused(mail, body):
    assert posts.post(body).status_code == 400


@pytest.mark.parametrize(
    "data",
    [
        {"delivery-status": "words"},
        {"delivery-status": {"message": ["words"], "code": "five"}},
        {"message": None},
        {"event": ["failed"]},
        {"timestamp": "noon"},
        {"recipient": {"a": 1}},
        {"recipient": "a\0"},
        {"message": {"headers": {"message-id": "\0"}}},
        {"message": {"headers": {"message-id": 5}}},
    ],
)
def test_what_is_signed_and_still_nonsense_breaks_nothing(mail, data):
    assert posts.from_mailgun(mail.message_id, **data).status_code in (200, 400)


def test_one_megabyte_is_not_even_read(mail):
    assert posts.from_mailgun(mail.message_id, padding="x" * 1_000_000).status_code == 413

    assert came_back(mail) == ("", "")


@pytest.mark.parametrize(("service", "key"), [("", posts.KEY), ("mailgun", ""), ("", "")])
def test_without_a_service_there_is_no_such_page(mail, settings, service, key):
    settings.MAIL_EVENTS_FROM, settings.MAIL_EVENTS_KEY = service, key

    assert posts.from_mailgun(mail.message_id).status_code == 404


def test_only_a_post_is_heard(client):
    assert client.get(posts.EVENTS).status_code == 405


@pytest.mark.filterwarnings("ignore:django-anymail has dropped official support")
def test_sendgrid_is_heard_with_all_of_a_batch(settings, ana, mail):
    service = posts.SendGrid()
    settings.MAIL_EVENTS_FROM, settings.MAIL_EVENTS_KEY = "sendgrid", service.key
    read = {"event": "open", "sg_event_id": "e1", "smtp-id": f"<{mail.message_id}>", "email": ana.email}
    bounced = read | {"event": "bounce", "sg_event_id": "e2", "reason": "550 5.1.1 user unknown", "status": "5.1.1"}

    assert service.posts(read, bounced).status_code == 200

    assert came_back(mail) == ("permanent", "550 5.1.1 nobody there")


@pytest.mark.filterwarnings("ignore:django-anymail has dropped official support")
def test_what_sendgrid_signed_an_hour_ago_is_refused(settings, mail):
    service = posts.SendGrid()
    settings.MAIL_EVENTS_FROM, settings.MAIL_EVENTS_KEY = "sendgrid", service.key
    bounced = {"event": "bounce", "sg_event_id": "e2", "smtp-id": f"<{mail.message_id}>", "reason": "550 5.1.1 user unknown"}

    assert service.posts(bounced, at=timezone.now() - timedelta(hours=1)).status_code == 400


def test_postal_is_heard_by_the_message_id_of_ours(settings, ana, mail):
    service = posts.Postal()
    settings.MAIL_EVENTS_FROM, settings.MAIL_EVENTS_KEY = "postal", service.key
    message = {"id": 12345, "direction": "outgoing", "message_id": mail.message_id, "to": ana.email}
    payload = {"status": "HardFail", "output": "550 5.1.1 user unknown", "message": message}

    assert service.posts({"timestamp": timezone.now().timestamp(), "uuid": "u1", "payload": payload}).status_code == 200

    assert came_back(mail) == ("permanent", "550 5.1.1 nobody there")
