"""What somebody has to agree to, and who has."""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from guidelines.consents.models import Consent, PrivacyText
from guidelines.versions.topics import Change
from programs.memberships.models import Membership, MembershipQuerySet

HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
FIRST_TEXT = Path(__file__).parent / "text" / "first.en.md"


@dataclass(frozen=True)
class Shown:
    """What a program shows. `number` is that of its version, 1 for what ships with Evenhand and nobody agreed to yet."""

    text: str
    number: int
    published_at: datetime | None = None
    summary_of_change: str = ""


def shown_to(membership: Membership) -> Shown:
    newest = PrivacyText.objects.visible_to(membership).newest_first().first()
    if newest is None:
        return Shown(FIRST_TEXT.read_text(encoding="utf-8"), 1)
    return Shown(newest.text, newest.number, newest.published_at, newest.summary_of_change)


def last_agreed(membership: Membership) -> Consent | None:
    return Consent.objects.of(membership).select_related("text").order_by("-text__number").first()


def has_something_to_agree_to(membership: Membership) -> bool:
    """One query: is the newest version of the program without this person's yes?"""
    newest = PrivacyText.objects.visible_to(membership).newest_first().values("number")[:1]
    agreed = Consent.objects.of(membership).order_by("-text__number").values("text__number")[:1]
    row = Membership.objects.filter(pk=membership.pk).values_list(Subquery(newest), Subquery(agreed)).get()
    return row[1] is None or row[1] != row[0]


def changes(before: str, after: str) -> list[Change]:
    """What is new, what says something else, and what is gone: of the parts below each heading, known by it."""
    old, new = _parts(before), _parts(after)
    found = [Change("changed" if title in old else "new", title, "") for title, words in new.items() if old.get(title) != words]
    return found + [Change("gone", title, "") for title in old if title not in new]


def _parts(text: str) -> dict[str, list[str]]:
    beginning, *parts = HEADING.split(text)
    said = {_("The introduction"): beginning.split()} if beginning.strip() else {}
    return said | {title: words.split() for title, words in zip(parts[::2], parts[1::2], strict=True)}


def with_consent(people: MembershipQuerySet) -> MembershipQuerySet:
    """Each with `agreed_number` and `agreed_at` of the last version that they agreed to."""
    last = Consent.objects.filter(membership=OuterRef("pk")).order_by("-text__number")
    return people.annotate(agreed_number=Subquery(last.values("text__number")[:1]), agreed_at=Subquery(last.values("agreed_at")[:1]))
