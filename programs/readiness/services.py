"""Keeps `Membership.ready_at` in step with what is still to do."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from programs.memberships.models import Membership, MembershipQuerySet, Program
from programs.readiness.models import Requirement

BATCH = 1000

# Every lock here is `no_key`: rows that name the membership can be made meanwhile, such as of a pairing that starts for the other half.
_when_ready: list[Callable[..., object]] = []


def when_ready(callback: Callable[..., object]) -> None:
    """Call `callback(membership=…, now=…)` whenever somebody settles something and nothing is left. For `AppConfig.ready()`."""
    _when_ready.append(callback)


@transaction.atomic
def require(*, membership: Membership, key: str, now: datetime) -> None:
    """Open a requirement, unless it is there already, done or not."""
    membership = Membership.objects.select_for_update(of=["self"], no_key=True).get(pk=membership.pk)
    Requirement.objects.get_or_create(membership=membership, key=key, defaults={"opened_at": now})
    _keep_in_step(membership, now)


@transaction.atomic
def open_again(*, membership: Membership, key: str, now: datetime) -> None:
    """Ask again for something that was done, such as guidelines that have changed."""
    membership = Membership.objects.select_for_update(of=["self"], no_key=True).get(pk=membership.pk)
    Requirement.objects.update_or_create(membership=membership, key=key, defaults={"opened_at": now, "done_at": None})
    _keep_in_step(membership, now)


def open_again_for_all(*, program: Program, key: str, now: datetime) -> None:
    """Ask every participant of a program again."""
    open_again_for(people=Membership.objects.filter(program=program).current().participants(), key=key, now=now)


@transaction.atomic
def open_again_for(*, people: MembershipQuerySet, key: str, now: datetime) -> None:
    """Ask many people again, in the same number of statements for ten and for ten thousand."""
    locked = list(people.order_by("pk").select_for_update(of=["self"], no_key=True).values_list("pk", flat=True))
    Requirement.objects.bulk_create(
        [Requirement(membership_id=membership, key=key, opened_at=now) for membership in locked],
        update_conflicts=True,
        unique_fields=["membership", "key"],
        update_fields=["opened_at", "done_at"],
        batch_size=BATCH,
    )
    Membership.objects.filter(pk__in=locked, ready_at__isnull=False).update(ready_at=None)


@transaction.atomic
def settle_for(*, people: MembershipQuerySet, key: str, now: datetime) -> None:
    """Mark a requirement as done for many people. Those who registered with `when_ready` are called for each with nothing left."""
    locked = list(people.order_by("pk").select_for_update(of=["self"], no_key=True).values_list("pk", flat=True))
    Requirement.objects.filter(membership__in=locked, key=key, done_at=None).update(done_at=now)
    still_to_do = Requirement.objects.filter(membership__in=locked).open().values("membership")
    ready = list(Membership.objects.filter(pk__in=locked, ready_at=None).exclude(pk__in=still_to_do).order_by("pk"))
    Membership.objects.filter(pk__in=[membership.pk for membership in ready]).update(ready_at=now)
    for membership in ready:
        membership.ready_at = now
        for callback in _when_ready:
            callback(membership=membership, now=now)


@transaction.atomic
def settle(*, membership: Membership, key: str, now: datetime) -> bool:
    """Mark a requirement as done. True when nothing is left; then those who registered with `when_ready` have been called."""
    membership = Membership.objects.select_for_update(of=["self"], no_key=True).get(pk=membership.pk)
    Requirement.objects.filter(membership=membership, key=key, done_at=None).update(done_at=now)
    is_ready = _keep_in_step(membership, now)
    if is_ready:
        for callback in _when_ready:
            callback(membership=membership, now=now)
    return is_ready


def _keep_in_step(membership: Membership, now: datetime) -> bool:
    is_ready = not membership.requirements.open().exists()
    if is_ready != (membership.ready_at is not None):
        membership.ready_at = now if is_ready else None
        membership.save(update_fields=["ready_at"])
    return is_ready
