"""What a mail server's reply means."""

import pytest

from mentoring.kernel.outbox import replies
from mentoring.kernel.outbox.replies import Outcome


@pytest.mark.parametrize(
    ("code", "text", "to_recipient", "outcome"),
    [
        (550, "5.1.1 no such user", True, Outcome.UNKNOWN_ADDRESS),
        (550, "5.1.10 null MX", True, Outcome.UNKNOWN_ADDRESS),
        (550, "5.1.2 bad host", True, Outcome.UNKNOWN_ADDRESS),
        (550, "5.1.1 no such user", False, Outcome.UNKNOWN_ADDRESS),
        (550, "5.2.1 mailbox disabled", True, Outcome.UNKNOWN_ADDRESS),
        (550, "unknown user", True, Outcome.UNKNOWN_ADDRESS),
        (550, "looks like spam", False, Outcome.NEVER),
        (552, "5.2.2 mailbox full", True, Outcome.NEVER),
        (554, "5.6.0 cannot read this", False, Outcome.NEVER),
        (501, "what?", True, Outcome.NEVER),
        (550, "5.4.4 no route", True, Outcome.LATER),
        (550, "5.7.1 blocked for now", True, Outcome.LATER),
        (554, "5.7.25 no reverse name", False, Outcome.LATER),
        (550, "5.1.8 sender's domain is bad", True, Outcome.LATER),
        (450, "4.1.1 greylisted", True, Outcome.LATER),
        (451, "4.3.0 later", False, Outcome.LATER),
        (452, "", True, Outcome.LATER),
        (421, "4.3.2 going down", True, Outcome.LOST),
    ],
)
def test_bounce_table(code, text, to_recipient, outcome):
    for said in (text, text.encode()):
        assert replies.read(code, said, to_recipient=to_recipient).outcome is outcome


def test_what_is_kept_of_a_reply_is_a_code_and_a_word_of_ours():
    reply = replies.read(550, b"5.1.1 <amara@example.org>: Recipient address rejected", to_recipient=True)

    assert reply.words == "550 5.1.1 nobody there"
