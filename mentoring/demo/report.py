"""Who may sign in to the demo, and which pages to begin with: for the newcomer at the terminal, and for checks from outside."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from checkins.answers.models import CheckIn
from checkins.concerns.models import Concern
from checkins.concerns.queries import readers_of
from matching.pairings.models import Pairing
from mentoring.demo.build import HARBOUR, NORTHSIDE, PASSWORD
from programs.memberships.models import Membership

ADDRESSES = {
    "mentor": "jonas.lindqvist@northside.example",
    "mentee": "amara.okoye@northside.example",
    "other_mentor": "dmitri.volkov@northside.example",
    "other_mentee": "mateo.santos@northside.example",
    "coordinator": "priya.raman@northside.example",
    "admin": "ruth.adeyemi@northside.example",
    "subject": "tomasz.wren@northside.example",
    "other_coordinator": "bola.hart@harbour.example",
    "ex_member": "hana.kurosawa@northside.example",
}
PAIR_OF = {"mentor", "mentee", "other_mentor", "other_mentee"}


def of_the_demo(*, now: datetime) -> dict[str, Any]:
    members = {
        membership.user.email: membership
        for membership in Membership.objects.filter(
            program__slug__in=[NORTHSIDE, HARBOUR], user__email__in=ADDRESSES.values()
        ).select_related("program", "user")
    }
    concern = Concern.objects.filter(program__slug=NORTHSIDE).open().select_related("program", "raised_by__user").first()
    accounts = [_account(role, members[address], now, concern) for role, address in ADDRESSES.items()]
    asked = _open_check_in(members[ADDRESSES["mentee"]], now)
    readers = [ADDRESSES["mentee"], *(reader.user.email for reader in asked.readers())] if asked else []
    return {
        "password": PASSWORD,
        "pairs": Pairing.objects.filter(program__slug=NORTHSIDE).count(),
        "accounts": accounts,
        "may_read": {"concern": _who_may_read(concern) if concern else [], "answer": readers},
    }


def _account(role: str, membership: Membership, now: datetime, concern: Concern | None) -> dict[str, Any]:
    slug = membership.program.slug
    account: dict[str, Any] = {"email": membership.user.email, "role": role, "start": ["/"]}
    if membership.left_at is not None:
        return account
    if concern is not None and membership.program_id == concern.program_id:
        address = reverse("checkins:concern", args=[slug, concern.pk])
        if membership.user.email in _who_may_read(concern):
            account["concern_url"] = address
        if role == "subject":
            account["must_not_notice"] = address
    if membership.is_staff:
        names = ("checkins:today", "matching:pairings", "programs:people", "matching:runs", "checkins:checkins")
        account["start"] = [reverse(name, args=[slug]) for name in names]
        return account
    account["start"] = [reverse("checkins:home", args=[slug])]
    if role in PAIR_OF:
        pairing = Pairing.objects.filter(program=membership.program).of(membership).open().order_by("pk").first()
        if pairing is not None:
            account["start"].append(reverse("checkins:pairing", args=[slug, pairing.pk]))
        if asked := _open_check_in(membership, now):
            account["checkin_url"] = reverse("checkins:checkin", args=[slug, asked.pk])
    return account


def _who_may_read(concern: Concern) -> list[str]:
    return [concern.raised_by.user.email, *(reader.user.email for reader in readers_of(concern))]


def _open_check_in(membership: Membership, now: datetime) -> CheckIn | None:
    return CheckIn.objects.filter(membership=membership).open_at(now).unanswered().with_people().order_by("due_on", "pk").first()
