"""What the two of a pair do between one check-in and the next: their weeks, each act by one of them, at a time of that week."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from checkins.absences import services as absences
from checkins.accounts import services as accounts
from checkins.actions import services as actions
from checkins.actions.models import ActionItem
from checkins.agendas import services as agendas
from checkins.agendas.models import AgendaItem
from checkins.airtime import services as airtime
from checkins.decisions import services as decisions
from checkins.decisions.models import Decision
from checkins.goals import services as goals
from checkins.goals.models import Goal
from checkins.sessions import services as sessions
from checkins.sessions.models import Repeats, Session
from checkins.threads import services as threads
from matching.pairings.models import Pairing
from mentoring.demo import stories, words
from programs.memberships.models import Membership

# In this week each of the two looks at what they wanted to learn.
LOOKS_AT_GOALS = 12
# How much of it one comes to see: what was done, written and said apart longer ago is left out, since telling it takes its time.
LATELY = timedelta(weeks=6)


@dataclass(frozen=True)
class Clock:
    """The days of a place, up to a present in which the told past ends."""

    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def moment(self, day: date, hour: int = 12, minute: int = 0) -> datetime:
        return datetime.combine(day, time(hour, minute), self.zone).astimezone(ZoneInfo("UTC"))

    def at(self, day: date, hour: int = 12, minute: int = 0) -> datetime:
        """The same, and never later than now."""
        return min(self.moment(day, hour, minute), self.now)

    def ago(self, days: int, hour: int = 12, minute: int = 0) -> datetime:
        return self.at(self.today - timedelta(days=days), hour, minute)

    def in_days(self, days: int, hour: int) -> datetime:
        return self.moment(self.today + timedelta(days=days), hour)


@dataclass(eq=False)
class Pair:
    pairing: Pairing
    story: stories.Story
    mentee: Membership
    mentor: Membership
    started_on: date
    clock: Clock
    draw: Random
    weekday: int
    # Shows everything at once in its last week, which is told by itself: nothing is left open before.
    is_shown_first: bool = False
    sides: dict[int, str] = field(init=False)

    def __post_init__(self) -> None:
        self.sides = {self.mentee.pk: "mentee", self.mentor.pk: "mentor"}
        self.hour = self.draw.choice((10, 12, 13, 15, 17))
        self.topics = self._shuffled(words.TOPICS)
        self.talked_about = self._shuffled(words.TALKED_ABOUT)
        self.next_time = self._shuffled(words.NEXT_TIME)
        self.decisions = self._shuffled(words.DECISIONS)
        self.rhythms = list(reversed(words.RHYTHMS))
        self.actions = self._shuffled(words.ACTIONS)
        self.goals = self._shuffled(words.GOALS)
        self.goals_together = self._shuffled(words.GOALS_TOGETHER)
        self.messages = self._shuffled(words.MESSAGES)
        self.points, self.reasons, self.whys = self._shuffled(words.POINTS), self._shuffled(words.REASONS), self._shuffled(words.WHY)
        self.noes, self.excuses = self._shuffled(words.WORDS_OF_A_NO), self._shuffled(words.CANNOT_COME)
        self.memories = self._shuffled(words.AS_I_REMEMBER)
        self.leads_next = self.draw.choice((self.mentee, self.mentor))
        self.has_met = False
        self.rhythm: Decision | None = None
        self.tries: list[Decision] = []
        self.to_do: list[tuple[ActionItem, Membership, date]] = []
        self.aims: dict[int, Goal] = {}

    def week_of(self, day: date) -> int:
        return (day - self.started_on).days // 7

    def live_a_week(self, day: date) -> None:
        """The week around `day`, on which the two meet if they meet."""
        week = self.week_of(day)
        self._look_at_goals(day, week)
        self._look_at_tries(day, week)
        self._raise_topics(day, week)
        if self._chance(self.story.meets(week)):
            self._meet(day, week)
        for number in range(self._how_many("decisions", week, int(self._chance(self.story.decides)))):
            self._decide(day - timedelta(days=number), week)
        if self.clock.today - day < LATELY:
            self._do_actions(day)
            if self._chance(self.story.acts):
                self._write_an_action_down(day, week)
            if self._chance(self.story.writes):
                self._write(day, week)

    # --- meetings ---

    def plan_ahead(self) -> None:
        """What is agreed, or suggested, for the days to come."""
        drawn, week = self.draw.random(), self.week_of(self.clock.today)
        if drawn > self.story.meets(week) + 0.25 or Session.objects.filter(pairing=self.pairing).to_come().exists():
            return
        ahead = (self.weekday - self.clock.today.weekday()) % 7 or 7
        by = self._whoever(week, "times")
        options = [self.clock.in_days(ahead, self.hour), self.clock.in_days(ahead + 1, self.hour)]
        # Some like it the same every time.
        repeats = Repeats("two_weeks", times=6) if drawn < self.story.meets(week) / 4 else None
        suggested = self.suggest_times(by, options, self.clock.ago(1, 10, self._minute()), repeats)
        if drawn < self.story.meets(week) and self._answers(self._other(by), week):
            self._pick(suggested, options[0], self._other(by), self.clock.ago(1, 18, self._minute()))

    def meet(self, day: date, hour: int, *, by: Membership, logged_by: Membership, reached: Sequence[int]) -> Session:
        """Suggested by one, picked by the other, and written down in the evening."""
        starts_at = self.clock.moment(day, hour)
        before = self.clock.at(day - timedelta(days=3), 9, 20), self.clock.at(day - timedelta(days=2), 18, 40)
        planned = self.agree_on([starts_at], by=by, suggested_at=before[0], picked_at=before[1])
        return self._log(planned, starts_at, logged_by, reached)

    def agree_on(self, options: Sequence[datetime], *, by: Membership, suggested_at: datetime, picked_at: datetime) -> Session:
        """The other half picks the first of these times."""
        return self._pick(self.suggest_times(by, options, suggested_at), options[0], self._other(by), picked_at)

    def _meet(self, day: date, week: int) -> None:
        starts_at = self.clock.moment(day, self.hour)
        planned = None
        # The first meeting is arranged by those who introduced them.
        if week > 0 and (times := self._how_many("times", week, int(self._chance(0.4)))):
            planned = self._plan(day, week, starts_at, times)
            if planned is None or planned.starts_at is None:
                return
            starts_at = planned.starts_at
        if self.clock.moment(day + timedelta(days=1), 20) > self.clock.now:
            return
        if planned is not None and self._chance(self.story.misses):
            absent, by = self.pairing.side_of(self._either()), self._either()
            said = absences.say(session=planned, by=by, absent=absent, now=starts_at + timedelta(hours=3))
            absences.agree(absence=said, by=self._other(by), now=starts_at + timedelta(hours=20))
            return
        on_the_agenda = AgendaItem.objects.filter(pairing=self.pairing).open().order_by("position").values_list("pk", flat=True)
        held = self._log(planned, starts_at, self._either(), list(on_the_agenda[: self.draw.choice((1, 2, 3))]))
        if self.clock.today - day < LATELY:
            self._look_back(held, day, week)

    def _plan(self, day: date, week: int, starts_at: datetime, times: int) -> Session | None:
        """Times are suggested, perhaps more than once, and one is picked; then life may come between. None where nothing came of it."""
        for number in range(times - 1):
            by, hour = self._whoever(week, "times"), 9 + 2 * number
            given_up = self.suggest_times(by, [starts_at], self.clock.at(day - timedelta(days=6), hour))
            sessions.decline(session=given_up, by=by, now=self.clock.at(day - timedelta(days=6), hour + 1, 30))
        by = self._whoever(week, "times")
        options = [starts_at, starts_at + timedelta(hours=2), starts_at + timedelta(days=1, hours=1)][: self.draw.randint(1, 3)]
        planned = self.suggest_times(by, options, self.clock.at(day - timedelta(days=5), 10, self._minute()))
        if not self._answers(self._other(by), week):
            sessions.decline(session=planned, by=by, now=self.clock.at(day - timedelta(days=1), 19))
            return None
        if not self.story.leans_on and self._chance(0.1):
            sessions.suggest(session=planned, by=self._other(by), options=[starts_at], now=self.clock.at(day - timedelta(days=4), 11))
            by = self._other(by)
        planned = self._pick(planned, starts_at, self._other(by), self.clock.at(day - timedelta(days=3), 18, self._minute()))
        if self.clock.moment(day) > self.clock.now:
            return planned
        if self._chance(self.story.moves):
            by, later = self._either(), starts_at + timedelta(days=1)
            sessions.suggest(session=planned, by=by, options=[later], now=self.clock.at(day - timedelta(days=2), 20))
            return self._pick(planned, later, self._other(by), self.clock.at(day - timedelta(days=1), 9, self._minute()))
        if self._chance(self.story.cancels):
            word = self._next(self.excuses)
            sessions.cancel(session=planned, by=self._either(), word=word, now=self.clock.at(day - timedelta(days=1), 19))
            return None
        return planned

    def suggest_times(self, by: Membership, options: Sequence[datetime], now: datetime, repeats: Repeats | None = None) -> Session:
        place = self.draw.choice(list(words.WHERE))
        minutes, where = self.draw.choice((30, 45, 45, 60)), self.draw.choice(words.WHERE[place])
        return sessions.propose(
            pairing=self.pairing, by=by, options=options, minutes=minutes, place=place, where=where, repeats=repeats, now=now
        )

    def _pick(self, session: Session, starts_at: datetime, by: Membership, now: datetime) -> Session:
        option = session.options.open().select_related("session__pairing").get(starts_at=starts_at)
        planned = sessions.pick(option=option, by=by, now=now)
        if not self.has_met:
            # Who leads the very first is drawn by chance, and this story is the same each time.
            by = self._other(self.leads_next)
            planned = sessions.change(session=planned, by=by, place=planned.place, where=planned.where, led_by=self.leads_next, now=now)
        return planned

    def _log(self, planned: Session | None, starts_at: datetime, by: Membership, reached: Sequence[int]) -> Session:
        held = accounts.log(
            pairing=self.pairing,
            session=planned,
            by=by,
            starts_at=starts_at,
            minutes=planned.minutes if planned else self.draw.choice((30, 45, 60)),
            place=planned.place if planned else self.draw.choice(list(words.WHERE)),
            led_by=self.leads_next,
            reached=reached,
            talked_about=self._next(self.talked_about),
            next_time=self._next(self.next_time) if self._chance(0.5) else "",
            next_time_on_agenda=self._chance(0.3),
            is_another=True,
            now=self.clock.at(starts_at.astimezone(self.clock.zone).date(), 20),
        )
        if by != self.leads_next:
            accounts.say_led(session=held, by=self.leads_next, now=self.clock.at(starts_at.astimezone(self.clock.zone).date(), 21))
        self.leads_next, self.has_met = self._other(self.leads_next), True
        return held

    def _look_back(self, held: Session, day: date, week: int) -> None:
        evening = self.clock.at(day + timedelta(days=1), 20, 30)
        if self._chance(0.15):
            for half in (self.mentee, self.mentor):
                if self._answers(half, week):
                    talked, decided = self._felt(half, week), self._felt(half, week)
                    airtime.say(session=held, by=half, talked=talked, decided=decided, now=evening)
        if self._chance(0.08) and (memory := self._next(self.memories)) and held.logged_by is not None:
            accounts.remember(session=held, by=self._other(held.logged_by), words=memory, now=evening)

    def _felt(self, half: Membership, week: int) -> str:
        mine = self.story.mentee_raises(week) if half == self.mentee else 1 - self.story.mentee_raises(week)
        if abs(mine - 0.5) < 0.2:
            return "even" if self._chance(0.7) else "other"
        return "me" if mine > 0.5 else "other"

    # --- the agenda ---

    def raise_topic(self, by: Membership, now: datetime, points: str = "") -> None:
        if text := self._next(self.topics):
            item = agendas.add(pairing=self.pairing, by=by, text=text, now=now)
            if points:
                agendas.edit(item=item, by=by, text=None, points=points, version=item.version, now=now)

    def _raise_topics(self, day: date, week: int) -> None:
        before = day - timedelta(days=1) if week else day
        for hour in range(10, 10 + self._how_many("topics", week, *self.story.topics)):
            points = self._next(self.points) if self._chance(0.08) else ""
            self.raise_topic(self._whoever(week, "topics"), self.clock.at(before, hour, self._minute()), points)
        if self._chance(0.1):
            half = self._either()
            if not AgendaItem.objects.filter(pairing=self.pairing, author=half).open().exists():
                agendas.say_nothing(pairing=self.pairing, by=half, now=self.clock.at(before, 19))

    # --- decisions ---

    def _decide(self, day: date, week: int) -> None:
        by, asked_at = self._whoever(week, "decisions"), self.clock.at(day, 21, self._minute())
        is_rhythm = self.is_shown_first or (bool(self.rhythms) and self._chance(0.2))
        text = self._next(self.rhythms if is_rhythm else self.decisions)
        if not text:
            return
        if is_rhythm:
            proposed = self.find_rhythm(text, by, asked_at)
        else:
            try_until = day + timedelta(days=self.draw.choice((14, 21, 28))) if self._chance(0.3) else None
            proposed = decisions.propose(
                pairing=self.pairing, by=by, text=text, reason=self._next(self.reasons), try_until=try_until, now=asked_at
            )
        self._answer_a_proposal(proposed, is_rhythm, day, week)

    def find_rhythm(self, text: str, by: Membership, now: datetime) -> Decision:
        """How often and how the two meet: each answer to that takes the place of the one before."""
        if self.rhythm is None:
            return decisions.propose(pairing=self.pairing, by=by, text=text, now=now)
        return decisions.suggest(in_place_of=self.rhythm, by=by, text=text, now=now)

    def _answer_a_proposal(self, proposed: Decision, is_rhythm: bool, day: date, week: int) -> None:
        other = self._other(proposed.proposed_by)
        answered_at = self.clock.moment(day + timedelta(days=1), 12, self._minute())
        if answered_at > self.clock.now:
            return
        if not self.is_shown_first:
            if not self._answers(other, week):
                if is_rhythm:
                    decisions.withdraw(decision=proposed, by=proposed.proposed_by, now=answered_at)
                return
            if self._chance(0.12):
                decisions.decline(decision=proposed, by=other, word=self._next(self.noes), now=answered_at)
                return
        agreed = decisions.agree(decision=proposed, by=other, now=answered_at)
        if is_rhythm:
            self.rhythm = agreed
        elif agreed.try_until is not None:
            self.tries.append(agreed)

    def _look_at_tries(self, day: date, week: int) -> None:
        for tried in [one for one in self.tries if one.try_until is not None and one.try_until < day]:
            self.tries.remove(tried)
            if self._chance(0.3):
                decisions.let_go(decision=tried, by=self._either(), now=self.clock.at(day, 9))
                continue
            for half in (self.mentee, self.mentor):
                if self._answers(half, week):
                    decisions.keep(decision=tried, by=half, now=self.clock.at(day, 9))

    # --- actions ---

    def write_an_action_down(self, by: Membership, owner: str, due_on: date, now: datetime) -> ActionItem | None:
        text = self._next(self.actions)
        return actions.add(pairing=self.pairing, by=by, text=text, owner=owner, due_on=due_on, now=now) if text else None

    def finish_actions(self, now: datetime) -> None:
        for action, half, _since in self.to_do:
            actions.mark_done(pairing=self.pairing, by=half, keys=[action.pk], now=now)
        self.to_do = []

    def _write_an_action_down(self, day: date, week: int) -> None:
        by = self._whoever(week)
        other = self._other(by)
        owner = self.draw.choice((self.pairing.side_of(by), self.pairing.side_of(by), self.pairing.side_of(other), "both"))
        due_on = day + timedelta(days=self.draw.choice((5, 7, 12)))
        action = self.write_an_action_down(by, owner, due_on, self.clock.at(day, 20, 10))
        if action is None:
            return
        answered_at = self.clock.moment(day + timedelta(days=1), 8, self._minute())
        if action.is_owned_by(other):
            if answered_at > self.clock.now or not (self.is_shown_first or self._answers(other, week)):
                return
            if not self.is_shown_first and self._chance(0.1):
                actions.decline(action=action, by=other, now=answered_at)
                return
            actions.take_on(action=action, by=other, now=answered_at)
        self.to_do.append((action, by if action.is_owned_by(by) else other, day))

    def _do_actions(self, day: date) -> None:
        done = [entry for entry in self.to_do if entry[2] < day and self._chance(0.6)]
        self.to_do = [entry for entry in self.to_do if entry not in done]
        for action, half, _since in done:
            actions.mark_done(pairing=self.pairing, by=half, keys=[action.pk], now=self.clock.at(day - timedelta(days=2), 17))

    # --- goals ---

    def _look_at_goals(self, day: date, week: int) -> None:
        now = self.clock.at(day, 8, self._minute())
        for half in (self.mentee, self.mentor):
            there = self.aims.get(half.pk)
            if there is None or (week == LOOKS_AT_GOALS and self._answers(half, week)):
                if there is not None:
                    (goals.reach if self._chance(0.75) else goals.let_go)(goal=there, by=half, now=now)
                self.aims[half.pk] = goals.add(
                    pairing=self.pairing, by=half, text=self._next(self.goals), why=self._next(self.whys), now=now
                )
        if week == 4 and not self.is_shown_first and self._chance(0.4):
            by = self._whoever(week)
            goal = goals.add(pairing=self.pairing, by=by, text=self._next(self.goals_together), together=True, now=now)
            goals.agree(goal=goal, by=self._other(by), version=goal.version, now=now)

    # --- messages ---

    def _write(self, day: date, week: int) -> None:
        by = self._whoever(week)
        other = self._other(by)
        sent_at, read_at = self.clock.at(day, 18, self._minute()), self.clock.at(day, 21, self._minute())
        text = self._next(self.messages)
        if not text:
            return
        sent = threads.send(pairing=self.pairing, by=by, text=text, now=sent_at)
        if not (self.is_shown_first or self._answers(other, week)):
            return
        if self._chance(0.5) and (answer := self._next(self.messages)):
            sent = threads.send(pairing=self.pairing, by=other, text=answer, now=read_at)
            other, read_at = by, self.clock.at(day, 22, self._minute())
        threads.mark_read(message=sent, by=other, now=read_at)

    # --- pieces ---

    def _whoever(self, week: int, matter: str = "") -> Membership:
        """Who begins something: evenly, or one more and more than the other."""
        return self.mentee if self._chance(self.story.mentee_brings(matter, week)) else self.mentor

    def _how_many(self, matter: str, week: int, *usually: int) -> int:
        return self.draw.choice(self.story.how_many(matter, week, usually))

    def _either(self) -> Membership:
        return self.draw.choice((self.mentee, self.mentor))

    def _other(self, half: Membership) -> Membership:
        return self.mentor if half == self.mentee else self.mentee

    def _answers(self, half: Membership, week: int) -> bool:
        return self._chance(self.story.replies(self.sides[half.pk], week))

    def _chance(self, chance: float) -> bool:
        return self.draw.random() < chance

    def _minute(self) -> int:
        return self.draw.randrange(60)

    def _shuffled(self, sentences: Sequence[str]) -> list[str]:
        return self.draw.sample(sentences, len(sentences))

    def _next(self, sentences: list[str]) -> str:
        """Never the same twice; empty when all are told."""
        return sentences.pop() if sentences else ""
