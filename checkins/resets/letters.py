"""The mails of a reset conversation: it has begun, it is open to both, and some days later both are asked how it is."""

from django.utils.translation import gettext_lazy as _

from checkins.reminders.letters import CHECK_INS
from checkins.resets.services import ASKED, OPENED, REMINDER
from checkins.threads.letters import FROM_THE_OTHER_HALF
from matching.joint import letters
from mentoring.kernel.outbox import kinds

kinds.register(
    kinds.Kind(
        name=ASKED,
        label=_("A conversation that both prepare"),
        priority=kinds.Priority.REMINDER,
        category=FROM_THE_OTHER_HALF,
        template="checkins/resets/mail/asked.txt",
        context=letters.context_of,
        still_owed=letters.is_being_prepared,
    )
)
kinds.register(
    kinds.Kind(
        name=OPENED,
        label=_("A conversation that both have prepared"),
        priority=kinds.Priority.REMINDER,
        category=FROM_THE_OTHER_HALF,
        template="checkins/resets/mail/opened.txt",
        context=letters.context_of,
        still_owed=letters.is_open_to_both,
    )
)
kinds.register(
    kinds.Kind(
        name=REMINDER,
        label=_("A question about how it goes"),
        priority=kinds.Priority.REMINDER,
        category=CHECK_INS,
        template="checkins/resets/mail/afterwards.txt",
        context=letters.context_of,
        still_owed=letters.waits_for_them,
    )
)
