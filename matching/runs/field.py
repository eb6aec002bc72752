"""Who takes part in a run on a day, and what holds for them before anybody is compared."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from matching.runs.models import Lock, Run
from matching.scoring import encoding
from matching.solver.problem import LARGEST_POOL
from mentoring.kernel.errors import Refused
from mentoring.kernel.times import local_day
from programs.memberships.models import Cohort, Program

if TYPE_CHECKING:
    from matching.scoring.people import Side


@dataclass(frozen=True)
class Wish:
    """How a run should go about it. `minimum` and `load_step` are of 100."""

    cohort: Cohort | None = None
    fairness: str = Run.Fairness.FLOOR
    sides: str = Run.Sides.SUGGESTED
    minimum: int = 0
    load_step: int = 0


@dataclass(frozen=True)
class Field:
    """Who would take part in a run, and what holds for them. Among equal peers both sides are the same people."""

    program: Program
    kind: str
    mentees: Sequence[encoding.Candidate]
    mentors: Sequence[encoding.Candidate]
    # How many of them could stand on either side.
    either: int
    locks: Sequence[Lock]
    # Locks of people who take no part now: they count again when both do.
    resting: Sequence[Lock]

    @property
    def is_among_peers(self) -> bool:
        return self.kind == Run.Kind.PEERS

    @property
    def places(self) -> int:
        return sum(mentor.places for mentor in self.mentors)

    @property
    def row(self) -> dict[int, int]:
        return {person.membership_id: i for i, person in enumerate(self.mentees)}

    @property
    def column(self) -> dict[int, int]:
        return {person.membership_id: j for j, person in enumerate(self.mentors)}


def kind_of(program: Program) -> str:
    return Run.Kind.PEERS if program.kind == Program.Kind.RECIPROCAL else Run.Kind.MENTORS


def field_of(*, program: Program, wish: Wish, now: datetime) -> Field:
    """Who takes part on this day, each on one side; whoever is locked to somebody stands where the lock says. Five queries at most."""
    on = local_day(now, program.time_zone)
    locks = list(Lock.objects.filter(program=program).for_list())
    kind = kind_of(program)
    if kind == Run.Kind.PEERS:
        people = encoding.peers(program, cohort=wish.cohort, on=on)
        return _with_locks(program, kind, people, people, 0, locks)
    mentees, mentors, either = encoding.candidates(program, cohort=wish.cohort, on=on)
    could_be_either, suggested = set(either), len(either)
    side_of: dict[int, Side] = {}
    if wish.sides != Run.Sides.SUGGESTED:
        side_of = dict.fromkeys(either, "mentor" if wish.sides == Run.Sides.MENTORS else "mentee")
    for lock in locks:
        at_the_lock: dict[int, Side] = {lock.mentee_id: "mentee", lock.mentor_id: "mentor"}
        side_of |= {person: side for person, side in at_the_lock.items() if person in could_be_either}
    if side_of:
        mentees, mentors, _either = encoding.candidates(program, cohort=wish.cohort, on=on, side_of=side_of)
    return _with_locks(program, kind, mentees, mentors, suggested, locks)


def _with_locks(
    program: Program,
    kind: str,
    mentees: Sequence[encoding.Candidate],
    mentors: Sequence[encoding.Candidate],
    either: int,
    locks: Iterable[Lock],
) -> Field:
    rows, columns = ({person.membership_id for person in side} for side in (mentees, mentors))
    counting: list[Lock] = []
    resting: list[Lock] = []
    for lock in locks:
        (counting if lock.mentee_id in rows and lock.mentor_id in columns else resting).append(lock)
    return Field(program, kind, mentees, mentors, either, counting, resting)


def apart(field: Field) -> list[tuple[int, int]]:
    """The pairs (i, j) that are never put together: by anybody's wish, or by what was. Two queries."""
    return encoding.forbidden(field.program, field.mentees, field.mentors)


def refuse_what_cannot_be(field: Field) -> None:
    """Refused, with whom it is about, where nobody could be matched, or where locks cannot all hold."""
    if field.is_among_peers:
        _refuse_a_pool_that_cannot_be(field)
    else:
        _refuse_sides_that_cannot_be(field)
    row, column, forbidden = field.row, field.column, set(apart(field))
    for lock in field.locks:
        if (row[lock.mentee_id], column[lock.mentor_id]) in forbidden:
            # Why is not said: it may be somebody's own wish, which is theirs alone.
            names = {"one": lock.mentee.user.full_name, "other": lock.mentor.user.full_name}
            raise Refused(_("%(one)s and %(other)s are locked together, but cannot be put together. Take the lock away.") % names)


def _refuse_sides_that_cannot_be(field: Field) -> None:
    if not field.mentees:
        raise Refused(_("Nobody who seeks mentoring has a free place and a finished profile. There is nobody to match."))
    if not field.places:
        raise Refused(_("Nobody who offers mentoring has a free place. Invite people, or wait until somebody has room."))
    _refuse_locks_on_both_sides(field)
    places = {mentor.membership_id: mentor.places for mentor in field.mentors}
    taken: dict[int, int] = {}
    for lock in field.locks:
        taken[lock.mentor_id] = taken.get(lock.mentor_id, 0) + 1
        if taken[lock.mentor_id] > places[lock.mentor_id]:
            raise Refused(
                ngettext(
                    "%(name)s has %(places)d free place, and more people are locked to them. Take a lock away.",
                    "%(name)s has %(places)d free places, and more people are locked to them. Take a lock away.",
                    places[lock.mentor_id],
                )
                % {"name": lock.mentor.user.full_name, "places": places[lock.mentor_id]}
            )


def _refuse_locks_on_both_sides(field: Field) -> None:
    """In a run each stands on one side, so that of two such locks one would be left out without a word."""
    locks = [*field.locks, *field.resting]
    seeking, offering = {lock.mentee_id: lock.mentee for lock in locks}, {lock.mentor_id for lock in locks}
    for person in field.row.keys() | field.column.keys():
        if person in seeking and person in offering:
            raise Refused(
                _(
                    "%(name)s is locked to one person as who seeks, and to another as who offers. In a run each does one of the two. "
                    "Take a lock away."
                )
                % {"name": seeking[person].user.full_name}
            )


def _refuse_a_pool_that_cannot_be(field: Field) -> None:
    if len(field.mentees) < 2:
        raise Refused(_("A pair needs two people with a free place and a finished profile. There are not that many now."))
    if len(field.mentees) > LARGEST_POOL:
        raise Refused(
            _("%(number)d people have a free place, and a run among equal peers takes %(most)d. Match one cohort after the other.")
            % {"number": len(field.mentees), "most": LARGEST_POOL}
        )
    locked: set[int] = set()
    for lock in field.locks:
        for person in (lock.mentee, lock.mentor):
            if person.pk in locked:
                raise Refused(_("%(name)s is locked to two people. Take a lock away.") % {"name": person.user.full_name})
            locked.add(person.pk)
