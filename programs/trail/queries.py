"""Events that an admin may see, told in words."""

import base64
import binascii
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from mentoring.kernel.audit.models import AuditEvent, AuditEventQuerySet
from mentoring.kernel.encryption import keys
from programs.memberships.models import Membership

PER_PAGE = 50
# What of the trail a member must not see, as a condition on events.
Hidden = Callable[[Membership], Q]
_hidden: list[Hidden] = []


def hide(condition: Hidden) -> None:
    """For the apps that keep something from one admin and not from another: hide its events. For `AppConfig.ready()`."""
    _hidden.append(condition)


def visible_to(membership: Membership) -> AuditEventQuerySet:
    if not membership.is_admin:
        return AuditEvent.objects.none()
    events = AuditEvent.objects.of_program(membership.program_id)
    for condition in _hidden:
        events = events.exclude(condition(membership))
    return events


def newest_hash(membership: Membership) -> str:
    """Of the newest event that this admin may see: it stands for that event and all before it. Empty where there is none."""
    return visible_to(membership).newest_first().values_list("hash", flat=True).first() or ""


@dataclass(frozen=True)
class ToldEvent:
    at: datetime
    who: str
    what: str
    about: str
    detail: str


@dataclass(frozen=True)
class EventPage:
    items: list[ToldEvent]
    # Where the next page begins; empty on the last.
    next_mark: str


def page(membership: Membership, events: "QuerySet[AuditEvent]", mark: str) -> EventPage:
    """The newest events before a mark, or the newest of all: the same two or three queries however long the trail is."""
    before = _read_mark(membership, mark)
    if before is not None:
        events = events.filter(seq__lt=before)
    found = list(events.order_by("-seq")[: PER_PAGE + 1])
    shown = found[:PER_PAGE]
    return EventPage(tell(membership, shown), _mark(membership, shown[-1].seq) if len(found) > PER_PAGE else "")


def tell(membership: Membership, events: Sequence[AuditEvent]) -> list[ToldEvent]:
    names = _names(membership, events)
    return [
        ToldEvent(
            event.at,
            _who(event, names),
            in_words(event.verb),
            _about(event, names),
            ", ".join(f"{name}: {value}" for name, value in event.detail.items() if value not in ("", None)),
        )
        for event in events
    ]


def in_words(verb: str) -> str:
    """`membership.roles_changed` as a page has it: "Membership: roles changed"."""
    subject, _dot, done = verb.partition(".")
    return f"{capfirst(subject.replace('_', ' '))}: {done.replace('_', ' ')}" if done else capfirst(subject.replace("_", " "))


def _names(membership: Membership, events: Iterable[AuditEvent]) -> dict[str, dict[int, str]]:
    """Of whoever did something and whoever it was done to, in one query: what is in no program is nobody's here."""
    events = list(events)
    users = {event.actor_id for event in events if event.actor_id is not None}
    places = {int(event.object_id) for event in events if event.object_type == "programs.membership" and event.object_id.isdigit()}
    people = Membership.objects.filter(program_id=membership.program_id).filter(Q(user__in=users) | Q(pk__in=places)).with_people()
    found = list(people)
    return {
        "user": {person.user_id: person.user.full_name for person in found},
        "membership": {person.pk: person.user.full_name for person in found},
    }


def _who(event: AuditEvent, names: dict[str, dict[int, str]]) -> str:
    if event.actor_id is None:
        return _("Evenhand itself")
    return names["user"].get(event.actor_id) or _("Somebody who is no longer here")


def _about(event: AuditEvent, names: dict[str, dict[int, str]]) -> str:
    if event.object_type == "programs.membership" and (name := names["membership"].get(int(event.object_id))):
        return name
    try:
        kind = capfirst(str(apps.get_model(event.object_type)._meta.verbose_name))
    except LookupError:
        kind = event.object_type
    return f"{kind} {event.object_id[:8]}"


def _mark(membership: Membership, seq: int) -> str:
    """A place in the trail that tells nobody its number."""
    return base64.urlsafe_b64encode(keys.encrypt(str(seq), bound_to=_bound_to(membership))).decode().rstrip("=")


def _read_mark(membership: Membership, mark: str) -> int | None:
    try:
        packed = base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4))
        return int(keys.decrypt(packed, bound_to=_bound_to(membership)))
    except (keys.Unreadable, binascii.Error, ValueError):
        return None


def _bound_to(membership: Membership) -> str:
    return f"trail:{membership.program_id}:{membership.pk}"
