"""Where allauth asks us: who may sign up, what mails go out, what is said when something is wrong."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mentoring.kernel.encryption import keys
from programs.people import letters
from programs.people.access import has_just_signed_in
from programs.people.forms import NO_PASSKEY

# The place that these secrets are bound to.
SECOND_STEPS = "mfa_authenticator.data"
TOO_MANY_TRIES = _("There were too many tries. Wait a few minutes, then ask for a new code.")
BY_CODE = "mfa_reauthenticate"
WAYS = {
    "reauthenticate": _("Use my password"),
    BY_CODE: _("Use the code of my app"),
    "mfa_reauthenticate:webauthn": _("Use a passkey"),
}
WRONG_CODE = _("This is not the code of the newest mail. Look again, and type all of it.")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "cannot_remove_primary_email": _("This is your only address. Add another one first."),
        "duplicate_email": _("This is your address already."),
        "email_password_mismatch": _("This address and password do not fit together. You can have a code mailed instead."),
        "email_taken": _("Another account uses this address. Choose a different one."),
        "enter_current_password": _("This is not your current password."),
        "incorrect_code": WRONG_CODE,
        "incorrect_password": _("This is not your password."),
        "invalid_login": _("Enter your email address."),
        "too_many_login_attempts": TOO_MANY_TRIES,
        "same_as_current": _("This is what you have now. Choose something else."),
        "rate_limited": _("That was quick. Wait a minute, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up by themselves: an invitation leads in."""
        return False

    def is_reauthentication_required(self, *, app: str, **names: Any) -> bool:
        """Nobody is asked again in the minutes after signing in, such as who sets up a second step at once."""
        return super().is_reauthentication_required(app=app, **names) and not has_just_signed_in(context.request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        ways: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        words = WAYS
        if ways and not is_mfa_enabled(user, types=[Authenticator.Type.TOTP]):
            # An emergency code stands in for what is not at hand, so it comes last.
            words = WAYS | {BY_CODE: _("Use an emergency code")}
            ways.sort(key=lambda way: way["id"] == BY_CODE)
        for way in ways:
            way["description"] = words.get(way["id"], way["description"])
        return ways

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        letters.owe(template_prefix=template_prefix, address=email, code=context.get("code", ""), now=timezone.now())


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """An organisation's own sign-in opens an account that is there already, and makes none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "add_email_blocked": _("Take off the second sign-in step first, then change your address, then add it again."),
        "cannot_delete_authenticator": _("You cannot take this off while you need a second sign-in step."),
        "cannot_generate_recovery_codes": _("Emergency codes come with a second sign-in step. Add one first."),
        # Of a passkey: a form that takes a code has words of its own.
        "incorrect_code": NO_PASSKEY,
        "unverified_email": _("Confirm your email address first."),
    }

    def encrypt(self, text: str) -> str:
        """What makes the codes of a second step. Nobody can make them from a copy of the database alone."""
        return keys.encrypt_to_text(text, bound_to=SECOND_STEPS)

    def decrypt(self, encrypted_text: str) -> str:
        return keys.decrypt_text(encrypted_text, bound_to=SECOND_STEPS)

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey %(number)s") % {"number": number}
