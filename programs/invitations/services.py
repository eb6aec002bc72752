"""Asking people in, taking an invitation back, and joining through one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from mentoring.kernel import times
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.limits import services as limits
from mentoring.kernel.outbox import services as outbox
from programs.invitations import policies
from programs.invitations.models import Invitation, InvitationQuerySet
from programs.memberships import services as memberships
from programs.memberships.models import Cohort, Membership, Program
from programs.people import services as people
from programs.people.models import User
from programs.profiles import services as profiles

KIND = "invitation"
OPEN_FOR = timedelta(days=30)
LETTERS_A_DAY = limits.Limit("invitations", at_most=200)


@dataclass(frozen=True, kw_only=True)
class InvitationDraft:
    """Whom to ask, and what the program already holds of them. `prefilled` is described at the model."""

    email: str
    name: str = ""
    is_participant: bool = True
    is_coordinator: bool = False
    is_admin: bool = False
    prefilled: Mapping[str, Any] = field(default_factory=dict)


class Standing(StrEnum):
    """What an address is to a program already."""

    MEMBER = "member"
    ASKED = "asked"
    RAN_OUT = "ran out"
    LEFT = "left"
    WITHDRAWN = "withdrawn"


@transaction.atomic
def invite(
    *,
    program: Program,
    by: Membership,
    people: Sequence[InvitationDraft],
    now: datetime,
    cohort: Cohort | None = None,
) -> int:
    """Invite people by hand, at most 200 a day for a program. Returns how many that are not in it, nor asked, yet."""
    _refuse_unless_allowed(by, people)
    made = _invite(program=program, by=by, people=people, cohort=cohort, now=now)
    if made:
        count_for_the_day(program=program, how_many=made, now=now)
    return made


@transaction.atomic
def invite_many(*, program: Program, by: Membership, people: Sequence[InvitationDraft], now: datetime, cohort: Cohort | None = None) -> int:
    """Invite a portion of an imported sheet, in the same number of statements for one and for a thousand. May run twice.

    Whoever confirms the sheet calls `count_for_the_day` once for all of it.
    """
    _refuse_unless_allowed(by, people)
    return _invite(program=program, by=by, people=people, cohort=cohort, now=now)


@transaction.atomic
def remind(*, invitation: Invitation, by: Membership, now: datetime) -> Invitation:
    """Send the invitation once more, once a day at most, and leave it open for another thirty days."""
    invitation = Invitation.objects.select_for_update(of=["self"], no_key=True).select_related("program").get(pk=invitation.pk)
    if not policies.may_invite(by, is_admin=invitation.is_admin):
        raise Refused(_("Only an admin can invite an admin."))
    if not invitation.is_open:
        raise Refused(_("This invitation is no longer open, so there is nothing to send again."))
    if _owe_letters([invitation], slot=f"again-{times.local_day(now, invitation.program.time_zone)}", now=now):
        count_for_the_day(program=invitation.program, how_many=1, now=now)
        invitation.expires_at = now + OPEN_FOR
        invitation.save(update_fields=["expires_at"])
        audit.record(verb="invitation.reminded", subject=invitation, program_id=invitation.program_id, actor_id=by.user_id, now=now)
    return invitation


@transaction.atomic
def withdraw(*, invitation: Invitation, by: Membership, now: datetime) -> Invitation:
    """Take an invitation back. Its link opens nothing any more."""
    invitation = Invitation.objects.select_for_update(of=["self"], no_key=True).get(pk=invitation.pk)
    if not policies.may_invite(by, is_admin=invitation.is_admin):
        raise Refused(_("Only an admin can take back the invitation of an admin."))
    if invitation.accepted_at is not None:
        raise Refused(_("This person has joined already."))
    if invitation.withdrawn_at is None:
        invitation.withdrawn_at = now
        invitation.save(update_fields=["withdrawn_at"])
        outbox.cancel(kind=KIND, subject_ids=[invitation.pk], now=now)
        audit.record(verb="invitation.withdrawn", subject=invitation, program_id=invitation.program_id, actor_id=by.user_id, now=now)
    return invitation


@transaction.atomic
def join(*, invitation: Invitation, user: User | None, now: datetime) -> Membership:
    """Come in through an invitation, as who is signed in or, without a `user`, with a new login for the invited address.

    The link was mailed to that address, so whoever holds it has proven it. An address that has a login already must sign in with
    it: an invitation never gets around a second sign-in step.
    """
    # The program first, as whoever invites does, so that the two never wait for each other in a circle.
    Program.objects.select_for_update(no_key=True).get(pk=invitation.program_id)
    invitation = Invitation.objects.select_for_update(of=["self"], no_key=True).select_related("program", "cohort").get(pk=invitation.pk)
    if not invitation.is_open_at(now):
        raise Refused(_("This invitation is no longer open. Ask whoever sent it for a new one."))
    if user is None:
        if has_a_login(invitation):
            raise Refused(_("There is an account with this address already. Sign in with it."))
        user = people.create_user(
            email=invitation.email,
            name=invitation.name,
            pronouns=invitation.prefilled.get("pronouns", ""),
            time_zone=invitation.prefilled.get("time_zone") or invitation.program.time_zone,
            now=now,
        )
    elif not is_for(invitation, user):
        raise Refused(_("This invitation was sent to another address than yours."))
    membership = memberships.join(
        program=invitation.program,
        user=user,
        cohort=invitation.cohort,
        is_participant=invitation.is_participant,
        is_coordinator=invitation.is_coordinator,
        is_admin=invitation.is_admin,
        now=now,
    )
    if membership.is_participant:
        profiles.begin(membership=membership, prefilled=invitation.prefilled, now=now)
    invitation.accepted_at, invitation.membership = now, membership
    # What was held for the profile is in the profile now.
    invitation.prefilled = {}
    invitation.save(update_fields=["accepted_at", "membership", "prefilled"])
    outbox.cancel(kind=KIND, subject_ids=[invitation.pk], now=now)
    audit.record(verb="invitation.accepted", subject=invitation, program_id=invitation.program_id, actor_id=user.pk, now=now)
    return membership


def over_before(program_id: int, before: datetime) -> InvitationQuerySet:
    """Invitations that nobody could use any more at this moment, whatever came of them."""
    return Invitation.objects.filter(program_id=program_id, expires_at__lt=before)


def is_for(invitation: Invitation, user: User) -> bool:
    """Is the invited address one that this person has proven to be theirs?"""
    return bool(EmailAddress.objects.filter(user=user, email__iexact=invitation.email, verified=True).exists())


def has_a_login(invitation: Invitation) -> bool:
    """Does somebody sign in with the invited address already, or has proven that it is theirs too?"""
    of_a_login = EmailAddress.objects.filter(email__iexact=invitation.email, verified=True)
    return User.objects.filter(email__iexact=invitation.email).exists() or of_a_login.exists()


def standing_of(*, program_id: int, addresses: Iterable[str], now: datetime) -> dict[str, Standing]:
    """What these addresses, in small letters, are to the program; whoever it does not know is left out. Three queries."""
    wanted = {address for address in addresses if address}
    of_program = Invitation.objects.filter(program_id=program_id).annotate(address=Lower("email")).filter(address__in=wanted)
    standing: dict[str, Standing] = {}
    for address, accepted_at, withdrawn_at, expires_at in of_program.order_by("pk").values_list(
        "address", "accepted_at", "withdrawn_at", "expires_at"
    ):
        if withdrawn_at is not None:
            standing[address] = Standing.WITHDRAWN
        elif accepted_at is None:
            standing[address] = Standing.ASKED if now < expires_at else Standing.RAN_OUT
    people = Membership.objects.filter(program_id=program_id)
    by_login = people.annotate(address=Lower("user__email")).filter(address__in=wanted).values_list("address", "left_at")
    proven = people.filter(user__emailaddress__verified=True, user__emailaddress__email__in=wanted)
    for address, left_at in [*by_login, *proven.values_list("user__emailaddress__email", "left_at")]:
        if left_at is None:
            standing[address] = Standing.MEMBER
        elif standing.get(address) not in (Standing.ASKED, Standing.RAN_OUT):
            standing[address] = Standing.LEFT
    return standing


def count_for_the_day(*, program: Program, how_many: int, now: datetime) -> None:
    """Count letters against what a program may cause in a day of its own clock. A confirmed import counts as one."""
    today = times.local_day(now, program.time_zone)
    if not limits.take(LETTERS_A_DAY, who=program.pk, stretch=str(today), how_many=how_many, now=now):
        raise Refused(
            _("A program can send %(most)d invitations a day by hand. Import a sheet instead, or go on tomorrow.")
            % {"most": LETTERS_A_DAY.at_most}
        )


def _refuse_unless_allowed(by: Membership, people: Sequence[InvitationDraft]) -> None:
    if not policies.may_invite(by):
        raise Refused(_("Only coordinators and admins can invite people."))
    if not all(policies.may_invite(by, is_admin=person.is_admin) for person in people):
        raise Refused(_("Only an admin can invite an admin."))


def _invite(*, program: Program, by: Membership, people: Sequence[InvitationDraft], cohort: Cohort | None, now: datetime) -> int:
    # Whoever invites or joins waits here, so that nobody is asked who is coming in at this moment.
    program = Program.objects.select_for_update(no_key=True).get(pk=program.pk)
    drafts = {person.email.lower(): person for person in people}
    standing = standing_of(program_id=program.pk, addresses=drafts, now=now)
    # An invitation that has run out makes room for a new one.
    ran_out = [address for address, what in standing.items() if what is Standing.RAN_OUT]
    Invitation.objects.filter(program=program).annotate(address=Lower("email")).filter(address__in=ran_out).open().update(withdrawn_at=now)
    new = [
        Invitation(
            program=program,
            cohort=cohort,
            email=address,
            name=draft.name,
            is_participant=draft.is_participant,
            is_coordinator=draft.is_coordinator,
            is_admin=draft.is_admin,
            prefilled=dict(draft.prefilled),
            invited_by_id=by.user_id,
            created_at=now,
            expires_at=now + OPEN_FOR,
        )
        for address, draft in drafts.items()
        if standing.get(address) not in (Standing.MEMBER, Standing.ASKED)
    ]
    if new:
        Invitation.objects.bulk_create(new)
        _owe_letters(new, slot="0", now=now)
        audit.record(
            verb="people.invited", subject=program, program_id=program.pk, actor_id=by.user_id, now=now, detail={"how_many": len(new)}
        )
    return len(new)


def _owe_letters(invitations: Sequence[Invitation], *, slot: str, now: datetime) -> int:
    return outbox.owe_many(
        [
            outbox.Duty(
                kind=KIND,
                subject_id=invitation.pk,
                address=invitation.email,
                slot=slot,
                program_id=invitation.program_id,
                context={"invitation": invitation.pk},
                expires_at=now + OPEN_FOR,
            )
            for invitation in invitations
        ],
        now=now,
    )
