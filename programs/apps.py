from functools import partial

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgramsConfig(AppConfig):
    name = "programs"

    def ready(self) -> None:
        from allauth.mfa.models import Authenticator

        from mentoring.kernel.encryption import services as encryption
        from programs import personal  # noqa: F401 - declares what is held about people
        from programs.invitations import letters  # noqa: F401 - declares the letter that asks somebody in
        from programs.invitations import services as invitations
        from programs.memberships import services as memberships
        from programs.people import letters as account_letters  # noqa: F401 - declares the mails about an account
        from programs.people.adapter import SECOND_STEPS
        from programs.privacy import letters as letters_of_copies  # noqa: F401 - declares the letter that a copy is ready
        from programs.privacy import work as copies_and_erasures  # noqa: F401 - declares them as long work
        from programs.profiles import services as profiles
        from programs.readiness import services as readiness
        from programs.retention import kinds as retention
        from programs.roster import work  # noqa: F401 - declares the import as long work

        for name in ("secret", "seed"):
            encryption.rotate_too(encryption.TextsInside(Authenticator, "data", name, SECOND_STEPS))
        retention.register(
            retention.Kind(
                name="profiles",
                label=_("Profiles of people who have left"),
                hint=_("Months after they left. Their name and address stay until they erase their account."),
                months=24,
                expired=profiles.of_those_who_left_before,
            )
        )
        retention.register(
            retention.Kind(
                name="invitations",
                label=_("Invitations that are over"),
                hint=_("Months after the day until which they could be used."),
                months=12,
                expired=invitations.over_before,
            )
        )
        memberships.when_joined(partial(readiness.require, key="profile"))
