"""What the pages show of the agenda, in a number of queries that does not grow with the data."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

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
    """How the two have filled the agenda: meetings held in all, topics of each in the last 12 weeks, and who has none this time."""

    held: int
    mine: int
    theirs: int
    i_have_a_topic: bool
    i_said_nothing: bool
    they_said_nothing: bool

    @property
    def has_share(self) -> bool:
        return self.held >= SHARE_AFTER_MEETINGS


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
    standing: Standing
    may_say_nothing: bool
    form: AddTopic | None


def on_pair_page(pairing: Pairing, me: Membership, now: datetime) -> AgendaNow:
    """The first topics, and how the two stand; for `checkins/agendas/_now.html`. In two queries."""
    found = list(open_topics(pairing, me)[: SHOWN_ON_PAIR_PAGE + 1])
    standing = standing_of(pairing, me, now)
    return AgendaNow(
        topics=[as_seen_by(me, item, pairing) for item in found[:SHOWN_ON_PAIR_PAGE]],
        has_more=len(found) > SHOWN_ON_PAIR_PAGE,
        standing=standing,
        may_say_nothing=may_say_nothing(pairing, me, standing),
        form=AddTopic(other=pairing.other_half(me).user.short_name) if policies.may_add(me, pairing) else None,
    )


def open_topics(pairing: Pairing, me: Membership) -> "QuerySet[AgendaItem]":
    return AgendaItem.objects.visible_to(me).filter(pairing=pairing).open().order_by("position", "pk")


def as_seen_by(me: Membership, item: AgendaItem, pairing: Pairing) -> Topic:
    item.pairing = pairing
    return Topic(
        item=item,
        is_mine=item.author_id == me.pk,
        may_edit=policies.may_edit_words(me, item),
        may_write_points=policies.may_write_points(me, item),
        may_withdraw=policies.may_withdraw(me, item),
    )


def may_say_nothing(pairing: Pairing, me: Membership, standing: Standing) -> bool:
    return not standing.i_said_nothing and policies.may_say_nothing(me, pairing, has_topic=standing.i_have_a_topic)


def standing_of(pairing: Pairing, me: Membership, now: datetime) -> Standing:
    facts = Fact.objects.visible_to(me).filter(pairing=OuterRef("pk")).counted()
    added = facts.filter(kind=Fact.Kind.TOPIC_RAISED, happened_at__gt=now - SHARE_OF)
    nothing = NothingThisTime.objects.visible_to(me).filter(pairing=OuterRef("pk"))
    found: Any = Pairing.objects.of(me).annotate(
        held=_number(facts.filter(kind=Fact.Kind.SESSION_LOGGED), "source_id"),
        mine=_number(added.filter(by=me), "source_id"),
        theirs=_number(added.exclude(by=me), "source_id"),
        i_have_a_topic=Exists(AgendaItem.objects.filter(pairing=OuterRef("pk"), author=me).open()),
        i_said_nothing=Exists(nothing.filter(membership=me)),
        they_said_nothing=Exists(nothing.exclude(membership=me)),
    )
    return Standing(**found.values(*Standing.__dataclass_fields__).get(pk=pairing.pk))


def _number(rows: "QuerySet[Any]", what: str) -> Coalesce:
    counted = rows.order_by().values("pairing").annotate(number=Count(what, distinct=True)).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def suggestions_there(items: Iterable[AgendaItem]) -> set[str]:
    return {item.suggestion for item in items if item.suggestion}
