"""Text becomes a course, or says with its lines why it cannot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidelines.courses.reader import Kind, read_facts, read_module
from mentoring.kernel.archives import Unreadable
from tests.factories.guidelines import MODULE

FRONT = "---\ntitle: Waiting\nsummary: How to wait.\n---\n"
FACTS = """title: Waiting
summary: >-
  How to wait,
  and why.
audience: everyone
required: false
valid_days: 90
live_minutes: 0
modules:
  - 01-a.md
"""


def mistakes(text: str) -> list[tuple[int, str]]:
    with pytest.raises(Unreadable) as unreadable:
        read_module(FRONT + text, "01-a.md")
    return [(mistake.line, mistake.words) for mistake in unreadable.value.mistakes]


def test_a_module_is_read_with_its_screens_and_choices():
    module = read_module(MODULE.format(title="Waiting"))

    assert module.title == "Waiting"
    assert [screen.kind for screen in module.screens] == [Kind.LESSON, Kind.SITUATION, Kind.SITUATION, Kind.REFLECTION, Kind.CHECK]
    assert [choice.goes_on for choice in module.screens[1].choices] == ["it-is-out", ""]
    assert [choice.holds for choice in module.screens[4].choices] == [True, False]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("Hello\n", 5, "below the title of a screen"),
        ("## A {lesson}\n", 5, "no text below"),
        ("## A {lessons}\nx\n", 5, "ends with what it is"),
        ("## A {lesson}\nx\n### B\ny\n", 7, "belong to a situation or a check"),
        ("## A {situation}\nx\n### B\ny\n### C\nz\n", 5, "a name of its own"),
        ("## A {situation #a}\nx\n### B\ny\n", 5, "from 2 to 6 choices"),
        ("## A {situation #a}\nx\n### B\ny\n### C\n", 9, "Say below this choice"),
        ("## A {situation #a}\nx\n### B\ny\nGoes on: b\n### C\nz\n", 9, "no situation “b”"),
        ("## A {situation #a}\nx\n### B\ny\nGoes on: a\n### C\nz\n", 9, "comes before"),
        ("## A {situation #a}\nx\n### B\ny\nGoes on: a\nmore\n### C\nz\n", 10, "last line of a choice"),
        ("## A {check}\nx\n### B\ny\n### [ ] C\nz\n", 7, "begins with [x]"),
        ("## A {check}\nx\n### [ ] B\ny\n### [ ] C\nz\n", 5, "has to hold"),
        ("## A {lesson}\nx\n## A {lesson}\nx\n", 7, "the same as an earlier one"),
        ("", 5, "needs a screen"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text, line, words):
    assert any(line == at and words in said for at, said in mistakes(text)), mistakes(text)


def test_all_that_is_wrong_is_told_at_once():
    assert [line for line, _words in mistakes("## A {lesson}\n## B {lesson}\n## C {x}\n")] == [5, 6, 7]


def test_a_mistake_names_its_file():
    with pytest.raises(Unreadable) as unreadable:
        read_module("no front", "02-b.md")

    assert "02-b.md, line 1: It begins with" in str(unreadable.value)


def test_the_facts_of_a_course_are_read():
    facts = read_facts(FACTS)

    assert (facts.title, facts.summary, facts.valid_days, facts.modules) == ("Waiting", "How to wait, and why.", 90, ("01-a.md",))


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("audience: everyone", "audience: teachers", 5, "one of: mentors"),
        ("required: false", "required: perhaps", 6, "one of: true, false"),
        ("valid_days: 90", "valid_days: -1", 7, "whole number from 1"),
        ("  - 01-a.md", "  - ../01-a.md", 10, "no name of a module’s file"),
        ("title: Waiting", "name: Waiting", 1, "is missing"),
        ("live_minutes: 0", "live_minutes: 0\nprice: 3", 9, "not known here"),
    ],
)
def test_a_wrong_fact_is_told_with_its_line(old, new, line, words):
    with pytest.raises(Unreadable) as unreadable:
        read_facts(FACTS.replace(old, new))

    assert any(mistake.line == line and words in mistake.words for mistake in unreadable.value.mistakes)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused_with_a_reason(text):
    assert all(outcome is not None for outcome in (outcome_of(read_module, text), outcome_of(read_facts, text)))


def outcome_of(read, text):
    try:
        return read(text)
    except Unreadable as unreadable:
        return unreadable.mistakes or None


# --- the way through a module ---


def keys(picked: dict[int, int]) -> list[int]:
    module = read_module(MODULE.format(title="Waiting"))
    return module.path({module.screens[at].key: choice for at, choice in picked.items()})


def test_what_a_choice_leads_to_is_met_by_that_choice_alone():
    assert keys({}) == [0, 1, 3, 4]
    assert keys({1: 0}) == [0, 1, 2, 3, 4]
    assert keys({1: 1}) == [0, 1, 3, 4]


def test_a_screen_is_the_same_where_it_says_the_same():
    before = read_module(MODULE.format(title="Waiting"))
    after = read_module("\n\n".join(MODULE.format(title="Waiting").replace("Sam looks away", "Sam looks down").split("\n\n")))

    assert [one.key == other.key for one, other in zip(before.screens, after.screens, strict=True)] == [True, False, True, True, True]


def test_a_picture_is_named_with_its_line():
    text = MODULE.format(title="Waiting").replace("After a question", '![Two people](two-people.png "They wait")\n\nAfter a question')

    assert read_module(text).pictures == {"two-people.png": 6}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Look: ![A table](table.png)", "on a line of its own"),
        ("![A table](https://example.com/table.png)", "on a line of its own"),
        ("![A table](../table.png)", "on a line of its own"),
        ("![A table](table.svg)", "on a line of its own"),
        ("![ ](table.png)", "what this picture shows"),
        (f"![{'x' * 301}](table.png)", "at most 300 characters"),
    ],
)
def test_a_picture_that_cannot_be_shown_is_told_with_its_line(line, words):
    with pytest.raises(Unreadable, match=words) as unreadable:
        read_module(MODULE.format(title="Waiting").replace("After a question", f"{line}\nAfter a question"))

    assert unreadable.value.mistakes[0].line == 6
