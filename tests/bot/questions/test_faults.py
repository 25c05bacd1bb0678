"""What the log does when the disk, the file or another process is in the way. The faults are real ones."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.errors import StoreError
from bot.questions import QuestionStatus, Saved, SqliteQuestionStore
from tests.bot.questions.conftest import NOON, MakeStore, TurnableClock, question

ROOT = Path(__file__).parents[3]


@contextlib.contextmanager
def held_by_another_process(database: Path) -> Iterator[None]:
    """Hold the database's write lock in another process."""
    code = f"""
        import sqlite3, sys
        db = sqlite3.connect({str(database)!r}, isolation_level=None)
        db.execute("BEGIN EXCLUSIVE")
        print("held", flush=True)
        sys.stdin.read()
    """
    holder = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    try:
        yield
    finally:
        holder.communicate()


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, 1 MB large, that a test can fill or make read-only."""
    folder = tmp_path / "mounted"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        pytest.skip(f"needs the right to mount: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> None:
    """Fill a file system to the last byte."""
    with contextlib.suppress(OSError), (folder / "filler").open("wb", buffering=0) as filler:
        while filler.write(b"\0" * 4096):
            pass


def texts_in(journal: Path) -> list[str]:
    return [json.loads(line)["text"] for line in journal.read_text().splitlines()]


async def test_a_locked_database_spills_and_is_read_back(make_store: MakeStore, state: Path) -> None:
    store = make_store()
    await store.open()
    with held_by_another_process(state / "questions.db"):
        logged = await store.log(question("asked while locked by Kim"))
        assert logged.saved is Saved.SPILL
        assert texts_in(state / "spill.jsonl") == ["asked while locked by [name]"]
    assert await store.import_spilled() == 1
    assert [row.text for row in await store.list()] == ["asked while locked by [name]"]
    assert (state / "spill.jsonl").read_text() == ""


async def test_a_question_spilled_by_one_run_is_read_back_at_the_next_start(
    make_store: MakeStore, state: Path
) -> None:
    first = make_store()
    await first.open()
    with held_by_another_process(state / "questions.db"):
        await first.log(question())
    second = make_store()
    await second.open()
    assert [row.text for row in await second.list()] == ["When is the Tuesday meeting?"]


async def test_a_repeat_of_a_spilled_message_counts_once(make_store: MakeStore, state: Path) -> None:
    store = make_store()
    await store.open()
    with held_by_another_process(state / "questions.db"):
        await store.log(question())
    await store.log(question())
    await store.import_spilled()
    assert [row.count for row in await store.list()] == [1]


async def test_reading_the_same_journal_twice_changes_nothing(make_store: MakeStore, state: Path) -> None:
    """As after a crash between the commit and the clearing of the journal."""
    store = make_store()
    await store.open()
    with held_by_another_process(state / "questions.db"):
        await store.log(question(message="1"))
        await store.log(question(message="2"))
        await store.count_guarded(NOON.date(), ["medical/dose"])
    kept = (state / "spill.jsonl").read_bytes()
    await store.import_spilled()
    (state / "spill.jsonl").write_bytes(kept)
    await store.import_spilled()
    assert [row.count for row in await store.list()] == [2]
    assert [count.count for count in await store.guarded_counts(NOON.date())] == [1]


async def test_a_line_cut_short_is_kept_aside_and_stops_nothing(make_store: MakeStore, state: Path) -> None:
    store = make_store()
    await store.open()
    with held_by_another_process(state / "questions.db"):
        await store.log(question("the first", "1"))
        with (state / "spill.jsonl").open("ab") as journal:
            journal.write(b'{"v":1,"kind":"question","id":"to')
        await store.log(question("the second", "2"))
        with (state / "spill.jsonl").open("ab") as journal:
            journal.write(b'{"v":1,"kind":"from a later version","id":"x"}\n{"v":1,"te')
    assert await store.import_spilled() == 2
    assert {row.text for row in await store.list()} == {"the first", "the second"}
    aside = (state / "spill.rejected.jsonl").read_text()
    assert '"id":"to' in aside
    assert "from a later version" in aside
    assert '"te' in aside


async def test_a_spilled_question_can_be_taken_back(make_store: MakeStore, state: Path) -> None:
    store = make_store()
    await store.open()
    with held_by_another_process(state / "questions.db"):
        await store.log(question("my unmistakable secret"))
        assert await store.delete_by_message("1001") is True
        assert b"unmistakable" not in (state / "spill.jsonl").read_bytes()
    await store.import_spilled()
    assert await store.list() == ()


async def test_a_row_in_a_locked_database_is_taken_back_later(make_store: MakeStore, state: Path) -> None:
    store = make_store()
    await store.open()
    await store.log(question())
    with held_by_another_process(state / "questions.db"):
        assert await store.delete_by_message("1001") is True
    await store.import_spilled()
    assert await store.list() == ()


async def test_purge_reaches_the_journal(make_store: MakeStore, state: Path, clock: TurnableClock) -> None:
    store = make_store()
    await store.open()
    with held_by_another_process(state / "questions.db"):
        await store.log(question("an old unmistakable one"))
    clock.turn(days=200)
    purged = await store.purge(clock.now())
    assert purged.spilled == 1
    assert b"unmistakable" not in (state / "spill.jsonl").read_bytes()


async def test_a_folder_in_the_place_of_the_file_spills(make_store: MakeStore, state: Path) -> None:
    (state / "questions.db").mkdir(parents=True)
    store = make_store()
    with capture_logs() as logs:
        await store.open()
    assert "question_log_not_open" in [line["event"] for line in logs]
    assert (await store.log(question())).saved is Saved.SPILL
    (state / "questions.db").rmdir()
    assert await store.import_spilled() == 1
    assert len(await store.list()) == 1


async def test_a_read_only_disk_uses_the_fallback_folder(
    make_store: MakeStore, mounted: Path, tmp_path: Path
) -> None:
    folders = [mounted, tmp_path / "fallback"]
    before = make_store(path=mounted / "questions.db", spill_folders=folders)
    await before.open()
    await before.log(question("before", "1"))
    await before.close()
    subprocess.run(["mount", "-o", "remount,ro", str(mounted)], check=True)
    meanwhile = make_store(path=mounted / "questions.db", spill_folders=folders)
    await meanwhile.open()
    assert (await meanwhile.log(question("meanwhile", "2"))).saved is Saved.SPILL
    assert texts_in(tmp_path / "fallback" / "spill.jsonl") == ["meanwhile"]
    subprocess.run(["mount", "-o", "remount,rw", str(mounted)], check=True)
    assert await meanwhile.import_spilled() == 1
    assert {row.text for row in await meanwhile.list()} == {"before", "meanwhile"}


async def test_a_full_disk_still_has_room_for_the_journal(make_store: MakeStore, mounted: Path) -> None:
    store = make_store(path=mounted / "questions.db", spill_folders=[mounted])
    await store.open()
    fill(mounted)
    saved = [await store.log(question(f"{n} " + "words " * 200, str(n))) for n in range(50)]
    assert saved[-1].saved is Saved.SPILL
    (mounted / "filler").unlink()
    await store.import_spilled()
    assert len(await store.list()) == 50


async def test_when_nothing_can_be_written_the_caller_is_told(make_store: MakeStore, mounted: Path) -> None:
    """And what was acknowledged before that is all there."""
    store = make_store(path=mounted / "questions.db", spill_folders=[mounted])
    await store.open()
    fill(mounted)
    acknowledged: list[str] = []

    async def go_on_asking() -> None:
        for n in range(300):
            await store.log(question(f"{n} " + "words " * 500, str(n)))
            acknowledged.append(str(n))

    with pytest.raises(StoreError, match="spill journal cannot be written"):
        await go_on_asking()
    (mounted / "filler").unlink()
    await store.import_spilled()
    assert {row.text.split()[0] for row in await store.list()} == set(acknowledged)


async def test_a_journal_line_that_did_not_fit_leaves_no_half(make_store: MakeStore, state: Path) -> None:
    """A limit on the size of a file stands in for the full disk where nothing can be mounted."""
    store = make_store(spill_folders=[state])
    await store.open()
    (state / "spill.reserve").unlink()
    with held_by_another_process(state / "questions.db"):
        await store.log(question("it fits", "1"))
        size = (state / "spill.jsonl").stat().st_size
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, before[1]))
        try:
            with pytest.raises(StoreError):
                await store.log(question("it does not fit " * 50, "2"))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            signal.signal(signal.SIGXFSZ, ignored)
        assert (state / "spill.jsonl").stat().st_size == size
        await store.log(question("it fits again", "3"))
    assert await store.import_spilled() == 2


async def test_a_deleted_file_is_made_anew_instead_of_written_into_the_void(
    make_store: MakeStore, state: Path
) -> None:
    store = make_store()
    await store.open()
    await store.log(question("gone with the file", "1"))
    for file in state.glob("questions.db*"):
        file.unlink()
    await store.log(question("kept", "2"))
    other = make_store()
    await other.open()
    assert [row.text for row in await other.list()] == ["kept"]


async def test_a_fallback_folder_that_belongs_to_somebody_else_is_not_used(
    make_store: MakeStore, state: Path, tmp_path: Path
) -> None:
    trap = tmp_path / "trap"
    (tmp_path / "elsewhere").mkdir()
    trap.symlink_to(tmp_path / "elsewhere")
    (state / "questions.db").mkdir(parents=True)
    store = make_store(spill_folders=[trap])
    await store.open()
    with pytest.raises(StoreError, match="belongs to somebody else"):
        await store.log(question())
    assert list((tmp_path / "elsewhere").iterdir()) == []


class TestDamage:
    @staticmethod
    async def filled(make_store: MakeStore, count: int) -> SqliteQuestionStore:
        store = make_store()
        await store.open()
        for n in range(count):
            await store.log(question(f"question {n} " + "and more words " * 20, str(n)))
        return store

    @staticmethod
    def overwrite(file: Path, at: int, length: int) -> None:
        with file.open("r+b") as handle:
            handle.seek(at)
            handle.write(b"\xa5" * length)

    async def damaged(self, make_store: MakeStore, state: Path, at: int, length: int) -> SqliteQuestionStore:
        first = await self.filled(make_store, 300)
        await first.close()
        self.overwrite(state / "questions.db", at, length)
        return make_store()

    async def test_a_broken_page_costs_only_its_own_rows(self, make_store: MakeStore, state: Path) -> None:
        store = await self.damaged(make_store, state, 4096 * 40, 4096)
        with capture_logs() as logs:
            await store.open()
        events = [line["event"] for line in logs]
        assert "question_log_damaged" in events
        assert len(await store.list()) > 250
        assert (await store.log(question("after the damage", "new"))).saved is Saved.STORE
        assert len(list(state.glob("questions.db.damaged-*"))) == 1

    async def test_a_broken_header_costs_nothing(self, make_store: MakeStore, state: Path) -> None:
        store = await self.damaged(make_store, state, 0, 100)
        await store.open()
        assert len(await store.list()) == 300

    async def test_a_file_that_is_no_database_is_set_aside(self, make_store: MakeStore, state: Path) -> None:
        state.mkdir(mode=0o700)
        (state / "questions.db").write_bytes(b"this is not a database\n" * 1000)
        store = make_store()
        await store.open()
        assert (await store.log(question())).saved is Saved.STORE
        (aside,) = state.glob("questions.db.damaged-*")
        assert aside.read_bytes().startswith(b"this is not a database")

    async def test_status_count_and_audit_survive(self, make_store: MakeStore, state: Path) -> None:
        first = await self.filled(make_store, 3)
        logged = await first.log(question("the one that matters", "x"))
        await first.dismiss(logged.id, "mod", note="seen")
        await first.close()
        self.overwrite(state / "questions.db", 0, 100)
        store = make_store()
        await store.open()
        row = await store.get(logged.id)
        assert row is not None
        assert (row.status, row.note, row.audit[0].by) == (QuestionStatus.DISMISSED, "seen", "mod")

    async def test_damage_met_while_reading_is_mended(self, make_store: MakeStore, state: Path) -> None:
        writer = await self.filled(make_store, 300)
        await writer.close()
        store = make_store()
        await store.open()
        self.overwrite(state / "questions.db", 4096 * 40, 4096 * 3)
        assert len(await store.list()) > 200

    async def test_the_command_line_only_reports_it(self, make_store: MakeStore, state: Path) -> None:
        first = await self.filled(make_store, 1)
        await first.close()
        self.overwrite(state / "questions.db", 0, 4096)
        store = make_store(repair=False)
        with pytest.raises(StoreError, match="damaged"):
            await store.list()
        assert list(state.glob("questions.db.damaged-*")) == []

    async def test_purge_deletes_what_was_set_aside(
        self, make_store: MakeStore, state: Path, clock: TurnableClock
    ) -> None:
        store = await self.damaged(make_store, state, 0, 100)
        await store.open()
        clock.turn(days=181)
        assert (await store.purge(NOON)).files == 0
        assert (await store.purge(clock.now())).files == 1
        assert list(state.glob("questions.db.damaged-*")) == []


async def test_every_acknowledged_question_survives_kill_9(make_store: MakeStore, state: Path) -> None:
    code = """
        import asyncio, sys
        from pathlib import Path
        from bot.clock import SystemClock
        from bot.questions import NewQuestion, SqliteQuestionStore

        async def main():
            clock, state = SystemClock(), Path(sys.argv[1])
            store = SqliteQuestionStore(state / "questions.db", state_dir=state, clock=clock)
            await store.open()
            n = 0
            while True:
                await store.log(NewQuestion(str(n), f"question {n}?", clock.now(), "7", "70"))
                print(n, flush=True)
                n += 1

        asyncio.run(main())
    """
    writing = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), str(state)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ
        | {"PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))},
    )
    assert writing.stdout is not None
    acknowledged = [writing.stdout.readline() for _ in range(40)]
    writing.kill()
    acknowledged += writing.stdout.readlines()
    writing.wait()
    writing.stdout.close()
    whole = [int(line) for line in acknowledged if line.endswith("\n")]
    assert len(whole) >= 40
    store = make_store()
    await store.open()
    kept = {row.text for row in await store.list()}
    assert {f"question {n}?" for n in whole} <= kept


async def test_a_log_of_a_newer_version_is_left_alone(make_store: MakeStore, state: Path) -> None:
    first = make_store()
    await first.open()
    await first.close()
    with contextlib.closing(sqlite3.connect(state / "questions.db")) as db, db:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('signpost-questions', 'm999_from_the_future', '2030')"
        )
    before = shutil.copy(state / "questions.db", state / "copy")
    second = make_store()
    with capture_logs() as logs:
        await second.open()
    assert "newer Signpost" in logs[0]["reason"]
    assert (await second.log(question())).saved is Saved.SPILL
    assert Path(before).stat().st_size == (state / "questions.db").stat().st_size
