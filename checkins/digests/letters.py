"""The digest: numbers, no names, no content; its subject says nothing but that it is there."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkins.digests.models import DigestTime
from checkins.digests.queries import Numbers, numbers_of
from checkins.digests.services import DIGEST
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.models import OutboxMessage
from programs.memberships.models import Membership

DIGESTS = kinds.Category(
    name="digests",
    label=_("How many things need you"),
    about=_("If you run a program and have asked for it: one mail a day, with numbers and no names."),
)


def context(messages: list[OutboxMessage]) -> Mapping[int, Mapping[str, Any]]:
    people = _people(messages)
    numbers: Mapping[Any, Numbers] = _numbers(people)
    return {
        message.pk: {
            "program": people[message.subject_id].program.slug,
            "program_name": people[message.subject_id].program.name,
            "numbers": numbers.get(message.subject_id, Numbers()),
        }
        for message in messages
        if message.subject_id in people
    }


def still_owed(messages: list[OutboxMessage]) -> set[int]:
    """To whoever runs the program still and wants it still, on a day on which something needs them."""
    people = _people(messages)
    wanted = set(DigestTime.objects.filter(membership__in=people).values_list("membership", flat=True))
    numbers: Mapping[Any, Numbers] = _numbers({key: person for key, person in people.items() if key in wanted})
    return {message.pk for message in messages if (found := numbers.get(message.subject_id)) and found.total}


def _people(messages: list[OutboxMessage]) -> dict[Any, Membership]:
    keys = {message.subject_id for message in messages}
    there = Membership.objects.current().staff().filter(program__archived_at=None).select_related("user", "program")
    return there.in_bulk(keys)


def _numbers(people: Mapping[Any, Membership]) -> dict[int, Numbers]:
    return numbers_of(people.values(), timezone.now())


kinds.register(
    kinds.Kind(
        name=DIGEST,
        label=_("How many things need somebody"),
        priority=kinds.Priority.DIGEST,
        category=DIGESTS,
        template="checkins/digests/mail/digest.txt",
        context=context,
        still_owed=still_owed,
    )
)
