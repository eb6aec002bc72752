from datetime import date

from guidelines.agreements.clauses import APART, LIMITS, SUBJECTS, digest_of, is_alike

DAY = date(2026, 5, 1)


def test_each_word_its_place_and_the_day_are_signed():
    texts = {"rhythm": "Every week.", "feedback": "In words."}
    others = [{"rhythm": "Every week"}, {"feedback": "Every week.", "rhythm": "In words."}, {"rhythm": "Every week.\n\nagenda\nIn words."}]

    assert digest_of(texts, DAY) == digest_of(dict(reversed(texts.items())), DAY)
    assert len({digest_of(text, DAY) for text in (texts, *others)} | {digest_of(texts, date(2026, 5, 2))}) == 5


def test_what_differs_in_case_and_spaces_alone_is_alike():
    assert is_alike(["Every  week", "every week "])
    assert not is_alike(["Every week", "Every month"])


def test_limits_are_not_asked_apart():
    assert LIMITS in {subject.key for subject in SUBJECTS}
    assert LIMITS not in {subject.key for subject in APART}
