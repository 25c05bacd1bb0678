"""What the container image promises, read from the Dockerfile and the compose file."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from bot.settings import Settings, variable

ROOT = Path(__file__).parents[1]


def instructions() -> list[tuple[str, str]]:
    """Return the instructions with their arguments, continued lines joined."""
    text = (ROOT / "Dockerfile").read_text()
    joined = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    return [
        (word, rest.strip())
        for word, _, rest in (line.partition(" ") for line in joined.splitlines())
        if word
    ]


def last_stage() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word, rest in instructions():
        if word == "FROM":
            found = {}
        found.setdefault(word, []).append(" ".join(rest.split()))
    return found


def test_hadolint_finds_nothing() -> None:
    program = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    assert program
    done = subprocess.run([program, "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_only_the_base_image_can_be_changed() -> None:
    arguments = [rest for word, rest in instructions() if word == "ARG"]
    assert arguments == ["PYTHON_IMAGE=docker.io/library/python:3.12-slim"]
    stages = [rest for word, rest in instructions() if word == "FROM"]
    assert stages == ["${PYTHON_IMAGE} AS build", "${PYTHON_IMAGE}"]


def test_it_runs_as_a_numbered_user_that_is_not_root() -> None:
    assert last_stage()["USER"] == ["10001:10001"]


def test_it_starts_without_a_shell() -> None:
    """So that SIGTERM reaches the bot itself."""
    stage = last_stage()
    assert json.loads(stage["ENTRYPOINT"][0]) == ["signpost"]
    assert json.loads(stage["CMD"][0]) == ["run"]
    health = stage["HEALTHCHECK"][0].partition(" CMD ")[2]
    assert json.loads(health) == ["python3", "-m", "bot.ops.health"]


def test_there_is_one_volume_and_all_state_lies_in_it() -> None:
    stage = last_stage()
    assert stage["VOLUME"] == ["/data"]
    environment = dict(pair.split("=", 1) for pair in stage["ENV"][0].split())
    assert environment["SIGNPOST_STATE_DIR"] == "/data"
    assert environment["SIGNPOST_HEALTH_FILE"].startswith("/data/")
    known = {variable(field) for field in Settings.model_fields}
    assert {name for name in environment if name.startswith("SIGNPOST_")} <= known


def test_every_package_is_installed_by_its_hash_or_from_what_was_built() -> None:
    installs = [
        part
        for word, rest in instructions()
        if word == "RUN"
        for part in rest.split("&&")
        if "pip install" in part or "pip wheel" in part
    ]
    assert installs
    assert all("--require-hashes --only-binary :all:" in part or "--no-index" in part for part in installs)


def test_everything_that_is_copied_passes_the_ignore_file() -> None:
    kept = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    copied = {
        source
        for word, rest in instructions()
        if word == "COPY" and not rest.startswith("--from")
        for source in rest.split()[:-1]
    }
    assert copied == kept


def test_compose_runs_it_read_only_without_rights() -> None:
    service = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())["services"]["signpost"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert [volume for volume in service["volumes"] if volume.endswith(":/data")] == ["signpost-data:/data"]
    assert int(service["stop_grace_period"].removesuffix("s")) > 10


def test_compose_sets_only_settings_that_exist() -> None:
    service = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())["services"]["signpost"]
    assert set(service["environment"]) <= {variable(field) for field in Settings.model_fields}
