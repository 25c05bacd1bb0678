"""What `make` says on a machine that lacks something, and that each target is listed."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A checkout with no environment yet."""
    for name in ("Makefile", "pyproject.toml", "requirements-demo.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *arguments], cwd=folder, capture_output=True, text=True, check=False)


def python_that(folder: Path, does: str) -> str:
    """Return the path of a stand-in for Python that runs a line of shell first."""
    path = folder / "stand-in"
    path.write_text(f'#!/bin/sh\n{does}\nexec {sys.executable} "$@"\n')
    path.chmod(0o755)
    return str(path)


def test_a_machine_without_venv_is_told_the_line_to_type(fresh: Path) -> None:
    python = python_that(fresh, 'case "$*" in *ensurepip*) exit 1;; esac')
    done = make(fresh, f"PYTHON={python}", "demo")
    assert done.returncode != 0
    assert "sudo apt install python3-venv" in done.stderr
    assert not (fresh / ".venv").exists()


def test_another_version_of_python_is_refused(fresh: Path) -> None:
    python = python_that(fresh, 'case "$*" in *version_info*) exit 1;; esac')
    done = make(fresh, f"PYTHON={python}", "test")
    assert done.returncode != 0
    assert "Signpost needs Python 3.11, 3.12 or 3.13" in done.stderr


def test_a_machine_without_python_is_told_what_to_install(fresh: Path) -> None:
    done = make(fresh, "PYTHON=there-is-no-such-python", "demo")
    assert "sudo apt install python3 python3-venv" in done.stderr


def test_make_alone_lists_every_target(fresh: Path) -> None:
    targets = set(re.findall(r"^\.PHONY: (\S+)", (ROOT / "Makefile").read_text(), re.MULTILINE))
    listed = set(re.findall(r"^  make (\S+)", make(fresh).stdout, re.MULTILINE))
    assert listed == targets
