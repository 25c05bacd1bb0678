"""The guard package stays pure: what it imports, and what it never touches."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import guardrails

FOLDER = Path(guardrails.__file__).parent
MODULES = sorted(FOLDER.rglob("*.py"))
ALLOWED = {"numpy", "re2", "yaml", "lingua", "onnxruntime", "rapidfuzz", "tokenizers", "guardrails"}
SIDE_EFFECTS = {
    "socket",
    "urllib",
    "http",
    "subprocess",
    "time",
    "datetime",
    "random",
    "logging",
    "sqlite3",
    "os",
}


def imported(module: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module.name}: relative import"
            names.add((node.module or "").split(".")[0])
    return names


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_only_allowed_packages_are_imported(module: Path) -> None:
    """The standard library, a few packages that the guard was meant to have, and itself."""
    assert imported(module) <= ALLOWED | sys.stdlib_module_names


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_no_module_with_side_effects_is_imported(module: Path) -> None:
    """No network, no clock, no processes, no logging."""
    assert not imported(module) & SIDE_EFFECTS


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_no_state_is_changed_from_within(module: Path) -> None:
    """Nothing rebinds a module's names after it is imported."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Global)]
