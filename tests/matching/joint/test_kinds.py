import pytest

from matching.joint import kinds


def test_a_kind_is_declared_once():
    with pytest.raises(ValueError, match="declared twice"):
        kinds.register(kinds.get("words"))


def test_a_name_that_is_none_is_refused():
    with pytest.raises(ValueError, match="no name for a round"):
        kinds.register(kinds.Kind(name="In Words", opens=kinds.Opens.TO_BOTH, form=dict))


def test_a_kind_that_nobody_declares_is_not_found():
    with pytest.raises(LookupError):
        kinds.get("nobody-asks")
