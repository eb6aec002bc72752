"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from guidelines.consents.models import Consent, PrivacyText
from mentoring.kernel.holdings.registry import PROGRAMS_RECORD, STAFF, WHILE_A_MEMBER, Erasure, Reader, by, holds

holds(
    Consent,
    what=_("Which privacy text you agreed to, and when"),
    why=_("so that you and the program know what you agreed to"),
    kept=WHILE_A_MEMBER,
    whose=by("membership"),
    read_by=STAFF,
    exported="agreed_at",
    told={"text": lambda row, user_id: row.text.number},
)
holds(
    PrivacyText,
    what=_("Privacy texts you wrote for a program"),
    why=_("so that everybody knows how it treats what they tell it"),
    kept=PROGRAMS_RECORD,
    whose=by("written_by"),
    read_by=(Reader.MEMBERS,),
    exported="number text summary_of_change published_at",
    erased=Erasure.UNNAMED,
    stays=PROGRAMS_RECORD,
)
