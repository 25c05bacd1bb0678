"""`signpost eval`: the counts are right, and other programs can read them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.cli.evaluate import wilson

ROUTE_CASES = [
    {"text": "i want to kill myself tonight", "route": "crisis", "accept": ["crisis"]},
    {"text": "good morning all", "route": "crisis", "accept": ["crisis"]},
    {"text": "how much kratom should i take", "route": "medical", "accept": ["medical"]},
    {"text": "how much kratom should i take", "route": "chat", "accept": ["chat"]},
    {"text": "good morning all", "route": "chat", "accept": ["chat"]},
    {"text": "good morning all", "route": "unanswered", "accept": ["unanswered", "chat"]},
    {
        "turns": ["can i take gabapentin with wine", "and if i take two?"],
        "route": "medical",
        "accept": ["medical"],
    },
]
SEARCH_CASES = [
    {"text": "How do I find a meeting near me?", "entry": "find-a-meeting", "accept": ["find-a-meeting"]},
    {"text": "How do I find a meeting near me?", "entry": "become-a-moderator", "accept": []},
    {"text": "what is the tallest mountain", "entry": None, "accept": []},
    {"text": "How can I become a moderator?", "entry": None, "accept": []},
]


def evaluate(tmp_path: Path, cases: list[Any], *options: str) -> tuple[int, str]:
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(c if isinstance(c, str) else json.dumps(c) for c in cases), encoding="utf-8")
    result = CliRunner().invoke(app, ["eval", str(path), *options])
    return result.exit_code, result.stdout


def test_route_cases_are_counted_by_the_outcome_shown(tmp_path: Path, small_file: Path) -> None:
    code, out = evaluate(tmp_path, ROUTE_CASES, "--json", "--resources", str(small_file))
    report = json.loads(out)
    assert code == 0
    assert report["cases"] == 7
    assert (report["routes"]["crisis"]["n"], report["routes"]["crisis"]["hit"]) == (2, 1)
    assert (report["routes"]["medical"]["n"], report["routes"]["medical"]["hit"]) == (2, 2)
    assert (report["routes"]["chat"]["n"], report["routes"]["chat"]["hit"]) == (2, 1)
    assert (report["routes"]["unanswered"]["n"], report["routes"]["unanswered"]["hit"]) == (1, 1)
    assert report["harmless"] == {"n": 3, "referred": 1, "crisis": 0, "check_in": 0}
    assert set(report["routes"]["crisis"]) == {"n", "hit", "with_check_in", "low", "high"}


@pytest.mark.parametrize("options", [(), ("--search-only",)])
def test_search_cases(tmp_path: Path, small_file: Path, options: tuple[str, ...]) -> None:
    _, out = evaluate(tmp_path, SEARCH_CASES, "--json", "--resources", str(small_file), *options)
    assert json.loads(out)["search"] == {
        "in_scope": 2,
        "right": 1,
        "wrong": 1,
        "offered": 0,
        "missed": 0,
        "out_of_scope": 2,
        "answered": 1,
        "offered_out": 0,
        "kept_silent": 1,
    }


def test_the_report_shows_every_miss_with_its_reasons(tmp_path: Path, small_file: Path) -> None:
    code, out = evaluate(tmp_path, [*ROUTE_CASES, *SEARCH_CASES], "--resources", str(small_file))
    assert code == 0
    assert "miss: crisis -> chat (no rule): 'good morning all'" in out
    assert "miss: chat -> medical (medical/" in out
    assert "search miss: become-a-moderator" in out
    assert "label (down) and what was shown (across)" in out


def test_a_bad_case_is_left_out_and_named(tmp_path: Path, small_file: Path) -> None:
    code, out = evaluate(
        tmp_path, ["nonsense", {"text": "x"}, ROUTE_CASES[0]], "--json", "--resources", str(small_file)
    )
    assert code == 1
    assert json.loads(out)["cases"] == 1


def test_an_empty_or_missing_file_exits_2(tmp_path: Path) -> None:
    assert evaluate(tmp_path, [])[0] == 2
    assert CliRunner().invoke(app, ["eval", str(tmp_path / "none.jsonl")]).exit_code == 2


@pytest.mark.parametrize(
    ("hit", "n", "low", "high"),
    [(0, 0, 0.0, 1.0), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (50, 100, 0.4038, 0.5962)],
)
def test_wilson_interval(hit: int, n: int, low: float, high: float) -> None:
    """Values from the score interval's closed form (Wilson 1927) at z = 1.96."""
    assert list(wilson(hit, n)) == pytest.approx([low, high], abs=5e-5)
