"""One's own part of what is asked apart, as a page shows it and takes it: the form of each round, and what was sent in one of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from matching.joint import kinds, queries, services
from matching.joint.forms import AnswerApart
from matching.joint.models import Round
from matching.pairings.access import PairRequest
from mentoring.kernel.errors import Refused


@dataclass(frozen=True)
class Part:
    round: Round
    form: AnswerApart
    is_saved: bool


@dataclass(frozen=True)
class Parts:
    """`answered`: the round to which an answer was sent and kept. A page then leads on."""

    parts: Sequence[Part]
    answered: Round | None = None

    @property
    def rounds(self) -> list[Round]:
        return [part.round for part in self.parts]


def parts_of(request: PairRequest, names: Iterable[str], *, are_asked: bool, now: datetime) -> Parts:
    """A page can ask for several. What is sent after its end is answered by the form that it was written in, with the words kept."""
    pair, me, names = request.pairing, request.membership, list(names)
    asked = queries.open_ones(pair, me, names, now) if are_asked else []
    sent = queries.one_of(pair, me, names, request.POST.get("round", "")) if request.method == "POST" else None
    if sent is not None and sent not in asked:
        asked = [sent, *asked]
    said = queries.said_in(asked, me)
    parts = [_part(request, round, said[round.pk], is_sent=round == sent) for round in asked]
    for part in parts:
        if part.round == sent and part.form.is_valid():
            try:
                return Parts(parts, services.answer(round=sent, by=me, content=part.form.cleaned_data, now=now))
            except Refused as refused:
                part.form.add_error(None, str(refused))
    return Parts(parts)


def _part(request: PairRequest, round: Round, said: queries.Said, *, is_sent: bool) -> Part:
    form = kinds.get(round.kind).form(
        request.POST if is_sent else None,
        round=round,
        other=request.other.user.short_name,
        initial=dict(said.mine or {}),
        auto_id=f"id_{round.pk}_%s",
    )
    return Part(round, form, is_saved=said.mine is not None)


def said_what_happened(answered: Round) -> str:
    if answered.opened_together_at is not None:
        return _("You have both answered. Here is what each of you said.")
    return _("Your part is saved. It opens to you both when both are there.")
