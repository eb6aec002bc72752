"""Starting a review, and what comes of it: topics for the agenda, and a text that the two write together."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext as _

from checkins.agendas import services as agendas
from checkins.agendas.models import LONGEST_TOPIC, AgendaItem
from checkins.reviews import policies
from checkins.reviews.models import LONGEST_TEXT, Review
from checkins.reviews.talking import talking_list
from matching.joint import services as joint
from matching.joint.models import Answer, Round
from matching.pairings.models import Pairing
from matching.pauses.models import Pause
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import services as outbox
from programs.memberships.models import Membership

REVIEW = "review"
ASKED, OPENED = "review-asked", "review-opened"
# Two who meet every other week meet twice in it.
ANSWERS_STAY = timedelta(days=30)
AT_ONCE = 200


class SavedMeanwhile(Refused):
    """The text was saved after this person began to write: `review` is how it stands now."""

    def __init__(self, review: Review) -> None:
        super().__init__(_("This text was saved while you were writing. Nothing of what you wrote is lost."))
        self.review = review


@transaction.atomic
def start(*, pairing: Pairing, by: Membership, now: datetime) -> Round:
    """Ask both, apart. Where one is being answered already, that is the one: two who start at once start the same."""
    pairing = Pairing.objects.select_for_update(of=["self"], no_key=True).get(pk=pairing.pk)
    if not policies.may_start(by, pairing):
        raise Refused(_("A review is started by the two of a pairing, while it is active."))
    return joint.ask_both(pairing=pairing, kind=REVIEW, by=by, letter=ASKED, now=now)


def opened(*, round: Round, now: datetime) -> None:
    """Both have answered: both get the same letter, and there is a page on which they write together."""
    outbox.cancel(kind=ASKED, subject_ids=[round.pk], now=now)
    Review.objects.create(round=round, pairing=round.pairing)
    joint.write_to_both(OPENED, round, now=now)


def go_on(*, pairing: Pairing, now: datetime) -> None:
    joint.write_to_who_was_not(ASKED, REVIEW, pairing, now, also_who_has_answered=True)


@transaction.atomic
def put_on_agenda(*, review: Review, by: Membership, key: str, now: datetime) -> AgendaItem:
    """Put one thing of the talking list on the agenda, under one's own name. Refused while it is there."""
    pairing = Pairing.objects.select_for_update(of=["self"], no_key=True).with_halves().get(pk=review.pairing_id)
    item = next((item for item in talking_list(pairing, review.round_id, _said_by_both(review)) if item.key == key), None)
    if item is None or not pairing.includes(by):
        raise Refused(_("This is not on your talking list any more. You can write a topic of your own."))
    return agendas.add_once(pairing=pairing, by=by, text=item.words[:LONGEST_TOPIC], key=key, now=now)


@transaction.atomic
def write(*, review: Review, by: Membership, text: str, version: int, now: datetime) -> Review:
    """Save what the two keep. `version` is the one that the writer began with.

    Raises `SavedMeanwhile` where another has come between, unless it says the same.
    """
    pairing = Pairing.objects.select_for_update(of=["self"], no_key=True).get(pk=review.pairing_id)
    review = Review.objects.get(pk=review.pk)
    review.pairing = pairing
    if not policies.may_write(by, pairing):
        raise Refused(_("It is written by the two of a pairing, while it is active."))
    text = text.replace("\r\n", "\n").strip()
    if len(text) > LONGEST_TEXT:
        raise Refused(_("Write at most %(most)s characters.") % {"most": LONGEST_TEXT})
    if text == review.text:
        return review
    if version != review.version:
        raise SavedMeanwhile(review)
    review.text, review.version, review.written_at = text, review.version + 1, now
    review.save(update_fields=["text", "version", "written_at"])
    audit.record(verb="review.written", subject=review, program_id=pairing.program_id, actor_id=by.user_id, now=now)
    return review


@transaction.atomic
def forget_answers(*, now: datetime) -> int:
    """What each answered alone has had its time: only what the two wrote together stays. Returns of how many rounds."""
    old = _with_their_time().filter(time_began_at__lte=now - ANSWERS_STAY, answers__isnull=False)
    keys = list(old.order_by("pk").values_list("pk", flat=True).distinct()[:AT_ONCE])
    Answer.objects.filter(round__in=keys).delete()
    return len(keys)


def stay_until(rounds: Iterable[Round]) -> dict[int, datetime]:
    """Until when what was answered in each stays, by their keys; nothing of those whose pairing rests. In one query."""
    there = _with_their_time().filter(pk__in=[round.pk for round in rounds], time_began_at__isnull=False)
    return {key: began_at + ANSWERS_STAY for key, began_at in there.values_list("pk", "time_began_at")}


def _with_their_time() -> Any:
    """Reviews, each with `time_began_at`: from when on its answers have their time.

    None of a pairing that rests: then the two could not talk about it. Once that is over, also by an ending, the time begins anew.
    """
    rest_over_at = Pause.objects.filter(pairing=OuterRef("pairing")).ends()[:1]
    opened_or_over_at = Coalesce("opened_together_at", "closes_at")
    reviews = Round.objects.of_kind(REVIEW).exclude(pairing__state=Pairing.State.PAUSED)
    return reviews.annotate(time_began_at=Greatest(opened_or_over_at, Subquery(rest_over_at)))


def _said_by_both(review: Review) -> Mapping[int, Mapping[str, Any]]:
    answers = Answer.objects.filter(round=review.round_id, round__opened_together_at__isnull=False)
    return {answer.membership_id: answer.said for answer in answers}
