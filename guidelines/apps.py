from django.apps import AppConfig


class GuidelinesConfig(AppConfig):
    name = "guidelines"

    def ready(self) -> None:
        from guidelines.versions import letters  # noqa: F401 - declares the mails about guidelines
        from guidelines.versions import services as versions
        from programs.memberships import services as memberships
        from programs.setup import services as setup

        setup.when_created(versions.create_first_version)
        memberships.when_joined(versions.ask_to_read)
