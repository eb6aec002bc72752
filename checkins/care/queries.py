"""What the pages of tasks show."""

from checkins.care import policies
from checkins.care.models import Task
from programs.memberships.models import Membership


def others_who_may_do(task: Task, staff: Membership) -> list[Membership]:
    """Who runs the program, may read this and is no part of the pairing; without whoever has it already. One query."""
    people = Membership.objects.visible_to(staff).current().staff().with_people().order_by("user__name", "pk")
    return [person for person in people if person.pk != task.owner_id and policies.may_do(person, task)]
