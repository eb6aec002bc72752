"""The reviews of a pairing, as one half may read them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from checkins.agendas.models import AgendaItem
from checkins.reviews import occasions, policies
from checkins.reviews.models import Review
from checkins.reviews.occasions import Occasion
from checkins.reviews.services import REVIEW, stay_until
from checkins.reviews.talking import Item, talking_list
from checkins.sessions.models import Session
from matching.joint import queries as joint
from matching.joint.models import NotNow, Round
from matching.joint.policies import waits_while_it_rests
from matching.pairings.models import Pairing
from mentoring.kernel.times import local_day
from programs.memberships.models import Membership


@dataclass(frozen=True)
class OnPairPage:
    """`round`: what can be answered now, unless I would rather leave it. `offered`: why starting one would be timely.

    `latest`: what both have answered, for as long as that is there. `have_answered` is about oneself alone.
    """

    round: Round | None = None
    have_answered: bool = False
    latest: Round | None = None
    offered: Occasion | None = None


def on_pair_page(pairing: Pairing, me: Membership, now: datetime, asked: Iterable[Any]) -> OnPairPage:
    """Of the rounds that `joint.on_pair_page` has found, the last review among them. The pairing has its cohort at hand.

    One query where it may be time to offer one.
    """
    if pairing.state != Pairing.State.ACTIVE:
        return OnPairPage()
    newest = next((round for round in asked if round.kind == REVIEW), None)
    if newest is not None and newest.is_open_at(now):
        return OnPairPage() if newest.is_put_off else OnPairPage(newest, have_answered=newest.have_answered)
    if newest is not None and newest.opened_together_at is not None and newest.have_answered:
        return OnPairPage(latest=newest)
    return OnPairPage(offered=_offered(pairing, me, newest, now))


def _offered(pairing: Pairing, me: Membership, newest: Round | None, now: datetime) -> Occasion | None:
    """Not again for a while after the last, or after I said "not now". One query where the days allow it."""
    began_at = max(filter(None, [pairing.activated_at, newest.opened_at if newest else None]), default=now)
    if _timely(pairing, began_at, now, have_met_enough=True) is None:
        return None
    put_off = NotNow.objects.visible_to(me).filter(pairing=OuterRef("pk"), kind=REVIEW).values("said_at")
    enough = Session.objects.filter(pairing=OuterRef("pk")).held().order_by("-starts_at").values("starts_at")
    put_off_at, enough_since = (
        Pairing.objects.filter(pk=pairing.pk)
        .values_list(Subquery(put_off[:1]), Subquery(enough[occasions.AFTER_MEETINGS - 1 : occasions.AFTER_MEETINGS]))
        .get()
    )
    since = max(began_at, put_off_at) if put_off_at else began_at
    return _timely(pairing, since, now, have_met_enough=enough_since is not None and enough_since > since)


def _timely(pairing: Pairing, since: datetime, now: datetime, *, have_met_enough: bool) -> Occasion | None:
    zone, cohort = pairing.program.time_zone, pairing.cohort
    day, today = local_day(since, zone), local_day(now, zone)
    starts_on, ends_on = (cohort.starts_on, cohort.ends_on) if cohort else (None, None)
    found = occasions.by_calendar(day, today, starts_on=starts_on, ends_on=ends_on)
    is_by_meetings = occasions.is_by_meetings(day, today, ends_on=ends_on, have_met_enough=have_met_enough)
    return Occasion.MIDWAY if found is None and is_by_meetings else found


@dataclass(frozen=True)
class Line:
    """One question, and what each said to it. `is_same`: both said the same."""

    question: str
    mine: str
    theirs: str

    @property
    def is_same(self) -> bool:
        return bool(self.mine) and self.mine == self.theirs


@dataclass(frozen=True)
class Told:
    """One review. Of what did not open: what I answered alone. `lines` is empty once the answers have gone, at `gone_at`.

    While the pairing rests nothing goes, and `gone_at` is None.

    `rests`: it waits while the pairing does, and can still open.
    """

    round: Round
    review: Review | None
    lines: Sequence[Line]
    items: Sequence[tuple[Item, bool]]
    gone_at: datetime | None
    may_write: bool
    rests: bool


def told(rounds: Iterable[Round], pairing: Pairing, me: Membership, now: datetime) -> list[Told]:
    """With three queries more, however many; those of what has opened know their `review`."""
    rounds = list(rounds)
    said = joint.said_in(rounds, me)
    open_topics = AgendaItem.objects.in_pairing(pairing, me).open().filter(suggestion__startswith="review-")
    there = set(open_topics.values_list("suggestion", flat=True)) if rounds else set()
    gone_at = stay_until(rounds) if rounds else {}
    return [_told(round, said[round.pk], pairing, me, there, gone_at.get(round.pk), now) for round in rounds]


def _told(
    round: Round, said: joint.Said, pairing: Pairing, me: Membership, there: set[str], gone_at: datetime | None, now: datetime
) -> Told:
    other = pairing.other_half(me)
    has_opened = round.opened_together_at is not None
    both = {me.pk: said.mine, other.pk: said.theirs} if said.mine is not None and said.theirs is not None else {}
    return Told(
        round=round,
        review=round.review if has_opened else None,
        lines=_lines(said, other.user.short_name),
        items=[(item, item.key in there) for item in talking_list(pairing, round.pk, both)],
        gone_at=gone_at,
        may_write=has_opened and policies.may_write(me, pairing),
        rests=waits_while_it_rests(pairing, round, now),
    )


def _lines(said: joint.Said, name: str) -> list[Line]:
    mine, theirs = said.mine or {}, said.theirs or {}
    lines = [
        Line(question, _words(mine, field), _words(theirs, field))
        for field, question in (
            ("went_well", _("What has gone well")),
            ("more", _("More of this")),
            ("less", _("Less of this")),
            ("next", _("What comes next")),
        )
    ]
    me_more, they_more, even = _("You have had more"), _("%(name)s has had more") % {"name": name}, _("Both about the same")
    lines.append(
        Line(
            _("How much say each has had"),
            {"even": even, "mine": me_more, "theirs": they_more}.get(_words(mine, "say"), ""),
            {"even": even, "mine": they_more, "theirs": me_more}.get(_words(theirs, "say"), ""),
        )
    )
    return [line for line in lines if line.mine or line.theirs]


def _words(said: Mapping[str, Any], field: str) -> str:
    return str(said.get(field, ""))
