"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from checkins.imbalance.models import Assessment, Baseline, OptOut, Pattern, QuietReview, Signal, SignalRule
from mentoring.kernel.holdings.registry import OWN_WORKING, PROGRAMS_RECORD, WHILE_A_MEMBER, by, holds, holds_nothing_of_people

holds(
    OptOut,
    what=_("When nothing of your pairings was measured, since you wished so"),
    why=_("so that your choice holds"),
    kept=WHILE_A_MEMBER,
    whose=by("membership"),
    exported="since until",
)
holds_nothing_of_people(Signal, _("reckoned from what both of a pair did and answered: it would tell each of the other"))
holds_nothing_of_people(Pattern, _("reckoned from several pairings: it would tell of the others in them"))
holds_nothing_of_people(Assessment, OWN_WORKING)
holds_nothing_of_people(QuietReview, _("pairings drawn by chance, to see what the reckoning misses"))
holds_nothing_of_people(Baseline, PROGRAMS_RECORD)
holds_nothing_of_people(SignalRule, PROGRAMS_RECORD)
