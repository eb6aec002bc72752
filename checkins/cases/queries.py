"""What the page of a case shows, in a number of queries that does not grow."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from checkins.concerns import queries as concerns
from checkins.concerns.models import Concern, ConcernAbout
from matching.pairings.models import Pairing
from programs.memberships.models import Membership
from programs.people.models import User

READS_SHOWN = 20
EARLIER_SHOWN = 20
PAIRINGS_OFFERED = 20


def abouts_of(concern: Concern) -> list[ConcernAbout]:
    people = ("membership__user", "first__user", "second__user")
    return list(ConcernAbout.objects.filter(concern=concern).select_related(*people).order_by("pk"))


def pairings_to_stop(concern: Concern) -> list[Pairing]:
    """Active ones of the people it is about; where nobody is named, of whoever raised it, if they gave their name."""
    named = list(ConcernAbout.objects.filter(concern=concern).values_list("membership", flat=True))
    people = named or ([concern.raised_by_id] if concern.is_named else [])
    theirs = Pairing.objects.active().filter(Q(first__in=people) | Q(second__in=people), program=concern.program_id)
    return list(theirs.with_people().order_by("-activated_at", "-pk")[:PAIRINGS_OFFERED])


@dataclass(frozen=True)
class Look:
    at: datetime
    name: str


def looks_at(concern: Concern) -> list[Look]:
    """Who has read it, the newest first. Two queries."""
    events = list(concerns.reads_of(concern)[:READS_SHOWN])
    people = User.objects.in_bulk({event.actor_id for event in events if event.actor_id})
    return [Look(event.at, people[event.actor_id].full_name if event.actor_id in people else "") for event in events]


def earlier_about_the_same(concern: Concern, me: Membership) -> list[Concern]:
    """Other concerns about the same people, as far as this reader may read them: the newest first."""
    same = Concern.objects.readable_by(me).about_people_of(concern)
    return list(same.order_by("-raised_at", "-pk")[:EARLIER_SHOWN])
