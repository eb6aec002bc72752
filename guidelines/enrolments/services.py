"""People learn: they go on, finish, are reminded, and are offered something new."""

import secrets
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q
from django.utils.translation import gettext as _

from guidelines.courses.models import Course, CourseVersion
from guidelines.courses.reader import Kind, Screen
from guidelines.enrolments import policies
from guidelines.enrolments.models import Enrolment, LiveHour, Reflection, Step
from guidelines.enrolments.progress import Progress, progress_of
from matching.pairings.models import Pairing
from mentoring.kernel import times
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import services as outbox
from programs.memberships.models import Membership, MembershipQuerySet, Program
from programs.readiness import services as readiness
from programs.readiness.models import Requirement

REQUIREMENT = "training"
REMINDER_LETTER = "course-reminder"
REFRESHER_LETTER = "refresher-offered"
AGAIN_LETTER = "course-again"
Audience = CourseVersion.Audience

LONGEST_REFLECTION = 10_000
CODE_BYTES = 24
# How long before the end somebody is told that a course is to be taken again.
TOLD_BEFORE = timedelta(days=30)
# A refresher that a coordinator offers comes at a time that says nothing of why.
LATEST_OFFER = timedelta(days=2)
A_DAY = timedelta(days=1)
NOON = time(12)
AT_ONCE = 500


class Moved(Refused):
    """What was on the page is not in the course any more: a new version is in force."""

    def __init__(self) -> None:
        super().__init__(
            _("This course has a new version, and this page of it has changed. What you have done stays, wherever it says the same.")
        )


# --- learning ---


@transaction.atomic
def go_on(*, membership: Membership, course: Course, screen: str, now: datetime) -> Progress:
    """A screen was read. `screen` is its key. May raise `Moved`."""
    return _step(membership, course, screen, now, lambda found, step: _read(found, step, now))


@transaction.atomic
def pick(*, membership: Membership, course: Course, screen: str, choice: int, now: datetime) -> Progress:
    """Somebody picked a choice of a situation, or an answer to a check, by its place. They may pick as often as they like."""

    def picks(found: Screen, step: Step) -> None:
        if not found.has_choices or not 0 <= choice < len(found.choices):
            raise Refused(_("Pick one of the answers that are there."))
        step.tries += step.done_at is None or (found.kind == Kind.SITUATION and step.picked != choice)
        step.picked = choice
        if found.kind == Kind.SITUATION or found.choices[choice].holds:
            step.done_at = step.done_at or now

    return _step(membership, course, screen, now, picks)


@transaction.atomic
def reflect(*, membership: Membership, course: Course, screen: str, text: str, now: datetime) -> Progress:
    """Keep what somebody wrote to themselves; without a word, nothing is kept, and what was there goes. They go on either way."""
    if len(text) > LONGEST_REFLECTION:
        raise Refused(_("Write at most %(most)d characters.") % {"most": LONGEST_REFLECTION})

    def writes(found: Screen, step: Step) -> None:
        if found.kind != Kind.REFLECTION:
            raise Refused(_("There is nothing to write here."))
        kept = Reflection.objects.visible_to(membership).filter(enrolment=step.enrolment, screen=screen)
        if not text.strip():
            kept.delete()
        else:
            reflection = kept.first() or Reflection(enrolment=step.enrolment, screen=screen)
            reflection.text, reflection.written_at = text.strip(), now
            reflection.save()
        step.done_at = step.done_at or now

    return _step(membership, course, screen, now, writes)


@transaction.atomic
def begin_again(*, membership: Membership, course: Course, now: datetime) -> Enrolment:
    """Take a course once more. What was finished before stays finished, and as long valid."""
    membership = _locked(membership, course)
    return _open_one(membership, course, now)


def _read(found: Screen, step: Step, now: datetime) -> None:
    if found.has_choices and step.picked is None:
        raise Refused(_("Pick an answer first. You can pick again as often as you like."))
    if found.kind != Kind.CHECK:
        step.done_at = step.done_at or now


def _step(membership: Membership, course: Course, key: str, now: datetime, take: Callable[[Screen, Step], None]) -> Progress:
    membership = _locked(membership, course)
    version = CourseVersion.objects.filter(course=course).in_force().select_related("course__program").first()
    screen = _screen_that_says(version, key) if version else None
    if version is None or screen is None:
        raise Moved
    enrolment = Enrolment.objects.of(membership).filter(course=course).order_by(F("finished_at").desc(nulls_first=True), "-pk").first()
    enrolment = enrolment or _open_one(membership, course, now)
    step = enrolment.steps.filter(screen=key).first() or Step(enrolment=enrolment, screen=key)
    step.enrolment = enrolment
    take(screen, step)
    step.save()
    progress = progress_of(version, enrolment.steps.all())
    if enrolment.finished_at is None:
        _keep_how_far(enrolment, version, progress, now)
        if progress.is_done:
            _finish(membership, enrolment, version, now)
    return progress


def _keep_how_far(enrolment: Enrolment, version: CourseVersion, progress: Progress, now: datetime) -> None:
    enrolment.begun_at, enrolment.stepped_at = enrolment.begun_at or now, now
    enrolment.modules = len(progress.modules)
    enrolment.at_module = progress.now.number if progress.now else enrolment.modules
    enrolment.minutes_left = progress.minutes_left
    enrolment.save(update_fields=["begun_at", "stepped_at", "modules", "at_module", "minutes_left"])


def _finish(membership: Membership, enrolment: Enrolment, version: CourseVersion, now: datetime) -> None:
    enrolment.finished_at, enrolment.version = now, version
    enrolment.expires_on = _last_day(version, now)
    enrolment.save(update_fields=["finished_at", "version", "expires_on"])
    for kind in (REFRESHER_LETTER, REMINDER_LETTER):
        about = enrolment.pk if kind == REFRESHER_LETTER else enrolment.course_id
        outbox.cancel(kind=kind, subject_ids=[about], recipient_id=membership.user_id, now=now)
    keep_requirements(program=version.course.program, people=Membership.objects.filter(pk=membership.pk), now=now)
    audit.record(
        verb="course.finished",
        subject=enrolment.course,
        program_id=membership.program_id,
        actor_id=membership.user_id,
        now=now,
        detail={"version": version.number},
    )


def _last_day(version: CourseVersion, now: datetime) -> date | None:
    if version.valid_days is None:
        return None
    return times.local_day(now, version.course.program.time_zone) + timedelta(days=version.valid_days)


def _screen_that_says(version: CourseVersion, key: str) -> Screen | None:
    return next((screen for module in version.read_modules for screen in module.screens if screen.key == key), None)


def _open_one(membership: Membership, course: Course, now: datetime) -> Enrolment:
    """Also one that was to be offered later: whoever begins by themselves need not wait for it."""
    enrolment, _is_new = Enrolment.objects.get_or_create(membership=membership, course=course, finished_at=None, defaults={"asked_at": now})
    if enrolment.asked_at > now:
        enrolment.asked_at = now
        enrolment.save(update_fields=["asked_at"])
    return enrolment


def _locked(membership: Membership, course: Course) -> Membership:
    """What one person does happens one after the other."""
    if not policies.may_learn(membership, course):
        raise Refused(_("This course is not yours to take."))
    return Membership.objects.select_for_update(of=["self"], no_key=True).get(pk=membership.pk)


# --- what comes before a first pairing ---


def ask_newcomer(*, membership: Membership, now: datetime) -> None:
    """Somebody has become a participant, or has said anew what they seek and offer."""
    keep_requirements(program=membership.program, people=Membership.objects.filter(pk=membership.pk), now=now)


def ask_everybody(*, program: Program, now: datetime) -> None:
    """What comes first has changed."""
    program.refresh_from_db(fields=["training_first"])
    keep_requirements(program=program, people=Membership.objects.filter(program=program), now=now)


@transaction.atomic
def keep_requirements(*, program: Program, people: MembershipQuerySet, now: datetime) -> None:
    """Open the requirement for those of `people` who have a course still to do, settle it for those who have not.

    Who has not said yet which side they are on may still have one to do. The same number of statements for one and for ten thousand, apart
    from the pairings that start.
    """
    waiting_for = _who_has_one_to_do(program, people)
    asked = dict(Requirement.objects.filter(membership__in=people, key=REQUIREMENT).values_list("membership", "done_at"))
    to_open = [key for key in waiting_for if asked.get(key) is not None or key not in asked]
    to_settle = [key for key, done_at in asked.items() if done_at is None and key not in waiting_for]
    if to_open:
        readiness.open_again_for(people=Membership.objects.filter(pk__in=to_open), key=REQUIREMENT, now=now)
    if to_settle:
        readiness.settle_for(people=Membership.objects.filter(pk__in=to_settle), key=REQUIREMENT, now=now)


def _who_has_one_to_do(program: Program, people: MembershipQuerySet) -> set[int]:
    if not program.training_first:
        return set()
    required = list(CourseVersion.objects.filter(course__program=program, is_required=True).in_force().values_list("course", "audience"))
    if not required:
        return set()
    wishes = people.current().participants().values_list("pk", "profile__offers_mentoring", "profile__seeks_mentoring")
    done = set(
        Enrolment.objects.finished()
        .filter(course__in=[course for course, _audience in required], membership__in=people)
        .values_list("membership", "course")
    )
    return {
        key
        for key, offers, seeks in wishes
        for course, audience in required
        if policies.is_asked(audience, offers=offers, seeks=seeks) and (key, course) not in done
    }


# --- those who run the program ---


@transaction.atomic
def remind(*, version: CourseVersion, people: MembershipQuerySet, by: Membership, now: datetime) -> int:
    """Write to those of `people` who have the course still to finish, once a day at most. Returns how many letters that makes."""
    course = version.course
    if not policies.may_run(by, course):
        raise Refused(_("Only those who run the program send reminders."))
    day = times.local_day(now, course.program.time_zone)
    valid = Enrolment.objects.finished().filter(Q(expires_on=None) | Q(expires_on__gte=day), course=course)
    to_remind = people.filter(program=course.program).current().participants().exclude(pk__in=valid.values("membership"))
    made = outbox.owe_many(
        (
            outbox.Duty(kind=REMINDER_LETTER, subject_id=course.pk, recipient_id=user, slot=day.isoformat(), program_id=course.program_id)
            for user in to_remind.order_by("pk").values_list("user_id", flat=True).iterator(chunk_size=2000)
        ),
        now=now,
    )
    audit.record(
        verb="course.reminded", subject=course, program_id=course.program_id, actor_id=by.user_id, now=now, detail={"letters": made}
    )
    return made


@transaction.atomic
def record_as_done(*, version: CourseVersion, people: MembershipQuerySet, on: date, by: Membership, now: datetime) -> int:
    """People have done a course elsewhere, or before it was here: it counts as finished on that day. Returns for how many that is new."""
    course = version.course
    if not policies.may_run(by, course):
        raise Refused(_("Only those who run the program record what people have done."))
    today = times.local_day(now, course.program.time_zone)
    if on > today:
        raise Refused(_("That day is still to come. Record it when it is over."))
    finished_at = min(now, times.at_local(on, NOON, course.program.time_zone))
    expires_on = on + timedelta(days=version.valid_days) if version.valid_days else None
    valid = Enrolment.objects.finished().filter(Q(expires_on=None) | Q(expires_on__gte=today), course=course)
    asked = people.filter(program=course.program).current().participants().exclude(pk__in=valid.values("membership"))
    keys = list(asked.order_by("pk").select_for_update(of=["self"], no_key=True).values_list("pk", flat=True))
    done = {"finished_at": finished_at, "version": version, "expires_on": expires_on, "recorded_by": by}
    open_ones = Enrolment.objects.open().filter(course=course, membership__in=keys)
    begun = set(open_ones.values_list("membership", flat=True))
    # Who had begun on a later day has not finished before that.
    open_ones.filter(begun_at__gt=finished_at).update(begun_at=finished_at)
    open_ones.update(**done)
    Enrolment.objects.bulk_create(
        [Enrolment(membership_id=key, course=course, asked_at=finished_at, **done) for key in keys if key not in begun], batch_size=1000
    )
    keep_requirements(program=course.program, people=Membership.objects.filter(pk__in=keys), now=now)
    audit.record(
        verb="course.recorded_as_done",
        subject=course,
        program_id=course.program_id,
        actor_id=by.user_id,
        now=now,
        detail={"people": len(keys)},
    )
    return len(keys)


@transaction.atomic
def record_live(*, course: Course, people: MembershipQuerySet, held_on: date, minutes: int, by: Membership, now: datetime) -> int:
    """People were there when the course was held together. Recorded again for the same day, the later word counts."""
    if not policies.may_run(by, course):
        raise Refused(_("Only those who run the program record what people have done."))
    if held_on > times.local_day(now, course.program.time_zone):
        raise Refused(_("That day is still to come. Record it when it is over."))
    keys = people.filter(program=course.program).current().participants().values_list("pk", flat=True)
    hours = [LiveHour(membership_id=key, course=course, held_on=held_on, minutes=minutes, recorded_by=by, recorded_at=now) for key in keys]
    LiveHour.objects.bulk_create(
        hours,
        update_conflicts=True,
        unique_fields=["membership", "course", "held_on"],
        update_fields=["minutes", "recorded_by", "recorded_at"],
        batch_size=1000,
    )
    audit.record(
        verb="course.live_recorded",
        subject=course,
        program_id=course.program_id,
        actor_id=by.user_id,
        now=now,
        detail={"people": len(hours), "minutes": minutes},
    )
    return len(hours)


@transaction.atomic
def take_live_back(*, hour: LiveHour, by: Membership, now: datetime) -> None:
    """It was recorded by mistake. Doing so twice changes nothing."""
    if not policies.may_run(by, hour.course):
        raise Refused(_("Only those who run the program record what people have done."))
    if LiveHour.objects.filter(pk=hour.pk).delete()[0]:
        audit.record(verb="course.live_taken_back", subject=hour.course, program_id=hour.course.program_id, actor_id=by.user_id, now=now)


# --- refreshers ---


@transaction.atomic
def offer(*, pairing: Pairing, refresher: Course, by: Membership, now: datetime) -> int:
    """Offer both halves of a pairing a short course. Returns to how many it is new.

    It comes to both at one moment within the next two days, with the letter of a refresher whose turn it is: neither can tell that it was
    offered, nor why. Who has it open already is not asked twice.
    """
    if not policies.may_run(by, refresher) or pairing.includes(by) or pairing.program_id != refresher.program_id:
        raise Refused(_("Those who run the program, and are no part of a pairing, offer a course to the two in it."))
    version = CourseVersion.objects.filter(course=refresher).in_force().comes_round().first()
    if version is None:
        raise Refused(_("This is no refresher that people can take now."))
    at = now + timedelta(minutes=secrets.randbelow(int(LATEST_OFFER.total_seconds() // 60)))
    halves = Membership.objects.filter(pk__in=[pairing.first_id, pairing.second_id]).current().order_by("pk")
    locked = list(halves.select_for_update(of=["self"], no_key=True))
    made = _offer_to([(membership, refresher.pk) for membership in locked], at=at, now=now)
    audit.record(
        verb="course.offered",
        subject=pairing,
        program_id=pairing.program_id,
        actor_id=by.user_id,
        now=now,
        detail={"course": refresher.pk},
    )
    return made


def offer_due(*, now: datetime) -> int:
    """Offer the next refresher to whoever has been paired for as long as their program waits, and had none since. Returns to how many.

    Twice in a day, or twice at once, offers none twice.
    """
    made = 0
    for program in Program.objects.filter(archived_at=None).order_by("pk"):
        refreshers = list(CourseVersion.objects.filter(course__program=program).in_force().comes_round().values_list("course", flat=True))
        if not refreshers:
            continue
        while people := list(_whose_turn_it_is(program, now).order_by("pk")[:AT_ONCE]):
            with transaction.atomic():
                locked = list(
                    _whose_turn_it_is(program, now)
                    .filter(pk__in=[one.pk for one in people])
                    .order_by("pk")
                    .select_for_update(of=["self"], no_key=True)
                )
                made += _offer_to(list(_each_with_the_next(locked, sorted(refreshers))), at=now, now=now)
    return made


def tell_whose_course_ends(*, now: datetime) -> int:
    """Write to those whose required course is not valid any more in a month. Returns how many letters that makes."""
    made = 0
    for program in Program.objects.filter(archived_at=None).order_by("pk"):
        today = times.local_day(now, program.time_zone)
        required = CourseVersion.objects.filter(course__program=program, is_required=True).in_force()
        later = Enrolment.objects.finished().filter(membership=OuterRef("membership"), course=OuterRef("course"), pk__gt=OuterRef("pk"))
        ending = (
            Enrolment.objects.finished()
            .filter(course__in=required.values("course"), expires_on__gt=today, expires_on__lte=today + TOLD_BEFORE)
            .filter(membership__left_at=None, membership__is_participant=True)
            .exclude(Exists(later))
        )
        made += outbox.owe_many(
            (
                outbox.Duty(kind=AGAIN_LETTER, subject_id=key, recipient_id=user, program_id=program.pk)
                for key, user in ending.order_by("pk").values_list("pk", "membership__user").iterator(chunk_size=2000)
            ),
            now=now,
        )
    return made


def _whose_turn_it_is(program: Program, now: datetime) -> MembershipQuerySet:
    """Paired now, since long enough; and nothing to refresh has been asked of them since."""
    before = now - program.refresher_days * A_DAY
    active = Pairing.objects.active().filter(activated_at__lte=before)
    with_me = Exists(active.filter(first=OuterRef("pk"))) | Exists(active.filter(second=OuterRef("pk")))
    round_again = CourseVersion.objects.filter(course__program=program).in_force().comes_round()
    asked = Enrolment.objects.filter(membership=OuterRef("pk"), course__in=round_again.values("course"), asked_at__gt=before)
    return Membership.objects.filter(with_me, program=program).current().participants().exclude(Exists(asked))


def _each_with_the_next(people: Iterable[Membership], refreshers: list[int]) -> Iterator[tuple[Membership, int]]:
    """Each person with what they have not had, or had longest ago; the one they left open first."""
    people = list(people)
    last: dict[tuple[int, int], tuple[datetime, bool]] = {
        (membership, course): (asked_at, is_open)
        for membership, course, asked_at, is_open in Enrolment.objects.filter(membership__in=people, course__in=refreshers)
        .values_list("membership", "course")
        .annotate(
            Max("asked_at"), is_open=Exists(Enrolment.objects.open().filter(membership=OuterRef("membership"), course=OuterRef("course")))
        )
    }
    for membership in people:

        def turn(course: int, membership: Membership = membership) -> tuple[bool, bool, object, int]:
            asked_at, is_open = last.get((membership.pk, course), (None, False))
            return (not is_open, asked_at is not None, asked_at or 0, course)

        yield membership, min(refreshers, key=turn)


def _offer_to(offers: list[tuple[Membership, int]], *, at: datetime, now: datetime) -> int:
    """An open enrolment for each, and the letter. Who had it open keeps it, where they see it already: it is asked once more."""
    Enrolment.objects.bulk_create(
        [Enrolment(membership=membership, course_id=course, asked_at=at) for membership, course in offers], ignore_conflicts=True
    )
    wanted = {(membership.pk, course) for membership, course in offers}
    open_ones = Enrolment.objects.open().filter(membership__in=[one for one, _course in offers]).select_related("membership")
    found = [one for one in open_ones if (one.membership_id, one.course_id) in wanted]
    Enrolment.objects.filter(pk__in=[one.pk for one in found], asked_at__lt=now).update(asked_at=now)
    return outbox.owe_many(
        (
            outbox.Duty(
                kind=REFRESHER_LETTER,
                subject_id=one.pk,
                recipient_id=one.membership.user_id,
                slot=f"{at:%Y%m%d}",
                program_id=one.membership.program_id,
                due_at=at,
            )
            for one in found
        ),
        now=now,
    )


# --- certificates ---


@transaction.atomic
def share(*, enrolment: Enrolment, by: Membership, now: datetime) -> Enrolment:
    """Make a link that shows the certificate to whoever has it. A second time it is the same link."""
    enrolment = Enrolment.objects.select_for_update(of=["self"], no_key=True).select_related("course").get(pk=enrolment.pk)
    if not policies.may_share(by, enrolment):
        raise Refused(_("Only who holds a certificate decides who sees it."))
    if not enrolment.code:
        enrolment.code = secrets.token_urlsafe(CODE_BYTES)
        enrolment.save(update_fields=["code"])
        audit.record(verb="certificate.shared", subject=enrolment.course, program_id=by.program_id, actor_id=by.user_id, now=now)
    return enrolment


@transaction.atomic
def stop_sharing(*, enrolment: Enrolment, by: Membership, now: datetime) -> None:
    """The link leads nowhere from now on. A later one is another. Doing so twice changes nothing."""
    enrolment = Enrolment.objects.select_for_update(of=["self"], no_key=True).select_related("course").get(pk=enrolment.pk)
    if not policies.may_share(by, enrolment):
        raise Refused(_("Only who holds a certificate decides who sees it."))
    if enrolment.code:
        enrolment.code = ""
        enrolment.save(update_fields=["code"])
        audit.record(verb="certificate.no_longer_shared", subject=enrolment.course, program_id=by.program_id, actor_id=by.user_id, now=now)
