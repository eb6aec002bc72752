"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from mentoring.kernel.bounces.models import BounceEvent
from mentoring.kernel.holdings.registry import holds_nothing_of_people

holds_nothing_of_people(BounceEvent, _("the numbers by which a mail service counts what it told us"))
