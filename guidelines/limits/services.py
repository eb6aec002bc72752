"""Setting a limit of one's own, and giving it up. Nobody else is told, and nothing is recorded: a record would tell whose it is."""

from django.db import transaction
from django.utils.translation import gettext as _

from guidelines.limits import policies
from guidelines.limits.models import OwnLimit
from guidelines.versions.topics import Topic
from mentoring.kernel.errors import Refused
from programs.memberships.models import Membership


@transaction.atomic
def set_limit(*, topic: Topic, words: str, by: Membership) -> None:
    """`words`: one of the limits of the topic. The first is what everybody keeps to: then there is no limit of one's own any more."""
    if not policies.may_set(by):
        raise Refused(_("Limits are set by those who take part, for themselves."))
    if words not in topic.limits:
        raise Refused(_("The guidelines have changed, and this is not one of the limits any more. Look at them once more."))
    if words == topic.limits[0]:
        OwnLimit.objects.filter(membership=by, topic=topic.key).delete()
    else:
        OwnLimit.objects.update_or_create(membership=by, topic=topic.key, defaults={"words": words})
