"""Asking people in, taking an invitation back, and joining through one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import services as outbox
from programs.invitations import policies
from programs.invitations.models import Invitation
from programs.memberships import services as memberships
from programs.memberships.models import Cohort, Membership, Program
from programs.people import services as people
from programs.people.models import User
from programs.profiles import services as profiles

KIND = "invitation"
OPEN_FOR = timedelta(days=30)
# Invitations by hand, a day and program. A confirmed import counts as one.
MOST_A_DAY = 200


@dataclass(frozen=True, kw_only=True)
class InvitationDraft:
    """Whom to ask, and what the program already holds of them. `prefilled` is described at the model."""

    email: str
    name: str = ""
    is_participant: bool = True
    is_coordinator: bool = False
    is_admin: bool = False
    prefilled: Mapping[str, Any] = field(default_factory=dict)


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
    # Locked, so that two coordinators together keep to the limit.
    program = Program.objects.select_for_update().get(pk=program.pk)
    today = Invitation.objects.filter(program=program, created_at__gt=now - timedelta(days=1), by_hand=True).count()
    if today + len(people) > MOST_A_DAY:
        raise Refused(
            _("A program can invite %(most)d people a day by hand. Import a sheet instead, or go on tomorrow.") % {"most": MOST_A_DAY}
        )
    return _invite(program=program, by=by, people=people, cohort=cohort, now=now, by_hand=True)


@transaction.atomic
def invite_many(*, program: Program, by: Membership, people: Sequence[InvitationDraft], now: datetime, cohort: Cohort | None = None) -> int:
    """Invite a portion of an imported sheet, in the same number of statements for one and for a thousand. May run twice."""
    _refuse_unless_allowed(by, people)
    return _invite(program=program, by=by, people=people, cohort=cohort, now=now, by_hand=False)


@transaction.atomic
def remind(*, invitation: Invitation, by: Membership, now: datetime) -> Invitation:
    """Send the invitation once more, once a day at most, and leave it open for another thirty days."""
    invitation = Invitation.objects.select_for_update(of=["self"]).get(pk=invitation.pk)
    if not policies.may_invite(by, is_admin=invitation.is_admin):
        raise Refused(_("Only an admin can invite an admin."))
    if not invitation.is_open:
        raise Refused(_("This invitation is no longer open, so there is nothing to send again."))
    invitation.expires_at = now + OPEN_FOR
    invitation.save(update_fields=["expires_at"])
    _owe_letters([invitation], slot=f"again-{now.date()}", now=now)
    audit.record(verb="invitation.reminded", subject=invitation, program_id=invitation.program_id, actor_id=by.user_id, now=now)
    return invitation


@transaction.atomic
def withdraw(*, invitation: Invitation, by: Membership, now: datetime) -> Invitation:
    """Take an invitation back. Its link opens nothing any more."""
    invitation = Invitation.objects.select_for_update(of=["self"]).get(pk=invitation.pk)
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
    invitation = Invitation.objects.select_for_update(of=["self"]).select_related("program", "cohort").get(pk=invitation.pk)
    if not invitation.is_open_at(now):
        raise Refused(_("This invitation is no longer open. Ask whoever sent it for a new one."))
    if user is None:
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


def is_for(invitation: Invitation, user: User) -> bool:
    """Is the invited address one that this person has proven to be theirs?"""
    return EmailAddress.objects.filter(user=user, email__iexact=invitation.email, verified=True).exists()


def _refuse_unless_allowed(by: Membership, people: Sequence[InvitationDraft]) -> None:
    if not all(policies.may_invite(by, is_admin=person.is_admin) for person in people):
        raise Refused(_("Only an admin can invite an admin."))


def _invite(
    *, program: Program, by: Membership, people: Sequence[InvitationDraft], cohort: Cohort | None, now: datetime, by_hand: bool
) -> int:
    drafts = {person.email.lower(): person for person in people}
    asked = Invitation.objects.filter(program=program).open().annotate(address=Lower("email")).filter(address__in=drafts)
    # An invitation that has run out makes room for a new one.
    asked.filter(expires_at__lte=now).update(withdrawn_at=now)
    known = set(asked.filter(withdrawn_at=None).values_list("address", flat=True))
    inside = Membership.objects.filter(program=program, user__email__in=drafts).current()
    known |= set(inside.annotate(address=Lower("user__email")).values_list("address", flat=True))
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
            by_hand=by_hand,
            invited_by_id=by.user_id,
            created_at=now,
            expires_at=now + OPEN_FOR,
        )
        for address, draft in drafts.items()
        if address not in known
    ]
    # Whoever asks the same people at the same moment is met by the constraint: the row that is there stands.
    Invitation.objects.bulk_create(new, ignore_conflicts=True)
    made = list(
        Invitation.objects.filter(program=program, email__in=[one.email for one in new], created_at=now, invited_by=by.user_id).open()
    )
    _owe_letters(made, slot="0", now=now)
    if made:
        audit.record(
            verb="people.invited",
            subject=program,
            program_id=program.pk,
            actor_id=by.user_id,
            now=now,
            detail={"how_many": len(made)},
        )
    return len(made)


def _owe_letters(invitations: Sequence[Invitation], *, slot: str, now: datetime) -> None:
    outbox.owe_many(
        [
            outbox.Duty(
                kind=KIND,
                subject_id=invitation.pk,
                address=invitation.email,
                slot=slot,
                program_id=invitation.program_id,
                context={"invitation": invitation.pk},
                expires_at=invitation.expires_at,
            )
            for invitation in invitations
        ],
        now=now,
    )
