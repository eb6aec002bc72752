"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from checkins.plans.models import CheckInPlan, NextDue, Question
from mentoring.kernel.holdings.registry import PROGRAMS_RECORD, holds_nothing_of_people

holds_nothing_of_people(CheckInPlan, PROGRAMS_RECORD)
holds_nothing_of_people(Question, PROGRAMS_RECORD)
holds_nothing_of_people(NextDue, _("on which day a pair is asked next"))
