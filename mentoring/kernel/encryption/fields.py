"""Fields for a text, and for a file, whose column holds bytes that only the keys can read."""

from typing import Any, NoReturn

from django.db import models

from mentoring.kernel.encryption import keys


class SensitiveText(str):
    """A decrypted text. Whatever prints its repr (a log, an error report) prints stars."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "***"


class SensitiveBytes(bytes):
    """A decrypted file. Whatever prints its repr prints stars."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "***"


class _Decrypted:
    """Decrypts when the text is read, and only then: a list that does not show a text never decrypts it."""

    def __init__(self, field: "EncryptedTextField") -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type[models.Model]) -> Any:
        if instance is None:
            return self
        if self.field.attname not in instance.__dict__:
            instance.refresh_from_db(fields=[self.field.attname])
        value = instance.__dict__[self.field.attname]
        if isinstance(value, bytes | memoryview):
            return SensitiveText(keys.decrypt(bytes(value), bound_to=self.field.bound_to(instance)))
        return value

    def __set__(self, instance: models.Model, value: str | bytes | memoryview | None) -> None:
        instance.__dict__[self.field.attname] = SensitiveText(value) if isinstance(value, str) else value


class EncryptedTextField(models.BinaryField):
    """Text, encrypted at rest and bound to its row.

    `row_field` names the uuid field that the text is bound to; it must have its value before the row is saved, as a uuid with a
    default has. None stays None.

    Text is encrypted where a row is saved: `save`, `create`, `bulk_create`. `update` and `bulk_update` know no row, so they take None and
    bytes that are encrypted already, and refuse text; so does every filter. `values` and `values_list` give the encrypted bytes.
    """

    descriptor_class: type = _Decrypted
    # How many rows may be written anew in one transaction when keys change.
    rows_at_once = 500

    def __init__(self, *arguments: Any, row_field: str = "id", **options: Any) -> None:
        self.row_field = row_field
        options.setdefault("editable", True)
        super().__init__(*arguments, **options)

    def deconstruct(self) -> Any:
        name, path, arguments, options = super().deconstruct()
        options["row_field"] = self.row_field
        return name, path, arguments, options

    def bound_to(self, instance: models.Model) -> str:
        """The place a text belongs to. The same whether the row's uuid was just typed or comes from the database."""
        row_field: Any = self.model._meta.get_field(self.row_field)
        row = row_field.to_python(getattr(instance, self.row_field))
        if row is None:
            raise ValueError(f"{instance._meta.label}.{self.name} is bound to {self.row_field}, which has no value yet.")
        return f"{self.model._meta.db_table}:{self.column}:{row}"

    def pre_save(self, model_instance: models.Model, add: bool) -> bytes | None:
        text = getattr(model_instance, self.attname)
        return None if text is None else keys.encrypt(str(text), bound_to=self.bound_to(model_instance))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, str):
            self._refuse_text()
        return super().get_db_prep_value(value, connection, prepared)

    def get_lookup(self, lookup_name: str) -> Any:
        """Only whether there is a text can be asked. The others would compare bytes, or cast them, and find nothing without a word."""
        return super().get_lookup(lookup_name) if lookup_name in ("exact", "in", "isnull") else None

    def _refuse_text(self) -> NoReturn:
        raise TypeError(
            f"{self.model._meta.label}.{self.name} is encrypted for one row: it can be saved with that row, "
            "but not given to update(), bulk_update() or a filter."
        )

    def get_default(self) -> Any:
        """Nothing was said, so there is no text: a column that needs one refuses it, rather than hold bytes that no key made."""
        return super().get_default() if self.has_default() else None

    def to_python(self, value: Any) -> Any:
        return value


class _DecryptedFile:
    """Decrypts when the content is read. What was given and not saved yet is marked as such: it and what is stored are both bytes."""

    def __init__(self, field: "EncryptedFileField") -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type[models.Model]) -> Any:
        if instance is None:
            return self
        if self.field.attname not in instance.__dict__:
            instance.refresh_from_db(fields=[self.field.attname])
        value = instance.__dict__[self.field.attname]
        if value is None or isinstance(value, SensitiveBytes):
            return value
        return SensitiveBytes(keys.decrypt_bytes(bytes(value), bound_to=self.field.bound_to(instance)))

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedFileField(EncryptedTextField):
    """The content of a file, encrypted at rest and bound to its row. It is given as `SensitiveBytes`; plain bytes are what is stored."""

    descriptor_class = _DecryptedFile
    # Each may be some megabytes.
    rows_at_once = 5

    def pre_save(self, model_instance: models.Model, add: bool) -> bytes | None:
        content = getattr(model_instance, self.attname)
        return None if content is None else keys.encrypt_bytes(bytes(content), bound_to=self.bound_to(model_instance))
