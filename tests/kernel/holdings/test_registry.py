"""Nothing is kept of a person that they cannot have, without a reason that somebody wrote down."""

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q

from mentoring.kernel.holdings import registry
from mentoring.kernel.holdings.registry import Erasure, by, holdings, of_two, own_words, undeclared
from programs.memberships.models import Membership


def test_every_person_field_is_exported_or_excused():
    reached = people_reach()

    assert len(reached) > 50, "The walk from the login found hardly any table."
    assert {holding.model for holding in holdings()} <= reached | by_number_alone()
    assert reached <= {holding.model for holding in holdings()} | set(registry.without_people())
    assert list(undeclared()) == []


def test_a_new_column_that_nobody_thought_of_is_named(monkeypatch):
    column = models.CharField(max_length=10)
    column.set_attributes_from_name("nickname")
    column.model = Membership
    monkeypatch.setattr(Membership._meta, "concrete_fields", (*Membership._meta.concrete_fields, column))

    assert list(undeclared()) == ["programs.Membership.nickname"]


def test_a_model_that_nobody_declared_is_named(monkeypatch):
    monkeypatch.delitem(registry._holdings, Membership)

    assert list(undeclared()) == ["programs.Membership"]


def test_a_reason_stands_wherever_something_is_left_out_or_stays():
    for holding in holdings():
        assert all([holding.what, holding.why, holding.kept, *holding.excused.values()]), holding.model
        assert bool(holding.stays) == holding.stays_in_part, holding.model
        assert not holding.clears or holding.erased is Erasure.UNNAMED, holding.model


def test_nobody_declares_twice():
    with pytest.raises(ValueError, match="twice"):
        registry.holds_nothing_of_people(Membership, "no")


def test_whose_a_row_is_follows_its_keys():
    assert by("author", "saved_by")(7) == Q(author__user=7) | Q(saved_by__user=7)
    assert of_two("")(7) == Q(first__user=7) | Q(second__user=7)


def test_of_shared_words_a_person_is_told_their_own():
    class Row:
        text = "Hello"
        author = Membership(user_id=7)

    tell = own_words("text", "author")

    assert (tell(Row(), 7), tell(Row(), 8)) == ("Hello", None)


def people_reach() -> set[type[models.Model]]:
    """Every table from which one comes to a login by keys, however many."""
    reached: set[type[models.Model]] = {get_user_model()}
    while True:
        found = {
            model
            for model in apps.get_models()
            if model not in reached and any(column.related_model in reached for column in model._meta.concrete_fields if column.is_relation)
        }
        if not found:
            return reached
        reached |= found


def by_number_alone() -> set[type[models.Model]]:
    """Tables that name a person by no key: in the audit trail nothing is ever changed, also when somebody is erased."""
    return {apps.get_model(name) for name in ("kernel.AuditEvent", "kernel.OnceKey")}
