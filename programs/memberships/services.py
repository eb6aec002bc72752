"""Joining a program, taking on roles, leaving."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from programs.memberships import policies
from programs.memberships.models import Cohort, Membership, Program
from programs.people.models import User

_when_joined: list[Callable[..., object]] = []
_when_left: list[Callable[..., object]] = []


def when_joined(callback: Callable[..., object]) -> None:
    """Call `callback(membership=…, now=…)` whenever somebody becomes a participant. For `AppConfig.ready()`."""
    _when_joined.append(callback)


def when_left(callback: Callable[..., object]) -> None:
    """Call `callback(membership=…, now=…)` whenever somebody has left, in the same transaction. For `AppConfig.ready()`."""
    _when_left.append(callback)


@transaction.atomic
def join(
    *,
    program: Program,
    user: User,
    now: datetime,
    is_participant: bool = False,
    is_coordinator: bool = False,
    is_admin: bool = False,
    is_deputy: bool = False,
    cohort: Cohort | None = None,
) -> Membership:
    """Give a person a place in a program. Somebody who had left comes back to the place they had."""
    program = _locked(program)
    membership = Membership.objects.filter(program=program, user=user).first() or Membership(program=program, user=user)
    if membership.pk and membership.left_at is None:
        raise Refused(_("This person is in the program already."))
    if is_deputy:
        _refuse_a_second_deputy(program, membership)
    membership.cohort = cohort
    membership.joined_at, membership.left_at = now, None
    _give(membership, is_participant=is_participant, is_coordinator=is_coordinator, is_admin=is_admin, is_deputy=is_deputy)
    membership.save()
    if is_participant:
        _say_joined(membership, now)
    audit.record(
        verb="membership.joined",
        subject=membership,
        program_id=program.pk,
        actor_id=user.pk,
        now=now,
        detail={"roles": membership.role_keys()},
    )
    return membership


@transaction.atomic
def set_roles(
    *,
    membership: Membership,
    by: Membership,
    is_participant: bool,
    is_coordinator: bool,
    is_admin: bool,
    is_deputy: bool,
    now: datetime,
) -> Membership:
    """Replace what a person does in the program. Only admins give or take the roles of admin and deputy."""
    program = _locked(membership.program)
    membership = Membership.objects.select_for_update(of=["self"], no_key=True).select_related("user").get(pk=membership.pk)
    wished = {"is_participant": is_participant, "is_coordinator": is_coordinator, "is_admin": is_admin, "is_deputy": is_deputy}
    if membership.left_at is not None:
        raise Refused(_("This person has left the program. Invite them again first."))
    if not policies.may_set_roles(by, membership, is_admin=is_admin, is_deputy=is_deputy):
        raise Refused(_("Only an admin can give or take the roles of admin and deputy."))
    if not any(wished.values()):
        raise Refused(_("Choose at least one role. To take somebody out of the program, use “Take out of the program”."))
    if is_deputy and not membership.is_deputy:
        _refuse_a_second_deputy(program, membership)
    _refuse_to_lose_the_last(membership, keeps_coordinator=is_coordinator, keeps_admin=is_admin)
    if all(getattr(membership, role) == value for role, value in wished.items()):
        return membership
    becomes_participant = is_participant and not membership.is_participant
    _give(membership, **wished)
    membership.save(update_fields=[*wished])
    if becomes_participant:
        _say_joined(membership, now)
    audit.record(
        verb="membership.roles_changed",
        subject=membership,
        program_id=program.pk,
        actor_id=by.user_id,
        now=now,
        detail={"roles": membership.role_keys()},
    )
    return membership


@transaction.atomic
@audit.held_back()
def leave(*, membership: Membership, by: Membership, now: datetime) -> Membership:
    """End a person's place in the program, by themselves or by staff. What they did stays; they may be invited again."""
    _locked(membership.program)
    membership = Membership.objects.select_for_update(of=["self"], no_key=True).get(pk=membership.pk)
    if not policies.may_end(by, membership):
        raise Refused(_("Only an admin can take an admin or the deputy out of the program."))
    if membership.left_at is not None:
        return membership
    _refuse_to_lose_the_last(membership, keeps_coordinator=False, keeps_admin=False)
    end(membership=membership, actor_id=by.user_id, now=now)
    return membership


def end(*, membership: Membership, actor_id: int | None, now: datetime) -> None:
    """What `leave` does, asking nobody: an erasure after a restore ends the place of the last coordinator too. For callers with a lock."""
    membership.left_at = now
    membership.save(update_fields=["left_at"])
    for callback in _when_left:
        callback(membership=membership, now=now)
    audit.record(verb="membership.left", subject=membership, program_id=membership.program_id, actor_id=actor_id, now=now)


def _locked(program: Program) -> Program:
    # Every change of roles waits here, so that two coordinators cannot both be the last but one to go. Rows that name the program, or a
    # membership, can be made meanwhile (`no_key`): otherwise a pairing that starts at the same moment could wait for this, and this for it.
    return Program.objects.select_for_update(no_key=True).get(pk=program.pk)


def _give(membership: Membership, *, is_participant: bool, is_coordinator: bool, is_admin: bool, is_deputy: bool) -> None:
    membership.is_participant, membership.is_coordinator = is_participant, is_coordinator
    membership.is_admin, membership.is_deputy = is_admin, is_deputy


def _say_joined(membership: Membership, now: datetime) -> None:
    for callback in _when_joined:
        callback(membership=membership, now=now)
    # What is to be done first was written by those who were told.
    membership.refresh_from_db(fields=["ready_at"])


def _refuse_a_second_deputy(program: Program, membership: Membership) -> None:
    deputy = program.memberships.current().filter(is_deputy=True).exclude(pk=membership.pk).select_related("user").first()
    if deputy is not None:
        raise Refused(_("A program has one deputy, and %(name)s is it. Take the role from them first.") % {"name": deputy.user.full_name})


def why_it_cannot_end(membership: Membership) -> str:
    """A sentence where a program would lose the last who runs it; nothing where the place can end."""
    return _would_lose_the_last(membership, keeps_coordinator=False, keeps_admin=False)


def _refuse_to_lose_the_last(membership: Membership, *, keeps_coordinator: bool, keeps_admin: bool) -> None:
    if sentence := _would_lose_the_last(membership, keeps_coordinator=keeps_coordinator, keeps_admin=keeps_admin):
        raise Refused(sentence)


def _would_lose_the_last(membership: Membership, *, keeps_coordinator: bool, keeps_admin: bool) -> str:
    others = Membership.objects.filter(program=membership.program_id).current().exclude(pk=membership.pk)
    if membership.is_coordinator and not keeps_coordinator and not others.filter(is_coordinator=True).exists():
        return _("This is the program’s only coordinator. Make somebody else a coordinator first.")
    if membership.is_admin and not keeps_admin and not others.filter(is_admin=True).exists():
        return _("This is the program’s only admin. Make somebody else an admin first.")
    return ""
