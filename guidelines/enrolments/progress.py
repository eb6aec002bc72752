"""How far somebody is in a course: from its text, and from what they have done. No query."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from guidelines.courses.models import CourseVersion
from guidelines.courses.reader import Module, Screen
from guidelines.enrolments.models import Step


@dataclass(frozen=True)
class Place:
    """A screen of a course, by the numbers in its address, both from 1."""

    module: int
    screen: int


@dataclass(frozen=True)
class ModuleProgress:
    number: int
    module: Module
    path: list[int]
    done: frozenset[str]

    @cached_property
    def left(self) -> list[int]:
        return [at for at in self.path if self.module.screens[at].key not in self.done]

    @property
    def is_done(self) -> bool:
        return not self.left

    @property
    def is_begun(self) -> bool:
        return len(self.left) < len(self.path)

    @cached_property
    def seconds_left(self) -> int:
        return sum(self.module.screens[at].seconds for at in self.left)

    @property
    def minutes_left(self) -> int:
        """Of a module that nobody has begun, as many as its writer says."""
        return math.ceil(self.seconds_left / 60) if self.is_begun else self.module.minutes

    def before(self, at: int) -> int | None:
        """The place of the screen before the one at `at`, on one's way; none before the first."""
        here = self.path.index(at) if at in self.path else 0
        return self.path[here - 1] if here else None

    def after(self, at: int) -> int | None:
        here = self.path.index(at) if at in self.path else len(self.path) - 1
        return self.path[here + 1] if here + 1 < len(self.path) else None


@dataclass(frozen=True)
class Progress:
    modules: list[ModuleProgress]

    @property
    def is_done(self) -> bool:
        return all(module.is_done for module in self.modules)

    @property
    def is_begun(self) -> bool:
        return any(module.is_begun for module in self.modules)

    @property
    def now(self) -> ModuleProgress | None:
        """The first that is not done."""
        return next((module for module in self.modules if not module.is_done), None)

    @property
    def next_place(self) -> Place | None:
        """Where one goes on: the first screen on one's way that is not done."""
        return Place(self.now.number, self.now.left[0] + 1) if self.now else None

    @property
    def minutes_left(self) -> int:
        return sum(module.minutes_left for module in self.modules if not module.is_done)

    @property
    def done(self) -> int:
        """Screens, of all on one's way."""
        return self.all - sum(len(module.left) for module in self.modules)

    @property
    def all(self) -> int:
        return sum(len(module.path) for module in self.modules)

    def place_of(self, key: str) -> Place | None:
        """Where a screen stands that says this, in any module."""
        for module in self.modules:
            for at, screen in enumerate(module.module.screens, 1):
                if screen.key == key:
                    return Place(module.number, at)
        return None

    def screen_at(self, place: Place) -> Screen | None:
        if not 1 <= place.module <= len(self.modules):
            return None
        screens = self.modules[place.module - 1].module.screens
        return screens[place.screen - 1] if 1 <= place.screen <= len(screens) else None


def progress_of(version: CourseVersion, steps: Iterable[Step]) -> Progress:
    steps = list(steps)
    picked: Mapping[str, int] = {step.screen: step.picked for step in steps if step.picked is not None}
    done = frozenset(step.screen for step in steps if step.done_at is not None)
    return Progress(
        [
            ModuleProgress(number=number, module=module, path=module.path(picked), done=done)
            for number, module in enumerate(version.read_modules, 1)
        ]
    )
