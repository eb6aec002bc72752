"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from guidelines.agreements.models import Agreement, Clause, Edition
from mentoring.kernel.holdings.registry import OWN_WORKING, SHARED_HISTORY, THE_PAIRS, Erasure, Reader, by, holds, of_two

holds(
    Agreement,
    what=_("The agreement of you two"),
    why=_("so that both know what you agreed on"),
    kept=THE_PAIRS,
    whose=of_two(),
    read_by=(Reader.OTHER_HALF,),
    exported="review_on",
    halved="signed_at",
    erased=Erasure.UNNAMED,
    stays=SHARED_HISTORY,
)
holds(
    Clause,
    what=_("Parts of your agreement, where you wrote them last"),
    why=_("so that both can put them into words"),
    kept=THE_PAIRS,
    whose=by("written_by"),
    read_by=(Reader.OTHER_HALF,),
    exported="key text",
    excused={"version": OWN_WORKING},
    erased=Erasure.UNNAMED,
    stays=SHARED_HISTORY,
)
holds(
    Edition,
    what=_("Agreements that both of you signed"),
    why=_("so that both have what they signed"),
    kept=THE_PAIRS,
    whose=of_two(),
    read_by=(Reader.OTHER_HALF,),
    exported="number texts review_on",
    halved="signed_at",
    excused={"signed_at": _("the later of your two signatures"), "digest": OWN_WORKING},
    erased=Erasure.UNNAMED,
    stays=SHARED_HISTORY,
)
