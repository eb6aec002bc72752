"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from checkins.cases.models import CaseDecision, CaseTask
from mentoring.kernel.holdings.registry import holds_nothing_of_people

HANDLED = _("how a concern is handled: it would tell of what others said in confidence")

holds_nothing_of_people(CaseTask, HANDLED)
holds_nothing_of_people(CaseDecision, HANDLED)
