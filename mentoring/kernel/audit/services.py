"""Appends to the chain of events, and checks it."""

import hashlib
import json
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db import models, transaction

from mentoring.kernel.audit.models import HASH_LENGTH, NO_PROGRAM, SALT_LENGTH, AuditChain, AuditEvent

BEFORE_THE_FIRST = "0" * HASH_LENGTH
BATCH = 1000
# What a detail may say: an id, a key, a state, a field's name. Words, names and addresses do not fit.
IDS_AND_KEYS = re.compile(r"[\w.:,/+-]{0,80}", re.ASCII)

Detail = Mapping[str, int | str | bool | None]


@dataclass(frozen=True, kw_only=True)
class Event:
    """What is to be recorded: who (`actor_id`, a user's key) did `verb` ("pairing.accepted") to `subject`."""

    verb: str
    subject: models.Model
    actor_id: int | None
    detail: Detail = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """The first event of a program at which the chain does not hold, and why."""

    program_id: int
    seq: int
    reason: str


_held: ContextVar[list[AuditEvent] | None] = ContextVar("held", default=None)


@contextmanager
def held_back() -> Iterator[None]:
    """What is recorded within is appended when this ends: nothing that is done within is locked after the chain.

    For what leads to more, each part of which records its own. Inside a transaction, and what is undone within must undo all of it. Within
    another of these it is the outer one that appends.
    """
    held: list[AuditEvent] = []
    token = _held.set(held)
    try:
        yield
    finally:
        _held.reset(token)
    _append(held)


def record(
    *, verb: str, subject: models.Model, program_id: int | None, actor_id: int | None, now: datetime, detail: Detail | None = None
) -> None:
    """Append one event, inside the caller's transaction and at its end: the program's chain stays locked until that ends.

    `detail` holds ids, keys and states, never what somebody wrote: anything else is a ValueError.
    """
    record_many([Event(verb=verb, subject=subject, actor_id=actor_id, detail=detail or {})], program_id=program_id, now=now)


def record_many(events: Iterable[Event], *, program_id: int | None, now: datetime) -> int:
    """Append many events of one program, in their order, in three statements a thousand. Returns how many."""
    rows = [_row(event, program_id or NO_PROGRAM, now) for event in events]
    _append(rows)
    return len(rows)


def verify(program_id: int | None) -> Fault | None:
    """Walk a program's chain from its first event. None when every link holds and it ends where its head says."""
    number = program_id or NO_PROGRAM
    events = AuditEvent.objects.of_program(number).order_by("seq")
    # The head first: what is appended while we walk lies behind it and is left for the next time.
    head = _head(number)
    seq, prev_hash = 0, BEFORE_THE_FIRST
    for event in events.filter(seq__lte=head.last_seq).iterator(chunk_size=BATCH):
        if event.seq != seq + 1:
            return Fault(number, seq + 1, "it is missing")
        if event.prev_hash != prev_hash:
            return Fault(number, event.seq, "it does not follow from the one before")
        if event.hash != hash_of(event):
            return Fault(number, event.seq, "it was altered")
        seq, prev_hash = event.seq, event.hash
    if seq != head.last_seq:
        return Fault(number, seq + 1, "it is missing: the end was cut off")
    if prev_hash != head.head_hash:
        return Fault(number, seq, "the chain does not end as its head says")
    last = events.last()
    if last and last.seq > _head(number).last_seq:
        return Fault(number, last.seq, "it stands behind the end of the chain")
    return None


def program_ids() -> list[int]:
    """Every program that has events or says it has; 0 is what belongs to none."""
    chains = AuditChain.objects.values_list("program_id", flat=True)
    return sorted({*chains, *AuditEvent.objects.values_list("program_id", flat=True).distinct()})


def head_of(program_id: int | None) -> tuple[int, str]:
    """How many events there are, and the hash of the last: kept elsewhere, it shows later that nothing was cut off."""
    head = _head(program_id or NO_PROGRAM)
    return head.last_seq, head.head_hash


def hash_of(event: AuditEvent) -> str:
    content: dict[str, Any] = {
        "program": event.program_id,
        "seq": event.seq,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": event.actor_id,
        "verb": event.verb,
        "object": [event.object_type, event.object_id],
        "detail": event.detail,
        "salt": event.salt,
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256((event.prev_hash + canonical).encode()).hexdigest()


def _row(event: Event, program_id: int, now: datetime) -> AuditEvent:
    """All of it but its place in the chain."""
    _refuse_words(event.detail)
    return AuditEvent(
        program_id=program_id,
        at=now,
        actor_id=event.actor_id,
        verb=event.verb,
        object_type=event.subject._meta.label_lower,
        object_id=str(event.subject.pk),
        detail=dict(event.detail),
        salt=secrets.token_hex(SALT_LENGTH // 2),
    )


def _append(rows: list[AuditEvent]) -> None:
    if (held := _held.get()) is not None:
        held += rows
        return
    # Of several programs in the order of their keys, whoever comes first: two at once lock their chains alike.
    for program_id, of_program in groupby(sorted(rows, key=attrgetter("program_id")), key=attrgetter("program_id")):
        _chain(program_id, list(of_program))


@transaction.atomic(savepoint=False)  # what cannot be recorded must not be done either
def _chain(program_id: int, rows: list[AuditEvent]) -> None:
    chain = _locked(program_id)
    for row in rows:
        row.seq, row.prev_hash = chain.last_seq + 1, chain.head_hash
        row.hash = hash_of(row)
        chain.last_seq, chain.head_hash = row.seq, row.hash
    AuditEvent.objects.bulk_create(rows, batch_size=BATCH)
    chain.save(update_fields=["last_seq", "head_hash"])


def _locked(program_id: int) -> AuditChain:
    chain = AuditChain.objects.select_for_update().filter(program_id=program_id).first()
    if chain is None:
        AuditChain.objects.bulk_create([AuditChain(program_id=program_id, head_hash=BEFORE_THE_FIRST)], ignore_conflicts=True)
        chain = AuditChain.objects.select_for_update().get(program_id=program_id)
    return chain


def _head(number: int) -> AuditChain:
    return AuditChain.objects.filter(program_id=number).first() or AuditChain(program_id=number, head_hash=BEFORE_THE_FIRST)


def _refuse_words(detail: Detail) -> None:
    for name, value in detail.items():
        if not isinstance(value, int | str | None) or (isinstance(value, str) and not IDS_AND_KEYS.fullmatch(value)):
            raise ValueError(f"An audit event holds ids and keys only: {name!r} is something else.")
