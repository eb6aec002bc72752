"""What follows for a mail and its address from what a service says of it."""

import re
from dataclasses import dataclass

from mentoring.kernel.outbox import replies
from mentoring.kernel.outbox.models import OutboxMessage
from mentoring.kernel.outbox.replies import Outcome

CameBack = OutboxMessage.CameBack
# Events as django-anymail calls them; whatever else there is says nothing about an address.
COMPLAINED = "complained"
NOT_YET = "deferred"
# The service itself does not try.
NOT_TRIED = "rejected"
CAME_BACK = ("bounced", "failed", NOT_TRIED)
# Why not: it knows the address from before.
KNOWN_TO_BE_WRONG = ("invalid", "bounced")
CODE = re.compile(r"\s*([245]\d\d)\b[ -]*")
ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
A_FILTER = re.compile(r"spam|block|polic|reputation|blacklist|denied|dmarc|content", re.IGNORECASE)
NOBODY = 550
NOT_NOW = 450


@dataclass(frozen=True)
class Verdict:
    came_back: OutboxMessage.CameBack
    reply: str
    """Code, enhanced code and a word of ours, never the server's own words."""


def read(event_type: str, *, response: str = "", code: int | None = None, reason: str = "") -> Verdict | None:
    """None where nothing follows. `response` is the mail server's own words, `code` its number where that is told apart from them."""
    if event_type == COMPLAINED:
        return Verdict(CameBack.COMPLAINT, "not wanted")
    if event_type != NOT_YET and event_type not in CAME_BACK:
        return None
    code, words = _code_of(response, code)
    enhanced = found[0] if (found := ENHANCED.search(words)) else ""
    if code is None and enhanced:
        code = NOBODY if enhanced.startswith("5") else NOT_NOW
    if code is None:
        is_permanent = event_type == NOT_TRIED and reason in KNOWN_TO_BE_WRONG
        return Verdict(CameBack.PERMANENT, "nobody there") if is_permanent else Verdict(CameBack.TRANSIENT, "not now")
    # A bare 550 is said of addresses and of what a filter does not like; the words tell which.
    reply = replies.read(code, enhanced, to_recipient=not A_FILTER.search(words))
    is_permanent = event_type in CAME_BACK and reply.outcome is Outcome.UNKNOWN_ADDRESS
    return Verdict(CameBack.PERMANENT if is_permanent else CameBack.TRANSIENT, reply.words)


def _code_of(response: str, code: int | None) -> tuple[int | None, str]:
    """The code, and what is said after it."""
    begins = CODE.match(response)
    if code is None or not 200 <= code < 600:
        code = int(begins[1]) if begins else None
    return code, response[begins.end() :] if begins else response
