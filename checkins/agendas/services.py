"""Filling the shared agenda: topics, their words, their order, and having none this time."""

from collections.abc import Callable, Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Case, F, Max, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext as _

from checkins.agendas import policies
from checkins.agendas.models import LONGEST_POINTS, LONGEST_TOPIC, AgendaItem, NothingThisTime
from checkins.agendas.suggestions import BY_KEY
from matching.facts import services as facts
from matching.facts.models import Fact
from matching.pairings.models import Pairing
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from programs.memberships.models import Membership

# Of each half, so that neither can fill the agenda for the other.
MOST_OPEN = 50

_when_opened_again: list[Callable[..., object]] = []


class SavedMeanwhile(Refused):
    """The topic was saved after this person began to write: `item` is how it stands now."""

    def __init__(self, item: AgendaItem) -> None:
        super().__init__(_("This topic was saved while you were writing. Nothing of what you wrote is lost."))
        self.item = item


def when_opened_again(callback: Callable[..., object]) -> None:
    """Call `callback(item=…, by=…, now=…)` when one half says that the two did not get to a topic, in that transaction. For `ready()`."""
    _when_opened_again.append(callback)


@transaction.atomic
def add(*, pairing: Pairing, by: Membership, text: str, now: datetime) -> AgendaItem:
    """Put a topic at the end of the agenda, under one's own name."""
    pairing = _locked(pairing.pk)
    if not policies.may_add(by, pairing):
        raise Refused(_("Topics are added by the two of a pairing, while it is active."))
    return _add(pairing, by, _one_line(text), now)


@transaction.atomic
def use_suggestion(*, pairing: Pairing, by: Membership, key: str, now: datetime) -> AgendaItem:
    """Put a suggested topic on the agenda, under one's own name and in one's own language. Refused while it is there."""
    suggestion = BY_KEY.get(key)
    if suggestion is None:
        raise Refused(_("This suggestion is not there any more. Choose another one, or write your own."))
    return add_once(pairing=pairing, by=by, text=str(suggestion.words), key=key, now=now)


@transaction.atomic
def add_once(*, pairing: Pairing, by: Membership, text: str, key: str, now: datetime) -> AgendaItem:
    """Put a topic that somebody was offered on the agenda, under one's own name. Refused while one of this `key` is there."""
    pairing = _locked(pairing.pk)
    if not policies.may_add(by, pairing):
        raise Refused(_("Topics are added by the two of a pairing, while it is active."))
    if AgendaItem.objects.filter(pairing=pairing, suggestion=key).open().exists():
        raise Refused(_("This topic is on your agenda already."))
    return _add(pairing, by, _one_line(text), now, suggestion=key)


@transaction.atomic
def edit(*, item: AgendaItem, by: Membership, text: str | None, points: str, version: int, now: datetime) -> AgendaItem:
    """Save the words of a topic and the points under it. `text` is None where somebody writes only points.

    `version` is the one that the writer began with. Raises `SavedMeanwhile` where another has come between, unless it says the same.
    """
    item = _locked_item(item)
    if not policies.may_write(by, item.pairing):
        raise Refused(_("Topics are changed by the two of a pairing, while it is active."))
    if item.discussed_at is not None:
        raise Refused(_("You two have talked about this topic meanwhile. You can add what you wrote as a new one."))
    if item.withdrawn_at is not None:
        raise Refused(_("This topic was taken back meanwhile. You can add what you wrote as a new one."))
    if text is not None and not policies.may_edit_words(by, item):
        raise Refused(_("Only who added a topic can change its words."))
    text = item.text if text is None else _one_line(text)
    points = _lines(points)
    if (text, points) == (item.text, item.points):
        return item
    if version != item.version:
        raise SavedMeanwhile(item)
    item.text, item.points, item.version = text, points, item.version + 1
    item.save(update_fields=["text", "points", "version"])
    audit.record(verb="agenda.edited", subject=item, program_id=item.pairing.program_id, actor_id=by.user_id, now=now)
    return item


@transaction.atomic
def move(*, item: AgendaItem, by: Membership, up: bool, now: datetime) -> None:
    """Swap a topic with the open one above or below it, as they stand now. At either end, and when it is not open, it stays."""
    item = _locked_item(item)
    if not policies.may_move(by, item.pairing):
        raise Refused(_("Topics are put in order by the two of a pairing, while it is active."))
    there = AgendaItem.objects.filter(pairing=item.pairing).open()
    beside = (
        there.filter(position__lt=item.position).order_by("-position").first()
        if up
        else there.filter(position__gt=item.position).order_by("position").first()
    )
    if beside is None or not item.is_open:
        return
    AgendaItem.objects.filter(pk__in=[item.pk, beside.pk]).update(
        position=Case(When(pk=item.pk, then=Value(beside.position)), default=Value(item.position))
    )
    audit.record(
        verb="agenda.moved",
        subject=item,
        program_id=item.pairing.program_id,
        actor_id=by.user_id,
        now=now,
        detail={"up": up},
    )


@transaction.atomic
def place(*, item: AgendaItem, by: Membership, before: int | None, now: datetime) -> None:
    """Put a topic before the open one with this key, as they stand now; at the end, without one. Where either is not open, it stays."""
    item = _locked_item(item)
    if not policies.may_move(by, item.pairing):
        raise Refused(_("Topics are put in order by the two of a pairing, while it is active."))
    places = dict(AgendaItem.objects.filter(pairing=item.pairing).open().order_by("position", "pk").values_list("pk", "position"))
    order = [key for key in places if key != item.pk]
    if not item.is_open or (before is not None and before not in order):
        return
    order.insert(len(order) if before is None else order.index(before), item.pk)
    moved = {key: position for key, position in zip(order, places.values(), strict=True) if places[key] != position}
    if not moved:
        return
    AgendaItem.objects.filter(pk__in=moved).update(position=Case(*(When(pk=key, then=Value(position)) for key, position in moved.items())))
    audit.record(
        verb="agenda.moved",
        subject=item,
        program_id=item.pairing.program_id,
        actor_id=by.user_id,
        now=now,
        detail={"before": before},
    )


@transaction.atomic
def withdraw(*, item: AgendaItem, by: Membership, now: datetime) -> AgendaItem:
    """Take back a topic one has added. Taking it back twice changes nothing."""
    item = _locked_item(item)
    if not policies.may_withdraw(by, item):
        raise Refused(_("Only who added a topic can take it back, and only until you two have talked about it."))
    if item.withdrawn_at is not None:
        return item
    item.withdrawn_at = now
    item.save(update_fields=["withdrawn_at"])
    if now - item.raised_at <= facts.SLIP:
        facts.withdraw(kind=Fact.Kind.TOPIC_RAISED, source_id=item.pk, now=now)
    audit.record(verb="agenda.withdrawn", subject=item, program_id=item.pairing.program_id, actor_id=by.user_id, now=now)
    return item


@transaction.atomic
def say_nothing(*, pairing: Pairing, by: Membership, now: datetime) -> NothingThisTime:
    """Tell the other half that one has no topic for the coming session. Saying it twice changes nothing; adding a topic takes it back."""
    pairing = _locked(pairing.pk)
    if not policies.may_say_nothing(by, pairing, has_topic=False):
        raise Refused(_("This is said by the two of a pairing, while it is active."))
    if AgendaItem.objects.filter(pairing=pairing, author=by).open().exists():
        raise Refused(_("A topic of yours is on the agenda. Take it back first, or leave it there."))
    said, is_new = NothingThisTime.objects.get_or_create(pairing=pairing, membership=by, defaults={"said_at": now})
    if is_new:
        audit.record(verb="agenda.nothing", subject=said, program_id=pairing.program_id, actor_id=by.user_id, now=now)
    return said


@transaction.atomic
def open_again(*, item: AgendaItem, by: Membership, now: datetime) -> AgendaItem:
    """The two did not get to it after all: it is open again, where it stood, and in no log any more. Saying so twice changes nothing."""
    item = _locked_item(item)
    if item.is_open and policies.may_write(by, item.pairing):
        return item
    if not policies.may_open_again(by, item):
        raise Refused(_("Who added a topic, or said that you two talked about it, can open it again while the pairing is active."))
    _open_again(item)
    for callback in _when_opened_again:
        callback(item=item, by=by, now=now)
    audit.record(verb="agenda.opened_again", subject=item, program_id=item.pairing.program_id, actor_id=by.user_id, now=now)
    return item


def settle(*, pairing: Pairing, by: Membership, reached: Collection[int], session_began_at: datetime) -> list[AgendaItem]:
    """After a session, in its transaction: mark the topics the two talked about, and carry the rest over. Returns those reached.

    Keys of topics that are not this pair's, or not open any more, are left aside: the other half may have been quicker.
    """
    there = AgendaItem.objects.filter(pairing=pairing).open()
    talked_about = list(there.filter(pk__in=reached).select_for_update(of=["self"]).order_by("pk"))
    there.filter(pk__in=[item.pk for item in talked_about]).update(discussed_at=session_began_at, discussed_said_by=by)
    # What was added after the meeting was not carried over from it. Of two meetings logged in the wrong order the later counts.
    there.filter(raised_at__lte=session_began_at).update(
        carried_over_at=Greatest(Coalesce(F("carried_over_at"), session_began_at), session_began_at)
    )
    # Who said it after the meeting meant the next one.
    NothingThisTime.objects.filter(pairing=pairing, said_at__lte=session_began_at).delete()
    return talked_about


def settle_anew(
    *,
    pairing: Pairing,
    by: Membership,
    before: Collection[AgendaItem],
    began_before: datetime,
    reached: Collection[int],
    began_at: datetime,
) -> list[AgendaItem]:
    """The log of a session was put right, in whose transaction this is. Returns the topics that it reached.

    `before` are those it reached until now, and `began_before` is when it began until now. What is not `reached` any more is open again.
    """
    stays = [item for item in before if item.pk in reached]
    for item in before:
        if item.pk not in reached and item.discussed_at is not None:
            _open_again(item)
    AgendaItem.objects.filter(pk__in=[item.pk for item in stays]).update(discussed_at=began_at)
    carried_over = AgendaItem.objects.filter(pairing=pairing, carried_over_at=began_before).open()
    # What was added after the meeting was not carried over from it.
    carried_over.filter(raised_at__gt=began_at).update(carried_over_at=None)
    carried_over.update(carried_over_at=began_at)
    return [*stays, *settle(pairing=pairing, by=by, reached=reached, session_began_at=began_at)]


def _open_again(item: AgendaItem) -> None:
    """At the place that it had, as one that is carried over from the meeting."""
    if _has_most_open(item.pairing_id, item.author_id):
        raise Refused(_("The agenda is full. Take a topic back, or talk about some first."))
    if item.suggestion and AgendaItem.objects.filter(pairing=item.pairing_id, suggestion=item.suggestion).open().exists():
        raise Refused(_("The topic “%(text)s” is on your agenda once more already.") % {"text": item.text})
    item.carried_over_at, item.discussed_at, item.discussed_said_by = item.discussed_at, None, None
    item.save(update_fields=["carried_over_at", "discussed_at", "discussed_said_by"])
    NothingThisTime.objects.filter(pairing=item.pairing_id, membership=item.author_id).delete()


def _has_most_open(pairing: int, author: int) -> bool:
    return AgendaItem.objects.filter(pairing=pairing, author=author).open().count() >= MOST_OPEN


def _locked(pairing: int) -> Pairing:
    """The pairing, so that nothing comes between: neither the other half, nor the second in which the pairing stops."""
    return Pairing.objects.select_for_update(of=["self"], no_key=True).get(pk=pairing)


def _locked_item(item: AgendaItem) -> AgendaItem:
    pairing = _locked(item.pairing_id)
    item = AgendaItem.objects.select_for_update(of=["self"]).get(pk=item.pk)
    item.pairing = pairing
    return item


def _add(pairing: Pairing, by: Membership, text: str, now: datetime, suggestion: str = "") -> AgendaItem:
    if _has_most_open(pairing.pk, by.pk):
        raise Refused(_("There are %(most)s topics of yours on the agenda. Take one back, or talk about some first.") % {"most": MOST_OPEN})
    last = AgendaItem.objects.filter(pairing=pairing).aggregate(last=Coalesce(Max("position"), 0))["last"]
    item = AgendaItem.objects.create(pairing=pairing, author=by, text=text, suggestion=suggestion, position=last + 1, raised_at=now)
    NothingThisTime.objects.filter(pairing=pairing, membership=by).delete()
    facts.note(pairing=pairing, by=by, kind=Fact.Kind.TOPIC_RAISED, source_id=item.pk, happened_at=now)
    audit.record(verb="agenda.added", subject=item, program_id=pairing.program_id, actor_id=by.user_id, now=now)
    return item


def _one_line(text: str) -> str:
    text = " ".join(text.split())
    if not text or len(text) > LONGEST_TOPIC:
        raise Refused(_("Write the topic in one line of at most %(most)s characters.") % {"most": LONGEST_TOPIC})
    return text


def _lines(points: str) -> str:
    points = points.replace("\r\n", "\n").strip()
    if len(points) > LONGEST_POINTS:
        raise Refused(_("Write at most %(most)s characters of points.") % {"most": LONGEST_POINTS})
    return points
