"""The locks hold versions and hashes of everything, agree with each other, and name no index."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCKS = {
    path.stem.removeprefix("requirements").removeprefix("-") or "run": path for path in ROOT.glob("*.lock")
}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUN = PROJECT["project"]["dependencies"]
DEMO = PROJECT["project"]["optional-dependencies"]["demo"]
GROUPS = PROJECT["dependency-groups"]
WANTED = {
    "run": RUN,
    "demo": [*RUN, *DEMO, *GROUPS["build"]],
    "build": GROUPS["build"],
    "train": [*RUN, *GROUPS["build"], *GROUPS["train"]],
    "dev": [*RUN, *DEMO, *GROUPS["build"], *GROUPS["dev"]],
}


def pins(lock: str) -> dict[str, set[str]]:
    """Return the locked versions of each package; several where they depend on the Python version."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", LOCKS[lock].read_text(), re.MULTILINE):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


def test_there_is_a_lock_for_each_use() -> None:
    assert set(LOCKS) == set(WANTED)


@pytest.mark.parametrize("lock", WANTED)
def test_a_lock_names_no_index_and_no_option(lock: str) -> None:
    lines = LOCKS[lock].read_text().splitlines()
    assert [line for line in lines if line.startswith("-") or "://" in line or "@" in line] == []


@pytest.mark.parametrize("lock", WANTED)
def test_every_pin_has_hashes(lock: str) -> None:
    blocks = re.split(r"^(?=\S)", LOCKS[lock].read_text(), flags=re.MULTILINE)
    assert [block for block in blocks if block.strip() and "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("lock", WANTED)
def test_a_lock_meets_what_the_project_asks_for(lock: str) -> None:
    locked = pins(lock)
    for line in WANTED[lock]:
        asked = Requirement(line)
        versions = locked[canonicalize_name(asked.name)]
        assert all(asked.specifier.contains(version) for version in versions), line


@pytest.mark.parametrize("lock", ["run", "demo", "build"])
def test_the_development_lock_holds_the_same_versions(lock: str) -> None:
    """So that one environment serves `make demo` and `make test` in either order."""
    development = pins("dev")
    assert {name: development.get(name) for name in pins(lock)} == pins(lock)


def test_the_demo_needs_no_browser_and_no_test_tools() -> None:
    assert not {"playwright", "pytest", "mypy"} & set(pins("demo"))
