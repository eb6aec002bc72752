"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from mentoring.kernel.holdings.registry import WITH_THE_ACCOUNT, holds, user
from mentoring.kernel.wishes.models import MailTimes, MailWish

holds(
    MailWish,
    what=_("Which mail you want"),
    why=_("so that you get no other"),
    kept=WITH_THE_ACCOUNT,
    whose=user("recipient"),
    exported="category is_wanted chosen_at",
)
holds(
    MailTimes,
    what=_("When you want your mail"),
    why=_("so that it comes at your hours"),
    kept=WITH_THE_ACCOUNT,
    whose=user("recipient"),
    exported="quiet_from quiet_until gathers snoozed_until",
)
