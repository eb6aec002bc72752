"""The files of a real installation, read and compared with the code: there is no container engine where the tests run."""

import re
import shlex
from pathlib import Path

import pytest
import yaml

from mentoring.celery import app

ROOT = Path(__file__).parents[2]
OURS = ["web", "worker", "beat"]


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@pytest.fixture(scope="module")
def dockerfile():
    """The instructions, with continued lines joined, by stage."""
    text = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text())
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    stages: list[list[tuple[str, str]]] = []
    for word, rest in lines:
        if word == "FROM":
            stages.append([])
        stages[-1].append((word, " ".join(rest.split())))
    return stages


@pytest.fixture(scope="module")
def example():
    """What `.env.example` names: what is set there, and what may be."""
    return dict(re.findall(r"^#?([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))


def test_every_service_is_there_and_says_whether_it_is_well(compose):
    services = compose["services"]
    assert {"database", "redis", *OURS} <= set(services)

    for name in ["database", "redis", *OURS]:
        assert services[name]["healthcheck"]["test"], name
        assert services[name]["restart"] == "unless-stopped", name


def test_what_must_outlive_a_container_is_in_a_volume(compose):
    for name, folder in {
        "database": "/var/lib/postgresql/data",
        "redis": "/data",
        "web": "/data",
        "worker": "/data",
        "beat": "/data",
    }.items():
        mounts = dict(mount.split(":")[:2] for mount in compose["services"][name]["volumes"])
        volume = next(volume for volume, at in mounts.items() if at == folder)
        assert volume in compose["volumes"], name


def test_ours_wait_for_the_servers_and_for_the_tables(compose):
    for name in OURS:
        waits_for = compose["services"][name]["depends_on"]
        assert {dependency: wait["condition"] for dependency, wait in waits_for.items()} == {
            "database": "service_healthy",
            "redis": "service_healthy",
            "tables": "service_completed_successfully",
        }


def test_ours_may_do_nothing_they_need_not(compose):
    for name in [*OURS, "tables"]:
        service = compose["services"][name]
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]
        assert not service.get("privileged")


def test_only_the_site_can_be_reached_and_only_from_this_machine(compose):
    published = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}

    assert list(published) == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in published["web"])


def test_redis_forgets_no_message(compose):
    command = shlex.split(compose["services"]["redis"]["command"])

    assert command[command.index("--maxmemory-policy") + 1] == "noeviction"
    assert command[command.index("--appendonly") + 1] == "yes"


def test_the_worker_takes_every_queue(compose):
    command = shlex.split(compose["services"]["worker"]["command"])

    assert not {"-Q", "--queues"} & set(command)
    assert set(app.amqp.queues) == {"mail", "work"}


def test_beats_health_is_the_age_of_the_file_it_writes(compose):
    command = shlex.split(compose["services"]["beat"]["command"])
    schedule = Path(command[command.index("--schedule") + 1])

    assert f"find {schedule.parent}" in compose["services"]["beat"]["healthcheck"]["test"][1]
    assert f"'{schedule.name}*'" in compose["services"]["beat"]["healthcheck"]["test"][1]
    assert app.conf.beat_sync_every == 1


def test_every_variable_is_read_somewhere(compose, example):
    read = {
        name
        for path in [ROOT / "mentoring/settings.py", ROOT / "mentoring/embedded.py", ROOT / "gunicorn.conf.py"]
        for name in re.findall(r"""["']([A-Z][A-Z_]+)["']""", path.read_text())
    }
    by_compose = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    given = {name for service in compose["services"].values() if service.get("env_file") for name in service["environment"]}
    in_image = set(re.findall(r"\b([A-Z_]{4,})=", (ROOT / "Dockerfile").read_text()))
    in_image = {name for name in in_image if name != "PATH" and not name.startswith("PYTHON")}

    assert not set(example) - read - by_compose
    assert not given - read
    assert not in_image - read
    assert not by_compose - set(example) - {"PORT_ON_THIS_MACHINE"}


def test_what_has_no_default_is_in_the_example(example):
    needed = set(re.findall(r"else env\.\w+\(\"([A-Z_]+)\"\)", (ROOT / "mentoring/settings.py").read_text()))
    assert {"SECRET_KEY", "FIELD_KEYS"} <= needed

    assert needed <= set(example)


def test_the_example_holds_no_secret(example):
    assert {example[name] for name in ("SECRET_KEY", "FIELD_KEYS", "POSTGRES_PASSWORD")} == {""}


def test_the_image_runs_as_nobody_special_and_carries_no_build_tools(dockerfile):
    final = dockerfile[-1]
    assert len(dockerfile) == 2

    assert [rest for word, rest in final if word == "USER"] == ["evenhand"]
    assert final.index(("USER", "evenhand")) < next(number for number, (word, _) in enumerate(final) if word == "CMD")
    assert not [rest for word, rest in final if word == "RUN" and re.search(r"\b(apt-get|gcc|build-essential|pip install)\b", rest)]
    assert "slim" in dict(final)["FROM"]


def test_the_image_installs_the_locked_packages_and_nothing_else(dockerfile):
    installs = [rest for word, rest in dockerfile[0] if word == "RUN" and "pip install" in rest]

    assert len(installs) == 1
    assert "--require-hashes" in installs[0]


def test_the_image_holds_the_code_and_no_secret():
    kept = [line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]

    assert all((ROOT / name).exists() for name in kept if name != "locale")  # which comes with the first translation
    assert {"mentoring", "programs", "matching", "guidelines", "checkins", "templates", "static", "manage.py"} <= set(kept)
    assert not [name for name in kept if name.startswith((".env", ".git", "tests"))]
