import pytest

from mentoring.kernel.bounces import verdicts
from mentoring.kernel.bounces.verdicts import Verdict
from mentoring.kernel.outbox.models import OutboxMessage

PERMANENT, TRANSIENT, COMPLAINT = (OutboxMessage.CameBack(word) for word in ("permanent", "transient", "complaint"))


@pytest.mark.parametrize(
    ("event", "response", "code", "reason", "expected"),
    [
        # Nobody is there.
        ("bounced", "550 5.1.1 <ana@example.org>: user unknown", None, "", (PERMANENT, "550 5.1.1 nobody there")),
        ("bounced", "550-5.1.1 The email account that you tried to reach does not exist", None, "", (PERMANENT, "550 5.1.1 nobody there")),
        ("bounced", "5.1.1 no such user", 550, "", (PERMANENT, "550 5.1.1 nobody there")),
        ("failed", "smtp; 5.1.10 recipient not found", None, "", (PERMANENT, "550 5.1.10 nobody there")),
        ("bounced", "553 5.1.3 bad address", None, "", (PERMANENT, "553 5.1.3 nobody there")),
        ("bounced", "550 5.2.1 mailbox disabled", None, "", (PERMANENT, "550 5.2.1 nobody there")),
        ("bounced", "550 unknown user", None, "", (PERMANENT, "550 nobody there")),
        ("bounced", "unknown user", 550, "", (PERMANENT, "550 nobody there")),
        # The service does not try, since it knows.
        ("rejected", "", None, "bounced", (PERMANENT, "nobody there")),
        ("rejected", "", None, "invalid", (PERMANENT, "nobody there")),
        # About us, or about the way there.
        ("bounced", "550 5.4.4 host not found", None, "", (TRANSIENT, "550 5.4.4 not now")),
        ("bounced", "550 5.7.1 message refused", None, "", (TRANSIENT, "550 5.7.1 not now")),
        ("bounced", "550 5.7.26 unauthenticated mail", None, "bounced", (TRANSIENT, "550 5.7.26 not now")),
        ("bounced", "550 5.1.8 bad sender", None, "", (TRANSIENT, "550 5.1.8 not now")),
        ("bounced", "552 5.2.2 mailbox full", None, "bounced", (TRANSIENT, "552 5.2.2 refused")),
        ("bounced", "550 rejected as spam", None, "", (TRANSIENT, "550 refused")),
        ("bounced", "450 4.1.1 not now", None, "", (TRANSIENT, "450 4.1.1 not now")),
        ("bounced", "421 4.7.0 try again later", None, "", (TRANSIENT, "421 4.7.0 closing")),
        ("deferred", "550 5.1.1 user unknown", None, "", (TRANSIENT, "550 5.1.1 nobody there")),
        ("bounced", "", None, "bounced", (TRANSIENT, "not now")),
        ("rejected", "", None, "blocked", (TRANSIENT, "not now")),
        ("bounced", "No MX for example.org", 498, "", (TRANSIENT, "498 not now")),
        # Somebody called it spam.
        ("complained", "", None, "spam", (COMPLAINT, "not wanted")),
    ],
)
def test_bounce_table(event, response, code, reason, expected):
    assert verdicts.read(event, response=response, code=code, reason=reason) == Verdict(*expected)


@pytest.mark.parametrize("event", ["delivered", "opened", "clicked", "sent", "queued", "unsubscribed", "unknown"])
def test_nothing_follows_from_what_says_nothing_of_an_address(event):
    assert verdicts.read(event, response="550 5.1.1 user unknown", reason="bounced") is None


def test_the_servers_own_words_are_not_kept():
    verdict = verdicts.read("bounced", response="550 5.1.1 <ana@example.org>: Ana left in May")

    assert "ana" not in verdict.reply.lower()
