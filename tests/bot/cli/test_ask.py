"""`signpost ask`, `chat`, `version`, `run` without a token, and the help of every command."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from bot.cli import app

ANSWER = """\
### Finding a meeting

Look at the **meeting list** in the pinned post.

-# From Test House's moderators. Reviewed by Ada, 2026-11-01.

-# I answered because your question looks like this entry.
"""


ROOT: Any = typer.main.get_command(app)


def commands(group: Any = ROOT, prefix: str = "") -> list[tuple[str, Any]]:
    """Every command of the real command line, with its full name."""
    found: list[tuple[str, Any]] = []
    for name, command in group.commands.items():
        inner = hasattr(command, "commands")
        found += commands(command, f"{prefix}{name} ") if inner else [(prefix + name, command)]
    return found


def test_an_answer_is_printed_as_a_member_reads_it(small_file: Path) -> None:
    result = CliRunner().invoke(
        app, ["ask", "how do i find a meeting near me?", "--resources", str(small_file)]
    )
    assert result.exit_code == 0
    assert result.stdout == ANSWER


def test_explain_names_route_rules_and_spans(small_file: Path) -> None:
    question = "how much kratom should i take"
    result = CliRunner().invoke(app, ["ask", question, "--explain", "--resources", str(small_file)])
    assert "route: medical" in result.stdout
    assert "rule: medical/" in result.stdout
    assert "help line: gb-" in result.stdout


def test_json_is_the_format_of_decide(small_file: Path) -> None:
    result = CliRunner().invoke(app, ["ask", "hello", "--json", "--resources", str(small_file)])
    assert json.loads(result.stdout)["route"] == "chat"


def test_chat_keeps_the_context(small_file: Path) -> None:
    talk = "can i take gabapentin with wine\nand if i take two?\n"
    result = CliRunner().invoke(app, ["chat", "--resources", str(small_file)], input=talk)
    assert result.exit_code == 0
    assert result.stdout.count("I never answer those") == 2


def test_version_is_that_of_the_package() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8"))
    assert CliRunner().invoke(app, ["version"]).stdout.strip() == project["project"]["version"]


def test_run_without_a_token_says_where_to_get_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DISCORD_TOKEN", raising=False)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["run"])
    assert result.exit_code == 2
    assert "discord.com/developers/applications" in result.stderr
    assert "signpost demo" in result.stderr


@pytest.mark.parametrize(("name", "command"), commands())
def test_every_command_has_help_with_an_example(name: str, command: Any) -> None:
    assert command.help, f"{name} has no help"
    assert "Example: " in command.help, f"the help of {name} has no example"


def test_the_contract_names_every_command() -> None:
    wanted = {"run", "demo", "chat", "ask", "decide", "eval", "check", "schema", "version"}
    wanted |= {f"questions {name}" for name in ("list", "show", "answer", "dismiss", "export")}
    assert wanted <= {name for name, _ in commands()}


def test_the_schema_that_editors_read_is_the_one_in_force() -> None:
    """The first line of resources.yaml points editors at this copy."""
    root = Path(__file__).parents[3]
    copy = root / "docs" / "resources.schema.json"
    assert CliRunner().invoke(app, ["schema"]).stdout == copy.read_text(encoding="utf-8")
    assert (
        "docs/resources.schema.json" in (root / "resources.yaml").read_text(encoding="utf-8").splitlines()[0]
    )
