"""Asking for a copy and making it; asking for an erasure and carrying it out, also once more after a restore."""

import base64
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import Func, IntegerField, Subquery, Value
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.debug import sensitive_variables

from mentoring.kernel import times
from mentoring.kernel.audit import services as audit
from mentoring.kernel.audit.models import NO_PROGRAM
from mentoring.kernel.errors import Refused
from mentoring.kernel.holdings.registry import Holding, holdings
from mentoring.kernel.jobs import services as jobs
from mentoring.kernel.jobs.models import Job
from mentoring.kernel.limits import services as limits
from mentoring.kernel.outbox import services as outbox
from programs.memberships import services as memberships
from programs.memberships.models import Membership
from programs.people.models import User
from programs.privacy import tombstones
from programs.privacy.copies import pack, sections
from programs.privacy.models import DataCopy

if TYPE_CHECKING:
    from django.db.models import QuerySet

COPYING, ERASING = "privacy.copy", "privacy.erase"
COPY_READY = "data-copy-ready"
COPIES_A_DAY = limits.Limit("data-copies", at_most=5)
FETCHED_WITHIN = timedelta(hours=24)
BATCH = 100

READING = gettext_noop("Gathering what is held about you")
REMOVING = gettext_noop("Removing what is held about you")


# --- a copy ---


@transaction.atomic
def ask_for_copy(*, user: User, now: datetime) -> DataCopy:
    """Begin to make a copy, in the background. One that is being made already is the one that was asked for."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    under_way = DataCopy.objects.of(user).filter(ready_at=None).for_list().first()
    if under_way is not None and (job := under_way.job()) is not None and job.is_open:
        return under_way
    if not limits.take(COPIES_A_DAY, who=user.pk, stretch=f"{now.astimezone(UTC):%Y-%m-%d}", now=now):
        raise Refused(_("You can ask for five copies a day. Ask again tomorrow, or fetch one that is ready."))
    copy = DataCopy.objects.create(user=user, asked_at=now)
    job = jobs.start(
        kind=COPYING, program_id=NO_PROGRAM, started_by_id=user.pk, input={"copy": str(copy.pk)}, now=now, total=len(holdings())
    )
    DataCopy.objects.filter(pk=copy.pk).update(job_id=job.pk)
    copy.job_id = job.pk
    audit.record(verb="data.copy_asked", subject=copy, program_id=None, actor_id=user.pk, now=now)
    return copy


@sensitive_variables("content")
def make_copy(*, job: Job, now: datetime) -> None:
    """Read everything and keep the file. Called again after an interruption it begins anew: nobody has seen the first."""
    copy = DataCopy.objects.select_related("user").filter(pk=job.input["copy"]).first()
    if copy is None or not copy.user.is_active:
        return
    with _as_its_person_reads(copy.user):
        found = sections(copy.user, after_each=lambda done: jobs.advance(job, done=done, step=READING))
        content = base64.b64encode(pack(copy.user, found, now=now)).decode()
    with transaction.atomic():
        copy.content, copy.ready_at, copy.expires_at = content, now, now + FETCHED_WITHIN
        copy.save(update_fields=["content", "ready_at", "expires_at"])
        outbox.owe(kind=COPY_READY, subject_id=copy.pk, recipient=copy.user, expires_at=copy.expires_at, now=now)
        audit.record(verb="data.copy_made", subject=copy, program_id=None, actor_id=copy.user_id, now=now)


@transaction.atomic
def fetch(*, copy: DataCopy, now: datetime) -> bytes:
    """The file, while there is one. That it was fetched is an event, written before a byte goes out."""
    if copy.expires_at is None or copy.expires_at <= now:
        raise Refused(_("This copy is no longer there. Ask for a new one."))
    audit.record(verb="data.copy_fetched", subject=copy, program_id=None, actor_id=copy.user_id, now=now)
    return base64.b64decode(str(copy.content))


@transaction.atomic
def purge_copies(*, now: datetime) -> int:
    """Forget what nobody can fetch any more, and what was never finished. Returns how many; call it until it says 0."""
    left_behind = DataCopy.objects.filter(ready_at=None, asked_at__lt=now - FETCHED_WITHIN)
    over = [*DataCopy.objects.over_at(now).values_list("pk", flat=True)[:BATCH], *left_behind.values_list("pk", flat=True)[:BATCH]]
    return DataCopy.objects.filter(pk__in=over).delete()[0]


# --- an erasure ---


@dataclass(frozen=True)
class Foreseen:
    """What an erasure would do with one kind: `number` is how many rows there are, None where that is nobody's to learn."""

    what: str
    number: int | None
    why: str = ""


@dataclass(frozen=True)
class Preview:
    goes: list[Foreseen]
    stays: list[Foreseen]
    # What has to be done before, in sentences.
    hindrances: list[str]


def preview(user: User) -> Preview:
    """In a few queries, however many kinds there are."""
    goes, stays = [], []
    for holding, to_delete, to_keep in _counted(user):
        if to_delete:
            goes.append(Foreseen(str(holding.what), to_delete))
        # Always the same list, whether there is any or not: what somebody else said about a person is not for this page to tell.
        if not holding.is_counted:
            stays.append(Foreseen(str(holding.what), None, str(holding.stays)))
        elif to_keep:
            stays.append(Foreseen(str(holding.what), to_keep, str(holding.stays)))
    return Preview(goes, stays, list(_hindrances(user)))


@transaction.atomic
@audit.held_back()
def ask_for_erasure(*, user: User, now: datetime) -> Job:
    """End a person's places, shut their account, and begin to remove what is theirs. There is no way back.

    Open pairings end here, as they do for whoever leaves. Asking again changes nothing.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not user.is_active and (begun := Job.objects.of_kind(ERASING).filter(input={"user": user.pk}).first()):
        return begun
    if hindrances := list(_hindrances(user)):
        raise Refused(" ".join(hindrances))
    for membership in Membership.objects.filter(user=user, left_at=None).select_related("program").order_by("program_id"):
        memberships.leave(membership=membership, by=membership, now=now)
    _shut(user)
    job = jobs.start(kind=ERASING, program_id=NO_PROGRAM, started_by_id=None, input={"user": user.pk}, now=now, total=len(holdings()) + 1)
    audit.record(verb="account.erasure_asked", subject=user, program_id=None, actor_id=user.pk, now=now)
    return job


def erase(*, job: Job, now: datetime) -> None:
    """Remove kind after kind, each in a transaction with how far it is: whoever takes the job up again goes on behind the last."""
    user_id = job.input["user"]
    # Now that nothing takes the wish back, and before anything is removed. Twice in the list does no harm.
    tombstones.keep(User.objects.get(pk=user_id), now)
    steps = _steps()
    for done in range(job.done, len(steps)):
        with transaction.atomic():
            _remove(steps[done], user_id)
            jobs.advance(job, done=done + 1, step=REMOVING)
    with transaction.atomic():
        _take_the_name(user_id, now)
        jobs.advance(job, done=len(steps) + 1)


@transaction.atomic
def erase_again(*, tombstone: tombstones.Tombstone, now: datetime) -> bool:
    """After a restore: erase at once who had been erased since the backup. False where nothing of them came back."""
    user = User.objects.select_for_update().filter(pk=tombstone.user_id, joined_at=tombstone.joined_at, erased_at=None).first()
    if user is None:
        return False
    # The last coordinator of a program too: they are gone, whatever the backup says. Their pairings end as they did.
    for membership in Membership.objects.select_for_update(of=["self"]).filter(user=user, left_at=None).order_by("program_id"):
        memberships.end(membership=membership, actor_id=None, now=now)
    _shut(user)
    for holding in _steps():
        _remove(holding, user.pk)
    _take_the_name(user.pk, now)
    return True


def _counted(user: User) -> Iterator[tuple[Holding, int, int]]:
    """Each kind with how many rows would go, and how many would stay: all in one statement."""
    numbers: dict[str, Any] = {}
    for place, holding in enumerate(holdings()):
        numbers[f"goes_{place}"] = _number_of(holding.rows_to_delete(user.pk))
        numbers[f"stays_{place}"] = _number_of(holding.rows_to_keep(user.pk))
    found: dict[str, int | None] = User.objects.filter(pk=user.pk).annotate(**numbers).values(*numbers).get()
    for place, holding in enumerate(holdings()):
        yield holding, found[f"goes_{place}"] or 0, found[f"stays_{place}"] or 0


def _number_of(rows: "QuerySet[Any]") -> Subquery:
    number = Func(Value(1), function="COUNT", output_field=IntegerField())
    return Subquery(rows.order_by().annotate(how_many=number).values("how_many"))


def _hindrances(user: User) -> Iterator[str]:
    for membership in Membership.objects.of(user).order_by("program__name"):
        if sentence := memberships.why_it_cannot_end(membership):
            yield f"{membership.program.name}: {sentence}"


def _steps() -> list[Holding]:
    """What hangs on other rows before those, and the addresses by which rows are found after these: the registry from its end."""
    return holdings()[::-1]


def _remove(holding: Holding, user_id: int) -> None:
    holding.rows_to_delete(user_id).order_by().delete()
    if holding.clears:
        holding.model._base_manager.filter(holding.whose(user_id)).update(**holding.clears)


def _shut(user: User) -> None:
    user.is_active, user.may_create_programs = False, False
    user.set_unusable_password()
    user.save(update_fields=["is_active", "may_create_programs", "password"])
    for session in UserSession.objects.filter(user=user):
        session.end()


def _take_the_name(user_id: int, now: datetime) -> None:
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    user.email = f"{user.pk}@erased.invalid"
    user.name = user.called = user.pronouns = user.language = user.theme = ""
    user.time_zone, user.last_login, user.erased_at = "UTC", None, now
    user.save()
    audit.record(verb="account.erased", subject=user, program_id=None, actor_id=None, now=now)


@contextmanager
def _as_its_person_reads(user: User) -> Iterator[None]:
    """Words in the person's language and times in their zone: a worker has neither."""
    zone = user.time_zone if user.time_zone in times.zone_names() else "UTC"
    with timezone.override(zoneinfo.ZoneInfo(zone)), translation.override(user.language or None):
        yield
