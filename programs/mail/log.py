"""What staff see of a program's mail: that it was owed, to whom, about what in a few words, and what became of it. Never text, never an
address."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.models import OutboxMessage
from programs.memberships.models import Membership

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

    from mentoring.kernel.outbox.models import OutboxMessageQuerySet

State, CameBack = OutboxMessage.State, OutboxMessage.CameBack

# Keys of users whose mail a member of staff does not see.
KeptFrom = Callable[[Membership], "QuerySet"]
_kept_from: list[KeptFrom] = []


def keep_from(people: KeptFrom) -> None:
    """For the apps that know of pairings: whose mail somebody must not see, as a query for the keys of users."""
    _kept_from.append(people)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    label: "_StrOrPromise"
    condition: Q
    tone: str = ""
    icon: str = ""


_RETURNED = ~Q(came_back="") | Q(gathered_into__came_back__gt="")
_STAYED = Q(came_back="") & (Q(gathered_into=None) | Q(gathered_into__came_back=""))
OUTCOMES = {
    "waiting": Outcome(
        label=gettext_lazy("Waiting"),
        condition=Q(state__in=[State.PENDING, State.LEASED, State.HELD, State.GATHERED]),
        icon="clock",
    ),
    "sent": Outcome(label=gettext_lazy("Sent"), condition=Q(state=State.SENT, gathered_into=None) & _STAYED, tone="ok", icon="check"),
    "together": Outcome(
        label=gettext_lazy("Sent in a day’s mail"),
        condition=Q(state=State.SENT, gathered_into__isnull=False) & _STAYED,
        tone="ok",
        icon="check",
    ),
    "back": Outcome(label=gettext_lazy("Came back"), condition=Q(state=State.SENT) & _RETURNED, tone="warn", icon="alert"),
    "given-up": Outcome(label=gettext_lazy("Given up"), condition=Q(state=State.DEAD), tone="stop", icon="alert"),
    "taken-back": Outcome(label=gettext_lazy("Taken back"), condition=Q(state=State.CANCELLED)),
    "expired": Outcome(label=gettext_lazy("Too late to send"), condition=Q(state=State.EXPIRED)),
}


def visible_to(membership: Membership) -> "OutboxMessageQuerySet":
    """The mail of the program, for its staff. Not what goes to either half where they are half of a pairing themselves."""
    if not membership.is_staff:
        return OutboxMessage.objects.none()
    mails = OutboxMessage.objects.filter(program_id=membership.program_id, kind__in=kinds_in_words())
    for people in _kept_from:
        mails = mails.exclude(recipient__in=people(membership))
    return mails.select_related("recipient", "gathered_into")


def kinds_in_words() -> dict[str, str]:
    """What each kind of mail that staff see is about, by its name."""
    return {kind.name: _about(kind) for kind in kinds.every() if kind.is_in_log}


def to_people_called_like(mails: "OutboxMessageQuerySet", words: str) -> "OutboxMessageQuerySet":
    for word in words.replace("\0", "").split():
        mails = mails.filter(Q(recipient__name__icontains=word) | Q(recipient__called__icontains=word))
    return mails


@dataclass(frozen=True)
class Told:
    """One mail in words. `why` is empty where nothing went wrong."""

    mail: OutboxMessage
    who: str
    what: str
    outcome: Outcome
    why: str
    can_go_again: bool


def tell(mail: OutboxMessage) -> Told:
    """The mail must be one of `visible_to`."""
    outcome = _outcome_of(mail)
    is_given_up = mail.state == State.DEAD
    why = {"given-up": _why_given_up, "back": _why_back}.get(outcome, lambda _mail: "")(mail)
    has_somebody = mail.recipient is not None or mail.address is not None
    return Told(mail, _who(mail), _about(kinds.get(mail.kind)), OUTCOMES[outcome], why, is_given_up and has_somebody)


def _outcome_of(mail: OutboxMessage) -> str:
    if mail.state == State.SENT:
        if _said_of(mail):
            return "back"
        return "together" if mail.gathered_into is not None else "sent"
    ended = {State.DEAD: "given-up", State.CANCELLED: "taken-back", State.EXPIRED: "expired"}
    return ended.get(State(mail.state), "waiting")


def _said_of(mail: OutboxMessage) -> str:
    return mail.came_back or (mail.gathered_into.came_back if mail.gathered_into is not None else "")


def _who(mail: OutboxMessage) -> str:
    if mail.recipient is not None:
        return mail.recipient.full_name
    return _("Somebody who is invited") if mail.kind in _kinds_without_account() else _("Somebody who is no longer here")


def _kinds_without_account() -> set[str]:
    """Kinds that may go to somebody who has no account yet: they can wait, and nobody can choose them."""
    return {kind.name for kind in kinds.every() if kind.category is None and kind.priority >= kinds.Priority.REMINDER}


def _about(kind: kinds.Kind) -> str:
    return str(kind.label or (kind.category.label if kind.category is not None else _("Mail of another kind")))


def _why_back(mail: OutboxMessage) -> str:
    said = _said_of(mail)
    if said == CameBack.PERMANENT:
        return _("Nobody is at that address any more. Reminders stop until there is another one.")
    if said == CameBack.COMPLAINT:
        return _("Mail of this kind no longer goes there.")
    return _("The mail server at the other end did not take it then.")


def _why_given_up(mail: OutboxMessage) -> str:
    words = mail.last_error
    for said, meant in (
        ("nobody there", _("Nobody is at that address.")),
        ("missing", _("What it was about is no longer there.")),
        ("cannot be written", _("It could not be written. Whoever runs the site can find out why.")),
        ("unknown", _("Twice it could not be told whether it arrived.")),
        ("no answer", _("Twice it could not be told whether it arrived.")),
        ("refused", _("The mail server at the other end refused it.")),
        ("not now", _("The mail server at the other end did not take it, for a whole day.")),
    ):
        if said in words:
            return meant
    return _("It could not be sent, for a whole day.")
