"""Contents page for Django. Import from the subject, never from here."""

from guidelines.versions.models import Acknowledgement, GuidelineVersion

__all__ = ["Acknowledgement", "GuidelineVersion"]
