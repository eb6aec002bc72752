"""An agreement as one half may read it; and that there is one, for those who run the program."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from guidelines.agreements import policies
from guidelines.agreements.clauses import SUBJECTS, Subject, digest_of, is_alike
from guidelines.agreements.models import Agreement, Clause, Edition
from guidelines.agreements.services import AGREEMENT
from matching.joint import queries as joint
from matching.joint.models import Round
from matching.pairings.models import Pairing
from programs.memberships.models import Membership


@dataclass(frozen=True)
class OnPairPage:
    """`round`: what can be filled in now, unless I would rather leave it. `may_start`: nothing has begun yet."""

    agreement: Any = None
    round: Any = None
    may_start: bool = False
    waits_for_me: bool = False


def on_pair_page(pairing: Pairing, me: Membership, now: datetime, asked: Iterable[Any]) -> OnPairPage:
    """Of the rounds that `joint.on_pair_page` has found. One query."""
    agreement = found(pairing, me)
    if agreement is not None:
        return OnPairPage(agreement, waits_for_me=agreement.is_signed_by_one and policies.may_sign(me, agreement))
    round = next((one for one in asked if one.kind == AGREEMENT and one.is_open_at(now)), None)
    is_active = pairing.state == Pairing.State.ACTIVE
    if round is not None:
        return OnPairPage(round=round if is_active and not round.is_put_off else None)
    return OnPairPage(may_start=policies.may_start(me, pairing))


def waiting_for_signature_of(me: Membership, pairings: Iterable[Pairing]) -> list[Agreement]:
    """What the other half has signed and I have not, in these pairings of mine. One query."""
    known = {pairing.pk: pairing for pairing in pairings}
    signed_by_one = Q(first_signed_at=None) ^ Q(second_signed_at=None)
    found = list(Agreement.objects.filter(signed_by_one, pairing__in=known))
    for agreement in found:
        agreement.pairing = known[agreement.pairing_id]
    return [agreement for agreement in found if policies.may_sign(me, agreement)]


def found(pairing: Pairing, me: Membership) -> Agreement | None:
    """A pairing has one at most, which therefore needs no order."""
    agreement = next(iter(Agreement.objects.in_pairing(pairing, me).with_what_holds()), None)
    if agreement is not None:
        agreement.pairing = pairing
    return agreement


@dataclass(frozen=True)
class Part:
    """One part of the joint text, and what each said about it alone. `is_to_talk_about`: they said different things, nothing is written."""

    subject: Subject
    clause: Clause
    mine: str
    theirs: str

    @property
    def is_alike(self) -> bool:
        """Both said alone what is written now."""
        return bool(self.mine) and is_alike([self.mine, self.theirs, self.clause.text])

    @property
    def is_to_talk_about(self) -> bool:
        return not self.clause.text and bool(self.mine or self.theirs)


@dataclass(frozen=True)
class Told:
    parts: Sequence[Part]
    digest: str
    # Which saved state of each part this is.
    seen: str

    @property
    def to_talk_about(self) -> list[Part]:
        return [part for part in self.parts if part.is_to_talk_about]

    @property
    def has_words(self) -> bool:
        return any(part.clause.text for part in self.parts)


def told(agreement: Agreement, me: Membership) -> Told:
    """In two queries."""
    clauses = {clause.key: clause for clause in Clause.objects.in_pairing(agreement.pairing, me).filter(agreement=agreement)}
    said = joint.said_in([Round(pk=agreement.round_id)], me)[agreement.round_id]
    parts = [
        Part(subject, clauses[subject.key], _words(said.mine, subject.key), _words(said.theirs, subject.key))
        for subject in SUBJECTS
        if subject.key in clauses
    ]
    texts = {key: clause.text for key, clause in clauses.items()}
    seen = " ".join(f"{key}:{clause.version}" for key, clause in sorted(clauses.items()))
    return Told(parts, digest_of(texts, agreement.review_on), seen)


def changed_since(told: Told, seen: str) -> list[Part]:
    """`seen`: of the page that somebody read."""
    then = dict(pair.partition(":")[::2] for pair in seen.split())
    return [part for part in told.parts if then.get(part.clause.key) != str(part.clause.version)]


@dataclass(frozen=True)
class Signed:
    """A text that both have signed, by its parts: those that say something."""

    edition: Edition
    parts: Sequence[tuple[Subject, str]]


def signed(agreement: Agreement, me: Membership) -> list[Signed]:
    """The last one first."""
    editions = Edition.objects.in_pairing(agreement.pairing, me).filter(agreement=agreement).order_by("-number")
    return [
        Signed(edition, [(subject, edition.texts.get(subject.key, "")) for subject in SUBJECTS if edition.texts.get(subject.key)])
        for edition in editions
    ]


def signed_at(pairing: Pairing, viewer: Membership) -> datetime | None:
    """When both last signed: that they have is all that those who run the program see."""
    if not pairing.is_visible_to(viewer):
        return None
    return Edition.objects.filter(pairing=pairing).order_by("-number").values_list("signed_at", flat=True).first()


def _words(said: Mapping[str, Any] | None, key: str) -> str:
    return str((said or {}).get(key, ""))
