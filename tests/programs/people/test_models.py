import pytest

from programs.people.models import User


@pytest.mark.parametrize(
    ("name", "called", "short"),
    [
        ("Karen Gibbons", "", "Karen"),
        ("Dr. Karen Gibbons", "", "Karen"),
        ("pan Robert Czuryło", "", "Robert"),
        ("Dr Karen Gibbons", "Kaz", "Kaz"),
        ("孙英", "", "孙英"),
        ("Dr", "", "Dr"),
        ("", "", "k.g"),
    ],
)
def test_a_person_is_called_by_the_first_word_of_the_name_that_is_no_title(name, called, short):
    assert User(name=name, called=called, email="k.g@example.org").short_name == short
