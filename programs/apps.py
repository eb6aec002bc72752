from functools import partial

from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    name = "programs"

    def ready(self) -> None:
        from programs.invitations import letters as invitations  # noqa: F401 - declares the letter that asks somebody in
        from programs.memberships import services as memberships
        from programs.people import letters  # noqa: F401 - declares the mails about an account
        from programs.readiness import services as readiness
        from programs.roster import work  # noqa: F401 - declares the import as long work

        memberships.when_joined(partial(readiness.require, key="profile"))
