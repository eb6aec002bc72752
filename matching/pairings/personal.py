"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from matching.pairings.models import Pairing, PartnerWish, Request
from mentoring.kernel.holdings.registry import SHARED_HISTORY, STAFF, THE_PAIRS, Erasure, Reader, by, holds, of_two


def the_other(pairing: Pairing, user_id: int) -> str:
    return (pairing.second if pairing.first.user_id == user_id else pairing.first).user.full_name


def own_place(pairing: Pairing, user_id: int) -> str:
    """The person's own part in words: their half is never called the first or the second to them."""
    if not pairing.mentor:
        return str(_("Both mentor, both learn"))
    half = "first" if pairing.first.user_id == user_id else "second"
    return pairing.program.mentor_word if pairing.mentor == half else pairing.program.mentee_word


holds(
    Pairing,
    what=_("With whom you were put together, and when"),
    why=_("it is what the program is for"),
    kept=_("until some time after it has ended"),
    whose=of_two(""),
    read_by=(Reader.OTHER_HALF, *STAFF),
    exported="state proposed_at lapses_at activated_at ended_at",
    told={"first": the_other, "mentor": own_place},
    excused={"second": _("one of you two, who are named before")},
    labels={"first": _("With"), "mentor": _("You were")},
    halved="accepted_at",
    pairing="",
    erased=Erasure.UNNAMED,
    stays=SHARED_HISTORY,
)
holds(
    Request,
    what=_("What you wrote to somebody you wanted to meet"),
    why=_("so that they know why you ask"),
    kept=THE_PAIRS,
    whose=by("by"),
    read_by=(Reader.OTHER_HALF,),
    exported="message made_at",
)
holds(
    PartnerWish,
    what=_("That you would like to meet somebody else"),
    why=_("so that you can be put together with another person"),
    kept=THE_PAIRS,
    whose=by("membership"),
    read_by=STAFF,
    exported="wished_at",
)
