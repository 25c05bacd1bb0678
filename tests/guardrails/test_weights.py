"""Damaged or missing weights: an error with a name where something is checked, degraded where it runs."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

import guardrails.weights
from bot.app import build
from bot.cli import app
from bot.message import Message
from bot.resources.bundled import bundled_path
from bot.resources.loader import load
from bot.settings import Settings
from guardrails import Guard, ModelError, Route
from guardrails.classifier import Learned
from guardrails.weights import MODEL


def flip(folder: Path) -> None:
    path = folder / "encoder.onnx"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x10
    path.write_bytes(bytes(content))


def cut(folder: Path) -> None:
    path = folder / "linear.npz"
    path.write_bytes(path.read_bytes()[:1000])


def lose(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()


def lose_the_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def spoil_the_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text("{}", encoding="utf-8")


def swap(folder: Path) -> None:
    """The hash is right and the content is no model."""
    (folder / "encoder.onnx").write_bytes(b"not a model")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"]["encoder.onnx"] = hashlib.sha256(b"not a model").hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


DAMAGES = [
    pytest.param(flip, "encoder.onnx", id="one bit flipped"),
    pytest.param(cut, "linear.npz", id="cut short"),
    pytest.param(lose, "tokenizer.json", id="one file missing"),
    pytest.param(lose_the_manifest, "manifest.json", id="no manifest"),
    pytest.param(spoil_the_manifest, "manifest.json", id="empty manifest"),
    pytest.param(swap, "encoder.onnx", id="no model inside"),
]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MODEL, tmp_path / "model"))


@pytest.fixture
def damaged(model: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Damage the weights that everything loads."""
    flip(model)
    monkeypatch.setattr(guardrails.weights, "MODEL", model)
    return model


@pytest.mark.parametrize(("damage", "file"), DAMAGES)
def test_a_damaged_model_is_named(model: Path, damage: Callable[[Path], None], file: str) -> None:
    """The error says which file it is and how to mend it."""
    damage(model)
    with pytest.raises(ModelError) as caught:
        Learned.load(model)
    assert caught.value.file.name == file
    assert "Install Signpost again" in str(caught.value)


def test_a_whole_model_loads_from_anywhere(model: Path) -> None:
    assert Learned.load(model).version == Learned.load().version


def test_a_guard_is_not_made_from_damaged_weights(damaged: Path) -> None:
    with pytest.raises(ModelError):
        Guard.load()


def test_a_guard_made_anyhow_goes_on_by_rules_and_says_so(damaged: Path) -> None:
    guard = Guard.load_anyhow()
    assert guard.problem is not None
    assert "encoder.onnx" in guard.problem
    verdict = guard.screen("i want to kill myself")
    assert verdict.route is Route.CRISIS
    assert verdict.degraded is True


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["check", "resources.yaml"], id="check"),
        pytest.param(["ask", "where is the meeting"], id="ask"),
    ],
)
def test_a_command_stops_with_two_and_names_the_file(damaged: Path, arguments: list[str]) -> None:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert "encoder.onnx" in result.output


def test_deciding_and_measuring_stop_with_two(damaged: Path, tmp_path: Path) -> None:
    cases = tmp_path / "cases.jsonl"
    cases.write_text('{"text": "hello", "route": "chat"}\n', encoding="utf-8")
    for arguments in (["decide"], ["eval", str(cases)]):
        result = CliRunner().invoke(app, arguments, input=cases.read_text(encoding="utf-8"))
        assert result.exit_code == 2, result.output
        assert "encoder.onnx" in result.output


async def test_the_bot_starts_degraded_and_is_not_ready(
    damaged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rules alone: the help line stays, answers are offered and not spoken, and readiness fails."""
    monkeypatch.setenv("SIGNPOST_STATE_DIR", str(tmp_path / "state"))
    made = build(Settings.load(None))
    assert made.sound is False
    assert made.problem is not None
    said = Message("m1", "i want to kill myself", "c1", "robin", datetime.now(UTC))
    decide = made.bot.desk.assistant.decide
    assert decide(said).route is Route.CRISIS
    bundled = load(bundled_path()).file
    assert bundled is not None
    answered = decide(replace(said, text=bundled.entries[0].questions[0]))
    assert answered.degraded is True
    assert answered.check_in is True
    assert answered.entries == ()
    assert answered.choices
