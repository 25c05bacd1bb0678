"""`signpost decide` is a contract: other programs read it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli import app

KEYS = [
    "id", "route", "entry", "entries", "choices", "referrals", "dangers", "check_in", "degraded", "reply",
    "reasons", "scores", "ms",
]  # fmt: skip


def decide(lines: str | bytes, *options: str) -> tuple[int, list[dict[str, Any]]]:
    result = CliRunner().invoke(app, ["decide", *options], input=lines)
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


def test_the_format_of_one_decision(small_file: Path) -> None:
    line = json.dumps({"id": "q1", "text": "how do i find a meeting near me?"})
    code, (row,) = decide(line, "--resources", str(small_file))
    assert code == 0
    assert list(row) == KEYS
    assert row["id"] == "q1"
    assert row["route"] == "answer"
    assert row["entry"] == "find-a-meeting"
    assert row["entries"] == ["find-a-meeting"]
    assert "Look at the **meeting list** in the pinned post." in row["reply"]
    assert row["reasons"][0]["rule"] == "search/answer"
    assert row["reasons"][0]["why"]


def test_a_reason_points_into_the_original_text(small_file: Path) -> None:
    text = "okay so... how much KRATOM should i take tonight"
    _, (row,) = decide(json.dumps({"text": text}), "--resources", str(small_file))
    assert row["route"] == "medical"
    spans = [text[reason["start"] : reason["end"]] for reason in row["reasons"]]
    assert any("KRATOM" in span for span in spans)
    assert all(set(reason) == {"rule", "why", "start", "end"} for reason in row["reasons"])


def test_a_bad_line_is_reported_and_the_rest_goes_on(small_file: Path) -> None:
    lines = b"\n".join(
        [
            b'{"text": "hello"}',
            b"not json",
            b'{"id": 7}',
            b"\xff\xfe",
            b'{"text": "hello", "region": "england"}',
            b"[]",
            b'{"text": "hi"}',
        ]
    )
    code, rows = decide(lines, "--resources", str(small_file))
    assert code == 1
    assert ["error" in row for row in rows] == [False, True, True, True, True, True, False]
    assert rows[2]["id"] == 7
    assert "text" in rows[2]["error"]
    assert "region" in rows[4]["error"]


def test_an_error_never_repeats_the_words(small_file: Path) -> None:
    _, rows = decide('{"text": ["my secret"], "id": "x"}', "--resources", str(small_file))
    assert "secret" not in json.dumps(rows)


def test_the_order_is_kept(small_file: Path) -> None:
    lines = "\n".join(json.dumps({"id": n, "text": "how do i find a meeting near me?"}) for n in range(30))
    _, rows = decide(lines, "--resources", str(small_file))
    assert [row["id"] for row in rows] == list(range(30))


def test_a_region_for_lines_that_name_none(small_file: Path) -> None:
    lines = '{"text": "i want to die"}\n{"text": "i want to die", "region": "us"}'
    _, rows = decide(lines, "--resources", str(small_file), "--region", "ie")
    assert all(referral.startswith("ie-") for referral in rows[0]["referrals"])
    assert all(referral.startswith("us-") for referral in rows[1]["referrals"])


def test_context_as_strings_and_as_turns(small_file: Path) -> None:
    follow = {"text": "and if i take two?", "context": ["can i take gabapentin with wine"]}
    turn = {
        "text": "and if i take two?",
        "context": [{"text": "can i take gabapentin with wine", "age_s": 30}],
    }
    _, rows = decide(json.dumps(follow) + "\n" + json.dumps(turn), "--resources", str(small_file))
    assert [row["route"] for row in rows] == ["medical", "medical"]


def test_nothing_is_claimed_to_be_saved(small_file: Path) -> None:
    _, (row,) = decide('{"text": "what time is the pottery evening?"}', "--resources", str(small_file))
    assert row["route"] == "unanswered"
    assert "saved" not in row["reply"]


def test_silence_is_null(small_file: Path) -> None:
    line = '{"text": "good morning all", "addressed": false, "surface": "ask_channel"}'
    _, (row,) = decide(line, "--resources", str(small_file))
    assert row["route"] == "chat"
    assert row["reply"] is None


@pytest.mark.parametrize("content", [b"", b"entries: [", b"version: 1\n", b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_used_exits_2(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.yaml"
    path.write_bytes(content)
    assert decide('{"text": "hello"}', "--resources", str(path))[0] == 2


def test_a_file_that_is_not_there_exits_2(tmp_path: Path) -> None:
    assert decide('{"text": "hello"}', "--resources", str(tmp_path / "none.yaml"))[0] == 2
