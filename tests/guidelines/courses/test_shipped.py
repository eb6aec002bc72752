"""The courses that ship: whole, and in words that a twelve-year-old reads."""

import re
from collections.abc import Iterator

from guidelines.courses import services
from guidelines.courses.archive import CourseText
from guidelines.courses.reader import Audience, Kind, Screen, module_of

HARDEST_GRADE = 8.0
WORD = re.compile(r"[a-zà-ÿ]+(?:['’][a-zà-ÿ]+)*")
# Spelled with more vowels than are spoken, or with fewer.
SPOKEN = {
    "being": 2,
    "idea": 3,
    "ideas": 3,
    "somebody": 3,
    "something": 2,
    "someone": 2,
    "sometimes": 2,
    "everybody": 4,
    "every": 2,
    "people": 2,
    "one": 1,
    "are": 1,
    "quiet": 2,
    "experience": 4,
    "coordinator": 5,
    "maybe": 2,
}
SILENT_END = re.compile(r"(?:[^laeiouy]es|[^laeiouy]e|[^tdaeiouy]ed)$")
SAID_END = re.compile(r"(?:[sxzcg]es|[cs]hes|[^aeiouy]le|[^aeiouy]les)$")


def syllables(word: str) -> int:
    word = word.replace("’", "'").partition("'")[0]
    if word in SPOKEN:
        return SPOKEN[word]
    number = len(re.findall(r"[aeiouyà-ÿ]+", word))
    if SILENT_END.search(word) and not SAID_END.search(word):
        number -= 1
    return max(number, 1)


def grade(text: str) -> float:
    """Flesch-Kincaid: the year of school in which a text is read easily."""
    plain = re.sub(r"[*_`>#]|^\s*(?:-|\d+\.)\s+", "", text.lower(), flags=re.MULTILINE)
    words = WORD.findall(plain)
    sentences = [part for line in plain.split("\n") for part in re.split(r"(?<=[.!?…])[\"”’')]*\s+", line) if WORD.search(part)]
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def texts_of(screen: Screen) -> list[str]:
    return [screen.body, *(choice.body for choice in screen.choices)]


def screens() -> Iterator[tuple[str, Screen]]:
    for name, course in services.shipped().items():
        for module in map(module_of, course.modules):
            for screen in module.screens:
                yield f"{name}: {module.title}: {screen.title}", screen


def kinds_in(text: str) -> list[Kind]:
    return [screen.kind for screen in module_of(text).screens]


def test_every_screen_reads_easily():
    graded = {where: max(map(grade, texts_of(screen))) for where, screen in screens()}
    assert len(graded) > 150, "hardly a screen was found: this test looks in the wrong place"

    assert {where: hardest for where, hardest in graded.items() if hardest > HARDEST_GRADE} == {}


def test_what_is_hard_to_read_is_seen():
    hard = "Notwithstanding considerable institutional heterogeneity, practitioners systematically underestimate interdependencies."

    assert grade("We sit down. Sam says no. That is fine.") < 2
    assert grade(hard) > 20


def test_the_mentor_course_has_eight_modules_and_takes_about_three_hours():
    course = services.shipped()["mentor-course"]

    assert len(course.modules) == 8
    assert 170 <= course.minutes <= 200
    assert (course.facts.audience, course.facts.is_required, course.facts.live_minutes) == (Audience.MENTORS, True, 60)
    for text in course.modules:
        kinds = kinds_in(text)
        assert all(
            kinds.count(kind) >= least for kind, least in ((Kind.LESSON, 8), (Kind.SITUATION, 2), (Kind.REFLECTION, 1), (Kind.CHECK, 2))
        )


def test_the_mentee_course_takes_about_three_quarters_of_an_hour():
    course = services.shipped()["mentee-course"]

    assert 40 <= course.minutes <= 50
    assert (course.facts.audience, course.facts.is_required) == (Audience.MENTEES, True)


def test_there_are_five_refreshers_of_five_minutes_and_a_kit_for_two():
    refreshers = [course for name, course in services.shipped().items() if name.startswith("refresher-")]

    assert [course.minutes for course in refreshers] == [5] * 5
    assert all(comes_round(course) for course in refreshers)
    assert services.shipped()["first-meeting-kit"].facts.audience == Audience.PAIR


def comes_round(course: CourseText) -> bool:
    return not course.facts.is_required and course.facts.valid_days == 90
