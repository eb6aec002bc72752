"""How well signals work in a program, in numbers: what was found, what became of it, and for whom.

Decided: what is counted for somebody leaves out their own pairings, and what they may not read. So two who run one program may see
different numbers, and the page says so.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, CharField, Count, DurationField, ExpressionWrapper, F, Q, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest, Least

from checkins.imbalance.honesty import DAYS_A_MONTH, SMALLEST, Rate, Share, large_enough
from checkins.imbalance.models import OptOut, QuietReview, Signal
from checkins.imbalance.settings import USUAL_SETTINGS
from matching.pairings.models import Pairing, PairingQuerySet
from matching.pauses.models import Pause
from programs.memberships.models import Membership
from programs.profiles.models import ProfileAnswer, ProfileQuestion

LATELY = timedelta(days=365)
A_DAY = timedelta(days=1)
FIRST_WEEKS = timedelta(weeks=USUAL_SETTINGS.min_weeks)
Kind, Verdict = Signal.Kind, Signal.Verdict
MENTEE, MENTOR, PEER = "mentee", "mentor", "peer"


@dataclass(frozen=True)
class Line:
    """Of one kind. `useful` is of those about which somebody has said something."""

    words: str
    found: Rate
    open: int
    useful: Share
    not_useful: int
    cannot_tell: int


@dataclass(frozen=True)
class OfGroup:
    """Signals about the people of one group, in their months."""

    words: str
    people: int
    rate: Rate


@dataclass(frozen=True)
class Groups:
    shown: list[OfGroup]
    hidden: int


@dataclass(frozen=True)
class Report:
    """`realised`: what was judged not useful; `at_most`: that, and what nobody could tell or has judged yet. Silence is apart from both."""

    since: datetime
    lines: list[Line]
    realised: Rate
    at_most: Rate
    silence: Rate
    sides: list[tuple[str, Rate]]
    reviews: "Reviews"
    could_not_be_read: int
    too_new: int
    opted_out: int | None

    @property
    def found(self) -> int:
        return sum(line.found.number for line in self.lines)

    @property
    def useful(self) -> Share:
        return Share(sum(line.useful.number for line in self.lines), sum(line.useful.whole for line in self.lines))


@dataclass(frozen=True)
class Reviews:
    """Of pairings without a signal, which were drawn by chance and looked at."""

    waiting: int
    well: int
    missed: int
    cannot_tell: int

    @property
    def share_missed(self) -> Share:
        return Share(self.missed, self.well + self.missed)


def report(viewer: Membership, now: datetime) -> Report:
    """Of the last twelve months. Six queries."""
    since = now - LATELY
    rows = list(_signals(viewer, since).values_list("kind", "verdict", "side", "is_open").annotate(number=Count("pk")).order_by())
    months = _months(viewer, since, now)

    def number(**asked: Any) -> int:
        names = ("kind", "verdict", "side", "is_open")
        return sum(row[-1] for row in rows if all(row[names.index(name)] in wanted for name, wanted in asked.items()))

    tested = [kind for kind in Kind.values if kind != Kind.SILENCE]
    not_useful = number(kind=tested, verdict=[Verdict.NOT_USEFUL])
    lines = [_line(str(label), months["pair"], lambda kind=kind, **asked: number(kind=[kind], **asked)) for kind, label in Kind.choices]
    sides = {side: Rate(number(kind=tested, side=[side]), months[side]) for side in (MENTEE, MENTOR, PEER)}
    return Report(
        since=since,
        lines=[line for line in lines if line.found.number],
        realised=Rate(not_useful, months["pair"]),
        at_most=Rate(not_useful + number(kind=tested, verdict=[Verdict.CANNOT_TELL, ""]), months["pair"]),
        silence=Rate(number(kind=[Kind.SILENCE]), months["pair"]),
        sides=[(side, rate) for side, rate in sides.items() if rate.months],
        reviews=_reviews(viewer),
        **_not_looked_at(viewer, now),
        opted_out=_opted_out(viewer),
    )


def groups(viewer: Membership, question: ProfileQuestion, now: datetime) -> Groups:
    """How often a signal was about somebody, by what they say of themselves. Pauses count as time here. Three queries."""
    since = now - LATELY
    days: dict[int, float] = defaultdict(float)
    lives: Any = _measured(viewer, since)
    for first, second, began, ended in lives.values_list("first", "second", "activated_at", "ended_at"):
        lived = max((min(ended or now, now) - max(began, since)) / A_DAY, 0.0)
        for half in (first, second):
            days[half] += lived
    tested = _signals(viewer, since).exclude(kind=Kind.SILENCE)
    about = Counter(dict(tested.values_list("about").annotate(number=Count("pk")).order_by()))
    given = ProfileAnswer.objects.filter(question=question, profile__membership__in=list(days))
    answer_of = {person: value for person, value in given.values_list("profile__membership", "value") if value in question.choices}
    people = Counter(answer_of.values())
    shown = large_enough(people)
    return Groups(
        [_group(words, people, days, about, answer_of) for words in question.choices if words in shown],
        hidden=len(people) - len(shown),
    )


def _group(words: str, people: Counter[str], days: Mapping[int, float], about: Mapping[int, int], answer_of: Mapping[int, str]) -> OfGroup:
    of = [person for person, value in answer_of.items() if value == words]
    months = sum(days[person] for person in of) / DAYS_A_MONTH
    return OfGroup(words, people[words], Rate(sum(about.get(person, 0) for person in of), months))


def _line(words: str, months: float, number: Any) -> Line:
    useful, not_useful, cannot_tell = (number(verdict=[verdict]) for verdict in (Verdict.USEFUL, Verdict.NOT_USEFUL, Verdict.CANNOT_TELL))
    share = Share(useful, useful + not_useful + cannot_tell)
    return Line(words, Rate(number(), months), number(is_open=[True]), share, not_useful, cannot_tell)


def _signals(viewer: Membership, since: datetime) -> Any:
    """With `side`: whom it is about."""
    about_mentor = Q(pairing__mentor="first", about=F("pairing__first")) | Q(pairing__mentor="second", about=F("pairing__second"))
    reciprocal, mentor = When(pairing__mentor="", then=Value(PEER)), When(about_mentor, then=Value(MENTOR))
    side = Case(reciprocal, mentor, default=Value(MENTEE), output_field=CharField())
    is_open = Case(When(closed_at=None, then=Value(True)), default=Value(False))
    return Signal.objects.visible_to(viewer).filter(found_at__gt=since).annotate(side=side, is_open=is_open)


def _measured(viewer: Membership, since: datetime) -> PairingQuerySet:
    """Those that were looked at, and lived in that time."""
    lived = Q(ended_at=None) | Q(ended_at__gt=since)
    return Pairing.objects.visible_to(viewer).not_of(viewer).filter(lived, assessment__week__isnull=False, activated_at__isnull=False)


def _months(viewer: Membership, since: datetime, now: datetime) -> dict[str, float]:
    """Of pairs, without their pauses; and of people by side. Two queries."""
    measured = _measured(viewer, since)
    lived = _span(Least(Coalesce("ended_at", now), Value(now)) - Greatest("activated_at", Value(since)))
    pauses = Pause.objects.filter(pairing__in=measured).filter(Q(gone_on_at=None) | Q(gone_on_at__gt=since))
    until = Least(Coalesce("gone_on_at", "pairing__ended_at", Value(now)), Value(now))
    rested = _span(until - Greatest("paused_at", Value(since)))
    found = measured.aggregate(all=Sum(lived), among_peers=Sum(lived, filter=Q(mentor="")))
    less = pauses.aggregate(all=Sum(rested), among_peers=Sum(rested, filter=Q(pairing__mentor="")))
    days = {name: max((found[name] or timedelta()) - (less[name] or timedelta()), timedelta()) / A_DAY for name in found}
    pairs, peers = days["all"] / DAYS_A_MONTH, days["among_peers"] / DAYS_A_MONTH
    return {"pair": pairs, MENTEE: pairs - peers, MENTOR: pairs - peers, PEER: 2 * peers}


def _span(moments: Any) -> Any:
    return ExpressionWrapper(moments, output_field=DurationField())


def _reviews(viewer: Membership) -> Reviews:
    verdicts = {str(verdict): Count("pk", filter=Q(verdict=verdict)) for verdict in QuietReview.Verdict.values}
    counted = QuietReview.objects.visible_to(viewer).aggregate(waiting=Count("pk", filter=Q(reviewed_at=None)), **verdicts)
    return Reviews(**counted)


def _not_looked_at(viewer: Membership, now: datetime) -> dict[str, int]:
    """Pairings whose facts could not be read, and those in which nothing can be found yet."""
    active = Pairing.objects.visible_to(viewer).not_of(viewer).active()
    counted = active.order_by().aggregate(
        could_not_be_read=Count("pk", filter=Q(assessment__failed_at__isnull=False)),
        too_new=Count("pk", filter=Q(activated_at__gt=now - FIRST_WEEKS)),
    )
    return dict(counted)


def _opted_out(viewer: Membership) -> int | None:
    """How many chose that nothing is measured: None where they are so few that somebody could be recognised."""
    number = OptOut.objects.now().filter(membership__program=viewer.program_id, membership__left_at=None).exclude(membership=viewer).count()
    return number if number >= SMALLEST else None


def group_questions(viewer: Membership) -> Sequence[ProfileQuestion]:
    """Those of which somebody chooses one answer: they make groups."""
    return list(ProfileQuestion.objects.visible_to(viewer).in_use().filter(kind=ProfileQuestion.Kind.ONE))
