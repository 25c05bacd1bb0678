"""`signpost check` and `signpost schema` as a moderator types them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.resources.json_schema import json_schema
from guardrails import Guard
from tests.bot.resources.files import DOSE, GOOD, spoilt, write

RULES = "The rules stand in the welcome channel."
UNREVIEWED = GOOD.replace("    reviewed: {by: Robin, date: 2026-11-01}\n", "")


@pytest.fixture(autouse=True)
def _one_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Load the real guard once for all tests of this module; it takes a second each time."""
    monkeypatch.setattr("bot.cli.check.Guard.load", _guard)


@cache
def _guard() -> Guard:
    return _LOAD()


_LOAD = Guard.load


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def checked(path: Path, *options: str) -> Result:
    return run("check", path, "--today", "2026-11-25", *options)


def test_a_good_file_exits_0(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    result = checked(path)
    assert (result.exit_code, result.stdout) == (0, f"{path}: nothing to mend.\n")


def test_warnings_alone_exit_0(tmp_path: Path) -> None:
    result = checked(write(tmp_path, UNREVIEWED))
    assert result.exit_code == 0
    assert "WARNINGS" in result.stdout
    assert "0 errors, 2 warnings" in result.stdout


def test_an_error_exits_1_with_place_mend_and_rule(tmp_path: Path) -> None:
    path = write(tmp_path, spoilt("titl", "titel"))
    result = checked(path)
    assert result.exit_code == 1
    assert f"{path}:7:5: There is no key 'titele' here." in result.stdout
    assert "Did you mean 'title'?" in result.stdout
    assert "[schema/unknown-key] in find-a-meeting" in result.stdout


def test_a_published_dose_exits_1(tmp_path: Path) -> None:
    assert checked(write(tmp_path, spoilt(RULES, DOSE))).exit_code == 1


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(None, id="missing"),
        pytest.param(b"caf\xe9: 1", id="latin-1"),
        pytest.param(b"\xff\xfea\x00", id="utf-16"),
    ],
)
def test_a_file_that_cannot_be_read_exits_2(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "r.yaml"
    if content is not None:
        path.write_bytes(content)
    result = checked(path)
    assert result.exit_code == 2
    assert f"{path}:1:" in result.stdout
    assert "To mend it:" in result.stdout


def test_a_huge_file_exits_2(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    assert checked(path).exit_code == 2


@pytest.mark.parametrize("content", ["", "a: [1\n"], ids=["empty", "syntax"])
def test_a_file_that_is_read_and_wrong_exits_1(tmp_path: Path, content: str) -> None:
    assert checked(write(tmp_path, content)).exit_code == 1


def test_a_wrong_date_exits_2(tmp_path: Path) -> None:
    result = run("check", write(tmp_path, GOOD), "--today", "soon")
    assert result.exit_code == 2
    assert "2026-11-25" in result.stderr


def test_the_date_decides_what_is_overdue(tmp_path: Path) -> None:
    result = run("check", write(tmp_path, GOOD), "--today", "2027-05-02", "--format", "json")
    assert "review/overdue" in [row["rule"] for row in json.loads(result.stdout)]


def test_json_is_one_list_of_findings(tmp_path: Path) -> None:
    path = write(tmp_path, spoilt("region: US", "regoin: US"))
    result = checked(path, "--format", "json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == [
        {
            "rule": "schema/unknown-key",
            "severity": "error",
            "file": str(path),
            "line": 4,
            "column": 3,
            "entry": None,
            "message": "There is no key 'regoin' here.",
            "mend": "Did you mean 'region'?",
        }
    ]


def test_json_of_a_good_file_is_an_empty_list(tmp_path: Path) -> None:
    assert json.loads(checked(write(tmp_path, GOOD), "--format", "json").stdout) == []


def test_github_gets_one_annotation_a_finding(tmp_path: Path) -> None:
    path = write(tmp_path, spoilt("region: US", "regoin: US"))
    assert checked(path, "--format", "github").stdout == (
        f"::error file={path},line=4,col=3,title=schema/unknown-key::"
        "There is no key 'regoin' here. Did you mean 'region'?\n"
    )


def test_sarif_names_rule_level_and_place(tmp_path: Path) -> None:
    path = write(tmp_path, UNREVIEWED)
    log = json.loads(checked(path, "--format", "sarif").stdout)
    (one_run,) = log["runs"]
    assert log["version"] == "2.1.0"
    assert [rule["id"] for rule in one_run["tool"]["driver"]["rules"]] == ["review/never"]
    assert [(row["ruleId"], row["ruleIndex"], row["level"]) for row in one_run["results"]] == [
        ("review/never", 0, "warning")
    ] * 2
    assert one_run["results"][0]["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": str(path)},
        "region": {"startLine": 6, "startColumn": 5},
    }


def test_many_warnings_of_a_kind_are_summed_up_in_text_only(tmp_path: Path) -> None:
    rows = "".join(
        f"  - {{id: topic-{n}, title: Topic {n}, questions: [what is topic {n}, tell me of topic {n}], "
        f"answer: Ask a moderator., status: published}}\n"
        for n in range(30)
    )
    path = write(tmp_path, spoilt("referrals:", f"{rows}referrals:"))
    text = checked(path).stdout
    assert "The same 29 more times [review/never]: topic-1, topic-2" in text
    found = json.loads(checked(path, "--format", "json").stdout)
    assert [row["rule"] for row in found].count("review/never") == 30


def test_a_folder_is_checked_file_by_file(tmp_path: Path) -> None:
    write(tmp_path, GOOD, "default.yaml")
    write(tmp_path, spoilt("region: US", "regoin: US"), "42.yaml")
    result = checked(tmp_path)
    assert result.exit_code == 1
    assert "42.yaml:4:3:" in result.stdout
    assert "2 files: 1 error" in result.stdout


def test_schema_prints_the_json_schema() -> None:
    result = run("schema")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == json_schema()
