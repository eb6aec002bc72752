from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from matching.pairings.models import Pairing
from mentoring.kernel.jobs.models import Job
from programs.memberships.models import Cohort, Membership, Program


class RunQuerySet(models.QuerySet["Run"]):
    def visible_to(self, membership: Membership) -> Self:
        """Those who run the program."""
        return self.filter(program_id=membership.program_id) if membership.is_staff else self.none()

    def without_arrays(self) -> Self:
        """What a page shows: the arrays may be megabytes, and are read where they are reckoned with."""
        return self.defer("inputs", "outcome")

    def for_list(self) -> Self:
        """What the list of runs shows, the latest first, in one query."""
        found = self.without_arrays().defer("repeats__inputs", "repeats__outcome")
        return found.select_related("program", "cohort", "started_by__user", "repeats").order_by("-number")

    def finished(self) -> Self:
        return self.filter(kept_at__isnull=False)


class Run(models.Model):
    """One matching of everybody with room. Its job says how far it is; `kept_at` is empty until its whole result is kept.

    `proved_at` stays empty among very many equal peers, where it is only known how near to the best it is (`statistics["bound"]`).
    """

    class Kind(models.TextChoices):
        MENTORS = "mentors", _("Mentees with mentors")
        PEERS = "peers", _("Equal peers with each other")

    class Fairness(models.TextChoices):
        FLOOR = "floor", _("First make the weakest match as good as can be, then all together")
        NONE = "none", _("Only all together")

    class Sides(models.TextChoices):
        SUGGESTED = "suggested", _("Where fewer are: the side that is shorter")
        MENTORS = "mentors", _("All among those who offer")
        MENTEES = "mentees", _("All among those who seek")

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="runs")
    # Counted in its program, from 1.
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=7, choices=Kind, default=Kind.MENTORS)
    cohort = models.ForeignKey(Cohort, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    started_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField()
    repeats = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="repeated_by")
    # No keys: the kernel's own keys lead to the people of this app. The work on it, and the latest release.
    job_id = models.PositiveBigIntegerField(null=True, unique=True)
    release_job_id = models.PositiveBigIntegerField(null=True, unique=True)

    fairness = models.CharField(max_length=6, choices=Fairness, default=Fairness.FLOOR)
    sides = models.CharField(max_length=10, choices=Sides, default=Sides.SUGGESTED)
    # Of 100, as scores are shown: the least that a match must have, and what each further mentee of a mentor costs.
    minimum = models.PositiveSmallIntegerField(default=0)
    load_step = models.PositiveSmallIntegerField(default=0)

    # As `matching.runs.arrays` packs them; empty until a worker has read who takes part.
    inputs = models.BinaryField(default=bytes)
    inputs_hash = models.CharField(max_length=64, blank=True)
    people = models.PositiveIntegerField(default=0)
    mentors = models.PositiveIntegerField(default=0)
    places = models.PositiveIntegerField(default=0)
    # The largest score that a pair can have.
    maximum = models.PositiveIntegerField(default=0)

    outcome = models.BinaryField(default=bytes)
    value = models.BigIntegerField(null=True)
    total = models.BigIntegerField(null=True)
    floor = models.PositiveIntegerField(null=True)
    matched = models.PositiveIntegerField(null=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    # What the solver counted, how good all pairs are, and how good each criterion is on average:
    # {"weakest": 2000, "mean": 2500, "averages": {"c7": 61}, …}.
    statistics = models.JSONField(default=dict)
    kept_at = models.DateTimeField(null=True)
    proved_at = models.DateTimeField(null=True)
    # When what it saw of people, and how each was compared, was forgotten. Who met whom stays.
    forgotten_at = models.DateTimeField(null=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["program", "number"], name="matching_run_one_of_a_number"),
            models.CheckConstraint(condition=Q(minimum__lte=100, load_step__lte=100), name="matching_run_wishes_are_of_a_hundred"),
            models.CheckConstraint(
                condition=Q(kept_at=None)
                | (Q(value__isnull=False, matched__isnull=False) & ~Q(fingerprint="") & (Q(proved_at__isnull=False) | Q(kind="peers"))),
                name="matching_run_is_kept_whole_and_proved",
            ),
            models.CheckConstraint(condition=~Q(repeats=F("id")), name="matching_run_repeats_another"),
            models.CheckConstraint(
                condition=Q(forgotten_at=None) | Q(inputs=b"", outcome=b""), name="matching_run_forgets_all_that_it_saw"
            ),
        ]

    def __str__(self) -> str:
        return f"Run {self.pk}"

    @property
    def is_among_peers(self) -> bool:
        return self.kind == self.Kind.PEERS

    @property
    def pairs(self) -> int:
        return (self.matched or 0) // (2 if self.is_among_peers else 1)

    @property
    def without_match(self) -> int:
        return self.people - (self.matched or 0)

    def job(self) -> Job | None:
        """One query."""
        return Job.objects.visible_to_program(self.program_id).filter(pk=self.job_id).first() if self.job_id else None

    def release_job(self) -> Job | None:
        """One query."""
        return Job.objects.visible_to_program(self.program_id).filter(pk=self.release_job_id).first() if self.release_job_id else None


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def visible_to(self, membership: Membership) -> Self:
        """Those who run the program, but never what is said of themselves: there they hear what the other half hears."""
        if not membership.is_staff:
            return self.none()
        return self.filter(run__program_id=membership.program_id).exclude(mentee=membership).exclude(mentor=membership)

    def for_list(self) -> Self:
        """With the names of the two, in one query."""
        return self.select_related("mentee__user", "mentor__user")

    def called_like(self, words: str) -> Self:
        """Each word is in the name of one of the two, or of the other."""
        found = self
        for word in words.split():
            named = [Q(**{f"{half}__user__{field}__icontains": word}) for half in ("mentee", "mentor") for field in ("name", "called")]
            found = found.filter(named[0] | named[1] | named[2] | named[3])
        return found

    def drafts(self) -> Self:
        """Nobody has been asked."""
        return self.filter(state__in=Proposal.DRAFTS)

    def changed_since_the_run(self) -> Self:
        """Somebody gave one of the two somebody else, or left the pair out."""
        return self.filter(Q(by_hand=True) | Q(state=Proposal.State.DROPPED))

    def half_of(self, membership: Membership) -> Self:
        return self.filter(Q(mentee=membership) | Q(mentor=membership))

    def under(self, lock: "Lock") -> Self:
        """Those of the two who are locked together. Equal peers may stand in either place."""
        return self.filter(Q(mentee=lock.mentee, mentor=lock.mentor) | Q(mentee=lock.mentor, mentor=lock.mentee, run__kind=Run.Kind.PEERS))

    def of_two(self, one: Membership, other: Membership) -> Self:
        """Those of these two, whoever of them would be the mentor."""
        return self.filter(Q(mentee=one, mentor=other) | Q(mentee=other, mentor=one))


class Proposal(models.Model):
    """One pair of a run. Nobody is told of it before it is released; then it is a pairing, and both are asked.

    Among equal peers `mentee` and `mentor` are two places and no more: nothing follows from who stands where.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        LOCKED = "locked", _("Locked")
        RELEASED = "released", _("Asked")
        DROPPED = "dropped", _("Left out")

    class LeftOut(models.TextChoices):
        NONE = "", _("It was not")
        LEFT = "left", _("One of the two takes part in the program no more.")
        BUSY = "busy", _("One of the two has no free place any more.")
        OPEN = "open", _("The two have a pairing, or had one before.")
        APART = "apart", _("These two cannot be put together.")

    DRAFTS = (State.DRAFT, State.LOCKED)

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="proposals")
    mentee = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    mentor = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    # -1 for a locked pair that a rule excludes; `shown` is of 100.
    score = models.IntegerField()
    shown = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    left_out = models.CharField(max_length=5, choices=LeftOut, blank=True, default=LeftOut.NONE)
    # What each criterion adds: [["c7", weight, quality, unknown, points], …]; True after it: how the first serves the second.
    parts = models.JSONField(default=list)
    has_anchor = models.BooleanField(default=False)
    has_difference = models.BooleanField(default=False)
    waiting_since = models.DateTimeField()
    # The next best: [[membership, score, what all would lose at least, has a free place, leaves somebody else without], …]; among equal
    # peers also for which of the two.
    alternatives = models.JSONField(default=list)
    # Somebody chose this mentor in place of the run's.
    by_hand = models.BooleanField(default=False)
    pairing = models.ForeignKey(Pairing, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = ProposalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "mentee"], name="matching_proposal_one_a_run_and_mentee"),
            models.CheckConstraint(condition=~Q(mentee=F("mentor")), name="matching_proposal_is_of_two_people"),
            models.CheckConstraint(condition=Q(shown__lte=100), name="matching_proposal_is_shown_of_a_hundred"),
            models.CheckConstraint(condition=Q(state="dropped") | Q(left_out=""), name="matching_proposal_says_why_where_it_is_left_out"),
            models.CheckConstraint(condition=Q(pairing=None) | Q(state="released"), name="matching_proposal_with_a_pairing_is_released"),
        ]
        indexes = [
            models.Index(fields=["run", "score", "id"], name="matching_proposal_by_score"),
            models.Index(fields=["run", "waiting_since", "id"], name="matching_proposal_by_waiting"),
            models.Index(fields=["run", "mentor"], name="matching_proposal_by_mentor"),
        ]

    def __str__(self) -> str:
        return f"Proposal {self.pk}"

    @property
    def is_draft(self) -> bool:
        return self.state in self.DRAFTS


class UnmatchedQuerySet(models.QuerySet["Unmatched"]):
    def visible_to(self, membership: Membership) -> Self:
        """Those who run the program, but never what is said of themselves."""
        if not membership.is_staff:
            return self.none()
        return self.filter(run__program_id=membership.program_id).exclude(membership=membership)

    def for_list(self) -> Self:
        """Who waited longest comes first, in one query."""
        return self.select_related("membership__user").order_by("waiting_since", "pk")


class Unmatched(models.Model):
    """Somebody who looks for a mentor, or for an equal peer, and has no match in this run."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="unmatched")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    waiting_since = models.DateTimeField()
    # What the solver found, as numbers: {"allowed": 0, "excluded": {"c7": 14}, "only": {"c7": 3}, "rivals": 1, "mentors": 0, "places": 0,
    # "longer": 0}.
    # Nothing where there are simply too few places for all.
    found = models.JSONField(default=dict)

    objects = UnmatchedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "membership"], name="matching_unmatched_once_a_run")]
        indexes = [models.Index(fields=["run", "waiting_since", "id"], name="matching_unmatched_by_waiting")]

    def __str__(self) -> str:
        return f"Unmatched {self.pk}"


class LockQuerySet(models.QuerySet["Lock"]):
    def visible_to(self, membership: Membership) -> Self:
        """Those who run the program, but never what was decided of themselves."""
        if not membership.is_staff:
            return self.none()
        return self.filter(program_id=membership.program_id).exclude(mentee=membership).exclude(mentor=membership)

    def for_list(self) -> Self:
        """With the names of the two, in one query."""
        return self.select_related("mentee__user", "mentor__user", "by__user").order_by("mentee__user__name", "pk")

    def of(self, proposal: Proposal) -> Self:
        """That of the two of a pair. Equal peers may stand in either place."""
        found = Q(mentee=proposal.mentee_id, mentor=proposal.mentor_id)
        if proposal.run.is_among_peers:
            found |= Q(mentee=proposal.mentor_id, mentor=proposal.mentee_id)
        return self.filter(found)

    def that_keep_from(self, proposal: Proposal) -> Self:
        """Those that could not hold beside one of the two of a pair: a mentee has one mentor, and an equal peer one peer."""
        if not proposal.run.is_among_peers:
            return self.filter(mentee=proposal.mentee_id)
        two = (proposal.mentee_id, proposal.mentor_id)
        return self.filter(Q(mentee__in=two) | Q(mentor__in=two))


class Lock(models.Model):
    """A coordinator has settled for every run from now on that these two are together in any case."""

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="locks")
    mentee = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    mentor = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField()

    objects = LockQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(mentee=F("mentor")), name="matching_lock_is_of_two_people"),
            models.UniqueConstraint(fields=["program", "mentee"], name="matching_lock_one_a_mentee"),
        ]

    def __str__(self) -> str:
        return f"Lock {self.pk}"
