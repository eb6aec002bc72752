"""Contents page for Celery. Each subject's tasks are imported here, or no worker would know them."""

from guidelines.enrolments.tasks import offer_courses

__all__ = ["offer_courses"]
