import base64

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from mentoring.kernel.encryption import keys


def key_of(letter: str) -> str:
    return base64.b64encode(letter.encode() * 32).decode()


OLD, NEW = f"old:{key_of('o')}", f"new:{key_of('n')}"

# Whatever can be written to a database; a lone surrogate cannot, and neither can it come from a browser.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(text=TEXTS, place=st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_what_was_encrypted_comes_back(text, place):
    stored = keys.encrypt(text, bound_to=place)

    assert keys.decrypt(stored, bound_to=place) == text


@given(text=TEXTS)
def test_the_same_text_is_never_stored_twice_alike(text):
    assert keys.encrypt(text, bound_to="a:b:1") != keys.encrypt(text, bound_to="a:b:1")


@given(text=TEXTS, data=st.data())
def test_one_changed_bit_anywhere_is_an_error(text, data):
    stored = bytearray(keys.encrypt(text, bound_to="a:b:1"))
    stored[data.draw(st.integers(0, len(stored) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(keys.Unreadable):
        keys.decrypt(bytes(stored), bound_to="a:b:1")


@given(text=TEXTS, data=st.data())
def test_a_text_cut_short_is_an_error(text, data):
    stored = keys.encrypt(text, bound_to="a:b:1")

    with pytest.raises(keys.Unreadable):
        keys.decrypt(stored[: data.draw(st.integers(0, len(stored) - 1))], bound_to="a:b:1")


@given(place=st.text(st.characters(exclude_categories=["Cs"])).filter(lambda place: place != "a:b:1"))
def test_a_text_moved_elsewhere_is_an_error(place):
    stored = keys.encrypt("for one row only", bound_to="a:b:1")

    with pytest.raises(keys.Unreadable):
        keys.decrypt(stored, bound_to=place)


def test_wrong_key_fails_closed(settings):
    settings.FIELD_KEYS = OLD
    stored = keys.encrypt("said in confidence", bound_to="a:b:1")

    settings.FIELD_KEYS = NEW
    with pytest.raises(keys.Unreadable, match="not among FIELD_KEYS"):
        keys.decrypt(stored, bound_to="a:b:1")

    settings.FIELD_KEYS = f"old:{key_of('x')}"
    with pytest.raises(keys.Unreadable, match="another key of the same name"):
        keys.decrypt(stored, bound_to="a:b:1")

    for bytes_of_no_key in (b"", b"\0", b"said in confidence", b"old", b"old\0", "öld\0".encode()):
        with pytest.raises(keys.Unreadable):
            keys.decrypt(bytes_of_no_key, bound_to="a:b:1")


def test_the_newest_key_writes_and_the_older_ones_read(settings):
    settings.FIELD_KEYS = OLD
    stored = keys.encrypt("hello", bound_to="a:b:1")

    settings.FIELD_KEYS = f"{NEW}, {OLD}"

    assert keys.decrypt(stored, bound_to="a:b:1") == "hello"
    assert keys.encrypt("hello", bound_to="a:b:1").startswith(b"new\0")


def test_no_message_of_an_error_holds_the_text(settings):
    settings.FIELD_KEYS = OLD
    stored = keys.encrypt("said in confidence", bound_to="a:b:1")

    with pytest.raises(keys.Unreadable) as error:
        keys.decrypt(stored, bound_to="a:b:2")

    assert "confidence" not in repr(error.value)


@pytest.mark.parametrize(
    ("configured", "complaint"),
    [
        ("", "holds no key"),
        (" , ,", "holds no key"),
        ("a:not base64", "not base64"),
        (f"a:{base64.b64encode(b'short').decode()}", "32 bytes"),
        (f":{key_of('a')}", "plain name"),
        (f"a\0b:{key_of('a')}", "plain name"),
        (f"ä:{key_of('a')}", "plain name"),
        (f"a:{key_of('a')},a:{key_of('b')}", "two keys are called 'a'"),
    ],
)
def test_keys_that_cannot_be_used_are_found_at_the_start(settings, configured, complaint):
    settings.FIELD_KEYS = configured

    with pytest.raises(ImproperlyConfigured, match=complaint):
        keys.encrypt("hello", bound_to="a:b:1")

    (error,) = keys.check_settings()
    assert complaint in error.msg
    # The key itself is never printed.
    assert key_of("a") not in error.msg
