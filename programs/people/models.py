"""A login, and how its person wishes to be called."""

from typing import TYPE_CHECKING, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mentoring.kernel import times
from mentoring.kernel.names import without_titles

if TYPE_CHECKING:
    from datetime import datetime


def validate_time_zone(name: str) -> None:
    if name not in times.zone_names():
        raise ValidationError(_("Choose a time zone from the list, for example Europe/London."), code="unknown_time_zone")


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Make a login. Without a password the person signs in with a mailed code."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    class Theme(models.TextChoices):
        SYSTEM = "", _("As my device does")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    email = models.EmailField(_("address"), max_length=254)
    name = models.CharField(_("full name"), max_length=150, blank=True)
    called = models.CharField(_("name to be called by"), max_length=60, blank=True)
    pronouns = models.CharField(_("pronouns"), max_length=40, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_time_zone])
    language = models.CharField(_("language"), max_length=10, blank=True)
    theme = models.CharField(_("light or dark"), max_length=5, choices=Theme, blank=True, default=Theme.SYSTEM)
    is_active = models.BooleanField(default=True)
    may_create_programs = models.BooleanField(default=False)
    joined_at = models.DateTimeField(default=timezone.now)
    # The person has gone for good: nothing of them is left here but the number that others’ rows point to.
    erased_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    last_login: "datetime | None"

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="programs_user_one_login_per_address")]

    def __str__(self) -> str:
        return self.short_name

    @property
    def short_name(self) -> str:
        """What the person is called on a page: their choice, else the first word of the name that is no title, else the address."""
        if self.erased_at is not None:
            return gettext("Former member")
        return self.called or next(iter(without_titles(self.name)), self.name) or self.email.partition("@")[0]

    @property
    def full_name(self) -> str:
        return self.name or self.short_name

    @property
    def shown_address(self) -> str:
        """As lists show it: empty where there is nobody any more to write to."""
        return "" if self.erased_at is not None else self.email

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.short_name
