"""What the pages of this app need besides the components."""

from django.template import Library
from django.utils.safestring import SafeString

from guidelines.versions.markdown import rendered

register = Library()


@register.filter
def markdown(text: str, first_level: int) -> SafeString:
    """What somebody wrote in Markdown, clean; its topmost heading becomes one of this level: `{{ topic.rule|markdown:3 }}`."""
    return rendered(text, first_level)
