import pytest

from programs.profiles.models import ProfileQuestion
from programs.roster import checks
from programs.roster.mistakes import said

HEADER = ["Name", "Mail", "Role", "Zone", "Places", "Year", "Values", "About"]
YEAR = ProfileQuestion(pk=1, text="Which year?", kind="one", choices=["1", "PG"])
VALUES = ProfileQuestion(pk=2, text="What matters?", kind="several", choices=["Family", "Tea, cake", "Nature"])
ABOUT = ProfileQuestion(pk=3, text="About you?", kind="short_text")
TARGETS = ["name", "email", "role", "time_zone", "capacity", "question-1", "question-2", "question-3"]


def looked_at(*, leaves_unknown_out=False, mentor_word="buddy", mentee_word="first-year", **cells) -> checks.Checked:
    check = checks.Check(
        chosen={str(at): target for at, target in enumerate(TARGETS)},
        width=len(HEADER),
        questions=[YEAR, VALUES, ABOUT],
        roles=checks.roles_of(mentor_word, mentee_word),
        leaves_unknown_out=leaves_unknown_out,
    )
    whole = {"Name": "Ana", "Mail": "ana@example.org"} | cells
    return check.row([whole.get(name, "") for name in HEADER])


def words(found: checks.Checked) -> list[tuple[str, str, str]]:
    return [(one.field, one.reason, one.advice) for one in (said(mistake, HEADER) for mistake in found.mistakes)]


def test_a_name_and_an_address_are_enough():
    found = looked_at()

    assert (found.name, found.email, found.prefilled, found.mistakes) == ("Ana", "ana@example.org", {"answers": {}}, [])


@pytest.mark.parametrize(
    ("role", "offers", "seeks"),
    [("Mentor ", True, False), ("MENTEE", False, True), ("Either", True, True), ("Buddy", True, False), ("first-year", False, True)],
)
def test_a_role_is_read_in_our_words_and_in_the_programs_own(role, offers, seeks):
    found = looked_at(Role=role).prefilled

    assert (found["offers_mentoring"], found["seeks_mentoring"]) == (offers, seeks)


def test_among_equals_the_one_word_means_both():
    found = looked_at(Role="Peer", mentor_word="peer", mentee_word="peer").prefilled

    assert found["offers_mentoring"]
    assert found["seeks_mentoring"]


@pytest.mark.parametrize(
    ("cells", "reason", "advice"),
    [
        ({"Mail": ""}, "There is no address.", "Ask the person for one."),
        ({"Mail": "a@example.org; b@example.org"}, "is not an address", "one address in a cell"),
        ({"Name": "+HYPERLINK(x)"}, "is a formula, not a name", "Write the person’s name"),
        ({"Name": "x" * 151}, "more than 150 characters", "Shorten it"),
        ({"Role": "Menteee"}, "does not say whether", "Did you mean “mentee”?"),
        ({"Role": "100% sure"}, "“100% sure” does not say whether", "Write mentor, mentee or either."),
        ({"Zone": "Europe/Atlantis"}, "There is no time zone “Europe/Atlantis”.", "leave the cell empty"),
        ({"Places": "two"}, "“two” is not a number of people.", "from 1 to 20"),
        ({"Places": "21"}, "is not a number", "from 1 to 20"),
        ({"Places": "²"}, "is not a number", "from 1 to 20"),
        ({"Year": "pgg"}, "“pgg” is none of the choices.", "Did you mean “PG”?"),
        ({"Values": "Family, Sleep"}, "“Sleep” is none of the choices.", "choose to leave such answers empty"),
        ({"About": "x" * 301}, "more than 300 characters", "Shorten it"),
        ({"About": "a\ufffdb"}, "A letter in “a\ufffdb” could not be read.", "Type the letter anew"),
    ],
)
def test_a_mistake_names_its_field_the_reason_and_what_to_do(cells, reason, advice):
    [(field, given, to_do)] = words(looked_at(**cells))

    assert field == next(iter(cells))
    assert reason in given
    assert advice in to_do


def test_a_row_cut_short_by_a_quotation_mark_says_so():
    check = checks.Check(chosen={"0": "name", "1": "email"}, width=3, questions=[], roles={}, leaves_unknown_out=False)

    found = [check.row(["Ana", cell]).mistakes[0]["code"] for cell in ("ana@example.org", "x\nBen;ben@example.org")]

    assert found == ["too_few", "quote_open"]


def test_choices_are_kept_as_the_question_writes_them_and_in_its_order():
    answers = looked_at(Year="pg", Values="nature, tea,  cake, FAMILY, nature").prefilled["answers"]

    assert answers == {"1": "PG", "2": ["Family", "Tea, cake", "Nature"]}


def test_what_is_no_choice_can_be_left_out_and_is_still_named():
    found = looked_at(Year="7", Values="Sleep, Family", leaves_unknown_out=True)

    assert found.mistakes == []
    assert found.prefilled["answers"] == {"2": ["Family"]}
    assert found.unknown == [(5, "7"), (6, "Sleep")]


def test_the_quote_that_our_files_put_before_a_formula_is_taken_off_again():
    assert looked_at(About="'+44 20 7946 0000").prefilled["answers"] == {"3": "+44 20 7946 0000"}
    assert looked_at(Name="'=cmd").mistakes[0]["code"] == "formula"


def test_a_time_zone_is_found_however_it_is_typed():
    assert looked_at(Zone="america/new york").prefilled["time_zone"] == "America/New_York"


def test_more_answers_than_may_be_chosen_are_a_mistake(monkeypatch):
    monkeypatch.setattr(VALUES, "most_choices", 2)

    [(field, reason, advice)] = words(looked_at(Values="Family, Nature, Tea, cake"))

    assert (field, reason) == ("Values", "Here are 3 answers; at most 2 may be chosen.")
    assert "which of them" in advice
