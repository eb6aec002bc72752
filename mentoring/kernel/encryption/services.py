"""Writes every encrypted text anew with the newest key, so that an old key can be taken out of FIELD_KEYS."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import Count, Func, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from mentoring.kernel.encryption import keys
from mentoring.kernel.encryption.fields import EncryptedTextField


@dataclass(frozen=True)
class Column:
    model: type[models.Model]
    field: EncryptedTextField

    def __str__(self) -> str:
        return f"{self.model._meta.label_lower}.{self.field.name}"


@dataclass(frozen=True)
class TextsInside:
    """What a library keeps as text under this name in a JSON column of its own, encrypted by us."""

    model: type[models.Model]
    column: str
    name: str
    bound_to: str

    def __str__(self) -> str:
        return f"{self.model._meta.label_lower}.{self.column}.{self.name}"

    def rows(self) -> "models.QuerySet[Any]":
        there = self.model._base_manager.filter(**{f"{self.column}__{self.name}__isnull": False})
        key_id = Func(KeyTextTransform(self.name, self.column), Value(keys.END_OF_ID_IN_TEXT), Value(1), function="split_part")
        found: models.QuerySet[Any] = there.annotate(written_with=Cast(key_id, models.TextField()))
        return found


_inside: list[TextsInside] = []


def rotate_too(texts: TextsInside) -> None:
    """For `AppConfig.ready()`."""
    if texts not in _inside:
        _inside.append(texts)


@dataclass(frozen=True)
class Portion:
    """What one transaction did."""

    column: Column | TextsInside
    rewritten: int
    unreadable: int


class KeyOf(Func):
    """The id of the key that a column's bytes begin with."""

    template = r"encode(substring(%(expressions)s from 1 for greatest(position('\x00'::bytea in %(expressions)s) - 1, 0)), 'escape')"
    output_field = models.TextField()


def columns() -> list[Column]:
    """Every encrypted column of every model."""
    return [
        Column(model, field)
        for model in apps.get_models()
        if model._meta.managed and not model._meta.proxy
        for field in model._meta.local_concrete_fields
        if isinstance(field, EncryptedTextField)
    ]


def rows_by_key() -> Counter[str]:
    """How many texts each key still holds. A key with none can go; one that is not configured any more is what nobody can read."""
    counted: Counter[str] = Counter(dict.fromkeys(keys.known_key_ids(), 0))
    for column in columns():
        written = column.model._base_manager.exclude(**{column.field.name: None})
        by_key = (
            written.order_by()
            .values(written_with=KeyOf(column.field.name))
            .annotate(texts=Count("pk"))
            .values_list("written_with", "texts")
        )
        for key_id, texts in by_key:
            counted[key_id] += texts
    for inside in _inside:
        for key_id, texts in inside.rows().order_by().values_list("written_with").annotate(texts=Count("pk")):
            counted[key_id] += texts
    return counted


def rotate() -> Iterator[Portion]:
    """Write with the newest key what another one wrote, some hundred rows a transaction, each of which is yielded once it is committed.

    May be killed and called again: what is done already is not looked at. What cannot be read stays as it is and is counted.
    """
    every: list[Column | TextsInside] = [*columns(), *_inside]
    for column in every:
        last: Any = None
        while True:
            portion, last = _rotate_some(column, after=last) if isinstance(column, Column) else _rotate_some_inside(column, after=last)
            if last is None:
                break
            yield portion


@transaction.atomic
def _rotate_some(column: Column, *, after: Any) -> tuple[Portion, Any]:
    """Returns the key of the last row it looked at too; None when there is none left."""
    name = column.field.attname
    others = (
        column.model._base_manager.exclude(**{column.field.name: None})
        .alias(written_with=KeyOf(name))
        .exclude(written_with=keys.newest_key_id())
    )
    if after is not None:
        others = others.filter(pk__gt=after)
    rows = list(others.select_for_update(of=("self",)).only(name, column.field.row_field).order_by("pk")[: column.field.rows_at_once])
    unreadable = 0
    for row in rows:
        try:
            written_anew = column.field.pre_save(row, add=False)
        except keys.Unreadable:
            unreadable += 1
        else:
            column.model._base_manager.filter(pk=row.pk).update(**{name: written_anew})
    return Portion(column, len(rows) - unreadable, unreadable), rows[-1].pk if rows else None


@transaction.atomic
def _rotate_some_inside(texts: TextsInside, *, after: Any) -> tuple[Portion, Any]:
    """As `_rotate_some`."""
    others = texts.rows().exclude(written_with=keys.newest_key_id())
    if after is not None:
        others = others.filter(pk__gt=after)
    rows = list(others.select_for_update(of=("self",)).order_by("pk")[: EncryptedTextField.rows_at_once])
    unreadable = 0
    for row in rows:
        kept = getattr(row, texts.column)
        try:
            written_anew = keys.encrypt_to_text(keys.decrypt_text(kept[texts.name], bound_to=texts.bound_to), bound_to=texts.bound_to)
        except keys.Unreadable:
            unreadable += 1
        else:
            texts.model._base_manager.filter(pk=row.pk).update(**{texts.column: {**kept, texts.name: written_anew}})
    return Portion(texts, len(rows) - unreadable, unreadable), rows[-1].pk if rows else None
