"""The team of a program, in two queries however many they are."""

from allauth.mfa.models import Authenticator
from django.db.models import Count, Exists, OuterRef, Q

from matching.pairings.models import Pairing
from programs.memberships.models import Membership, MembershipQuerySet


def team_of(viewer: Membership) -> MembershipQuerySet:
    """Each with `open_pairings`, how many they look after, and `has_second_step`; those with most to say first.

    Of a pairing of the viewer's own nothing is counted that its page would not show them either.
    """
    visible = Pairing.objects.visible_to(viewer).open()
    second_step = Authenticator.objects.filter(user=OuterRef("user")).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return (
        Membership.objects.visible_to(viewer)
        .current()
        .filter(Q(is_coordinator=True) | Q(is_admin=True) | Q(is_deputy=True))
        .with_people()
        .annotate(
            open_pairings=Count("caseload", filter=Q(caseload__in=visible), distinct=True),
            has_second_step=Exists(second_step),
        )
        .order_by("-is_admin", "-is_coordinator", "user__name", "pk")
    )


def without_coordinator(viewer: Membership) -> int:
    """Open pairings that nobody looks after."""
    return Pairing.objects.visible_to(viewer).open().filter(Q(coordinator=None) | Q(coordinator__left_at__isnull=False)).count()
