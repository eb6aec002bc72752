"""Every task has a written name, a queue that workers know, and a place in the timetable that is spelled right."""

import ast
from pathlib import Path

from celery import Task
from django.conf import settings

from mentoring.celery import app
from mentoring.kernel.queues import Queue

ROOT = Path(__file__).parents[2]
APPS = ("mentoring.", "programs.", "matching.", "guidelines.", "checkins.")


def our_tasks() -> list[Task]:
    app.loader.import_default_modules()
    app.finalize(auto=True)
    return [task for name, task in app.tasks.items() if type(task).__module__.startswith(APPS) or task.run.__module__.startswith(APPS)]


def test_every_task_has_a_written_name_and_a_known_queue():
    tasks = our_tasks()
    assert tasks, "no task was found: this test looks in the wrong place"

    faults = {task.name: found for task in tasks if (found := faults_of(task))}

    assert not faults


def test_a_task_without_name_or_queue_is_seen():
    @app.task(shared=False)
    def nameless() -> None: ...

    assert faults_of(nameless) == ["its name is where it stands", "its queue is not one of Queue", "it keeps a result"]
    app.tasks.unregister(nameless.name)


def faults_of(task: Task) -> list[str]:
    faults = []
    if task.name == f"{task.run.__module__}.{task.run.__name__}":
        faults.append("its name is where it stands")
    if vars(type(task)).get("queue") not in set(Queue):
        faults.append("its queue is not one of Queue")
    if "ignore_result" not in decorated_with(task):
        faults.append("it keeps a result")
    return faults


def decorated_with(task: Task) -> set[str | None]:
    """The arguments of `@shared_task(…)` above the function: a default of the settings is not a promise of the task."""
    tree = ast.parse(Path(task.run.__code__.co_filename).read_text())
    return {
        argument.arg
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name == task.run.__name__
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call)
        for argument in decorator.keywords
    }


def test_every_task_module_is_loaded_by_celery():
    found = {".".join(path.relative_to(ROOT).with_suffix("").parts) for app_ in APPS for path in folder_of(app_).glob("*/tasks.py")}
    assert found, "no tasks.py was found: this test looks in the wrong place"

    assert not found - {task.run.__module__ for task in our_tasks()}


def folder_of(app_: str) -> Path:
    return ROOT / ("mentoring/kernel" if app_ == "mentoring." else app_.rstrip("."))


def test_the_timetable_names_tasks_that_exist_and_lets_no_tick_pile_up():
    timetable = settings.CELERY_BEAT_SCHEDULE
    assert timetable, "the timetable is empty: this test looks in the wrong place"
    tasks = {task.name: task for task in our_tasks()}

    for entry, line in timetable.items():
        assert line["task"] in tasks, entry
        assert line["options"].get("expires"), f"{entry}: without `expires`, ticks pile up while no worker runs"
        assert line["options"].get("queue") == tasks[line["task"]].queue, f"{entry}: not the queue of its task"
