"""What this subject holds about people."""

from django.utils.translation import gettext_lazy as _

from mentoring.kernel.holdings.registry import OWN_WORKING, STAFF, holds, holds_nothing_of_people, user
from mentoring.kernel.outbox.models import MailDay, OutboxMessage, OutboxReceipt, SuspendedAddress

holds(
    OutboxMessage,
    what=_("Mail to you"),
    why=_("so that nothing you wait for is lost, and nothing comes twice"),
    kept=_("for 90 days after it was sent"),
    whose=user("recipient"),
    read_by=STAFF,
    exported="kind state created_at due_at sent_at came_back came_back_at",
    excused={
        **dict.fromkeys(
            "row dedupe_key subject program_id context priority available_at expires_at lease_token lease_until handed_over_at attempt "
            "doubtful_count ended_at message_id last_error".split(),
            OWN_WORKING,
        ),
        "address": _("empty where a mail goes to somebody with an account"),
        "secret": _("a code that only works in your own mailbox"),
    },
)
holds(
    MailDay,
    what=_("Days on which you got a reminder"),
    why=_("so that you get at most one on a day"),
    kept=_("for 90 days"),
    whose=user("recipient"),
    exported="day",
)
holds(
    SuspendedAddress,
    what=_("That mail to your address came back"),
    why=_("so that no more is sent where nothing arrives, and you are told"),
    kept=_("until you have another address"),
    whose=user("recipient"),
    read_by=STAFF,
    exported="suspended_at reply",
    excused={"fingerprint": OWN_WORKING},
)
holds_nothing_of_people(OutboxReceipt, _("which mail was sent, by number, so that none goes out twice"))
