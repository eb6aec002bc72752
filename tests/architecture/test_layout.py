"""What the import linter does not see: contents pages, the direction of keys, and the door of every page."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models.fields.reverse_related import ForeignObjectRel
from django.urls import URLPattern, URLResolver, get_resolver

from tests.conftest import LONG

ROOT = Path(__file__).parents[2]
# Each may know those before it.
APPS = ["mentoring.kernel", "programs", "matching", "guidelines", "checkins"]
LABELS = ["kernel", "programs", "matching", "guidelines", "checkins"]
# A row without a program: logins and a person's own copy of what is held, the tenant itself, and what the kernel keeps, which knows no
# program (it has a number).
NOT_OWNED = {"programs.User", "programs.DataCopy", "programs.Program"}
DOOR = "p/<slug:program>/"


# --- contents pages ---


@pytest.mark.parametrize("room", ["models", "tasks", "personal"])
def test_every_room_stands_on_its_apps_contents_page(room):
    found = rooms(room)
    assert found, f"no {room}.py found: this test looks in the wrong place"

    missing = missing_from_contents(room, found, {app: (ROOT / app.replace(".", "/") / f"{room}.py").read_text() for app in APPS})

    assert not missing, f"Not imported by the app's {room}.py, so that nobody knows it: {missing}"


def test_a_room_that_is_not_on_the_contents_page_is_seen():
    contents = {"checkins": '"""A page."""\nfrom checkins.plans.models import CheckInPlan\n'}

    assert missing_from_contents("models", ["checkins.plans.models", "checkins.answers.models"], contents) == ["checkins.answers.models"]


def rooms(room: str) -> list[str]:
    return [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for app in APPS
        for path in sorted((ROOT / app.replace(".", "/")).glob(f"*/{room}.py"))
    ]


def missing_from_contents(room: str, found: list[str], contents: dict[str, str]) -> list[str]:
    lines = [node for text in contents.values() for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)]
    imported = {line.module for line in lines} | {f"{line.module}.{name.name}" for line in lines for name in line.names}
    return [module for module in found if module not in imported]


# --- keys ---


def test_keys_point_down():
    keys = list(foreign_keys())
    assert len(keys) > 20, "hardly a key was found: this test looks in the wrong place"

    upward = [name for name, source, target in keys if points_up(source, target)]

    assert not upward, f"An earlier app has a key to a later one: {upward}"


def test_a_key_that_points_up_is_seen():
    assert points_up("programs", "checkins")
    assert not points_up("checkins", "programs")
    assert not points_up("checkins", "checkins")
    assert not points_up("checkins", "auth")


def foreign_keys() -> Iterator[tuple[str, str, str]]:
    ours = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in LABELS]
    for model in ours:
        for field in model._meta.get_fields():
            if not field.is_relation or isinstance(field, ForeignObjectRel) or not isinstance(field.related_model, type):
                continue
            if field.related_model._meta.label != settings.AUTH_USER_MODEL:
                yield f"{model._meta.label}.{field.name}", model._meta.app_label, field.related_model._meta.app_label


def points_up(source: str, target: str) -> bool:
    return target in LABELS and LABELS.index(target) > LABELS.index(source)


# --- the program a row belongs to ---


def test_every_row_of_a_program_reaches_it_and_is_asked_for_by_who_may_see_it():
    owned = [model for model in apps.get_models() if model._meta.app_label in LABELS[1:] and model._meta.label not in NOT_OWNED]
    assert len(owned) > 10, "hardly a model was found: this test looks in the wrong place"

    astray = [model._meta.label for model in owned if not reaches_program(model)]
    unguarded = [model._meta.label for model in owned if not hasattr(model._default_manager.all(), "visible_to")]

    assert not astray, f"No chain of keys that are always set leads to Program: {astray}"
    assert not unguarded, f"The queryset has no visible_to: {unguarded}"


def test_a_row_that_may_have_no_program_is_seen():
    user = apps.get_model(settings.AUTH_USER_MODEL)

    assert not reaches_program(user)


def reaches_program(model: type[models.Model], seen: frozenset[type[models.Model]] = frozenset()) -> bool:
    if model._meta.label == "programs.Program":
        return True
    targets = [
        field.related_model
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and not field.null and isinstance(field.related_model, type)
    ]
    return any(reaches_program(target, seen | {model}) for target in targets if target not in seen | {model})


# --- doors ---


def test_every_page_of_a_program_has_a_door():
    behind = {name: pattern for name, pattern in routes() if DOOR in name}
    assert len(behind) > 10, "hardly a page was found: this test looks in the wrong place"

    open_to_all = [name for name, pattern in behind.items() if not has_door(pattern)]

    assert not open_to_all, f"Pages of a program without a door of programs.memberships.access: {open_to_all}"


def test_a_page_without_a_door_is_seen():
    from django.urls import path

    assert not has_door(path("p/<slug:program>/open/", lambda request, program: None))


def routes() -> Iterator[tuple[str, URLPattern]]:
    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, URLPattern]]:
        for entry in patterns:
            if isinstance(entry, URLResolver):
                yield from walk(entry.url_patterns, prefix + str(entry.pattern))
            else:
                yield prefix + str(entry.pattern), entry

    yield from walk(get_resolver().url_patterns, "")


def has_door(pattern: URLPattern) -> bool:
    return getattr(pattern.callback, "open_to", None) in {"members", "participants", "staff", "admins"}


# --- the tests themselves ---


def test_each_file_that_is_begun_first_is_there():
    assert [name for name in LONG if not (ROOT / name).exists()] == []
