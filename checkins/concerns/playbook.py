"""What to do about each kind of concern, first and then, and by when. Words for people who help, not rules for a machine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from checkins.concerns.models import Concern

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

Kind, Urgency = Concern.Kind, Concern.Urgency


@dataclass(frozen=True, kw_only=True)
class Entry:
    """`within`: by when somebody answers. `steps`, by the key under which it is kept that one was done. `urgency`: where nobody says it."""

    within: timedelta
    first: "_StrOrPromise"
    urgency: int = Urgency.SOON
    steps: Mapping[str, "_StrOrPromise"] = field(default_factory=dict)
    needs_second: bool = False


def due_at(kind: str, urgency: int, now: datetime) -> datetime:
    """By when somebody answers: what is urgent sooner, whatever it is."""
    return now + min(ENTRIES[kind].within, WITHIN[urgency])


WITHIN: dict[int, timedelta] = {Urgency.NOW: timedelta(hours=4), Urgency.SOON: timedelta(days=1), Urgency.LATER: timedelta(days=3)}
ANSWER = {"answer": _("Answer whoever raised it: thank them, say what you do next and when. Ask before you act.")}
AGREE = {"agree": _("Agree with them on what may be done, and who may learn what. Danger aside, nothing is done before.")}
LOOK_AGAIN = {"look_again": _("Look again after 30 days, and ask whether it has held.")}
EACH_ALONE = {"each_alone": _("With their yes, talk with each of the two alone, as a routine, in an order drawn by chance.")}
SERIOUS = {
    "stop": _("Stop contact today: pause the pairing. Both get the same words as at every pause."),
    "lead": _("Have a safeguarding lead on it the same day, if you are none."),
    "choose": _("Tell them which formal steps there are. They choose, at their own pace."),
}
ENTRIES: dict[str, Entry] = {
    Kind.BOUNDARY: Entry(
        within=timedelta(days=1),
        first=_("Answer within a day. Then, with their yes, talk with each of the two alone."),
        steps={**ANSWER, **AGREE, **EACH_ALONE, "limits": _("Let the two agree on their limits anew."), **LOOK_AGAIN},
    ),
    Kind.PRESSURE: Entry(
        within=timedelta(days=1),
        first=_("Answer within a day, and offer a call. Any decision can be opened again, without a reason."),
        steps={**ANSWER, **AGREE, "reset": _("Offer both a reset conversation, or somebody else to meet."), **LOOK_AGAIN},
    ),
    Kind.SEXUAL: Entry(
        within=timedelta(hours=8),
        urgency=Urgency.NOW,
        first=_("Answer the same day, stop contact, and have a safeguarding lead on it."),
        steps={**ANSWER, **SERIOUS, **AGREE, "support": _("Give them somebody to talk to who is not part of the program."), **LOOK_AGAIN},
        needs_second=True,
    ),
    Kind.UNFAIR: Entry(
        within=timedelta(hours=8),
        urgency=Urgency.NOW,
        first=_("Answer the same day, ask whether contact should stop, and have a safeguarding lead on it."),
        steps={**ANSWER, **SERIOUS, **AGREE, **LOOK_AGAIN},
        needs_second=True,
    ),
    Kind.HARM: Entry(
        within=timedelta(hours=4),
        urgency=Urgency.NOW,
        first=_("Telephone at once, until you reach somebody. If somebody is in danger, call the emergency number now."),
        steps={
            "call": _("Telephone until somebody is reached."),
            "duty": _("Look up your local duty to report, and do it. Tell them that you do."),
            **ANSWER,
            "support": _("Give them somebody to talk to who is not part of the program."),
            **LOOK_AGAIN,
        },
        needs_second=True,
    ),
    Kind.STAFF: Entry(
        within=timedelta(days=1),
        first=_("Whoever was named is shut out already. Is it about somebody else too? Write that down first. Answer within a day."),
        steps={**ANSWER, **AGREE, "others": _("Look whether others have said the same."), **LOOK_AGAIN},
        needs_second=True,
    ),
    Kind.ENDING: Entry(
        within=timedelta(days=2),
        first=_("Answer within two days. It can end without a talk between the two, and without a reason."),
        steps={
            **ANSWER,
            **AGREE,
            "end": _("End the pairing for them, and write to the other half together with them."),
            "each_later": _("Talk with each of the two alone within 14 days."),
        },
    ),
    Kind.OTHER: Entry(
        within=timedelta(days=1),
        first=_("Answer within a day, ask what would help, and say what this is once you know."),
        steps={**ANSWER, **AGREE, **LOOK_AGAIN},
    ),
}
