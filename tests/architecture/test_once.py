"""A page that does a form once forgets its mark where the service refused: the same form can be sent again."""

import ast
from pathlib import Path

from django.conf import settings

APPS = ("programs", "matching", "guidelines", "checkins")


def views_under_once() -> dict[str, ast.FunctionDef]:
    found = {}
    for app in APPS:
        for path in (Path(settings.BASE_DIR) / app).rglob("views.py"):
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.FunctionDef) and "once" in {ast.unparse(decorator) for decorator in node.decorator_list}:
                    found[f"{path.parent.name}.{node.name}"] = node
    return found


def warns_of_a_refusal(view: ast.FunctionDef) -> bool:
    return any(
        isinstance(node, ast.Call) and ast.unparse(node.func) == "messages.warning" and "refused" in ast.unparse(node)
        for node in ast.walk(view)
    )


def test_a_refusal_under_once_is_told_so_that_the_form_can_be_sent_again():
    views = views_under_once()
    assert len(views) > 20, "hardly a view was found: this test looks in the wrong place"

    assert [name for name, view in views.items() if warns_of_a_refusal(view)] == []
