from django.apps import AppConfig


class GuidelinesConfig(AppConfig):
    name = "guidelines"

    def ready(self) -> None:
        # Each declares what it adds when it is imported: acts of a pair, what is answered apart, kinds of mail, what is held about people.
        from guidelines import personal  # noqa: F401
        from guidelines.agreements import letters as letters_of_agreements  # noqa: F401
        from guidelines.agreements import rounds  # noqa: F401
        from guidelines.agreements import services as agreements
        from guidelines.courses import services as courses
        from guidelines.enrolments import letters as _enrolments  # noqa: F401 - declares the mails about courses
        from guidelines.enrolments import services as enrolments
        from guidelines.limits import policies as limits  # noqa: F401
        from guidelines.versions import letters  # noqa: F401
        from guidelines.versions import services as versions
        from matching.pairings import services as pairings
        from programs.memberships import services as memberships
        from programs.profiles import services as profiles
        from programs.setup import services as setup

        setup.when_created(versions.create_first_version)
        setup.when_created(courses.create_shipped)
        setup.when_what_comes_first_changed(enrolments.ask_everybody)
        courses.when_courses_changed(enrolments.ask_everybody)
        memberships.when_joined(versions.ask_to_read)
        memberships.when_joined(enrolments.ask_newcomer)
        profiles.when_sides_change(enrolments.ask_newcomer)
        pairings.when_gone_on(agreements.go_on)
