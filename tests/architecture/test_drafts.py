"""What somebody typed is kept on a device in one place alone."""

from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
KEEPS = ("localStorage", "sessionStorage", "indexedDB", "serviceWorker", "caches.")


def test_of_all_forms_only_the_log_of_a_session_is_kept_on_a_device():
    """Above all no concern: whoever else looks at the device learns of none."""
    keeping = [
        str(path.relative_to(ROOT / "templates")) for path in (ROOT / "templates").rglob("*.html") if "data-draft=" in path.read_text()
    ]

    assert keeping == ["checkins/accounts/log.html"]


def test_no_other_script_keeps_anything():
    keeping = {path.name for path in (ROOT / "static/js").glob("*.js") if any(word in path.read_text() for word in KEEPS)}

    assert keeping == {"drafts.js", "keep-draft.js"}
