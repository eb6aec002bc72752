from django.apps import AppConfig


class CheckinsConfig(AppConfig):
    name = "checkins"

    def ready(self) -> None:
        # Each declares what it adds when it is imported: acts of a pair, a kind of mail, columns of the list of pairings.
        from checkins.agendas import policies as agendas  # noqa: F401
        from checkins.answers import policies as answers  # noqa: F401
        from checkins.home import columns  # noqa: F401
        from checkins.plans.services import start
        from checkins.reminders import letters  # noqa: F401
        from checkins.sessions import policies as sessions  # noqa: F401
        from programs.setup.services import when_created

        when_created(start)
