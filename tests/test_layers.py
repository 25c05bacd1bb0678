"""Imports point one way, and the guard stays pure. The contracts themselves stand in pyproject.toml."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GUARD = sorted((ROOT / "guardrails").rglob("*.py"))
SIDE_EFFECTS = {
    "asyncio",
    "datetime",
    "logging",
    "multiprocessing",
    "os",
    "random",
    "secrets",
    "shutil",
    "socket",
    "sqlite3",
    "subprocess",
    "tempfile",
    "threading",
    "time",
    "urllib",
}
GUARD_MAY_USE = {"guardrails", "lingua", "numpy", "onnxruntime", "re2", "tokenizers", "yaml"}


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def test_the_import_contracts_hold() -> None:
    program = shutil.which("lint-imports", path=str(Path(sys.executable).parent))
    assert program
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("file", GUARD, ids=lambda file: file.stem)
def test_the_guard_imports_nothing_with_a_side_effect(file: Path) -> None:
    tops = {name.split(".")[0] for name in imported(file)}
    assert not tops & SIDE_EFFECTS
    assert not tops - set(sys.stdlib_module_names) - GUARD_MAY_USE


def test_only_the_discord_side_knows_discord() -> None:
    knowing = {
        file.relative_to(ROOT).parts[1].removesuffix(".py")
        for file in (ROOT / "bot").rglob("*.py")
        if any(name.split(".")[0] == "discord" for name in imported(file))
    }
    assert knowing <= {"app", "chat", "demo"}
