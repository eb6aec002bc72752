"""How a pair's half year goes. Numbers are chances in a week, so that two pairs with one story still differ."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

WEEKS = 26
# From this week on everything of one matter comes from the mentor, where a story leans.
LEANS_FROM = 15


@dataclass(frozen=True)
class Story:
    """What happens in a pair, by the week (0 = the week in which it started). Sides are "mentee" and "mentor"."""

    name: str
    # The chance that the two meet in a week.
    meets: Callable[[int], float]
    # The chance that what somebody begins comes from the mentee: a message, a topic, a decision, a suggested time.
    mentee_raises: Callable[[int], float]
    # The usual answer, 1 to 5, of one side.
    answer: Callable[[str, int], float]
    # The chance that one side answers at all: a check-in, or what the other suggests.
    replies: Callable[[str, int], float]
    # How many topics a week, one of these.
    topics: tuple[int, ...] = (0, 0, 1, 1)
    # The chances in a week of a decision, an action and a message; and in a planned meeting of moving, cancelling and missing it.
    decides: float = 0.1
    acts: float = 0.3
    writes: float = 0.3
    moves: float = 0.06
    cancels: float = 0.04
    misses: float = 0.02
    # "topics", "decisions" or "times": at first nearly all of it comes from the mentee; then much more, and all of it from the mentor.
    leans_on: str = ""

    def mentee_brings(self, matter: str, week: int) -> float:
        """The chance that what somebody begins of this matter comes from the mentee."""
        if matter != self.leans_on:
            return self.mentee_raises(week)
        return 0.8 if week < LEANS_FROM else 0.0

    def how_many(self, matter: str, week: int, usually: Sequence[int]) -> Sequence[int]:
        """One of these comes of this matter in the week."""
        if matter != self.leans_on:
            return usually
        return (1, 1, 2) if week < LEANS_FROM else (3, 3, 4)


def steadily(number: float) -> Callable[[int], float]:
    return lambda week: number


def both(number: float) -> Callable[[str, int], float]:
    return lambda side, week: number


EVEN = Story("even", meets=steadily(0.3), mentee_raises=steadily(0.5), answer=both(4.4), replies=both(0.92))
BUSY = Story(
    "busy",
    # Exams: two stretches in which they hardly meet.
    meets=lambda week: 0.1 if week % 13 in (5, 6, 7, 8) else 0.35,
    mentee_raises=steadily(0.45),
    answer=lambda side, week: 3.6 if week % 13 in (5, 6, 7, 8) else 4.2,
    replies=both(0.85),
    moves=0.3,
    cancels=0.25,
    misses=0.06,
)
DRIFTING = Story(
    "drifting",
    meets=steadily(0.36),
    # Before the tenth week the mentor begins to bring more and more, in the end nearly everything, and the mentee's answers sink.
    mentee_raises=lambda week: 0.5 if week < 6 else max(0.1, 0.5 - 0.06 * (week - 6)),
    answer=lambda side, week: 4.3 if side == "mentor" or week < 10 else max(1.4, 4.3 - 0.22 * (week - 10)),
    replies=both(0.95),
)
SILENT = Story(
    "silent",
    meets=lambda week: 0.4 if week < 12 else 0.2,
    mentee_raises=lambda week: 0.5 if week < 12 else 0.3,
    answer=both(4.0),
    replies=lambda side, week: 0.9 if side == "mentor" or week < 14 else 0.0,
    topics=(0, 0, 1),
    decides=0.07,
    acts=0.1,
    writes=0.1,
)
UNEASY = Story(
    "uneasy",
    # Both take part as before, the mentee even more; but from the sixteenth week on the mentee is not content any more.
    meets=steadily(0.35),
    mentee_raises=lambda week: 0.5 if week < 15 else 0.85,
    answer=lambda side, week: 4.6 if side == "mentor" or week < 15 else 2.0,
    replies=both(0.95),
    topics=(0, 1, 1),
)
APART = Story(
    "apart",
    # Neither found it easy. Then the mentor begins to like it very much, and does not notice that the mentee, who brings most, does not.
    meets=steadily(0.35),
    mentee_raises=steadily(0.85),
    answer=lambda side, week: 1.6 if side == "mentee" else 1.2 if week < 10 else 5.0,
    replies=both(0.97),
    topics=(0, 1, 1),
)
SMALL_FROM_START = Story(
    "small from the start",
    # After the first days the mentee puts hardly anything forward, and does not feel heard.
    meets=steadily(0.5),
    mentee_raises=lambda week: 0.9 if week == 0 else 0.03,
    answer=lambda side, week: 4.4 if side == "mentor" else 1.9,
    replies=both(0.97),
    topics=(3, 4),
)


def leaning(matter: str) -> Story:
    """The mentee takes part, and likes it better and better; but of one matter everything comes from the mentor by now."""
    return Story(
        f"leaning on {matter}",
        meets=lambda week: 1.0 if matter == "times" and week >= LEANS_FROM else 0.5,
        mentee_raises=steadily(0.95),
        answer=lambda side, week: 4.4 if side == "mentor" else 3.4 if week < LEANS_FROM else 4.9,
        replies=both(0.97),
        topics=(0, 1, 1),
        decides=0.35,
        moves=0.0,
        cancels=0.0,
        leans_on=matter,
    )


LEANING_ON_TOPICS, LEANING_ON_DECISIONS, LEANING_ON_TIMES = leaning("topics"), leaning("decisions"), leaning("times")
NEW = Story("new", meets=steadily(0.7), mentee_raises=steadily(0.5), answer=both(4.5), replies=both(0.95))
