"""What the people of the demo have learned: most have finished their course before they meet, some are on the way."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from guidelines.courses.models import CourseVersion
from guidelines.courses.reader import Kind, Module
from guidelines.enrolments import services
from guidelines.enrolments.models import Enrolment, Step
from mentoring.demo import words
from mentoring.kernel import times
from programs.memberships.models import Membership, Program

MENTOR_COURSE, MENTEE_COURSE = "mentor-course", "mentee-course"
ROWS_A_STATEMENT = 2000


class Learning:
    """Screens are written in bulk, as `services` would have: nine thousand of them, pressed one by one, would take half of the story."""

    def __init__(self, program: Program, draw: Random) -> None:
        self.program = program
        self.draw = draw
        in_force = CourseVersion.objects.filter(course__program=program).in_force().select_related("course__program")
        self.versions = {version.course.name: version for version in in_force}

    def finish(self, people: Sequence[Membership], *, name: str, begun_at: datetime, now: datetime) -> None:
        """All of a course, in some evenings."""
        version = self.versions[name]
        last_day = times.local_day(now, self.program.time_zone) + timedelta(days=version.valid_days) if version.valid_days else None
        done = {"finished_at": now, "version": version, "expires_on": last_day}
        self._write(people, version, begun_at=begun_at, now=now, modules=len(version.modules), done=done)

    def begin(self, people: Sequence[Membership], *, name: str, begun_at: datetime, now: datetime, modules: int) -> None:
        """The first few modules, and no further yet."""
        self._write(people, self.versions[name], begun_at=begun_at, now=now, modules=modules, done={})

    def settle(self, now: datetime) -> None:
        """Whoever has finished waits for nothing any more."""
        services.keep_requirements(program=self.program, people=Membership.objects.filter(program=self.program), now=now)

    def meet(self, people: Sequence[Membership], *, held_on: date, by: Membership, now: datetime) -> None:
        """The hour of the mentor course that is held together."""
        version = self.versions[MENTOR_COURSE]
        there = Membership.objects.filter(pk__in=[one.pk for one in people])
        services.record_live(course=version.course, people=there, held_on=held_on, minutes=version.live_minutes, by=by, now=now)

    def think(self, membership: Membership, *, name: str, now: datetime) -> None:
        """A reflection, which nobody but the person reads."""
        version = self.versions[name]
        screens = [screen for module in version.read_modules for screen in module.screens if screen.kind == Kind.REFLECTION]
        services.reflect(membership=membership, course=version.course, screen=screens[0].key, text=words.REFLECTION, now=now)

    def take_refreshers(self, now: datetime) -> None:
        """Who is offered one takes it within the week, or leaves it."""
        services.offer_due(now=now)
        by_course: dict[int, list[Enrolment]] = {}
        for enrolment in Enrolment.objects.open().filter(membership__program=self.program, begun_at=None).order_by("pk"):
            if self.draw.random() < 0.6:
                by_course.setdefault(enrolment.course_id, []).append(enrolment)
        for version in self.versions.values():
            for enrolment in by_course.get(version.course_id, []):
                at = now + timedelta(days=self.draw.randint(0, 5), minutes=self.draw.randint(0, 300))
                enrolment.begun_at = enrolment.stepped_at = enrolment.finished_at = at
                enrolment.version = version
                enrolment.expires_on = times.local_day(at, self.program.time_zone) + timedelta(days=version.valid_days or 0)
                enrolment.save()
                self._write_steps([enrolment], version, len(version.modules), at)

    def _write(
        self,
        people: Sequence[Membership],
        version: CourseVersion,
        *,
        begun_at: datetime,
        now: datetime,
        modules: int,
        done: dict[str, Any],
    ) -> None:
        left = sum(module.minutes for module in version.read_modules[modules:])
        enrolments = Enrolment.objects.bulk_create(
            Enrolment(
                membership=membership,
                course=version.course,
                asked_at=begun_at,
                begun_at=begun_at,
                stepped_at=now,
                at_module=min(modules + 1, len(version.modules)),
                modules=len(version.modules),
                minutes_left=left,
                **done,
            )
            for membership in people
        )
        self._write_steps(enrolments, version, modules, now)

    def _write_steps(self, enrolments: Sequence[Enrolment], version: CourseVersion, modules: int, now: datetime) -> None:
        Step.objects.bulk_create(
            [step for enrolment in enrolments for module in version.read_modules[:modules] for step in self._steps(enrolment, module, now)],
            batch_size=ROWS_A_STATEMENT,
        )

    def _steps(self, enrolment: Enrolment, module: Module, now: datetime) -> list[Step]:
        situations = [screen for screen in module.screens if screen.kind == Kind.SITUATION]
        picked = {screen.key: self.draw.randrange(len(screen.choices)) for screen in situations}
        steps = []
        for at in module.path(picked):
            screen = module.screens[at]
            step = Step(enrolment=enrolment, screen=screen.key, done_at=now)
            if screen.kind == Kind.SITUATION:
                step.picked, step.tries = picked[screen.key], self.draw.choice((1, 1, 1, 2))
            elif screen.kind == Kind.CHECK:
                holds = [place for place, choice in enumerate(screen.choices) if choice.holds]
                # Some questions take many people a second try.
                step.picked, step.tries = self.draw.choice(holds), 1 + (self.draw.random() < int(screen.key[:2], 16) / 300)
            steps.append(step)
        return steps
