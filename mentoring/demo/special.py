"""What is there to see in some pairs alone: the one that shows everything at once, and those that rest, begin anew or have ended."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from checkins.actions import services as actions
from checkins.agendas.models import AgendaItem
from checkins.airtime import services as airtime
from checkins.decisions import services as decisions
from checkins.notes import services as notes
from checkins.resets import services as resets
from checkins.reviews import services as reviews
from checkins.reviews.models import Review
from checkins.threads import services as threads
from matching.endings import services as endings
from matching.endings.models import EndingReason
from matching.hand_overs import services as hand_overs
from matching.joint import services as joint
from matching.joint.models import Round
from matching.pairings import services as pairings
from matching.pairings.models import Pairing
from matching.pauses import services as pauses
from mentoring.demo import stories, words
from mentoring.demo.life import Pair

# How many days ago; a pair that begins with a program of five weeks is three weeks old.
SHOWN_APART, STARTED_ANEW, BEGAN_TO_END, ENDED_QUIETLY, PAUSED, REOPENED, RESET = 8, 18, 20, 12, 9, 9, 2
# Two weeks and a day after they began to end it.
HAS_ENDED = BEGAN_TO_END - 15


class Specials:
    """Which pairs these are, and what happens in them on which day."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        even = [pair for pair in pairs[2:] if pair.story is stories.EVEN]
        busy = [pair for pair in pairs if pair.story is stories.BUSY]
        drifting = [pair for pair in pairs[2:] if pair.story is stories.DRIFTING]
        self.shown_first = pairs[0]
        self.asked, self.reopened, self.started_anew = even[0], even[1], even[2]
        self.paused, self.ended_well, self.ended_quietly = busy[0], even[-1], even[-2]
        self.prepares_reset = drifting[0] if drifting else even[-3]
        self.by_days_ago: dict[int, Callable[[], None]] = {
            STARTED_ANEW: self._start_anew,
            BEGAN_TO_END: self._begin_to_end,
            HAS_ENDED: self._stay_in_touch,
            ENDED_QUIETLY: self._end_quietly,
            PAUSED: self._pause,
        }

    def on(self, day: date) -> None:
        days_ago = (self.shown_first.clock.today - day).days
        if happens := self.by_days_ago.get(days_ago):
            happens()

    def lives_on(self, pair: Pair, day: date) -> bool:
        """Whether this day's week is told as any other's. It reaches two days further, and not into what is told here."""
        stops = {self.shown_first: SHOWN_APART, self.paused: PAUSED, self.ended_well: BEGAN_TO_END, self.ended_quietly: ENDED_QUIETLY}
        last = pair.clock.today - timedelta(days=stops[pair] + 2) if pair in stops else pair.clock.today
        return pair.started_on < day <= last

    def on_the_last_day(self) -> None:
        self._show_everything()
        self._ask_for_an_action()
        self._reopen()
        self._prepare_reset()

    # --- the pair that one looks at first ---

    def _show_everything(self) -> None:
        pair, clock = self.shown_first, self.shown_first.clock
        pair.finish_actions(clock.ago(7, 9))
        on_the_agenda = AgendaItem.objects.filter(pairing=pair.pairing).open().values_list("pk", flat=True)
        met = pair.meet(clock.today - timedelta(days=3), 13, by=pair.mentee, logged_by=pair.mentee, reached=list(on_the_agenda))
        airtime.say(session=met, by=pair.mentor, talked="even", decided="other", now=clock.ago(2, 9))
        self._plan_two_meetings(pair)
        self._decide(pair)
        for half, days in ((pair.mentee, 4), (pair.mentor, 6)):
            due_on = clock.today + timedelta(days=days)
            pair.write_an_action_down(half, pair.pairing.side_of(half), due_on, clock.ago(3, 20, 20))
        already_there = AgendaItem.objects.filter(pairing=pair.pairing).open().count()
        for half, points in ((pair.mentee, words.POINTS[0]), (pair.mentor, ""), (pair.mentee, ""))[already_there:]:
            pair.raise_topic(half, clock.ago(1, 10), points)
        for half, of_both, text in (
            (pair.mentor, True, words.NOTE_OF_BOTH),
            (pair.mentee, False, words.NOTE_OF_MENTEE),
            (pair.mentor, False, words.NOTE_OF_MENTOR),
        ):
            notes.write(pairing=pair.pairing, by=half, text=text, of_both=of_both, now=clock.ago(2, 21))
        self._look_back(pair)
        threads.send(pairing=pair.pairing, by=pair.mentee, text=words.MESSAGE_BEFORE, now=clock.ago(2, 20))
        threads.send(pairing=pair.pairing, by=pair.mentor, text=words.LAST_MESSAGE, now=clock.now - timedelta(hours=2))

    def _look_back(self, pair: Pair) -> None:
        """Both answer apart, talk about it when they meet, and write down what they take from it."""
        asked = reviews.start(pairing=pair.pairing, by=pair.mentee, now=pair.clock.ago(7, 19))
        for half, said in zip((pair.mentee, pair.mentor), words.REVIEWS, strict=True):
            joint.answer(round=asked, by=half, content=said, now=pair.clock.ago(5, 20))
        review = Review.objects.get(round=asked)
        reviews.write(review=review, by=pair.mentor, text=words.WRITTEN_TOGETHER, version=review.version, now=pair.clock.ago(3, 21))

    def _plan_two_meetings(self, pair: Pair) -> None:
        clock = pair.clock
        agreed = [clock.in_days(3, 13), clock.in_days(4, 13)]
        pair.agree_on(agreed, by=pair.mentor, suggested_at=clock.ago(2, 10), picked_at=clock.ago(2, 18))
        pair.suggest_times(pair.mentor, [clock.in_days(10, 13), clock.in_days(11, 17)], clock.ago(1, 9))

    def _decide(self, pair: Pair) -> None:
        clock, (for_now, keep, asked) = pair.clock, words.DECISIONS_SHOWN_FIRST
        if pair.rhythm is None:
            proposed = decisions.propose(pairing=pair.pairing, by=pair.mentee, text=keep, now=clock.ago(7, 20))
            decisions.agree(decision=proposed, by=pair.mentor, now=clock.ago(6, 8))
        proposed = decisions.propose(
            pairing=pair.pairing, by=pair.mentor, text=for_now, try_until=clock.today + timedelta(days=16), now=clock.ago(3, 20, 30)
        )
        decisions.agree(decision=proposed, by=pair.mentee, now=clock.ago(2, 8))
        decisions.propose(pairing=pair.pairing, by=pair.mentor, text=asked, reason=words.REASON_SHOWN_FIRST, now=clock.ago(1, 20))

    # --- the others ---

    def _ask_for_an_action(self) -> None:
        pair, clock = self.asked, self.asked.clock
        actions.add(
            pairing=pair.pairing,
            by=pair.mentee,
            text=words.ACTION_ASKED,
            owner=pair.pairing.side_of(pair.mentor),
            due_on=clock.today + timedelta(days=7),
            now=clock.ago(1, 19),
        )

    def _reopen(self) -> None:
        pair, clock = self.reopened, self.reopened.clock
        proposed = decisions.propose(pairing=pair.pairing, by=pair.mentor, text=words.DECISION_REOPENED, now=clock.ago(REOPENED, 20))
        agreed = decisions.agree(decision=proposed, by=pair.mentee, now=clock.ago(REOPENED - 1, 8))
        decisions.reopen(decision=agreed, by=pair.mentee, now=clock.ago(REOPENED - 5, 21))

    def _prepare_reset(self) -> None:
        pair = self.prepares_reset
        asked = resets.start(pairing=pair.pairing, by=pair.mentee, now=pair.clock.ago(RESET, 20))
        ask, offer = words.RESETS[0]
        joint.answer(round=asked, by=pair.mentee, content={"ask": ask, "offer": offer}, now=pair.clock.ago(RESET - 1, 20))

    def _start_anew(self) -> None:
        """Both prepare; and two weeks later the mentee has said how it is."""
        pair = self.started_anew
        asked = resets.start(pairing=pair.pairing, by=pair.mentor, now=pair.clock.ago(STARTED_ANEW, 12))
        for half, (ask, offer) in zip((pair.mentor, pair.mentee), words.RESETS[1:], strict=True):
            joint.answer(round=asked, by=half, content={"ask": ask, "offer": offer}, now=pair.clock.ago(STARTED_ANEW - 1, 20))
        later = Round.objects.of_kind(resets.AFTERWARDS).get(source_id=asked.pk)
        joint.answer(round=later, by=pair.mentee, content={"how": "better"}, now=pair.clock.ago(1, 20))

    def _pause(self) -> None:
        self.paused.pairing = pauses.pause(pairing=self.paused.pairing, by=self.paused.mentor, now=self.paused.clock.ago(PAUSED, 21))

    def _begin_to_end(self) -> None:
        """Both prepare it; it closes two weeks later."""
        pair, clock = self.ended_well, self.ended_well.clock
        asked = endings.begin(pairing=pair.pairing, by=pair.mentee, now=clock.ago(BEGAN_TO_END, 12))
        for half, good, take, say in zip((pair.mentee, pair.mentor), words.GOOD, words.TAKE_WITH_ME, words.TO_YOU, strict=True):
            content = {"good": good, "take_with_me": take, "to_you": say}
            joint.answer(round=asked, by=half, content=content, now=clock.ago(BEGAN_TO_END, 20))

    def _stay_in_touch(self) -> None:
        pair, clock = self.ended_well, self.ended_well.clock
        endings.close_due(now=clock.ago(HAS_ENDED, 6))
        pair.pairing = Pairing.objects.with_people().get(pk=pair.pairing.pk)
        contact = Round.objects.of_kind(endings.LATER_CONTACT).get(pairing=pair.pairing)
        for half in (pair.mentor, pair.mentee):
            joint.answer(round=contact, by=half, content={"yes": "yes", "line": half.user.email}, now=clock.ago(HAS_ENDED - 1, 20))

    def _end_quietly(self) -> None:
        pair = self.ended_quietly
        now, choice = pair.clock.ago(ENDED_QUIETLY, 21), EndingReason.Choice.TIME
        pair.pairing = endings.end(pairing=pair.pairing, by=pair.mentee, choice=choice, words=words.WHY_IT_ENDED, now=now)
        pairings.wish_for_somebody(pairing=pair.pairing, by=pair.mentor, now=now + timedelta(days=1))
        hand_overs.write(
            pairing=pair.pairing,
            by=pair.mentor,
            text=words.FOR_WHOEVER_COMES_NEXT,
            for_partner=True,
            for_coordinators=True,
            now=now + timedelta(days=1),
        )
