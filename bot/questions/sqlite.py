"""The question log in one SQLite file, with the spill journal behind it."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import structlog
from sqlite_utils import Database

from bot.clock import Clock
from bot.errors import StoreError
from bot.questions import lines, rows
from bot.questions.keys import MessageKeys
from bot.questions.lane import Lane, Worker, immediate, is_damage, open_reader, open_writer, unreachable
from bot.questions.records import (
    AuditEntry,
    GuardedCount,
    Logged,
    NewQuestion,
    PreparedQuestion,
    Purged,
    Question,
    QuestionStatus,
    Saved,
    cut,
    new_id,
    same_wording_key,
)
from bot.questions.recovery import drop_quarantined, quarantine, salvage
from bot.questions.spill import SpillJournal, fallback_folder
from bot.questions.store import UnknownQuestion
from guardrails import GUARDED, redact

_log = structlog.get_logger(__name__)
T = TypeVar("T")

KEY_LIFE = dt.timedelta(hours=48)
_BUSY_MS = 300
_BUDGET_S = 0.7
_PATIENT_S = 30.0
_OUT_OF_REACH = (sqlite3.Error, OSError, TimeoutError)


class SqliteQuestionStore:
    """A `QuestionStore` in one file. Opening never fails: what the file cannot take is spilled.

    With `repair` false (the command line) a broken file is only reported, and a missing one is not
    made: the running bot owns both. Questions spill into the state folder or, when that cannot be
    written, into a folder of the same user that outlives a restart of the machine.
    """

    def __init__(
        self,
        path: Path,
        *,
        state_dir: Path,
        clock: Clock,
        spill_folders: Sequence[Path] | None = None,
        redact: Callable[[str], str] = redact,
        repair: bool = True,
        busy_ms: int = _BUSY_MS,
        budget_s: float = _BUDGET_S,
    ) -> None:
        self._path = path
        self._clock = clock
        self._redact = redact
        self._repair_allowed = repair
        self._budget_s = budget_s
        self._state_dir = state_dir
        folders = [state_dir, fallback_folder(state_dir)] if spill_folders is None else spill_folders
        self._journal = SpillJournal(folders)
        self._prepared = False
        self._keys: MessageKeys | None = None
        self._writer = Lane(path, lambda: open_writer(path, busy_ms, create=repair), "questions-writer")
        self._reader = Lane(path, lambda: open_reader(path, busy_ms), "questions-reader")
        self._desk = Worker("questions-desk")

    async def open(self) -> None:
        """Open the file, read the spill journal back, and say in the log what did not work."""
        try:
            await self._write(lambda db: None, _PATIENT_S)
            await self.import_spilled()
        except StoreError as error:
            _log.error("question_log_not_open", path=str(self._path), reason=str(error))

    async def log(self, question: NewQuestion) -> Logged:
        """Save a question in the file or, when that fails or takes too long, in the spill journal."""
        if question.route in GUARDED:
            raise ValueError(f"a {question.route} message must not be stored")
        prepared = await self._desk.call(lambda: self._prepare(question))
        try:
            question_id, count = await self._write(lambda db: rows.log(db, prepared), self._budget_s)
        except StoreError as error:
            await self._spill(lines.of_question(prepared), error)
            return Logged(Saved.SPILL, prepared.id, 1)
        return Logged(Saved.STORE, question_id, count)

    async def list(
        self, status: QuestionStatus | None = None, guild_id: str | None = None, limit: int | None = None
    ) -> tuple[Question, ...]:
        """Return questions, the most asked and then the newest first."""
        return await self._read(lambda db: rows.select(db, status, guild_id, limit))

    async def get(self, question_id: str) -> Question | None:
        """Return one question with its audit, or None."""
        try:
            return await self._read(lambda db: rows.found(db, question_id))
        except UnknownQuestion:
            return None

    async def claim(self, question_id: str, by: str) -> Question:
        """Mark an open question as taken by a moderator."""
        now = self._clock.now()
        return await self._write(lambda db: rows.claim(db, question_id, by, now), _PATIENT_S)

    async def answer(
        self, question_id: str, by: str, entry_id: str | None = None, note: str = ""
    ) -> Question:
        """Mark a question as answered by a new draft entry."""
        return await self._settle(question_id, by, QuestionStatus.ANSWERED, entry_id, note)

    async def link(self, question_id: str, by: str, entry_id: str, note: str = "") -> Question:
        """Mark a question as answered by an entry that exists already."""
        return await self._settle(question_id, by, QuestionStatus.LINKED, entry_id, note)

    async def dismiss(self, question_id: str, by: str, note: str = "") -> Question:
        """Close a question without an answer."""
        return await self._settle(question_id, by, QuestionStatus.DISMISSED, None, note)

    async def wipe(self, question_id: str, by: str) -> None:
        """Delete one question from the file and from its write-ahead log."""
        now = self._clock.now()
        await self._write(lambda db: rows.wipe(db, question_id, by, now), _PATIENT_S)
        await self._forget()

    async def audit_of(self, question_id: str) -> tuple[AuditEntry, ...]:
        """Return the acts on a question, also after it was wiped."""
        return await self._read(lambda db: rows.audit(db, question_id))

    async def count_guarded(self, day: dt.date, rules: Sequence[str]) -> None:
        """Add one to each rule's count for the day; spilled like a question when the file fails."""
        line_id, now = new_id(), self._clock.now()

        def count(db: Database) -> None:
            # Recorded like a spilled line, so that a write that came through late is not counted twice.
            if rows.first_import(db, line_id, now):
                rows.count_guarded(db, day.isoformat(), rules)

        try:
            await self._write(count, self._budget_s)
        except StoreError as error:
            await self._spill(lines.of_guarded(line_id, day, rules), error)

    async def guarded_counts(self, since: dt.date) -> tuple[GuardedCount, ...]:
        """Return the counts of guarded messages from a day on."""
        return await self._read(lambda db: rows.guarded_counts(db, since.isoformat()))

    async def delete_by_message(self, message_id: str) -> bool:
        """Take a message's question back, from the file and from the spill journal."""
        key = await self._desk.call(lambda: self._message_keys().of(message_id))
        spilled = await self._journal_call(lambda: self._journal.remove(lambda line: line.get("key") == key))
        try:
            gone = await self._write(lambda db: rows.withdraw(db, key), self._budget_s)
        except StoreError as error:
            # The row may be in a file that cannot be written now: taken back at the next import.
            await self._spill(lines.of_withdrawal(new_id(), key, self._clock.now()), error)
            return True
        if gone:
            await self._forget()
        return gone or spilled > 0

    async def import_spilled(self) -> int:
        """Read the spill journal back into the file; every line goes in once."""
        await self._prepare_journal()
        if not self._journal.waiting():
            return 0
        now = self._clock.now()

        def take(batch: Sequence[lines.Line]) -> Sequence[lines.Line]:
            return self._in_transaction(lambda db: [line for line in batch if not lines.apply(db, line, now)])

        try:
            taken = await self._writer.call(lambda: self._journal.drain(take), _PATIENT_S)
        except _OUT_OF_REACH as error:
            raise unreachable(self._path, error) from error
        _log.info("spilled_questions_imported", lines=taken)
        return taken

    async def purge(self, before: dt.datetime) -> Purged:
        """Delete everything older than a moment from the file, the journal and files set aside."""
        keys_before = self._clock.now() - KEY_LIFE
        spilled = await self._journal_call(
            lambda: self._journal.remove(lambda line: lines.older_than(line, before))
        )
        files = await self._journal_call(
            lambda: self._journal.drop_rejected(before.timestamp()) + drop_quarantined(self._path, before)
        )
        questions, keys = await self._write(lambda db: rows.purge(db, before, keys_before), _PATIENT_S)
        if questions or keys:
            await self._forget()
        return Purged(questions, keys, spilled, files)

    async def close(self) -> None:
        """Finish what is being written and close the file."""
        for worker in (self._desk, self._writer, self._reader):
            await worker.close()

    async def _prepare_journal(self) -> None:
        """Take the reserve and make the secret while there is room for both."""
        if self._repair_allowed and not self._prepared:
            await self._desk.call(self._journal.prepare)
            await self._desk.call(self._message_keys)
            self._prepared = True

    def _prepare(self, question: NewQuestion) -> PreparedQuestion:
        try:
            text = cut(self._redact(question.text))
        except Exception as error:
            # Whatever went wrong in there: what is not redacted is not written, and the member is told.
            raise StoreError(f"The question could not be redacted ({type(error).__name__}).") from error
        return PreparedQuestion(
            id=new_id(),
            key=self._message_keys().of(question.message_id),
            revision=question.revision,
            text=text,
            text_key=same_wording_key(text),
            asked_at=question.asked_at,
            guild_id=question.guild_id,
            # A direct-message channel has one member: its id would name the asker.
            channel_id=question.channel_id if question.guild_id else None,
            route=question.route,
            nearest=tuple((entry, round(float(score), 4)) for entry, score in question.nearest),
        )

    def _message_keys(self) -> MessageKeys:
        if self._keys is None:
            self._keys = MessageKeys.load(self._state_dir)
        return self._keys

    async def _settle(
        self, question_id: str, by: str, status: QuestionStatus, entry_id: str | None, note: str
    ) -> Question:
        now = self._clock.now()
        return await self._write(
            lambda db: rows.settle(db, question_id, by, now, status, entry_id, note), _PATIENT_S
        )

    async def _write(self, work: Callable[[Database], T], timeout_s: float) -> T:
        try:
            return await self._writer.call(lambda: self._in_transaction(work), timeout_s)
        except _OUT_OF_REACH as error:
            raise unreachable(self._path, error) from error

    async def _read(self, work: Callable[[Database], T]) -> T:
        try:
            return await self._reader.run(work, _PATIENT_S)
        except _OUT_OF_REACH as error:
            if not is_damage(error):
                raise unreachable(self._path, error) from error
        # The writer looks at its cached pages unless it opens the file again, which checks every page.
        await self._writer.call(self._writer.drop)
        await self._write(lambda db: None, _PATIENT_S)
        try:
            return await self._reader.run(work, _PATIENT_S)
        except _OUT_OF_REACH as error:
            raise unreachable(self._path, error) from error

    def _in_transaction(self, work: Callable[[Database], T]) -> T:
        """Run work in one transaction; a broken file is set aside first. Only on the writer's thread."""

        def whole(db: Database) -> T:
            with immediate(db):
                return work(db)

        try:
            return self._writer.with_database(whole)
        except sqlite3.Error as error:
            if not (is_damage(error) and self._repair_allowed):
                raise
        self._start_anew()
        return self._writer.with_database(whole)

    def _start_anew(self) -> None:
        self._writer.drop()
        aside = quarantine(self._path, self._clock.now())
        _log.error("question_log_damaged", set_aside=str(aside))

        def refill(db: Database) -> None:
            with immediate(db):
                saved = salvage(aside, db)
            _log.error(
                "question_log_started_anew", rows=saved.rows, complete=saved.complete, damaged=str(aside)
            )

        try:
            self._writer.with_database(refill)
        except (sqlite3.Error, OSError) as error:
            # The broken file stays for a person to look at; new questions must not wait for that.
            _log.error("question_log_not_salvaged", damaged=str(aside), reason=type(error).__name__)

    async def _forget(self) -> None:
        """Empty the write-ahead log, which would still hold what was deleted."""

        def checkpoint(db: Database) -> None:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

        try:
            await self._writer.run(checkpoint, _PATIENT_S)
        except (StoreError, *_OUT_OF_REACH) as error:
            _log.warning("write_ahead_log_not_emptied", reason=type(error).__name__)

    async def _spill(self, line: lines.Line, reason: StoreError) -> None:
        folder = await self._journal_call(lambda: self._journal.append(line))
        _log.warning("question_spilled", folder=str(folder), kind=line["kind"], reason=str(reason))

    async def _journal_call(self, work: Callable[[], T]) -> T:
        try:
            return await self._desk.call(work, _PATIENT_S)
        except (OSError, TimeoutError) as error:
            raise StoreError(f"The spill journal cannot be used ({error}).") from error
