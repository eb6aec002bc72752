"""What was said and done about a concern, in words for those who read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkins.cases.models import CaseDecision
from checkins.concerns.models import Concern, ConcernEntry
from checkins.concerns.playbook import ENTRIES
from mentoring.kernel.dates import written
from programs.memberships.models import Membership

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

Kind = ConcernEntry.Kind
HOW: Mapping[str, "_StrOrPromise"] = {
    "call": gettext_lazy("By telephone"),
    "person": gettext_lazy("In person"),
    "video": gettext_lazy("By video"),
    "mail": gettext_lazy("In writing"),
    "tried": gettext_lazy("Tried, and not reached"),
}
BECAUSE: Mapping[str, "_StrOrPromise"] = {
    "agreed": gettext_lazy("Whoever raised it has agreed"),
    "danger": gettext_lazy("Somebody could come to harm: it cannot wait"),
}
SAID: Mapping[str, "_StrOrPromise"] = {
    Kind.ADDED: gettext_lazy("%(who)s wrote"),
    Kind.ANSWERED: gettext_lazy("%(who)s answered"),
    Kind.ACTED: gettext_lazy("%(who)s told what was done"),
    Kind.NOTED: gettext_lazy("%(who)s wrote a note"),
    Kind.CONTACTED: gettext_lazy("%(who)s spoke with: %(whom)s"),
    Kind.TAKEN: gettext_lazy("%(who)s took it on"),
    Kind.HANDED: gettext_lazy("%(who)s handed it over to %(to)s"),
    Kind.GRADED: gettext_lazy("%(who)s said what it is"),
    Kind.NAMED: gettext_lazy("%(who)s wrote down that it is about %(person)s too"),
    Kind.STEP: gettext_lazy("%(who)s did a step"),
    Kind.STOPPED: gettext_lazy("%(who)s stopped contact: a pairing is paused"),
    Kind.ASKED: gettext_lazy("%(who)s asked for a second yes"),
    Kind.AGREED: gettext_lazy("%(who)s said yes, as the second person"),
    Kind.DISAGREED: gettext_lazy("%(who)s said no, as the second person"),
    Kind.CLOSED: gettext_lazy("%(who)s closed it"),
    Kind.REOPENED: gettext_lazy("%(who)s opened it again"),
}
# Keys of memberships in the detail of an entry.
PEOPLE = ("to", "person", "whom")


@dataclass(frozen=True)
class Line:
    """`beside`: what belongs to it, in a few words."""

    entry: ConcernEntry
    what: str
    beside: str
    is_told: bool


def name_of_raiser(concern: Concern) -> str:
    return concern.raised_by.user.full_name if concern.is_named else str(_("Whoever raised it"))


def lines(concern: Concern, entries: Sequence[ConcernEntry]) -> list[Line]:
    """The entries must come with their author's user. One query for whom they name."""
    keys = {int(entry.detail[name]) for entry in entries for name in PEOPLE if str(entry.detail.get(name, "")).isdecimal()}
    people = Membership.objects.select_related("user").in_bulk(keys) if keys else {}
    return [
        Line(entry, str(SAID[entry.kind]) % _names(concern, entry, people), _beside(entry), entry.kind in ConcernEntry.TOLD)
        for entry in entries
    ]


def _names(concern: Concern, entry: ConcernEntry, people: Mapping[int, Membership]) -> dict[str, str]:
    is_raiser = entry.author_id == concern.raised_by_id
    names = {"who": name_of_raiser(concern) if is_raiser else entry.author.user.full_name}
    for name in PEOPLE:
        said = str(entry.detail.get(name, ""))
        person = people.get(int(said)) if said.isdecimal() else None
        names[name] = person.user.full_name if person else str(_("whoever raised it") if said == "raiser" else _("somebody else"))
    return names


def _beside(entry: ConcernEntry) -> str:
    detail = entry.detail
    if entry.kind == Kind.CONTACTED:
        return f"{HOW.get(detail['how'], '')}, {written(date.fromisoformat(detail['on']), 'full_day')}"
    if entry.kind == Kind.GRADED:
        return f"{Concern.Kind(detail['kind_now']).label} · {Concern.Urgency(detail['urgency_now']).label}"
    if entry.kind == Kind.STEP:
        return next((str(of.steps[detail["step"]]) for of in ENTRIES.values() if detail["step"] in of.steps), "")
    if entry.kind == Kind.STOPPED:
        return str(BECAUSE.get(detail["because"], ""))
    if entry.kind == Kind.CLOSED:
        return entry.outcome_words
    if entry.kind in (Kind.ASKED, Kind.AGREED, Kind.DISAGREED):
        what = str(CaseDecision.Kind(detail["what"]).label)
        return _("%(what)s. Nobody else may read this, so it stands at once.") % {"what": what} if detail.get("is_alone") else what
    return ""
