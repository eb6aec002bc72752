from django.db import models


class OnceKey(models.Model):
    """A form that was sent and did its work. Kept for a week: nobody's second click comes later."""

    # Whose form it was: "user:<key>", or a hash that tells one signed-out browser from another.
    owner = models.CharField(max_length=80)
    key = models.UUIDField()
    # Where the first answer led, and so does the second.
    location = models.TextField(default="")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="kernel_oncekey_one_a_person_and_form")]
        indexes = [models.Index(fields=["at"], name="kernel_oncekey_by_time")]
