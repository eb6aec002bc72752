"""The mails of a reset conversation: it has begun, it is open to both, and some days later both are asked how it is."""

from django.utils.translation import gettext_lazy as _

from checkins.reminders.letters import CHECK_INS
from checkins.resets.services import ASKED, OPENED, REMINDER
from checkins.threads.letters import FROM_THE_OTHER_HALF
from matching.joint import letters

letters.register(
    ASKED,
    label=_("A conversation that both prepare"),
    template="checkins/resets/mail/asked.txt",
    category=FROM_THE_OTHER_HALF,
    still_owed=letters.is_being_prepared,
    is_in_log=False,
)
letters.register(
    OPENED,
    label=_("A conversation that both have prepared"),
    template="checkins/resets/mail/opened.txt",
    category=FROM_THE_OTHER_HALF,
    still_owed=letters.is_open_to_both,
)
letters.register(
    REMINDER,
    label=_("A question about how it goes"),
    template="checkins/resets/mail/afterwards.txt",
    category=CHECK_INS,
    still_owed=letters.waits_for_them,
)
