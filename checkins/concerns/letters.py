"""Mails about a concern. They say that somebody needs you, or that something is there for you, and nothing of what, who or why.

Even the address in them leads to a page whose name tells nothing.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from checkins.concerns import policies
from checkins.concerns.models import BY_ROLE, Concern, ConcernAbout
from checkins.concerns.services import FOR_YOU, NEEDS_YOU, STILL_NEEDS_YOU
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.models import OutboxMessage
from programs.memberships.models import Membership

FOLDER = "checkins/concerns/mail"


def context_of(messages: list[OutboxMessage]) -> Mapping[int, Mapping[str, Any]]:
    return {
        message.pk: {"program": concern.program.slug, "program_name": concern.program.name}
        for message, concern in kinds.with_subjects(messages, Concern.objects.select_related("program"))
    }


def to_readers_still(messages: list[OutboxMessage]) -> set[int]:
    """Open still, and theirs to read still. Three queries, for however many."""
    found = kinds.with_subjects(messages, Concern.objects.open().filter(program__archived_at=None))
    concerns = {concern.pk: concern for _message, concern in found}
    people: dict[int, list[Membership]] = defaultdict(list)
    for person in Membership.objects.current().filter(BY_ROLE, program__in={concern.program_id for concern in concerns.values()}):
        people[person.program_id].append(person)
    out: dict[Any, set[int]] = defaultdict(set)
    abouts = ConcernAbout.objects.filter(concern__in=concerns)
    for concern_id, *keys in abouts.values_list("concern", "membership", "first", "second"):
        out[concern_id].update(key for key in keys if key is not None)
    readers = {
        key: {
            reader.user_id
            for reader in policies.readers(
                people[concern.program_id],
                audience=concern.audience,
                raised_by_id=concern.raised_by_id,
                shut_out=out[key],
                handled_by_id=concern.handled_by_id,
            )
        }
        for key, concern in concerns.items()
    }
    return {message.pk for message, concern in found if message.recipient_id in readers[concern.pk]}


def unread_still(messages: list[OutboxMessage]) -> set[int]:
    unread = set(Concern.objects.unread().filter(pk__in=[message.subject_id for message in messages]).values_list("pk", flat=True))
    return to_readers_still([message for message in messages if message.subject_id in unread])


def to_raiser_still(messages: list[OutboxMessage]) -> set[int]:
    there = Concern.objects.filter(raised_by__left_at=None, program__archived_at=None).select_related("raised_by")
    return {message.pk for message, concern in kinds.with_subjects(messages, there) if concern.raised_by.user_id == message.recipient_id}


# None of them is shown in the log of a program's mail: who is written to would tell that there is something.
kinds.register(
    kinds.Kind(
        name=NEEDS_YOU,
        label=_("Somebody needs you"),
        priority=kinds.Priority.SAFETY,
        template=f"{FOLDER}/needs_you.txt",
        context=context_of,
        still_owed=to_readers_still,
        is_in_log=False,
    )
)
kinds.register(
    kinds.Kind(
        name=STILL_NEEDS_YOU,
        label=_("Somebody still needs you"),
        priority=kinds.Priority.SAFETY,
        template=f"{FOLDER}/still_needs_you.txt",
        context=context_of,
        still_owed=unread_still,
        is_in_log=False,
    )
)
kinds.register(
    kinds.Kind(
        name=FOR_YOU,
        label=_("Something is there for you"),
        priority=kinds.Priority.ACCOUNT,
        template=f"{FOLDER}/for_you.txt",
        context=context_of,
        still_owed=to_raiser_still,
        is_in_log=False,
    )
)
