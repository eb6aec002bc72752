"""What a mail server's reply means for the mail, and for the address."""

import re
from dataclasses import dataclass
from enum import Enum, auto

ENHANCED = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})\b")
CLOSING = 421
NO_SUCH_MAILBOX = 550
# About us or about the way there, whatever the first digit claims: no host found, a rule of theirs, or our own address as the sender.
NOT_ABOUT_THE_ADDRESS = re.compile(r"5\.(4\.4|7\.\d+|1\.7|1\.8)")
ADDRESS_IS_WRONG = re.compile(r"5\.(1\.\d+|2\.1)")


class Outcome(Enum):
    TAKEN = auto()
    LATER = auto()
    """Not now: try again after a while."""
    NEVER = auto()
    """This mail is refused; the next one to the same address may not be."""
    UNKNOWN_ADDRESS = auto()
    """Nobody is at that address."""
    LOST = auto()
    """The connection broke before the text had left."""
    DOUBTFUL = auto()
    """The connection broke after the text had left: the server may have the mail or not."""


@dataclass(frozen=True)
class Reply:
    outcome: Outcome
    words: str = ""
    """Code, enhanced code and a word of ours. Servers put addresses and worse into theirs."""


TAKEN = Reply(Outcome.TAKEN)


def read(code: int, text: bytes | str, *, to_recipient: bool = False) -> Reply:
    """`to_recipient`: the reply to RCPT TO, where a bare 550 means that nobody is there. Later on it is more often a filter."""
    found = ENHANCED.match(text.decode(errors="replace") if isinstance(text, bytes) else text)
    enhanced = found[0] if found else ""
    outcome = _outcome(code, enhanced, to_recipient=to_recipient)
    word = {Outcome.LATER: "not now", Outcome.NEVER: "refused", Outcome.UNKNOWN_ADDRESS: "nobody there", Outcome.LOST: "closing"}[outcome]
    return Reply(outcome, " ".join(filter(None, [str(code), enhanced, word])))


def _outcome(code: int, enhanced: str, *, to_recipient: bool) -> Outcome:
    if code == CLOSING:
        return Outcome.LOST
    if not 500 <= code < 600 or NOT_ABOUT_THE_ADDRESS.fullmatch(enhanced):
        return Outcome.LATER
    if ADDRESS_IS_WRONG.fullmatch(enhanced) or (code == NO_SUCH_MAILBOX and not enhanced and to_recipient):
        return Outcome.UNKNOWN_ADDRESS
    return Outcome.NEVER
