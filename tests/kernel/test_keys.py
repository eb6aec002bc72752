import pytest

from mentoring.kernel.keys import whole_number


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("17", 17), ("9" * 18, 10**18 - 1)])
def test_a_whole_number_is_read(text, number):
    assert whole_number(text) == number


@pytest.mark.parametrize("text", ["", " 1", "-1", "1.0", "x", "٣", "²", "9" * 19, "9" * 5000])
def test_anything_else_is_no_number_and_never_cut_to_one(text):
    assert whole_number(text) is None
