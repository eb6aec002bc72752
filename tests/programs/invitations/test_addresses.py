import pytest

from programs.invitations.addresses import LONGEST, entries_of, is_an_address, name_and_address


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ('"Okoye, Amara" <amara@example.org>', ["Okoye, Amara"]),
        ('"Okoye, Amara" <amara@example.org>, "Lindqvist; Jonas" <jonas@example.org>', ["Okoye, Amara", "Lindqvist; Jonas"]),
        ("Okoye, Amara <amara@example.org>; Lindqvist, Jonas <jonas@example.org>", ["Okoye, Amara", "Lindqvist, Jonas"]),
        ('"Amara \\"Ama\\" Okoye" <amara@example.org>,', ['Amara "Ama" Okoye']),
        ('"Amara <amara@example.org>\nJonas <jonas@example.org>', ['"Amara', "Jonas"]),
    ],
    ids=["quoted", "two quoted", "as Outlook copies", "a name in a name", "a quotation mark that never closes"],
)
def test_a_comma_in_a_name_parts_nobody(written, names):
    read = [name_and_address(entry) for entry in entries_of(written)]

    assert [name for name, _address in read] == names
    assert all(is_an_address(address) for _name, address in read)


@pytest.mark.parametrize(("times", "is_one"), [(95, True), (96, False)])
def test_an_address_fits_the_column_that_holds_it(times, is_one):
    written = f"{'a' * 60}@{'b.' * times}org"

    assert is_an_address(written) == is_one == (len(written) <= LONGEST)
