"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from mentoring.kernel.holdings.registry import holds_nothing_of_people
from mentoring.kernel.limits.models import LimitCount

holds_nothing_of_people(LimitCount, _("a count under a name that cannot be read, gone after three days"))
