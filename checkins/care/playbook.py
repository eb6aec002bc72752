"""What a coordinator could do first about each kind of task, and by when. Words for people who help, not rules for a machine.

Every act is meant for both halves as a routine, so that nobody can tell from it who said what, or that somebody said anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.text import get_text_list
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from checkins.care.models import Task
from mentoring.kernel.dates import written

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise


# To both, in the same words: it tells neither why, or that there is a reason.
SAY = _(
    "“I ask both of you from time to time how it goes, each on your own. What goes well between you two? What would you like to be "
    "different? What you tell me I do not pass on without your yes, unless somebody could come to harm.”"
)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """`heading` and `seen` take %(name)s (whom it is about), %(other)s, %(day)s and %(before)s. `say`: what to say to each of the two."""

    heading: "_StrOrPromise"
    seen: "_StrOrPromise"
    why: "_StrOrPromise"
    first: "_StrOrPromise"
    then: "_StrOrPromise"
    within: timedelta
    say: "_StrOrPromise" = SAY


@dataclass(frozen=True)
class Told:
    """A task in words; what is the same for all of its kind stands in its entry."""

    task: Task
    heading: str
    seen: str
    entry: Entry


def entry_of(task: Task) -> Entry:
    # Without two days in a row that closed so, it is that fewer are answered than before.
    return FEWER_ANSWERS if task.kind == Task.Kind.UNANSWERED and task.since_on is None else ENTRIES[task.kind]


def tell(task: Task, reminded: Sequence[datetime] = ()) -> Told:
    """The task must come `with_people`. `reminded`: when the reminders went that nobody answered."""
    entry = entry_of(task)
    names = {
        "name": task.about.user.short_name,
        "other": task.pairing.other_half(task.about).user.short_name,
        "day": written(task.seen_on, "day"),
        "before": written(task.since_on, "day") if task.since_on else "",
    }
    return Told(
        task=task,
        heading=str(entry.heading) % names,
        seen=" ".join(filter(None, [str(entry.seen) % names, _said_of(reminded)])),
        entry=entry,
    )


def _said_of(reminded: Sequence[datetime]) -> str:
    days = [written(day, "day") for day in dict.fromkeys(localtime(moment).date() for moment in reminded)]
    return gettext("Reminders went on %(days)s.") % {"days": get_text_list(days, gettext("and"))} if days else ""


# "A routine" is said of every kind alike.
ENTRIES: dict[str, Entry] = {
    Task.Kind.BOUNDARY: Entry(
        heading=_("%(name)s says that limits are not kept in the pairing with %(other)s"),
        seen=_("In the check-in of %(day)s, %(name)s chose the lowest answer to the question about limits."),
        why=_("One such answer is enough to be here. It is never averaged away, and nothing else has to confirm it."),
        first=_("Call both within a day, as a routine talk about how it goes. Ask each the same open questions, and listen."),
        then=_(
            "Let whoever is not at ease choose the next step. If somebody could come to harm, act today and tell the safeguarding lead."
        ),
        within=timedelta(days=1),
    ),
    Task.Kind.LOW_COMFORT: Entry(
        heading=_("%(name)s does not feel at ease in the pairing with %(other)s"),
        seen=_("In the check-in of %(day)s, %(name)s chose the lowest of five answers to the question about feeling at ease."),
        why=_("One such answer is enough to be here. It is never averaged away, and it says nothing about who is to blame."),
        first=_("Call both within two days, as a routine talk about how it goes. Ask each the same open questions, and listen."),
        then=_("Offer each of them a pause, a reset or another pairing, without asking for reasons. Look again after the next check-in."),
        within=timedelta(days=2),
    ),
    Task.Kind.GOING_ON: Entry(
        heading=_("%(name)s wishes a change in the pairing with %(other)s"),
        seen=_("In the check-in of %(day)s, %(name)s answered that something should change, or that it should stop."),
        why=_("Who wishes a change seldom says so twice. Either of the two may end a pairing, and needs no reason."),
        first=_(
            "Call both within two days, as a routine talk about how it goes. Ask each what they would keep and what they would change."
        ),
        then=_("Help them change it, or end it without looking for faults. Talk with each again within two weeks."),
        within=timedelta(days=2),
    ),
    Task.Kind.UNANSWERED: Entry(
        heading=_("%(name)s has not answered two check-ins in a row"),
        seen=_("The check-ins of %(before)s and of %(day)s about the pairing with %(other)s closed without an answer."),
        why=_("It may mean nothing more than a full week. It is here because silence of one side is easy to miss."),
        first=_(
            "Write both a personal line by another way than the reminders, and ask how it goes. That helps more than one reminder more."
        ),
        then=_("If nobody has answered after three days, call both. This goes away by itself when the next check-in is answered."),
        within=timedelta(days=3),
    ),
    Task.Kind.STEERING: Entry(
        heading=_("%(name)s often feels pushed in the pairing with %(other)s"),
        seen=_("In the check-in of %(day)s, %(name)s answered that they felt pushed often or always."),
        why=_("One such answer is enough to be here. Whoever pushes seldom notices, and often means well."),
        first=_("Call both within two days, as a routine talk about how it goes. Ask each how the two of them decide what comes next."),
        then=_("Remind both that a decision can be reopened, and offer both a reset conversation. If it goes on, offer another pairing."),
        within=timedelta(days=2),
    ),
    Task.Kind.REAL_YES: Entry(
        heading=_("%(name)s has said yes more than once and did not want to"),
        seen=_(
            "In the check-in of %(day)s about the pairing with %(other)s, %(name)s chose: more than once they said yes and did not want to."
        ),
        why=_("One such answer is enough to be here. A yes that means no is hard to see from outside."),
        first=_("Call both within two days, as a routine talk. Tell each that any decision can be reopened without giving a reason."),
        then=_("Offer both a reset conversation. Look again after the next check-in. If it goes on, offer another pairing."),
        within=timedelta(days=2),
    ),
    Task.Kind.LOAD: Entry(
        heading=_("The pairing costs %(name)s more than they can give"),
        seen=_("In the check-in of %(day)s about the pairing with %(other)s, %(name)s answered that it costs more than they can give."),
        why=_("One such answer is enough to be here. Who has too much to carry seldom asks for less."),
        first=_("Call both within three days, as a routine talk about how it goes. Ask each what would make it lighter."),
        then=_("Offer shorter or fewer meetings, a pause, or somebody who stands in for a while."),
        within=timedelta(days=3),
    ),
    Task.Kind.PLEASE_CALL: Entry(
        heading=_("%(name)s would like a call"),
        seen=_("On %(day)s, %(name)s asked for a call. They gave no reason, and need none."),
        why=_("Who asks for a call has thought about it. It may be something small."),
        first=_("Call both within a day, as a routine talk about how it goes. Ask each first whether it is a good moment, then listen."),
        then=_("Do nothing that the other half could notice before you have a yes to it. If somebody could come to harm, act today."),
        within=timedelta(days=1),
    ),
    Task.Kind.UNREACHABLE: Entry(
        heading=_("Mail does not reach %(name)s"),
        seen=_("Since %(day)s, mail to %(name)s comes back. They are in a pairing with %(other)s."),
        why=_("An address that was changed or mistyped is the usual cause. Reminders are not sent there any more."),
        first=_("Try another way within three days, as a routine to both: a message, then a call. Ask for an address that works."),
        then=_("If nobody answers, write that the pairing ends in two weeks, wait two weeks more, and end it with a second person’s yes."),
        within=timedelta(days=3),
    ),
    Task.Kind.ONE_SIDED: Entry(
        heading=_("%(name)s takes part less in the pairing with %(other)s"),
        seen=_("Seen on %(day)s over several weeks: since about the week of %(before)s, the part of %(name)s is smaller than it was."),
        why=_("It was found by a test over many weeks, not by one. It can be wrong, and it says nothing about who is to blame."),
        first=_("Talk with both, each alone, within five days: a routine talk about how it goes. Ask each the same open questions."),
        then=_("Offer both a reset conversation. Say of every signal whether it was useful, so that it is known how often they are."),
        within=timedelta(days=5),
    ),
    Task.Kind.GAP: Entry(
        heading=_("%(name)s and %(other)s see their pairing more differently than they did"),
        seen=_("Seen on %(day)s: since about the week of %(before)s, the answers of the two lie further apart than before."),
        why=_("Each can be right: the same meeting can be good for one and hard for the other. Nobody else may have noticed."),
        first=_("Call both within three days, on the same day, as a routine talk. Ask each how they see it, and listen."),
        then=_("Offer both a reset conversation, and ask again after two weeks."),
        within=timedelta(days=3),
    ),
}

FEWER_ANSWERS = Entry(
    heading=_("%(name)s answers fewer check-ins than before"),
    seen=_("Of the check-ins about the pairing with %(other)s, fewer are answered than before."),
    why=ENTRIES[Task.Kind.UNANSWERED].why,
    first=ENTRIES[Task.Kind.UNANSWERED].first,
    then=ENTRIES[Task.Kind.UNANSWERED].then,
    within=ENTRIES[Task.Kind.UNANSWERED].within,
)
