"""The mails of a review: it has begun, and it is open to both."""

from django.utils.translation import gettext_lazy as _

from checkins.reviews.services import ASKED, OPENED
from checkins.threads.letters import FROM_THE_OTHER_HALF
from matching.joint import letters

letters.register(
    ASKED,
    label=_("A look back that both prepare"),
    template="checkins/reviews/mail/asked.txt",
    category=FROM_THE_OTHER_HALF,
    still_owed=letters.is_being_prepared,
    is_in_log=False,
)
letters.register(
    OPENED,
    label=_("A look back that both have prepared"),
    template="checkins/reviews/mail/opened.txt",
    category=FROM_THE_OTHER_HALF,
    still_owed=letters.is_open_to_both,
)
