import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple, Self

from django.db import models
from django.db.models import DateTimeField, ExpressionWrapper, F, Prefetch, Q
from django.utils.translation import gettext_lazy as _

from checkins.agendas.models import AgendaItem
from checkins.sessions import repeating
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

SHORTEST_MINUTES, LONGEST_MINUTES = 5, 480
LONGEST_LINE = 300
MINUTE = timedelta(minutes=1)


class Told(NamedTuple):
    """What somebody says of a meeting. `leader` is a `Session.Leader`; what is empty is not said."""

    starts_at: datetime | None = None
    minutes: int | None = None
    place: str = ""
    leader: str = ""


class Repeats(NamedTuple):
    """How often a series meets (`Series.Every`), and either how many times or up to which day."""

    every: str
    times: int | None = None
    until: date | None = None


class SeriesQuerySet(models.QuerySet["Series"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(pairing__in=Pairing.objects.of(membership))


class Series(models.Model):
    """Meetings that were agreed on at once. Each is a `Session` of its own, which can be moved or cancelled without the others.

    In calendars they are one entry that repeats. What stands there of each, unless it was changed, is kept here from when it was agreed;
    the time is that of a clock in `zone`, where the one lives who suggested it.
    """

    class Every(models.TextChoices):
        WEEK = repeating.Every.WEEK.value, _("Every week")
        TWO_WEEKS = repeating.Every.TWO_WEEKS.value, _("Every two weeks")
        MONTH = repeating.Every.MONTH.value, _("Every month, on the same weekday")

    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="series")
    every = models.CharField(max_length=10, choices=Every)
    times = models.PositiveSmallIntegerField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)

    # All of this is empty until the other half has agreed.
    starts_at = models.DateTimeField(null=True, blank=True)
    zone = models.CharField(max_length=64, blank=True)
    rule = models.CharField(max_length=120, blank=True)
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    place = models.CharField(max_length=10, blank=True)
    where = models.CharField(max_length=LONGEST_LINE, blank=True)

    # The name of its entry in calendars, and how often that was changed as a whole.
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sequence = models.PositiveIntegerField(default=0)
    # Who ended what was left of it. Nobody, where it was called off because the pairing stopped.
    ended_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = SeriesQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(times__isnull=False, times__range=(repeating.FEWEST_TIMES, repeating.MOST_TIMES), until=None)
                | Q(times=None, until__isnull=False),
                name="checkins_series_2_to_26_times_or_until_a_day",
            ),
            models.CheckConstraint(
                condition=Q(starts_at=None, zone="", rule="", minutes=None, ended_at=None)
                | (Q(starts_at__isnull=False, minutes__isnull=False) & ~Q(zone="") & ~Q(rule="")),
                name="checkins_series_has_its_times_once_agreed",
            ),
            models.CheckConstraint(condition=Q(ended_by=None) | Q(ended_at__isnull=False), name="checkins_series_ended_when_by_somebody"),
        ]

    def __str__(self) -> str:
        return f"Series {self.pk}"

    @property
    def repeats(self) -> Repeats:
        return Repeats(self.every, self.times, self.until)


class SessionQuerySet(models.QuerySet["Session"]):
    def visible_to(self, membership: Membership) -> Self:
        """That a meeting took place, when and how long: the two, and the staff."""
        return self.filter(pairing__in=Pairing.objects.visible_to(membership))

    def readable_by(self, membership: Membership) -> Self:
        """What was talked about, and where they meet: the two alone, whatever roles somebody has."""
        return self.filter(pairing__in=Pairing.objects.of(membership))

    def readable_in(self, pairing: Pairing, reader: Membership) -> Self:
        """The same of one pairing, which is at hand and says itself who the two are."""
        return self.filter(pairing=pairing) if pairing.includes(reader) else self.none()

    def held(self) -> Self:
        return self.filter(state=Session.State.HELD)

    def to_come(self) -> Self:
        """Suggested or planned, and nobody has said yet what became of it."""
        return self.filter(state__in=Session.OPEN_STATES)

    def of_series(self, series: Iterable["Series"]) -> Self:
        """All meetings of these that were agreed on, each with its series, in the order in which they were to be."""
        return self.filter(series__in=series, recurs_at__isnull=False).select_related("series").order_by("recurs_at", "pk")

    def still_planned(self, now: datetime) -> Self:
        """Planned, and not begun."""
        return self.filter(state=Session.State.PLANNED, starts_at__gt=now)

    def settled(self) -> Self:
        """Held, or agreed once and then cancelled or missed, but for what went with its series. What was never agreed is no meeting."""
        went_with_its_series = Q(state=Session.State.CANCELLED, series__ended_at=F("closed_at"))
        return self.exclude(state__in=Session.OPEN_STATES).exclude(starts_at=None).exclude(went_with_its_series)

    def overlapping(self, starts_at: datetime, minutes: int) -> Self:
        ends_at = ExpressionWrapper(F("starts_at") + F("minutes") * MINUTE, output_field=DateTimeField())
        return self.alias(ends=ends_at).filter(starts_at__lt=starts_at + minutes * MINUTE, ends__gt=starts_at)

    def with_people(self) -> Self:
        return self.select_related(
            "proposed_by__user",
            "led_by__user",
            "logged_by__user",
            "closed_by__user",
            "pairing__first__user",
            "pairing__second__user",
            "series",
        )

    def with_open_options(self) -> Self:
        """Each with `open_options`: the times to pick from now, in their order."""
        options = SessionOption.objects.open().order_by("position")
        return self.prefetch_related(Prefetch("options", queryset=options, to_attr="open_options"))


class Session(models.Model):
    """A meeting that two people plan, have had, or could not have."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Suggested")
        PLANNED = "planned", _("Planned")
        HELD = "held", _("You met")
        # Also what was suggested and not agreed.
        CANCELLED = "cancelled", _("Cancelled")
        MISSED = "missed", _("Did not happen")

    class Place(models.TextChoices):
        IN_PERSON = "in_person", _("In person")
        VIDEO = "video", _("Video call")
        PHONE = "phone", _("Phone")
        OTHER = "other", _("Something else")

    class Leader(models.TextChoices):
        FIRST = "first", _("The first")
        SECOND = "second", _("The second")
        BOTH = "both", _("Both")

    OPEN_STATES = (State.PROPOSED, State.PLANNED)

    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="sessions")
    state = models.CharField(max_length=10, choices=State)
    # Empty until the two have agreed on a time.
    starts_at = models.DateTimeField(_("when it begins"), null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(_("how many minutes"))
    place = models.CharField(_("how you meet"), max_length=10, choices=Place, default=Place.IN_PERSON)
    where = models.CharField(_("where"), max_length=LONGEST_LINE, blank=True)
    # Who suggested the time that stands; while none does, the times to pick from. Nobody, where a meeting was written down unplanned.
    proposed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Who leads it. Empty: both.
    led_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Who would like to lead in place of the other, or of both, and waits for an answer.
    lead_wished_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # When whoever led it said so themselves. Empty: the other half alone says so, or both led.
    led_said_at = models.DateTimeField(null=True, blank=True)
    # The name of its entry in calendars, and how often what stands there was changed. In a series the entry is the series'.
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sequence = models.PositiveIntegerField(default=0)
    # The series that it begins, or is one of; and when it was to be, once that is agreed: by this calendars find it, wherever it is moved.
    series = models.ForeignKey(Series, on_delete=models.CASCADE, null=True, blank=True, related_name="sessions")
    recurs_at = models.DateTimeField(null=True, blank=True)

    topics = models.ManyToManyField(AgendaItem, related_name="sessions", blank=True)
    talked_about = models.TextField(_("what you talked about"), blank=True)
    next_time = models.TextField(_("for next time"), blank=True)
    logged_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    logged_at = models.DateTimeField(null=True, blank=True)
    # When whoever logged it last put right what they wrote.
    log_changed_at = models.DateTimeField(null=True, blank=True)
    # What the log said until the two agreed on something else. Empty: it says what it said at first.
    logged_starts_at = models.DateTimeField(null=True, blank=True)
    logged_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    logged_place = models.CharField(max_length=10, choices=Place, blank=True)
    logged_leader = models.CharField(max_length=6, choices=Leader, blank=True)

    # Who cancelled it, said no, or said first that it did not happen. Nobody, where it was called off because the pairing stopped.
    closed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    word = models.CharField(_("a word to the other"), max_length=LONGEST_LINE, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=SHORTEST_MINUTES, minutes__lte=LONGEST_MINUTES), name="checkins_session_lasts_5_to_480_minutes"
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", starts_at=None, proposed_by__isnull=False)
                | Q(state="cancelled")
                | Q(state__in=["planned", "held", "missed"], starts_at__isnull=False),
                name="checkins_session_has_a_time_once_agreed",
            ),
            models.CheckConstraint(
                condition=Q(state="held", logged_by__isnull=False, logged_at__isnull=False)
                | (~Q(state="held") & Q(logged_by=None, logged_at=None)),
                name="checkins_session_held_is_logged_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["cancelled", "missed"], closed_at__isnull=False)
                | (~Q(state__in=["cancelled", "missed"]) & Q(closed_at=None, closed_by=None)),
                name="checkins_session_closed_at_when_it_did_not_happen",
            ),
            models.CheckConstraint(
                condition=Q(lead_wished_by=None) | Q(led_by=None) | ~Q(lead_wished_by=F("led_by")),
                name="checkins_session_nobody_wishes_to_lead_what_they_lead",
            ),
            models.CheckConstraint(
                condition=Q(led_said_at=None) | Q(state="held", led_by__isnull=False), name="checkins_session_who_led_says_so_of_one_held"
            ),
            models.CheckConstraint(
                condition=Q(recurs_at=None) & (Q(series=None) | Q(state__in=["proposed", "cancelled"]))
                | Q(series__isnull=False, recurs_at__isnull=False),
                name="checkins_session_has_its_place_in_a_series_once_agreed",
            ),
            models.UniqueConstraint(fields=["series", "recurs_at"], name="checkins_session_once_a_place_in_a_series"),
            models.CheckConstraint(condition=Q(log_changed_at=None) | Q(state="held"), name="checkins_session_log_is_changed_of_one_held"),
            models.UniqueConstraint(
                fields=["pairing", "starts_at"],
                condition=Q(state__in=["planned", "held"]),
                name="checkins_session_once_at_a_time",
            ),
            models.UniqueConstraint(fields=["pairing"], condition=Q(state="proposed"), name="checkins_session_one_suggestion_a_pairing"),
        ]

    def __str__(self) -> str:
        return f"Session {self.pk}"

    @property
    def ends_at(self) -> datetime | None:
        return self.starts_at + self.minutes * MINUTE if self.starts_at else None

    def overlaps(self, starts_at: datetime, minutes: int) -> bool:
        return (
            self.starts_at is not None
            and self.starts_at < starts_at + minutes * MINUTE
            and self.starts_at + self.minutes * MINUTE > starts_at
        )

    @property
    def told(self) -> Told:
        """What stands there."""
        return Told(self.starts_at, self.minutes, self.place, leader_of(self.pairing, self.led_by_id))

    @property
    def logged(self) -> Told:
        """What the log said at first, where it says something else by now."""
        return Told(self.logged_starts_at, self.logged_minutes, self.logged_place, self.logged_leader)

    @property
    def has_link(self) -> bool:
        """Whether `where` leads somewhere. Only what is encrypted on its way becomes a link."""
        return self.where.startswith("https://") and " " not in self.where


def leader_of(pairing: Pairing, led_by: int | None) -> str:
    """`Session.Leader` of the half with this key; both, without one."""
    if led_by is None:
        return Session.Leader.BOTH
    return Session.Leader.FIRST if led_by == pairing.first_id else Session.Leader.SECOND


class SessionOptionQuerySet(models.QuerySet["SessionOption"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(session__pairing__in=Pairing.objects.of(membership))

    def open(self) -> Self:
        return self.filter(closed_at=None)


class SessionOption(models.Model):
    """One of up to three times to pick from: for a meeting that is suggested, or to move one that is planned. Kept when it is over."""

    MOST = 3

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="options")
    starts_at = models.DateTimeField()
    position = models.PositiveSmallIntegerField()
    proposed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    # When it was picked, replaced or taken back.
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = SessionOptionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(position__gte=1, position__lte=3), name="checkins_sessionoption_is_one_of_three"),
            models.UniqueConstraint(
                fields=["session", "position"], condition=Q(closed_at=None), name="checkins_sessionoption_one_a_position"
            ),
            models.UniqueConstraint(fields=["session", "starts_at"], condition=Q(closed_at=None), name="checkins_sessionoption_one_a_time"),
        ]

    def __str__(self) -> str:
        return f"SessionOption {self.pk}"
