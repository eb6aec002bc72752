"""A text field whose column holds bytes that only the keys can read."""

from typing import Any

from django.db import models

from mentoring.kernel.encryption import keys


class SensitiveText(str):
    """A decrypted text. Whatever prints its repr (a log, an error report) prints stars."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "***"


class EncryptedTextField(models.BinaryField):
    """Text, encrypted at rest and bound to its row.

    `row_field` names the uuid field that the text is bound to; it must have its value before the row is saved, as a uuid with a
    default has. None stays None. Searching, ordering and indexing such a field is impossible by design.
    """

    def __init__(self, *arguments: Any, row_field: str = "id", **options: Any) -> None:
        self.row_field = row_field
        options.setdefault("editable", True)
        super().__init__(*arguments, **options)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, arguments, options = super().deconstruct()
        options["row_field"] = self.row_field
        return name, path, arguments, options

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _Decrypted(self))

    def bound_to(self, instance: models.Model) -> str:
        return f"{instance._meta.db_table}:{self.column}:{getattr(instance, self.row_field)}"

    def pre_save(self, model_instance: models.Model, add: bool) -> bytes | None:
        text = getattr(model_instance, self.attname)
        return None if text is None else keys.encrypt(text, bound_to=self.bound_to(model_instance))


class _Decrypted:
    """Decrypts when the text is read, and only then: a list that does not show a text never decrypts it."""

    def __init__(self, field: EncryptedTextField) -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type[models.Model]) -> Any:
        if instance is None:
            return self
        if self.field.attname not in instance.__dict__:
            instance.refresh_from_db(fields=[self.field.attname])
        value = instance.__dict__[self.field.attname]
        if isinstance(value, (bytes, memoryview)):
            return SensitiveText(keys.decrypt(bytes(value), bound_to=self.field.bound_to(instance)))
        return value

    def __set__(self, instance: models.Model, value: str | bytes | memoryview | None) -> None:
        instance.__dict__[self.field.attname] = SensitiveText(value) if isinstance(value, str) else value
