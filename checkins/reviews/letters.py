"""The mails of a review: it has begun, and it is open to both."""

from django.utils.translation import gettext_lazy as _

from checkins.reviews.services import ASKED, OPENED
from checkins.threads.letters import FROM_THE_OTHER_HALF
from matching.joint import letters
from mentoring.kernel.outbox import kinds

kinds.register(
    kinds.Kind(
        name=ASKED,
        label=_("A look back that both prepare"),
        priority=kinds.Priority.REMINDER,
        category=FROM_THE_OTHER_HALF,
        template="checkins/reviews/mail/asked.txt",
        context=letters.context_of,
        still_owed=letters.is_being_prepared,
    )
)
kinds.register(
    kinds.Kind(
        name=OPENED,
        label=_("A look back that both have prepared"),
        priority=kinds.Priority.REMINDER,
        category=FROM_THE_OTHER_HALF,
        template="checkins/reviews/mail/opened.txt",
        context=letters.context_of,
        still_owed=letters.is_open_to_both,
    )
)
