"""Who could read a concern, whom one can name, and what somebody has raised: in a number of queries that does not grow."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from checkins.concerns import policies
from checkins.concerns.models import BY_ROLE, READ, Concern, ConcernAbout
from checkins.threads.models import Message
from matching.pairings.models import Pairing
from mentoring.kernel.audit.models import AuditEvent
from programs.memberships.models import Membership, Program

MESSAGES_OFFERED = 20
PARTNERS_OFFERED = 12


def who_may_receive(program: Program) -> list[Membership]:
    """Whoever runs the program, and its deputy. One query."""
    return list(Membership.objects.current().filter(BY_ROLE, program=program).with_people().order_by("user__name", "pk"))


def shut_out_of(concern: Concern) -> set[int]:
    """Who is named, and both of each pairing. One query."""
    rows = ConcernAbout.objects.filter(concern=concern).values_list("membership", "first", "second")
    return {key for row in rows for key in row if key is not None}


def readers_of(concern: Concern) -> list[Membership]:
    return policies.readers(
        who_may_receive(concern.program),
        audience=concern.audience,
        raised_by_id=concern.raised_by_id,
        shut_out=shut_out_of(concern),
        handled_by_id=concern.handled_by_id,
    )


def names_of(people: Iterable[Membership]) -> str:
    return get_text_list([person.user.full_name for person in people], _("and"))


@dataclass(frozen=True)
class Partner:
    """The other half of a pairing of mine."""

    pairing: Pairing
    other: Membership


def partners_of(me: Membership) -> list[Partner]:
    """The newest first; of each person the newest pairing. One query."""
    pairings = Pairing.objects.filter(program=me.program).of(me).with_halves().order_by("-proposed_at", "-pk")
    found: dict[int, Partner] = {}
    for pairing in pairings[:PARTNERS_OFFERED]:
        other = pairing.other_half(me)
        found.setdefault(other.pk, Partner(pairing, other))
    return list(found.values())


def messages_to_show(me: Membership, partners: Sequence[Partner]) -> list[Message]:
    """The newest of these pairings of mine, also what was taken back since: that may be what somebody needs help for. One query."""
    begun = {
        partner.pairing.pk: partner.pairing
        for partner in partners
        if partner.pairing.includes(me) and partner.pairing.activated_at is not None and not partner.pairing.is_shut
    }
    found = list(Message.objects.filter(pairing__in=begun).newest_first()[:MESSAGES_OFFERED]) if begun else []
    for message in found:
        message.pairing = begun[message.pairing_id]
        message.author = me if message.author_id == me.pk else message.pairing.other_half(me)
    return found


def reads_of(concern: Concern) -> "QuerySet[AuditEvent]":
    """That somebody read it, the newest first."""
    return AuditEvent.objects.of_program(concern.program_id).about(concern).filter(verb=READ).newest_first()


def first_read_at(concern: Concern) -> datetime | None:
    event = reads_of(concern).last()
    return event.at if event else None


def waiting_for(membership: Membership) -> int:
    """How many open concerns somebody may read. One query, and none for whose role reads none."""
    return Concern.objects.readable_by(membership).open().count() if policies.may_receive(membership) else 0
