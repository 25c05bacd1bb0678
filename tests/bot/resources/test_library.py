"""The library: one set for each server, the last good file in force, whatever happens to the new one."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from watchfiles import Change

from bot.resources.last_good import LastGood
from bot.resources.library import InForce, Library
from bot.resources.source import decode
from bot.resources.watch import concerns, watch
from guardrails import Guard
from tests.bot.resources.files import DOSE, GOOD, spoilt, write

BROKEN = GOOD.replace("version: 1", "version: 9")
RULES = "The rules stand in the welcome channel."


class StoppedClock:
    """A clock that stands still."""

    def now(self) -> datetime:
        return datetime(2026, 11, 25, 12, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0


@cache
def guard() -> Guard:
    return Guard.load()


def library(path: Path, state: Path | None = None) -> Library:
    return Library(path, guard=guard(), clock=StoppedClock(), state_dir=state)


def ids(lib: Library, guild: str | None = None) -> list[str]:
    return [entry.id for entry in lib.for_guild(guild).entries]


def test_a_file_serves_every_server(tmp_path: Path) -> None:
    lib = library(write(tmp_path, GOOD))
    assert ids(lib, "42") == ids(lib) == ["find-a-meeting", "server-rules"]
    assert lib.last_reload.in_force is InForce.NEW


def test_only_published_entries_are_in_the_set(tmp_path: Path) -> None:
    lib = library(write(tmp_path, spoilt("status: published", "status: draft")))
    assert ids(lib) == ["server-rules"]
    assert lib.for_guild(None).entry("find-a-meeting") is None


def test_a_claim_quarantines_its_entry_alone(tmp_path: Path) -> None:
    lib = library(write(tmp_path, spoilt(RULES, DOSE)))
    assert ids(lib) == ["find-a-meeting"]
    finding = next(f for f in lib.for_guild(None).findings if f.rule.startswith("publication/"))
    assert (finding.line, finding.entry) == (23, "server-rules")


def test_a_claim_in_a_help_line_holds_back_that_line(tmp_path: Path) -> None:
    lib = library(write(tmp_path, spoilt("    verified:", f"    note: {DOSE}\n    verified:")))
    assert lib.for_guild(None).referrals == ()
    assert len(ids(lib)) == 2


def test_a_claim_in_the_name_of_the_community_is_never_shown(tmp_path: Path) -> None:
    lib = library(write(tmp_path, spoilt("name: Test Harbour", f"name: {DOSE}")))
    assert "kratom" not in lib.for_guild(None).community.name
    assert lib.for_guild(None).community.region == "US"


def test_a_claim_in_a_wording_holds_back_that_wording(tmp_path: Path) -> None:
    text = GOOD + f"wordings: {{en: {{medical_public: '{DOSE}', chat_hello: Hello}}}}\n"
    assert dict(library(write(tmp_path, text)).for_guild(None).wordings_overlay["en"]) == {
        "chat_hello": "Hello"
    }


def test_a_question_that_the_guard_stops_is_not_searched(tmp_path: Path) -> None:
    text = spoilt("- is swearing allowed here", "- how much kratom should i take")
    assert library(write(tmp_path, text)).for_guild(None).questions["server-rules"] == (
        "where are the rules",
    )


def test_an_edit_comes_into_force(tmp_path: Path) -> None:
    lib = library(write(tmp_path, GOOD))
    before = lib.for_guild(None)
    write(tmp_path, spoilt(RULES, "Ask a moderator."))
    report = lib.reload()
    assert (report.changed, report.in_force) == (True, InForce.NEW)
    assert lib.for_guild(None).entries[1].answer == "Ask a moderator."
    assert before.entries[1].answer == RULES


def test_an_unchanged_file_keeps_its_set(tmp_path: Path) -> None:
    lib = library(write(tmp_path, GOOD))
    before = lib.for_guild(None)
    assert lib.reload().changed is False
    assert lib.for_guild(None) is before


@pytest.mark.parametrize(
    "spoiler",
    [
        pytest.param(lambda path: path.write_text(BROKEN), id="schema-error"),
        pytest.param(lambda path: path.write_text(""), id="empty"),
        pytest.param(lambda path: path.write_bytes(b"\xff\xfe\x00"), id="not-text"),
        pytest.param(lambda path: path.unlink(), id="gone"),
        pytest.param(lambda path: (path.unlink(), path.mkdir()), id="a-folder-now"),
    ],
)
def test_a_bad_edit_leaves_the_last_good_set_in_force(tmp_path: Path, spoiler) -> None:  # type: ignore[no-untyped-def]
    path = write(tmp_path, GOOD)
    lib = library(path, tmp_path / "state")
    spoiler(path)
    report = lib.reload()
    assert report.in_force is InForce.LAST_GOOD
    assert report.changed is False
    assert report.findings
    assert len(ids(lib)) == 2
    assert not lib.for_guild(None).degraded


def test_the_last_good_copy_survives_a_restart(tmp_path: Path) -> None:
    path, state = write(tmp_path, GOOD), tmp_path / "state"
    library(path, state)
    write(tmp_path, BROKEN)
    again = library(path, state)
    assert again.last_reload.in_force is InForce.LAST_GOOD
    assert [f.rule for f in again.for_guild(None).findings] == ["schema/version"]
    assert len(ids(again)) == 2


def test_mending_the_file_brings_it_back(tmp_path: Path) -> None:
    path = write(tmp_path, BROKEN)
    lib = library(path, tmp_path / "state")
    assert lib.for_guild(None).degraded
    write(tmp_path, GOOD)
    assert (lib.reload().in_force, len(ids(lib))) == (InForce.NEW, 2)


def test_a_broken_file_without_a_good_copy_gives_no_entries(tmp_path: Path) -> None:
    lib = library(write(tmp_path, BROKEN), tmp_path / "state")
    found = lib.for_guild(None)
    assert (found.entries, found.degraded, lib.last_reload.in_force) == ((), True, InForce.NONE)
    assert found.findings[0].line == 1


def test_a_copy_that_is_damaged_too_gives_no_entries(tmp_path: Path) -> None:
    path, state = write(tmp_path, GOOD), tmp_path / "state"
    library(path, state)
    write(tmp_path, BROKEN)
    (state / "last-good" / "default.yaml").write_bytes(b"\xff\xff")
    assert library(path, state).last_reload.in_force is InForce.NONE


def test_a_state_folder_that_cannot_be_written_is_a_warning(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.write_text("a file where a folder should be")
    lib = library(write(tmp_path, GOOD), state)
    assert len(ids(lib)) == 2
    assert [f.rule for f in lib.for_guild(None).findings] == ["schema/copy-not-kept"]


def test_a_copy_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = LastGood(tmp_path)
    assert kept.save("default", "old") is None

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert kept.save("default", "new") == "No space left on device"
    source = kept.read("default")
    assert source is not None
    assert source.text == "old"
    assert [path.name for path in (tmp_path / "last-good").iterdir()] == ["default.yaml"]


def test_a_folder_holds_a_file_for_each_server(tmp_path: Path) -> None:
    folder = tmp_path / "servers"
    folder.mkdir()
    write(folder, GOOD, "default.yaml")
    write(folder, spoilt("id: server-rules", "id: own-rules"), "42.yaml")
    lib = library(folder)
    assert ids(lib, "42") == ["find-a-meeting", "own-rules"]
    assert ids(lib, "43") == ids(lib) == ["find-a-meeting", "server-rules"]


def test_a_broken_file_of_one_server_leaves_the_others_alone(tmp_path: Path) -> None:
    write(tmp_path, GOOD, "default.yaml")
    write(tmp_path, BROKEN, "42.yaml")
    lib = library(tmp_path)
    assert (ids(lib, "42"), lib.for_guild("42").degraded) == ([], True)
    assert len(ids(lib, "43")) == 2
    assert lib.last_reload.by_file == {"42": InForce.NONE, "default": InForce.NEW}


def test_a_file_taken_out_of_the_folder_is_forgotten(tmp_path: Path) -> None:
    folder, state = tmp_path / "servers", tmp_path / "state"
    folder.mkdir()
    write(folder, GOOD, "default.yaml")
    own = write(folder, spoilt("id: server-rules", "id: own-rules"), "42.yaml")
    lib = library(folder, state)
    own.unlink()
    assert lib.reload().changed
    assert ids(lib, "42") == ["find-a-meeting", "server-rules"]
    assert LastGood(state).servers() == ("default",)


def test_an_emptied_folder_keeps_every_server(tmp_path: Path) -> None:
    folder, state = tmp_path / "servers", tmp_path / "state"
    folder.mkdir()
    for name in ("default.yaml", "42.yaml"):
        write(folder, GOOD, name)
    library(folder, state)
    for path in folder.iterdir():
        path.unlink()
    again = library(folder, state)
    assert len(ids(again, "42")) == len(ids(again)) == 2


def test_a_file_that_serves_nobody_is_a_warning(tmp_path: Path) -> None:
    write(tmp_path, GOOD, "default.yaml")
    write(tmp_path, GOOD, "my-server.yaml")
    assert [f.rule for f in library(tmp_path).last_reload.findings] == ["schema/file-name"]


def test_the_digest_is_that_of_the_file(tmp_path: Path) -> None:
    lib = library(write(tmp_path, GOOD))
    assert lib.for_guild(None).digest == decode(GOOD.encode(), "").digest
    assert len(lib.for_guild(None).digest) == 64


async def test_a_large_file_in_a_worker_gives_the_same_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = spoilt(RULES, DOSE) + "wordings: {en: {chat_hello: Hello}}\n"
    path = write(tmp_path, GOOD)
    lib = library(path)
    write(tmp_path, text)
    monkeypatch.setattr("bot.resources.library.LARGE", 10)
    report = await lib.reload_async()
    assert report.in_force is InForce.NEW
    assert lib.for_guild(None) == library(path).for_guild(None)


async def test_a_change_on_disk_is_noticed(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    lib = library(path)
    told: asyncio.Queue[InForce] = asyncio.Queue()

    async def tell(report: object) -> None:
        told.put_nowait(lib.last_reload.in_force)

    async def edit() -> None:
        # The first event may come before the watcher is ready, so the edit is made again until seen.
        number = 0
        while told.empty():
            number += 1
            write(tmp_path, spoilt(RULES, f"Ask moderator {number}."))
            await asyncio.sleep(0.2)

    task = asyncio.create_task(watch(lib, on_reload=tell))
    try:
        async with asyncio.timeout(30):
            await edit()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert lib.for_guild(None).entries[1].answer.startswith("Ask moderator")


@pytest.mark.parametrize(
    ("changed", "ours"),
    [("resources.yaml", True), ("..data", True), ("other.yaml", False), ("resources.yaml.swp", False)],
)
def test_only_the_file_itself_and_swapped_links_concern_us(tmp_path: Path, changed: str, ours: bool) -> None:
    is_ours = concerns(tmp_path / "resources.yaml")
    assert is_ours(Change.modified, str(tmp_path / changed)) is ours
