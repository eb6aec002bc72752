"""Making logins, and changing what a person says of themselves."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import services as outbox
from programs.people.models import User


@transaction.atomic
def create_user(
    *,
    email: str,
    now: datetime,
    name: str = "",
    called: str = "",
    pronouns: str = "",
    time_zone: str = "UTC",
    language: str = "",
) -> User:
    """Make a login for an address that its owner has proven, by a link or a code that was mailed there. It has no password yet."""
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                email, name=name, called=called, pronouns=pronouns, time_zone=time_zone, language=language, joined_at=now
            )
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    except IntegrityError:
        # Somebody signs in with it, or has proven that it is theirs too.
        raise Refused(_("There is an account with this address already. Sign in with it.")) from None
    audit.record(verb="account.created", subject=user, program_id=None, actor_id=user.pk, now=now)
    return user


@transaction.atomic
def let_create_programs(*, address: str, now: datetime, name: str = "") -> User:
    """For the operator: the person with this address may create programs. Makes their login if need be. May run twice."""
    user = User.objects.select_for_update().filter(email__iexact=address).first() or create_user(email=address, name=name, now=now)
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    if name and user.name != name:
        user.name = name
        user.save(update_fields=["name"])
    if not user.may_create_programs:
        user.may_create_programs = True
        user.save(update_fields=["may_create_programs"])
        audit.record(verb="account.may_create_programs", subject=user, program_id=None, actor_id=None, now=now)
    return user


@transaction.atomic
def change_account(
    *, user: User, name: str, called: str, pronouns: str, time_zone: str, theme: str, now: datetime, language: str | None = None
) -> User:
    """Change how somebody is called, and what their pages look like to them. `language=None` leaves it as it is."""
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    wished = {"name": name, "called": called, "pronouns": pronouns, "time_zone": time_zone, "theme": theme}
    if language is not None:
        wished["language"] = language
    changed = [field for field, value in wished.items() if getattr(user, field) != value]
    for field in changed:
        setattr(user, field, wished[field])
    if changed:
        user.save(update_fields=changed)
        if "time_zone" in changed:
            # What waits for an hour that suits them waits for another one now.
            outbox.reconsider(user.pk, now)
        audit.record(
            verb="account.changed", subject=user, program_id=None, actor_id=user.pk, now=now, detail={"fields": ",".join(sorted(changed))}
        )
    return user
