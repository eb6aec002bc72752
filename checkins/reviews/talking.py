"""What two could talk about: where what they answered apart differs. What both say alike is nothing to settle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from matching.pairings.models import Pairing


@dataclass(frozen=True)
class Item:
    """`key` names it on the agenda, so that it stands there once."""

    key: str
    words: str


def talking_list(pairing: Pairing, round: int, said: Mapping[int, Mapping[str, Any]]) -> Sequence[Item]:
    """`said`: by the key of each half, with their users at hand. Empty until both are there, and once the answers are gone."""
    if any(half.pk not in said for half in pairing.halves):
        return []
    items = []
    for field, words in (
        ("more", _("%(name)s would like more of this: %(what)s")),
        ("less", _("%(name)s would like less of this: %(what)s")),
        ("next", _("%(name)s would like to do this next: %(what)s")),
    ):
        lines = {half: str(said[half.pk].get(field, "")).strip() for half in pairing.halves}
        if len({" ".join(line.casefold().split()) for line in lines.values()}) == 1:
            continue
        for half, line in lines.items():
            if line:
                key = f"review-{round}-{field}-{pairing.side_of(half)}"
                items.append(Item(key, words % {"name": half.user.short_name, "what": line}))
    views = {_who_has_more(pairing, half.pk, said[half.pk].get("say", "")) for half in pairing.halves}
    if len(views) == 2 and None not in views:
        items.append(Item(f"review-{round}-say", _("How much say each of us has: we see it differently")))
    return items


def _who_has_more(pairing: Pairing, speaker: int, said: str) -> int | None:
    """The key of a half, 0 for neither, None where it was not said."""
    first, second = (half.pk for half in pairing.halves)
    other = second if speaker == first else first
    return {"even": 0, "mine": speaker, "theirs": other}.get(said)
