"""What this subject holds about people."""

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mentoring.kernel.holdings.registry import (
    OWN_WORKING,
    STAFF,
    WITH_THE_ACCOUNT,
    Erasure,
    Reader,
    holds,
    holds_nothing_of_people,
    user,
)
from programs.people.models import User


def at_an_address_of(user_id: int) -> Q:
    """For rows that were made before the person had an account: by `email`, in whatever case."""
    addresses = {*EmailAddress.objects.filter(user=user_id).values_list("email", flat=True)}
    addresses |= {*User.objects.filter(pk=user_id).values_list("email", flat=True)}
    found = Q(pk__in=[])
    for address in sorted(addresses):
        found |= Q(email__iexact=address)
    return found


SECRET = _("a secret by which your account is kept safe")

holds(
    User,
    what=_("Your account"),
    why=_("so that you can sign in, and are called what you wish"),
    kept=WITH_THE_ACCOUNT,
    whose=user("pk"),
    read_by=(Reader.OTHER_HALF, *STAFF),
    exported="email name called pronouns time_zone language theme joined_at last_login may_create_programs erased_at",
    excused={"password": SECRET, "is_active": OWN_WORKING},
    erased=Erasure.UNNAMED,
    stays=_("a number without a name or address, so that what others wrote with you still has two sides"),
    is_counted=False,
)
holds(
    EmailAddress,
    what=_("Your addresses"),
    why=_("so that you can sign in, and mail reaches you"),
    kept=WITH_THE_ACCOUNT,
    whose=user("user"),
    exported="email verified primary",
)
holds(
    Authenticator,
    what=_("Your second sign-in steps"),
    why=_("so that nobody else can sign in as you"),
    kept=WITH_THE_ACCOUNT,
    whose=user("user"),
    exported="type created_at last_used_at",
    excused={"data": SECRET},
)
holds(
    SocialAccount,
    what=_("Your sign-in through your organisation"),
    why=_("so that you need no other"),
    kept=WITH_THE_ACCOUNT,
    whose=user("user"),
    exported="provider uid last_login date_joined extra_data",
)
holds(
    UserSession,
    what=_("Where you are signed in"),
    why=_("so that you can see and end it"),
    kept=_("until you sign out, or have not been there for some time"),
    whose=user("user"),
    exported="created_at last_seen_at ip user_agent",
    excused={"session_key": SECRET, "data": OWN_WORKING},
)
holds_nothing_of_people(EmailConfirmation, SECRET)
holds_nothing_of_people(SocialApp, _("how this site reaches an organisation’s sign-in"))
holds_nothing_of_people(SocialToken, SECRET)
holds_nothing_of_people(Session, SECRET)
holds_nothing_of_people(Group, _("not used here"))
holds_nothing_of_people(Permission, _("not used here"))
holds_nothing_of_people(ContentType, OWN_WORKING)
