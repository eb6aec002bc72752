"""Builds the demo program day by day, as people would have: through the services, with the clock of that day."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import connection

from checkins.answers import services as answers
from checkins.answers.models import CheckIn
from checkins.care import services as care
from checkins.care.models import Task
from checkins.imbalance import draws, finding, offers, patterns
from checkins.imbalance import services as signals
from checkins.imbalance.models import Signal
from checkins.nudges import services as nudges
from checkins.plans.models import Question
from checkins.reminders import services as reminders
from guidelines.versions.models import GuidelineVersion
from matching.criteria import services as criteria
from matching.criteria.models import Exclusion
from matching.pairings import services as pairings
from matching.pairings.models import Pairing
from matching.runs import services as runs
from matching.runs.field import Wish
from matching.suggestions import services as suggestions
from matching.suggestions.queries import suggested
from mentoring.demo import concerns, learning, people, stories, words
from mentoring.demo.common_ground import agree_to_guidelines, write_agreements
from mentoring.demo.life import Clock, Pair
from mentoring.demo.special import Specials
from mentoring.kernel.audit import services as audit
from mentoring.kernel.jobs import services as jobs
from mentoring.kernel.outbox import services as outbox
from programs.memberships import services as memberships
from programs.memberships.models import Membership, Program
from programs.people import services as people_services
from programs.people.models import User
from programs.profiles import services as profiles
from programs.profiles.models import ProfileQuestion
from programs.setup import services as setup

PASSWORD = "level-beam-demo"  # noqa: S105 - an example, printed in the README
# Fewer, and the new pairs would have to begin before the first ones.
FEWEST_WEEKS = 5
NORTHSIDE, HARBOUR, CIRCLE = "northside", "harbour-street", "research-circle"
# In the order in which they are paired: an even pair, and one in which a voice is fading.
KNOWN = (
    ("Amara Okoye", "amara.okoye", "seeks"),
    ("Jonas Lindqvist", "jonas.lindqvist", "offers"),
    ("Mateo Santos", "mateo.santos", "seeks"),
    ("Dmitri Volkov", "dmitri.volkov", "offers"),
)
# Equal peers, who both give and take. An odd number, so that a run leaves one of them over.
PEERS = (
    "Noor Haddad",
    "Callum Reid",
    "Ines Barbosa",
    "Takumi Arai",
    "Zofia Lewandowska",
    "Kwame Mensah",
    "Elin Sandberg",
    "Rohan Iyer",
    "Aoife Brennan",
)
FORMER = ("Hana Kurosawa", "hana.kurosawa", "seeks")
# How many pairs of each story, in a hundred; the first two are the ones that the README names.
NAMED = (stories.EVEN, stories.DRIFTING)
SHARES = (
    (stories.EVEN, 39),
    (stories.DRIFTING, 10),
    (stories.SILENT, 9),
    (stories.BUSY, 12),
    (stories.UNEASY, 5),
    (stories.APART, 5),
    (stories.LEANING_ON_TOPICS, 5),
    (stories.LEANING_ON_DECISIONS, 3),
    (stories.LEANING_ON_TIMES, 3),
    (stories.SMALL_FROM_START, 5),
    (stories.NEW, 4),
)
# So many of these have one mentor: the same comes back in several pairings.
ALIKE = (stories.UNEASY, stories.APART)
OF_ONE_MENTOR = 4
# What coordinators close within the week; the other signals they take on, and look again until some weeks have gone by.
CLOSED_SOON = (Signal.Kind.TOGETHER, Signal.Kind.SILENCE)
LOOKED_AT_AGAIN_FOR = timedelta(weeks=6)
# How many weeks lie between two looks at what is measured: each takes its time, and the last is today's.
LOOKED_AT_EVERY = 4
PAIRS_TOLD, MOST_PAIRS_TOLD = 43, 100
# What coordinators said of signals, and what became of them.
VERDICTS = (
    (Signal.Verdict.USEFUL, Signal.Outcome.TALKED),
    (Signal.Verdict.USEFUL, Signal.Outcome.CHANGED),
    (Signal.Verdict.NOT_USEFUL, Signal.Outcome.NOTHING),
    (Signal.Verdict.CANNOT_TELL, Signal.Outcome.TALKED),
)
# Days: soon after the first pairs have met for as long as a program waits.
REFRESHED_EVERY = 105
# For each pair that meets: half a person more who waits, or is on the way in.
PEOPLE_A_PAIR = 2.5


@contextmanager
def without_savepoints() -> Iterator[None]:
    """One transaction in which nothing is taken back alone: what goes wrong ends all of it.

    With a savepoint for each of ten thousand acts PostgreSQL walks, at every row that is changed again, through all that it was before:
    half a year takes twice as long to tell.
    """
    connection.features.uses_savepoints = False
    try:
        yield
    finally:
        del connection.features.uses_savepoints


class Teller:
    """Tells half a year, or as many weeks as it is asked for. The same seed and the same day give the same people and the same story."""

    def __init__(self, *, seed: int, pairs: int, now: datetime, weeks: int = stories.WEEKS) -> None:
        self.draw = Random(seed)  # noqa: S311 - a story, no secret
        self.now = now
        self.clock = Clock(now=now, zone=ZoneInfo("Europe/London"))
        self.at = self.clock.at
        self.how_long = 7 * weeks
        self.first_day = self.clock.today - timedelta(days=self.how_long)
        self.pairs: list[Pair] = []
        # Hashed once for all of them: a good hash is slow on purpose.
        self.password = make_password(PASSWORD)
        self.taken = 0
        self.asked: dict[tuple[str, int | None], list[Question]] = {}
        # One has been proposed, one has been asked for, and both wait for an answer.
        living = pairs - 2
        counts = {story: living * share // 100 for story, share in SHARES if story is not stories.NEW}
        self.lately = [stories.SMALL_FROM_START] * counts.pop(stories.SMALL_FROM_START)
        self.beginning = [*NAMED, *(story for story, count in counts.items() for _ in range(count - (story in NAMED)))]
        self.newly = [stories.NEW] * (living - len(self.beginning) - len(self.lately))
        self.of_one_mentor = [number for number, story in enumerate(self.beginning) if story in ALIKE][:OF_ONE_MENTOR]
        self.how_many = round(PEOPLE_A_PAIR * pairs)
        self.names = people.names(self.draw, self.how_many + 8)

    def days(self) -> Iterator[date]:
        return (self.first_day + timedelta(days=number) for number in range(self.how_long + 1))

    # --- the program ---

    def tell(self) -> None:
        self._begin()
        self._people_join()
        self._people_learn()
        self._what_counts()
        for day in self.days():
            self._on_day(day)
        self.specials.on_the_last_day()
        self._tell_concerns()
        write_agreements(self.pairs)
        for pair in self.pairs:
            if pair.pairing.state == Pairing.State.ACTIVE:
                pair.plan_ahead()
        nudges.nudge(now=self.now - timedelta(days=1))
        self._second_program()
        self._somebody_leaves()
        self._who_could_meet_whom(self.program, self.coordinators[0])
        self._circle_of_peers()
        for program in Program.objects.filter(slug__in=[NORTHSIDE, HARBOUR, CIRCLE]):
            self._what_is_measured(program)
            outbox.record_as_sent(program_id=program.pk, now=self.now)

    def _begin(self) -> None:
        start = self.at(self.first_day, 9)
        priya = self._founder("Priya Raman", "priya.raman@northside.example", pronouns="she/her")
        self.program = setup.create_program(
            by=priya,
            template="first-year-buddies",
            name="Northside Student Mentoring",
            slug=NORTHSIDE,
            time_zone="Europe/London",
            now=start,
        )
        coordinator = Membership.objects.get(program=self.program, user=priya)
        self.program = self._for_looking_around(self.program, by=coordinator, help_contact=HELP)
        # Still to come, so that nothing of what is told falls into it.
        first_day, last_day = self.clock.today + timedelta(days=24), self.clock.today + timedelta(days=30)
        setup.add_holiday(program=self.program, by=coordinator, name="Reading week", first_day=first_day, last_day=last_day, now=start)
        admin = memberships.join(
            program=self.program,
            user=self.person("Ruth Adeyemi", "ruth.adeyemi@northside.example", pronouns="she/her"),
            is_admin=True,
            now=start,
        )
        # Whoever creates a program is its admin at first. Ruth takes over.
        coordinator = memberships.set_roles(
            membership=coordinator, by=admin, is_participant=False, is_coordinator=True, is_admin=False, is_deputy=False, now=start
        )
        second = memberships.join(
            program=self.program,
            user=self.person("Tomasz Wren", "tomasz.wren@northside.example", pronouns="he/him"),
            is_coordinator=True,
            now=start,
        )
        self.coordinators = [coordinator, second]
        self.version = GuidelineVersion.objects.filter(program=self.program).in_force().get()
        self.questions = list(ProfileQuestion.objects.filter(program=self.program).in_use())

    def _for_looking_around(self, program: Program, *, by: Membership, help_contact: str) -> Program:
        """A newcomer who looks around has no authenticator at hand, and sees what people find by themselves."""
        return setup.change_program(
            program=program,
            by=by,
            name=program.name,
            purpose=program.purpose,
            time_zone=program.time_zone,
            mentor_word=program.mentor_word,
            mentee_word=program.mentee_word,
            help_contact=help_contact,
            staff_need_second_factor=False,
            people_may_ask=True,
            now=self.at(self.first_day, 9),
        )

    # --- people ---

    def person(self, name: str, address: str, *, zone: str = "Europe/London", pronouns: str = "") -> User:
        user = User.objects.create_user(address, name=name, pronouns=pronouns, time_zone=zone, joined_at=self.at(self.first_day, 8))
        user.password = self.password
        user.save(update_fields=["password"])
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return user

    def _founder(self, name: str, address: str, *, pronouns: str) -> User:
        user = self.person(name, address, pronouns=pronouns)
        return people_services.let_create_programs(address=user.email, now=self.at(self.first_day, 8))

    @audit.held_back()
    def _people_join(self) -> None:
        rest = self.how_many - len(KNOWN) - 1
        # A few more seek than offer, as in life.
        drawn = [(name, f"member{number}", "seeks" if number % 13 < 7 else "offers") for number, name in enumerate(self.names[:rest])]
        self.seeking: list[Membership] = []
        self.offering: list[Membership] = []
        self.on_their_way: set[int] = set()
        for number, (name, mailbox, wish) in enumerate([*KNOWN, *drawn, FORMER]):
            day = self.first_day + timedelta(days=1 + number % 10)
            user = self.person(
                name,
                f"{mailbox}@northside.example",
                zone="Europe/London" if number < len(KNOWN) else self.draw.choice(people.ZONES),
                pronouns=self.draw.choice(people.PRONOUNS),
            )
            has_several = wish == "offers" and len(self.offering) in self.of_one_mentor[:1]
            member = self._joins(self.program, user, wish, day, self.questions, places=OF_ONE_MENTOR if has_several else None)
            # The last few are still on their way in.
            if number < self.how_many - 7:
                agree_to_guidelines(self.version, member, self.at(day, 15))
            else:
                self.on_their_way.add(member.pk)
            (self.seeking if wish == "seeks" else self.offering).append(member)

    @audit.held_back()
    def _people_learn(self) -> None:
        """Before the first pairs begin. The last few who joined are on their way, and one has not gone on since."""
        self.learning = learning.Learning(self.program, self.draw)
        begun_at, now = self.at(self.first_day + timedelta(days=10), 19), self.at(self.first_day + timedelta(days=11), 21)
        for members, course in ((self.offering, learning.MENTOR_COURSE), (self.seeking, learning.MENTEE_COURSE)):
            self.learning.finish(self._through(members), name=course, begun_at=begun_at, now=now)
            for number, member in enumerate([one for one in members if one.pk in self.on_their_way][:3]):
                at = self.now - timedelta(days=(25, 3, 1)[number])
                self.learning.begin([member], name=course, begun_at=at - timedelta(days=1), now=at, modules=number + 1)
        self.learning.think(self.offering[0], name=learning.MENTOR_COURSE, now=now)
        self.learning.meet(self._through(self.offering), held_on=self.first_day + timedelta(days=11), by=self.coordinators[0], now=now)
        self.learning.settle(now)

    def _through(self, members: list[Membership]) -> list[Membership]:
        return [member for member in members if member.pk not in self.on_their_way]

    def _what_counts(self) -> None:
        """In matching: our suggestion as it is; and two of those who joined last, who are family."""
        coordinator = self.coordinators[0]
        criteria.use_suggestion(program=self.program, by=coordinator, now=self.at(self.first_day, 10))
        criteria.exclude(
            program=self.program,
            one=self.seeking[-2],
            other=self.offering[-1],
            reason=Exclusion.Reason.RELATIVE,
            by=coordinator,
            now=self.at(self.first_day + timedelta(days=11), 10),
        )

    def _who_could_meet_whom(self, program: Program, coordinator: Membership) -> None:
        """A run over everybody who waits is done, and the people of its pairs have not been asked."""
        runs.start(program=program, by=coordinator, wish=Wish(), now=self.now)
        jobs.run_next(now=self.now)

    def _joins(
        self, program: Program, user: User, wish: str, day: date, questions: list[ProfileQuestion], places: int | None = None
    ) -> Membership:
        member = memberships.join(program=program, user=user, is_participant=True, now=self.at(day, 13))
        profiles.save_profile(
            membership=member,
            by=member,
            offers_mentoring=wish in ("offers", "both"),
            seeks_mentoring=wish in ("seeks", "both"),
            offers_capacity=places or self.draw.choice((1, 1, 2)),
            answers={question: self._answer_to(question) for question in questions},
            now=self.at(day, 14),
        )
        return member

    def _answer_to(self, question: ProfileQuestion) -> str | list[str]:
        kind = ProfileQuestion.Kind
        if question.kind == kind.ONE:
            return str(self.draw.choice(question.choices))
        if question.kind == kind.LANGUAGES:
            return ["English", *self.draw.sample(words.LANGUAGES, self.draw.choice((0, 0, 1, 2)))]
        if question.kind in (kind.SEVERAL, kind.TIMES):
            return sorted(self.draw.sample(question.choices, min(len(question.choices), self.draw.randint(2, 4))))
        return self.draw.choice(words.COURSES if question.is_required else words.ACCESS_NEEDS)

    # --- pairs ---

    def _propose(self, mentee: Membership, mentor: Membership, day: date) -> Pairing:
        coordinator = self.draw.choice(self.coordinators)
        return pairings.propose(
            program=self.program, one=mentee, other=mentor, mentor=mentor, by=coordinator, coordinator=coordinator, now=self.at(day, 10)
        )

    def _start_pairs(self, day: date) -> None:
        """Most pairs start in the second week, a few six weeks ago, new ones two weeks ago; a proposal and a request went out yesterday."""
        begun = (day - self.first_day).days
        if begun == 12:
            self._pair_up(self.beginning, day)
            self.specials = Specials(self.pairs)
        elif begun == self.how_long - 44:
            self._pair_up(self.lately, day)
        elif begun == self.how_long - 16:
            self._pair_up(self.newly, day)
        elif begun == self.how_long - 1:
            mentee, mentor = self._next_two()
            pairings.accept(pairing=self._propose(mentee, mentor, day), by=mentee, now=self.at(day, 18))
            self._somebody_asks(self.seeking[self.taken], self.at(day, 20))

    def _somebody_asks(self, member: Membership, now: datetime) -> None:
        """Who has been introduced to nobody yet asks the first of the people who are suggested to them."""
        chosen = suggested(member, now)[0].other
        suggestions.ask(by=member, other=chosen, message=words.REQUEST, now=now)

    def _pair_up(self, begun: list[stories.Story], day: date) -> None:
        for story in begun:
            number = len(self.pairs)
            mentee, mentor = self._next_two()
            if number in self.of_one_mentor:
                mentor = self.offering[self.of_one_mentor[0]]
            pairing = self._propose(mentee, mentor, day)
            pairings.accept(pairing=pairing, by=mentee, now=self.at(day, 17))
            pairing = pairings.accept(pairing=pairing, by=mentor, now=self.at(day, 19))
            self.pairs.append(
                Pair(
                    pairing,
                    story,
                    mentee,
                    mentor,
                    day,
                    clock=self.clock,
                    draw=self.draw,
                    weekday=(number + 2) % 5,
                    is_shown_first=number == 0,
                )
            )

    def _next_two(self) -> tuple[Membership, Membership]:
        mentee, mentor = self.seeking[self.taken], self.offering[self.taken]
        self.taken += 1
        return mentee, mentor

    # --- days ---

    @audit.held_back()
    def _on_day(self, day: date) -> None:
        self._start_pairs(day)
        # Each looks a day and a half ahead, so that the days around the weekday on which pairs began are enough.
        if day == self.clock.today or any((day - began).days % 7 in (5, 6, 0) for began in {pair.started_on for pair in self.pairs}):
            reminders.plan_due(now=self.at(day, 6))
        for pair in self.pairs:
            if day.weekday() == pair.weekday and self.specials.lives_on(pair, day):
                pair.live_a_week(day)
        if self.pairs:
            self.specials.on(day)
        if self._is_looked_at(day):
            finding.find(program=self.program, now=self.at(day, 6))
        if (day - self.first_day).days % REFRESHED_EVERY == REFRESHED_EVERY - 1:
            self.learning.take_refreshers(self.at(day, 7))
        self._answer_what_is_open(day)
        answers.close_due(now=self.at(day, 23))
        if day < self.clock.today - timedelta(days=6):
            self._coordinators_act(day)

    def _what_is_measured(self, program: Program) -> None:
        """As it is this morning: what the last weeks showed, what is usual here, and whom somebody should have a look at."""
        finding.find(program=program, now=self.now)
        patterns.raise_patterns(program=program, now=self.now)
        draws.draw(program=program, now=self.now)
        offers.offer(program=program, now=self.now)

    def _is_looked_at(self, day: date) -> bool:
        """The Mondays on which signals are found: today's week, and every fourth before it."""
        return day.weekday() == 0 and (self.clock.today - day).days // 7 % LOOKED_AT_EVERY == 0

    def _answer_what_is_open(self, day: date) -> None:
        """Each side answers on the day it is due, or not at all; what is open now stays open for whoever looks."""
        pair_of = {pair.pairing.pk: pair for pair in self.pairs}
        due = CheckIn.objects.filter(pairing__in=pair_of, due_on=day).asked().unanswered().with_people()
        # Who is the first half of a pairing is drawn by chance, and this story is the same each time.
        for check_in in sorted(
            due, key=lambda one: (one.pairing_id, one.occasion, pair_of[one.pairing_id].sides[one.membership_id], one.pk)
        ):
            pair = pair_of[check_in.pairing_id]
            if pair is self.pairs[0] and check_in.closes_at > self.now:
                continue
            side, week = pair.sides[check_in.membership_id], pair.week_of(day)
            # In the evening; about a meeting of the evening, a little later.
            at = max(self.at(day, 18), check_in.opens_at + timedelta(minutes=20)) if not check_in.is_regular else self.at(day, 18)
            if check_in.opens_at <= at <= max(self.now, self.at(day, 18)) and self.draw.random() < pair.story.replies(side, week):
                self._answer(check_in, pair.story.answer(side, week), at)

    def _answer(self, check_in: CheckIn, usual: float, at: datetime) -> None:
        given: dict[Question, int | str | None] = {}
        # The program asks the same all the time, and one question in turn by the number.
        asked = (check_in.occasion, check_in.number)
        if asked not in self.asked:
            self.asked[asked] = check_in.questions_asked()
        for question in self.asked[asked]:
            if question.kind == Question.Kind.TEXT:
                given[question] = self.draw.choice(words.FINE if usual > 3 else words.UNEASY) or None
            elif self.draw.random() > 0.03:
                given[question] = self._step_of(question, usual + self.draw.gauss(0, 0.6))
            else:
                given[question] = None
        answers.give(check_in=check_in, by=check_in.membership, answers=given, now=at)

    def _step_of(self, question: Question, felt: float) -> int:
        """The answer nearest to what is felt. Where there are three, most people take the best until it is really bad."""
        allowed = sorted(value for value, _label in question.choices)
        if len(allowed) == 3:
            return int(allowed[(felt > 1.1) + (felt > 2.2)])
        return int(min(allowed, key=lambda value: abs(value - felt)))

    def _coordinators_act(self, day: date) -> None:
        """A task is done within the week, so that the morning page shows what is new; or somebody has it, and looks again. Where somebody
        said something, a call is noted.
        """
        found = Task.objects.filter(pairing__program=self.program, raised_at__lt=self.at(day - timedelta(days=5))).open()
        called: set[int] = set()
        for task in found.with_people().order_by("raised_at", "pk"):
            by, now = task.pairing.coordinator or self.coordinators[0], self.at(day, 11)
            signal = task.signals.open().newest_first().first()
            if signal and signal.kind not in CLOSED_SOON and now - signal.found_at < LOOKED_AT_AGAIN_FOR:
                care.take_on(task=task, by=by, now=now)
            elif signal:
                verdict, outcome = self.draw.choice(VERDICTS)
                signals.close(signal=signal, by=by, verdict=verdict, outcome=outcome, now=now)
            elif task.is_direct and task.pairing_id not in called:
                text = words.CALLS[(day.toordinal() + len(called)) % len(words.CALLS)]
                called.add(task.pairing_id)
                care.write_note(pairing=task.pairing, by=by, text=text, about=None, called_on=day, now=now, task=task)
            else:
                care.finish(task=task, by=by, now=now)

    # --- beside it ---

    def _tell_concerns(self) -> None:
        """One about the other half, which came to a good end; and one about a coordinator, which nobody has read so far."""
        admin = Membership.objects.select_related("program", "user").get(program=self.program, is_admin=True)
        pair = [pair for pair in self.pairs if pair.story is stories.EVEN][4]
        concerns.tell_closed(pair, admin, self.clock)
        about = Membership.objects.select_related("user").get(pk=self.coordinators[1].pk)
        concerns.tell_open(self.pairs[1].mentee, about, self.clock)

    def _somebody_leaves(self) -> None:
        left = Membership.objects.get(program=self.program, user__email=f"{FORMER[1]}@northside.example")
        memberships.leave(membership=left, by=self.coordinators[0], now=self.at(self.first_day + timedelta(days=60)))

    @audit.held_back()
    def _second_program(self) -> None:
        """A small one beside it, so that one can see that nothing crosses."""
        start = self.at(self.first_day, 10)
        bola = self._founder("Bola Hart", "bola.hart@harbour.example", pronouns="they/them")
        program = setup.create_program(
            by=bola, template="community-mentoring", name="Harbour Street Mentoring", slug=HARBOUR, time_zone="Europe/London", now=start
        )
        coordinator = Membership.objects.get(program=program, user=bola)
        program = self._for_looking_around(program, by=coordinator, help_contact=HELP_AT_THE_HARBOUR)
        questions = list(ProfileQuestion.objects.filter(program=program).in_use())
        version = GuidelineVersion.objects.filter(program=program).in_force().get()
        members = []
        for number, name in enumerate(self.names[self.how_many : self.how_many + 8]):
            day = self.first_day + timedelta(days=1 + number)
            user = self.person(name, f"neighbour{number}@harbour.example")
            member = self._joins(program, user, "offers" if number % 2 else "seeks", day, questions)
            agree_to_guidelines(version, member, self.at(day, 15))
            members.append(member)
        learned = learning.Learning(program, self.draw)
        begun_at, now = self.at(self.first_day + timedelta(days=11), 19), self.at(self.first_day + timedelta(days=12), 21)
        learned.finish(members[1::2], name=learning.MENTOR_COURSE, begun_at=begun_at, now=now)
        learned.finish(members[::2], name=learning.MENTEE_COURSE, begun_at=begun_at, now=now)
        learned.settle(now)
        day = self.first_day + timedelta(days=14)
        for mentee, mentor in (members[0:2], members[2:4], members[4:6]):
            pairing = pairings.propose(program=program, one=mentee, other=mentor, mentor=mentor, by=coordinator, now=self.at(day, 10))
            pairings.accept(pairing=pairing, by=mentee, now=self.at(day, 17))
            pairings.accept(pairing=pairing, by=mentor, now=self.at(day, 19))

    @audit.held_back()
    def _circle_of_peers(self) -> None:
        """People who are equals wait for each other, and a run has found whom each could meet."""
        start = self.at(self.first_day, 10)
        leila = self._founder("Leila Duarte", "leila.duarte@circle.example", pronouns="she/her")
        program = setup.create_program(
            by=leila, template="research-students", name="Research Circle", slug=CIRCLE, time_zone="Europe/London", now=start
        )
        coordinator = Membership.objects.get(program=program, user=leila)
        program = self._for_looking_around(program, by=coordinator, help_contact=HELP_IN_THE_CIRCLE)
        questions = list(ProfileQuestion.objects.filter(program=program).in_use())
        version = GuidelineVersion.objects.filter(program=program).in_force().get()
        for number, name in enumerate(PEERS):
            day = self.first_day + timedelta(days=1 + number)
            member = self._joins(program, self.person(name, f"peer{number}@circle.example"), "both", day, questions)
            agree_to_guidelines(version, member, self.at(day, 15))
        criteria.use_suggestion(program=program, by=coordinator, now=start)
        self._who_could_meet_whom(program, coordinator)


HELP = (
    "Write to Priya Raman or Tomasz Wren, or drop in at the Student House, room 2.14, on weekdays from 10 to 16. "
    "Ruth Adeyemi looks after safety: safety@northside.example. If somebody is in danger now, call 999."
)
HELP_AT_THE_HARBOUR = "Ring Bola Hart, or come to the Harbour Hall any weekday morning. If somebody is in danger now, call 999."
HELP_IN_THE_CIRCLE = "Write to Leila Duarte, or look in at the Graduate Office. If somebody is in danger now, call 999."
