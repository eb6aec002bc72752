"""Signing in and what guards an account: allauth's forms, in our words. And what a person says of themselves."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any, ClassVar

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.conf import settings
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from mentoring.kernel import times
from mentoring.kernel.forms import EvenhandForm, OneOf
from programs.people.models import User

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

YOUR_ADDRESS = _("Your email address")
CODE = _("Code from the mail")
CODE_HINT = _("Six digits. It works once, for 15 minutes, in this browser.")
NEW_PASSWORD = _("New password")
NEW_PASSWORD_HINT = _("At least 10 characters. A few words that do not belong together are easy to remember and hard to guess.")
AGAIN = _("The same password again")
APP_CODE = _("Code from your app")
APP_CODE_HINT = _("Six digits, new every 30 seconds. An emergency code works too.")
EMERGENCY_CODE = _("Emergency code")
EMERGENCY_CODE_HINT = _("If your passkey is not at hand: one of the codes you got together with it. Each works once.")
NO_PASSKEY = _("That did not work. Try once more, or choose another way.")
NO_ANSWER_OF_PASSKEY = {"required": NO_PASSKEY, "invalid": NO_PASSKEY}
ONLY_YOU = _("only you.")
AS_MY_DEVICE = "system"

NO_ADDRESS = {"required": _("Enter your email address."), "invalid": _("Enter an address like name@example.org.")}
NO_PASSWORD = {"required": _("Enter your password.")}
NO_NEW_PASSWORD = {"required": _("Enter a password.")}
NO_CODE = {"required": _("Enter the code.")}
NO_APP_CODE = NO_CODE | {
    "incorrect_code": _("This code does not fit. The app shows a new one every 30 seconds: type the one it shows now."),
}
NO_EMERGENCY_CODE = NO_CODE | {
    "incorrect_code": _("This code does not fit. Type one of your emergency codes that you have not used yet."),
}


class WordedForm(EvenhandForm):
    """A form of allauth's in our words: `words` is label and hint of each field, `wrong` what is said about it."""

    words: Mapping[str, "tuple[_StrOrPromise, _StrOrPromise]"] = {}
    wrong: Mapping[str, "Mapping[str, _StrOrPromise]"] = {}
    codes: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *arguments: Any, **names: Any) -> None:
        super().__init__(*arguments, **names)
        for name, field in self.fields.items():
            # A placeholder is gone as soon as one types: the label says it.
            field.widget.attrs.pop("placeholder", None)
            if name in self.words:
                field.label, field.help_text = self.words[name]
            field.error_messages |= self.wrong.get(name, {})
            if name in self.codes:
                field.widget.attrs |= {"class": "input--code", "inputmode": "numeric", "autocomplete": "one-time-code"}

    def add_error(self, field: str | None, error: Any) -> None:
        """What allauth finds wrong by itself, such as a code that does not fit, is said in our words too."""
        code = getattr(error, "code", None)
        words = self.wrong.get(field or "", {}).get(code or "")
        super().add_error(field, forms.ValidationError(words, code=code) if words else error)


class SignIn(WordedForm, account.LoginForm):  # type: ignore[misc]
    """One form for both ways: with a password it signs in, without one it has a code mailed."""

    words = {"login": (YOUR_ADDRESS, _("Use the address your invitation came to.")), "password": (_("Password"), "")}
    wrong = {"login": NO_ADDRESS}

    def __init__(self, *arguments: Any, **names: Any) -> None:
        super().__init__(*arguments, **names)
        # "username webauthn" lets the browser offer a passkey in the field itself.
        self.fields["login"].widget.attrs |= {"autocomplete": "username webauthn", "inputmode": "email"}

    def _setup_password_field(self) -> None:
        password: Any = self.fields["password"]
        password.required = False
        password.optional_goes_unsaid = True


class AskForCode(WordedForm, account.RequestLoginCodeForm):  # type: ignore[misc]
    submit_label = _("Email me a code")
    words = {"email": (YOUR_ADDRESS, "")}
    wrong = {"email": NO_ADDRESS}


class ConfirmSignInCode(WordedForm, account.ConfirmLoginCodeForm):  # type: ignore[misc]
    words, wrong, codes = {"code": (CODE, CODE_HINT)}, {"code": NO_CODE}, ("code",)


class ConfirmAddress(WordedForm, account.ConfirmEmailVerificationCodeForm):  # type: ignore[misc]
    words, wrong, codes = {"code": (CODE, CODE_HINT)}, {"code": NO_CODE}, ("code",)


class ConfirmResetCode(WordedForm, account.ConfirmPasswordResetCodeForm):  # type: ignore[misc]
    words, wrong, codes = {"code": (CODE, CODE_HINT)}, {"code": NO_CODE}, ("code",)


class AskForReset(WordedForm, account.ResetPasswordForm):  # type: ignore[misc]
    submit_label = _("Email me a code")
    words = {"email": (YOUR_ADDRESS, "")}
    wrong = {"email": NO_ADDRESS}


class ChooseNewPassword(WordedForm, account.ResetPasswordKeyForm):  # type: ignore[misc]
    submit_label = _("Save the new password")
    words = {"password1": (NEW_PASSWORD, NEW_PASSWORD_HINT), "password2": (AGAIN, "")}
    wrong = {"password1": NO_NEW_PASSWORD, "password2": NO_NEW_PASSWORD}


class SetPassword(WordedForm, account.SetPasswordForm):  # type: ignore[misc]
    submit_label = _("Save the password")
    words = {"password1": (_("Password"), NEW_PASSWORD_HINT), "password2": (AGAIN, "")}
    wrong = {"password1": NO_NEW_PASSWORD, "password2": NO_NEW_PASSWORD}


class ChangePassword(WordedForm, account.ChangePasswordForm):  # type: ignore[misc]
    submit_label = _("Save the new password")
    words = {
        "oldpassword": (_("Current password"), ""),
        "password1": (NEW_PASSWORD, NEW_PASSWORD_HINT),
        "password2": (AGAIN, ""),
    }
    wrong = {"oldpassword": NO_PASSWORD, "password1": NO_NEW_PASSWORD, "password2": NO_NEW_PASSWORD}


class ChangeAddress(WordedForm, account.AddEmailForm):  # type: ignore[misc]
    words = {"email": (_("New email address"), _("We send a code there. Your address changes when you have typed it in."))}
    wrong = {"email": NO_ADDRESS}
    audiences = {"email": _("you, and those who run your programs.")}


class ShowItIsYou(WordedForm, account.ReauthenticateForm):  # type: ignore[misc]
    submit_label = _("Go on")
    words = {"password": (_("Your password"), "")}
    wrong = {"password": NO_PASSWORD}


class ByCode(WordedForm):
    """The code of an app. Whoever has none is asked for a passkey first, by the page; here for an emergency code in its place."""

    codes = ("code",)

    def __init__(self, *arguments: Any, user: User, **names: Any) -> None:
        types = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
        self.has_app, self.has_passkey = Authenticator.Type.TOTP in types, Authenticator.Type.WEBAUTHN in types
        self.words = {"code": (APP_CODE, APP_CODE_HINT) if self.has_app else (EMERGENCY_CODE, EMERGENCY_CODE_HINT)}
        self.wrong = {"code": NO_APP_CODE if self.has_app else NO_EMERGENCY_CODE}
        super().__init__(*arguments, user=user, **names)


class SecondStep(ByCode, mfa.AuthenticateForm):  # type: ignore[misc]
    submit_label = _("Sign in")


class ShowItIsYouByCode(ByCode, mfa.ReauthenticateForm):  # type: ignore[misc]
    submit_label = _("Go on")


class AddApp(WordedForm, ActivateTOTPForm):  # type: ignore[misc]
    submit_label = _("Turn it on")
    words, wrong, codes = {"code": (_("The code that the app shows now"), _("Six digits."))}, {"code": NO_APP_CODE}, ("code",)


class ByPasskey(WordedForm):
    """What a passkey says, which a browser passes on. Nobody can type it."""

    wrong = {"credential": NO_ANSWER_OF_PASSKEY}

    def clean_credential(self) -> Any:
        with _refused_where_misshapen():
            return super().clean_credential()  # type: ignore[misc]


class SecondStepByPasskey(ByPasskey, webauthn.AuthenticateWebAuthnForm):  # type: ignore[misc]
    pass


class SignInByPasskey(ByPasskey, webauthn.LoginWebAuthnForm):  # type: ignore[misc]
    pass


class ShowItIsYouByPasskey(ByPasskey, webauthn.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    pass


class AddPasskey(WordedForm, webauthn.AddWebAuthnForm):  # type: ignore[misc]
    words = {
        "name": (_("What do you call it?"), _("So that you can tell several apart, for example “My telephone”.")),
        "passwordless": (
            _("I also want to sign in with it alone"),
            _("Then it asks for your fingerprint, your face or a PIN, and no code is mailed."),
        ),
    }
    wrong = {"credential": NO_ANSWER_OF_PASSKEY}
    audiences = {"name": ONLY_YOU}

    def clean(self) -> Any:
        with _refused_where_misshapen():
            return super().clean()

    def add_error(self, field: str | None, error: Any) -> None:
        """What the passkey says lies in a field that nobody sees: what is wrong with it is said of the form."""
        super().add_error(None if field == "credential" else field, error)


@contextmanager
def _refused_where_misshapen() -> Iterator[None]:
    """Whoever writes a passkey's answer by hand makes the library stumble, over a part that is not there or is of another kind."""
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError):
        raise forms.ValidationError(NO_PASSKEY) from None


class RenamePasskey(WordedForm, webauthn.EditWebAuthnForm):  # type: ignore[misc]
    submit_label = _("Save the name")
    words = {"name": (_("What do you call it?"), "")}
    wrong = {"name": {"required": _("Enter a name.")}}
    audiences = {"name": ONLY_YOU}


@cache
def time_zones() -> tuple[tuple[str, list[tuple[str, str]]], ...]:
    """Places one can choose as a time zone, by part of the world."""
    areas = {"Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
    places = sorted(name for name in times.zone_names() if name.split("/")[0] in areas)
    by_area = groupby(places, key=lambda name: name.split("/")[0])
    return (
        *((area, [(name, name.partition("/")[2].replace("_", " ").replace("/", ", ")) for name in names]) for area, names in by_area),
        ("UTC", [("UTC", "UTC")]),
    )


class TimeZoneField(forms.ChoiceField):
    """A zone from the list. One that is not listed but valid, such as an older name, stays choosable while it is the value."""

    def __init__(self, **names: Any) -> None:
        names.setdefault("label", _("Time zone"))
        super().__init__(choices=time_zones, **names)
        self.error_messages |= {
            "required": _("Choose a time zone."),
            "invalid_choice": _("Choose a time zone from the list, for example Europe/London."),
        }

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> BoundField:
        current = form.get_initial_for_field(self, field_name)
        if current and not super().valid_value(current):
            self.choices = [(current, current), *time_zones()]
        return super().get_bound_field(form, field_name)

    def valid_value(self, value: Any) -> bool:
        return value in times.zone_names()


class AccountForm(EvenhandForm, forms.ModelForm):
    submit_label = _("Save")
    audiences = {
        "name": _("those you are paired with, and those who run your programs."),
        "called": _("those you are paired with, and those who run your programs."),
        "pronouns": _("those you are paired with, and those who run your programs."),
    }

    time_zone = TimeZoneField(label=_("Your time zone"), help_text=_("All times on your pages and in your mails are shown in it."))

    theme = OneOf(
        label=_("Light or dark"),
        # A choice of its own in the form, since an empty one would look like none.
        choices=[(value or AS_MY_DEVICE, words) for value, words in User.Theme.choices],
        in_a_row=True,
    )

    class Meta:
        model = User
        fields = ["name", "called", "pronouns", "time_zone", "language", "theme"]
        labels = {
            "name": _("Full name"),
            "called": _("What should we call you?"),
            "pronouns": _("Pronouns"),
            "language": _("Language"),
        }
        help_texts = {"called": _("If it is not the first word of your full name."), "pronouns": _("For example she/her or they/them.")}
        error_messages = {"name": {"required": _("Enter your name.")}}

    def __init__(self, *arguments: Any, **names: Any) -> None:
        super().__init__(*arguments, **names)
        self.fields["name"].required = True
        self.initial["theme"] = self.initial.get("theme") or AS_MY_DEVICE
        if len(settings.LANGUAGES) < 2:
            del self.fields["language"]
        else:
            self.fields["language"] = forms.ChoiceField(
                label=_("Language"), choices=[("", _("As my browser says")), *settings.LANGUAGES], required=False
            )

    def clean_theme(self) -> str:
        theme: str = self.cleaned_data["theme"]
        return "" if theme == AS_MY_DEVICE else theme
