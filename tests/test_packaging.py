"""The wheel carries everything that runs: both packages, their data and the bundled file."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from bot.resources.bundled import bundled_path

ROOT = Path(__file__).parents[1]
DATA = (".yaml", ".yml", ".json", ".onnx", ".txt", ".typed")

pytest.importorskip("hatchling", reason="the development lock installs it")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from the working tree, without a network."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*command, "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)], check=True)
    (built,) = folder.glob("*.whl")
    return built


def in_tree() -> set[str]:
    return {
        file.relative_to(ROOT).as_posix()
        for package in ("bot", "guardrails")
        for file in (ROOT / package).rglob("*")
        if file.suffix in {".py", *DATA} and "__pycache__" not in file.parts
    }


def test_it_holds_every_module_and_all_data(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert in_tree() - names == set()


def test_it_holds_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"bot", "guardrails"}


def test_its_resources_equal_the_file_in_the_checkout(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        assert archive.read("bot/resources/bundled.yaml") == (ROOT / "resources.yaml").read_bytes()


def test_a_checkout_uses_the_file_at_its_top() -> None:
    assert bundled_path() == ROOT / "resources.yaml"


def test_an_installed_wheel_finds_its_own_file(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    found = subprocess.run(
        [sys.executable, "-c", "from bot.resources.bundled import bundled_path; print(bundled_path())"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(found.stdout.strip()) == tmp_path / "bot" / "resources" / "bundled.yaml"


def test_it_installs_a_signpost_command(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", str(wheel)], check=True
    )
    assert (tmp_path / "env" / "bin" / "signpost").exists()
