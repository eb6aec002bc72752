import pytest

from mentoring.kernel.bounces import senders


@pytest.mark.parametrize(
    ("service", "key", "wrong"),
    [
        ("", "", []),
        ("mailgun", "key", []),
        ("mailgum", "key", ["kernel.E002"]),
        ("mailgun", "", ["kernel.E003"]),
        ("", "key", ["kernel.E003"]),
    ],
)
def test_a_service_that_cannot_be_heard_is_seen_before_it_starts(settings, service, key, wrong):
    settings.MAIL_EVENTS_FROM, settings.MAIL_EVENTS_KEY = service, key

    assert [message.id for message in senders.check_settings()] == wrong
