"""What the pages show of the agenda, in a number of queries that does not grow with the data."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from checkins.agendas import policies
from checkins.agendas.forms import AddTopic
from checkins.agendas.models import AgendaItem, NothingThisTime
from matching.facts.models import Fact
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

SHARE_OF = timedelta(weeks=12)
# With fewer a share says more about chance than about the two.
SHARE_AFTER_MEETINGS = 3
SHOWN_ON_PAIR_PAGE = 12


@dataclass(frozen=True)
class Standing:
    """How the two have filled the agenda: meetings held in all, and topics of each in the last 12 weeks."""

    held: int
    mine: int
    theirs: int

    @property
    def has_share(self) -> bool:
        return self.held >= SHARE_AFTER_MEETINGS


@dataclass(frozen=True)
class NothingSaid:
    """Who has said that they have no topic this time, and whether this reader may."""

    by_me: bool
    by_other: bool
    may_say: bool


@dataclass(frozen=True)
class Topic:
    """An open topic, and what this reader may do with it."""

    item: AgendaItem
    is_mine: bool
    may_edit: bool
    may_write_points: bool
    may_withdraw: bool


@dataclass(frozen=True)
class AgendaNow:
    topics: list[Topic]
    has_more: bool
    nothing: NothingSaid
    form: AddTopic | None


def on_pair_page(pairing: Pairing, me: Membership, now: datetime) -> AgendaNow:
    """The first topics, and who has none; for `checkins/agendas/_now.html`. In two queries at most."""
    found = in_order(open_topics(pairing, me).defer("points"))
    return AgendaNow(
        topics=[as_seen_by(me, item, pairing) for item in found[:SHOWN_ON_PAIR_PAGE]],
        has_more=len(found) > SHOWN_ON_PAIR_PAGE,
        nothing=nothing_said(pairing, me, found),
        form=AddTopic(other=pairing.other_half(me).user.short_name) if policies.may_add(me, pairing) else None,
    )


def open_topics(pairing: Pairing, me: Membership) -> "QuerySet[AgendaItem]":
    """Each half has at most fifty."""
    return AgendaItem.objects.in_pairing(pairing, me).open()


def in_order(topics: Iterable[AgendaItem]) -> list[AgendaItem]:
    """That the two have given. Put in order here: they are few, and writing an order into a query of many columns is half its time."""
    return sorted(topics, key=lambda topic: (topic.position, topic.pk))


def as_seen_by(me: Membership, item: AgendaItem, pairing: Pairing) -> Topic:
    item.pairing = pairing
    return Topic(
        item=item,
        is_mine=item.author_id == me.pk,
        may_edit=policies.may_edit_words(me, item),
        may_write_points=policies.may_write_points(me, item),
        may_withdraw=policies.may_withdraw(me, item),
    )


def of_pair(items: Iterable[AgendaItem], pairing: Pairing) -> list[AgendaItem]:
    """Each knows its pairing, which is at hand."""
    items = list(items)
    for item in items:
        item.pairing = pairing
    return items


def nothing_said(pairing: Pairing, me: Membership, topics: Iterable[AgendaItem]) -> NothingSaid:
    """`topics` are all that are open. In one query; in none where both have one, since who adds a topic takes back what they said."""
    with_topics = {topic.author_id for topic in topics}
    both_have = with_topics == {half.pk for half in pairing.halves}
    by = set() if both_have else set(NothingThisTime.objects.in_pairing(pairing, me).values_list("membership", flat=True))
    return NothingSaid(
        by_me=me.pk in by,
        by_other=pairing.other_half(me).pk in by,
        may_say=me.pk not in by and policies.may_say_nothing(me, pairing, has_topic=me.pk in with_topics),
    )


def standing_of(pairing: Pairing, me: Membership, now: datetime) -> Standing:
    """In one query."""
    meetings, lately = Q(kind=Fact.Kind.SESSION_LOGGED), Q(kind=Fact.Kind.TOPIC_RAISED, happened_at__gt=now - SHARE_OF)
    numbers = (
        Fact.objects.in_pairing(pairing, me)
        .counted()
        .aggregate(
            # Both may have written down the same session.
            held=Count("source_id", filter=meetings, distinct=True),
            mine=Count("pk", filter=lately & Q(by=me)),
            theirs=Count("pk", filter=lately & ~Q(by=me)),
        )
    )
    return Standing(**numbers)


def suggestions_there(items: Iterable[AgendaItem]) -> set[str]:
    return {item.suggestion for item in items if item.suggestion}
