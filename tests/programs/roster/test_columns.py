import pytest

from programs.profiles.models import ProfileQuestion
from programs.roster import columns
from programs.roster.columns import Column
from programs.roster.words import key_of, pieces_of

YEAR = ProfileQuestion(pk=1, text="Which year are you in?", kind="one", choices=["1", "2", "PG"])
TOPICS = ProfileQuestion(
    pk=2, text="Which topics would you like to talk about?", kind="several", choices=["Maths", "Research", "Being a carer"]
)
COURSE = ProfileQuestion(pk=3, text="Which course are you on?", kind="short_text")
LANGUAGES = ProfileQuestion(pk=4, text="Which languages do you speak?", kind="languages")
QUESTIONS = [YEAR, TOPICS, COURSE, LANGUAGES]
ROLES = ["mentor", "mentee", "either"]


def proposed(*read_as: Column) -> list[str]:
    found = columns.propose(read_as, QUESTIONS, ROLES)
    return [found.get(str(at), "") for at in range(len(read_as))]


@pytest.mark.parametrize(
    ("name", "samples", "target"),
    [
        ("Full name", ["Ana"], "name"),
        ("E-Mail", ["ana@example.org"], "email"),
        ("Kontakt", ["ana@example.org", "", "b@example.org"], "email"),
        ("I would like to be a…", ["Mentor"], "role"),
        ("Was?", ["Mentee", "mentor "], "role"),
        ("TIME ZONE", ["Europe/London"], "time_zone"),
        ("How many people?", ["2"], "capacity"),
        ("Pronouns (optional)", ["she/her"], "pronouns"),
        ("Year", ["1", "PG"], "question-1"),
        ("Interests", ["Maths, Research", "being a carer"], "question-2"),
        ("Course", ["Law"], "question-3"),
        ("Languages", ["English / Welsh"], "question-4"),
        ("Timestamp", ["2026-09-01 10:00"], ""),
    ],
)
def test_a_column_is_known_by_its_name_or_by_what_stands_in_it(name, samples, target):
    assert proposed(Column(name, samples)) == [target]


def test_nothing_is_proposed_for_two_columns():
    mails = Column("Mail", ["a@example.org"]), Column("Other mail", ["b@example.org"])

    assert proposed(*mails) == ["email", ""]


@pytest.mark.parametrize(
    ("cell", "pieces"),
    [
        ("Maths, Research", ["Maths", "Research"]),
        ("English / Welsh", ["English", "Welsh"]),
        ("Maths;Maths | Research\n", ["Maths", "Research"]),
        ("AM/PM", ["AM/PM"]),
        ("Tea, cake, Maths", ["Tea, cake", "Maths"]),
        (" , ", []),
    ],
)
def test_the_values_of_one_cell_are_told_apart(cell, pieces):
    assert pieces_of(cell, {key_of("AM/PM"), key_of("Tea, cake")}) == pieces


def test_words_are_the_same_however_they_are_typed():
    assert key_of("  STRASSE\u00a0Nord ") == key_of("straße nord")
