"""The product, in a year that is drawn: written and lived through its own services, by a clock that is told.

Its workers run at whole minutes: around each moment at which somebody does something, at whatever the database names as next (a mail that
is due, a check-in that opens or closes), and every six hours. None of these moments comes from the oracle.
"""

import heapq
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email.utils import parseaddr
from functools import partial
from itertools import count

from django.core import mail
from django.db import connection

from checkins.answers import services as answers
from checkins.answers.models import CheckIn
from checkins.plans import services as plans
from checkins.plans.models import CheckInPlan
from checkins.reminders import services as reminders
from checkins.reminders.letters import CHECK_INS
from checkins.sessions.letters import MEETINGS
from matching.endings import services as endings
from matching.pairings import services as pairings
from matching.pairings.letters import MATCHING
from matching.pauses import services as pauses
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import delivery
from mentoring.kernel.outbox import services as outbox
from mentoring.kernel.outbox.models import DIGEST, OutboxMessage
from mentoring.kernel.wishes import services as wishes
from programs.memberships.models import Membership, Program
from programs.people import services as people
from programs.people.models import User
from programs.setup import services as setup
from tests.checkins.reminders.year.oracle import Item, Mail
from tests.checkins.reminders.year.scenario import CHECKINS, Pair, Person, Year
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory, ProgramFactory, UserFactory
from tests.times import ToldClock

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
STEP = timedelta(hours=6)
FORMS = {CheckIn.Occasion.SCHEDULED: "short", CheckIn.Occasion.LONG: "long", CheckIn.Occasion.CLOSING: "closing"}
NEXT = """
    SELECT LEAST(
        (SELECT min(available_at) FROM kernel_outboxmessage WHERE state = 'pending' AND available_at > %(now)s),
        (SELECT min(opens_at) FROM checkins_checkin WHERE opens_at > %(now)s),
        (SELECT min(closes_at) FROM checkins_checkin WHERE closed_at IS NULL AND closes_at > %(now)s)
    )
"""

Act = Callable[[datetime], object]


class Product:
    """`Product(year, clock).live()` is all the mail that left. Of what people are told beside check-ins they want none, so that
    nothing else takes the day's one mail."""

    def __init__(self, year: Year, clock: ToldClock) -> None:
        self.year, self.clock = year, clock
        self.mails: list[Mail] = []
        self.refused = self.runs = 0
        self._coming: list[tuple[datetime, int, Act]] = []
        self._minutes: list[datetime] = []
        self._number = count()
        self._seen = 0
        before = year.begins - DAY
        clock.says(before)
        self._programs = {program.key: self._write_program(program, before) for program in year.programs}
        self._users = {person.key: self._write_person(person, before) for person in year.people}
        self._person_of = {user: key for key, user in self._users.items()}
        self._members: dict[tuple[str, str], Membership] = {}
        self._pair_of: dict[int, str] = {}
        for pair in year.pairs:
            self._write_pair(pair, before)

    def live(self) -> list[Mail]:
        last = self.year.begins - MINUTE
        while (minute := self._unless_down(self._next_run(last))) < self.year.ends:
            while self._coming and self._coming[0][0] <= minute:
                at, _number, act = heapq.heappop(self._coming)
                self.clock.says(at)
                act(at)
                self._expect_answers(at)
            last = minute
            self._run(minute)
        return self.mails

    # --- what is written ---

    def _write_program(self, told, now: datetime) -> Membership:
        """Its coordinator, who writes the plan and the holidays."""
        program = ProgramFactory(name=told.key, slug=told.key, time_zone=told.zone, created_at=now)
        by = MembershipFactory(coordinator=True, program=program, joined_at=now)
        plan = plans.start(program=program, by=by, now=now)
        wished = {"at_time": told.plan.at_time, "open_days": told.plan.open_days, "long_every_days": told.plan.long_every_days}
        try:
            plans.change(plan=plan, by=by, rule=told.plan.rule, now=now, **wished)
        except Refused:
            # Some of its days are nearer to each other than a form lets anybody write, and planning can do it.
            plans.change(plan=plan, by=by, rule=plan.rule, now=now, **wished)
            CheckInPlan.objects.filter(pk=plan.pk).update(rule=told.plan.rule)
        for number, holiday in enumerate(told.holidays):
            setup.add_holiday(program=program, by=by, name=f"Break {number}", first_day=holiday.first, last_day=holiday.last, now=now)
        return by

    def _write_person(self, told: Person, now: datetime) -> int:
        user = UserFactory(email=f"{told.key}@example.org", name=told.key, time_zone=told.zone, joined_at=now)
        wishes.set_times(recipient=user, quiet_from=told.quiet_from, quiet_until=told.quiet_until, gathers=told.gathers, now=now)
        wishes.choose(recipient=user, category=MATCHING.name, is_wanted=False, now=now)
        for at, zone in told.moves:
            self._at(at, partial(self._move, user.pk, zone))
        for at, category in told.unwanted:
            name = CHECK_INS.name if category == CHECKINS else MEETINGS.name
            self._at(at, lambda now, name=name: wishes.choose(recipient=user, category=name, is_wanted=False, now=now))
        for at, until in told.snoozes:
            self._at(at, lambda now, until=until: wishes.snooze(recipient=user, until=until, now=now))
        return user.pk

    def _write_pair(self, told: Pair, now: datetime) -> None:
        by = self._programs[told.program]
        first, second = (self._member(by.program, half, now) for half in (told.first, told.second))
        introduced = PairingFactory.build(
            accepted=True, program=by.program, first=first, second=second, proposed_by=by, coordinator=by, proposed_at=now
        )

        def start(now: datetime) -> None:
            # Not before: of one person in two pairings, what is ready would start together.
            introduced.save()
            self._pair_of[introduced.pk] = told.key
            pairings.activate_if_ready(membership=first, now=now)

        def go_on(now: datetime) -> None:
            for half in (first, second):
                pauses.go_on(pairing=introduced, by=half, now=now)

        self._at(told.started_at, start)
        for paused_at, resumed_at in told.pauses:
            self._at(paused_at, lambda now: pauses.pause(pairing=introduced, by=first, now=now))
            self._at(resumed_at, go_on)
        if told.ended_at:
            self._at(told.ended_at, lambda now: endings.end(pairing=introduced, by=second, now=now))

    def _member(self, program: Program, person: str, now: datetime) -> Membership:
        key = (program.slug, person)
        if key not in self._members:
            user = User.objects.get(pk=self._users[person])
            self._members[key] = MembershipFactory(program=program, user=user, joined_at=now, ready_at=now)
        return self._members[key]

    # --- what happens ---

    def _at(self, at: datetime, act: Act) -> None:
        """The workers have just been there when it happens, and come again after it."""
        heapq.heappush(self._coming, (at, next(self._number), act))
        for minute in (whole(at) - MINUTE, whole(at)):
            heapq.heappush(self._minutes, minute)

    def _move(self, user: int, zone: str, now: datetime) -> None:
        person = User.objects.get(pk=user)
        same = {name: getattr(person, name) for name in ("name", "called", "pronouns", "theme")}
        people.change_account(user=person, time_zone=zone, now=now, **same)

    def _expect_answers(self, made_at: datetime) -> None:
        """Whoever will answer what has just been made does it so long after one first can."""
        new = CheckIn.objects.filter(pk__gt=self._seen).select_related("membership").order_by("pk")
        for check_in in new:
            self._seen = check_in.pk
            person = self._person_of[check_in.membership.user_id]
            after = self.year.answers.after(person, self._pair_of[check_in.pairing_id], check_in.due_on)
            if after is not None:
                answered_at = max(check_in.opens_at, made_at) + after
                heapq.heappush(self._coming, (answered_at, next(self._number), partial(self._answer, check_in.pk)))
                heapq.heappush(self._minutes, whole(answered_at))

    def _answer(self, key: int, now: datetime) -> None:
        check_in = CheckIn.objects.select_related("membership").get(pk=key)
        question, *_others = check_in.questions_asked()
        try:
            answers.give(check_in=check_in, by=check_in.membership, answers={question: None}, now=now)
        except Refused:
            self.refused += 1

    # --- what the workers do ---

    def _next_run(self, last: datetime) -> datetime:
        while self._minutes and self._minutes[0] <= last:
            heapq.heappop(self._minutes)
        with connection.cursor() as cursor:
            cursor.execute(NEXT, {"now": last})
            (at,) = cursor.fetchone()
        six_hours = last + STEP - (last - self.year.begins) % STEP
        return min([six_hours, *self._minutes[:1], *([whole(at)] if at is not None else [])])

    def _unless_down(self, minute: datetime) -> datetime:
        return next((until for since, until in self.year.down if since <= minute < until), minute)

    def _run(self, minute: datetime) -> None:
        self.runs += 1
        self.clock.says(minute)
        reminders.settle(minute)
        self._expect_answers(minute)
        delivery.drain()
        self.mails += self._sent(minute)
        if (minute - self.year.begins) % STEP == timedelta(0):
            delivery.reap()
            outbox.reap_expired(now=minute)
            outbox.retire(now=minute)

    def _sent(self, now: datetime) -> Iterator[Mail]:
        """What has just reached the mail server: who it is to, and what it, or what a digest carries, reminds of."""
        letters, mail.outbox[:] = list(mail.outbox), []
        if not letters:
            return
        sent = OutboxMessage.objects.filter(message_id__in=[letter.extra_headers["Message-ID"].strip("<>") for letter in letters])
        rows = {row.message_id: row for row in sent.select_related("recipient")}
        carried: dict[int, list[OutboxMessage]] = {}
        for row in OutboxMessage.objects.filter(gathered_into__in=[row.pk for row in rows.values() if row.kind == DIGEST]):
            carried.setdefault(row.gathered_into_id, []).append(row)
        for letter in letters:
            row = rows[letter.extra_headers["Message-ID"].strip("<>")]
            assert parseaddr(letter.to[0])[1] == row.recipient.email
            items = carried[row.pk] if row.kind == DIGEST else [row]
            yield Mail(self._person_of[row.recipient_id], now, tuple(sorted(map(self._item, items))))

    def _item(self, row: OutboxMessage) -> Item:
        assert row.state == OutboxMessage.State.SENT, f"{row.kind} is said to be {row.state}"
        check_in = CheckIn.objects.get(pk=row.subject_id)
        slot = row.dedupe_key.rpartition(":")[2].partition("-")[0]
        return (self._pair_of[check_in.pairing_id], FORMS[check_in.occasion], check_in.due_on, int(slot))


def whole(at: datetime) -> datetime:
    """The first whole minute that is not before it."""
    return at + (-(at - datetime.min.replace(tzinfo=at.tzinfo))) % MINUTE
