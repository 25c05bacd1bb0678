"""Every SQL statement of the question log, as functions over an open database.

Functions that write expect to run inside a transaction; they neither begin nor commit one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database
from sqlite_utils.db import Table

from bot.questions.records import (
    AuditEntry,
    GuardedCount,
    PreparedQuestion,
    Question,
    QuestionStatus,
    moment,
    stamp,
)
from bot.questions.store import AlreadyTaken, UnknownQuestion
from guardrails import Route

SIGNPOST = "signpost"
_REOPENS = (QuestionStatus.ANSWERED, QuestionStatus.LINKED)

Row = dict[str, Any]


def _one(db: Database, sql: str, values: Sequence[object]) -> Row | None:
    return next(iter(db.query(sql, list(values))), None)


def _by_id(db: Database, question_id: str) -> Row | None:
    return _one(db, "SELECT * FROM questions WHERE id = ?", [question_id])


def _by_wording(db: Database, guild_id: str | None, text_key: str) -> Row | None:
    sql = "SELECT * FROM questions WHERE ifnull(guild_id, '') = ? AND text_key = ?"
    return _one(db, sql, [guild_id or "", text_key])


def log(db: Database, question: PreparedQuestion) -> tuple[str, int]:
    """Write or count a question and return the id and count of its row; a repeat changes nothing."""
    known = _one(db, "SELECT * FROM message_keys WHERE key = ?", [question.key]) if question.key else None
    if known is None:
        twin = _by_id(db, question.id)
        return (twin["id"], twin["count"]) if twin else _add(db, question)
    row = _by_id(db, known["question_id"])
    if question.revision <= known["revision"]:
        return known["question_id"], row["count"] if row else 0
    return _revise(db, row, question)


def _add(db: Database, question: PreparedQuestion) -> tuple[str, int]:
    row = _by_wording(db, question.guild_id, question.text_key)
    if row is None:
        question_id, count = question.id, 1
        Table(db, "questions").insert(
            {
                "id": question.id,
                "guild_id": question.guild_id,
                "channel_id": question.channel_id,
                "text": question.text,
                "text_key": question.text_key,
                "route": question.route.value,
                "asked_at": stamp(question.asked_at),
                "last_asked_at": stamp(question.asked_at),
                "nearest": json.dumps(question.nearest),
            }
        )
    else:
        question_id, count = row["id"], row["count"] + 1
        db.execute(
            "UPDATE questions SET count = ?, last_asked_at = max(last_asked_at, ?), nearest = ? WHERE id = ?",
            [count, stamp(question.asked_at), json.dumps(question.nearest), question_id],
        )
        if row["status"] in _REOPENS:
            db.execute("UPDATE questions SET status = 'open' WHERE id = ?", [question_id])
            record(db, question_id, question.asked_at, SIGNPOST, "reopened", "asked again")
    _remember(db, question, question_id)
    return question_id, count


def _remember(db: Database, question: PreparedQuestion, question_id: str) -> None:
    if question.key:
        db.execute(
            "INSERT OR REPLACE INTO message_keys (key, question_id, revision, at) VALUES (?, ?, ?, ?)",
            [question.key, question_id, question.revision, stamp(question.asked_at)],
        )


def _revise(db: Database, row: Row | None, question: PreparedQuestion) -> tuple[str, int]:
    """Replace the earlier wording of an edited message."""
    if row is not None and row["text_key"] == question.text_key:
        _remember(db, question, row["id"])
        return row["id"], row["count"]
    alone = row is not None and row["count"] == 1 and row["status"] == QuestionStatus.OPEN
    if row is not None and alone and _by_wording(db, question.guild_id, question.text_key) is None:
        # The id stays: buttons and links that moderators hold point to it.
        db.execute(
            "UPDATE questions SET text = ?, text_key = ?, nearest = ?, route = ? WHERE id = ?",
            [question.text, question.text_key, json.dumps(question.nearest), question.route.value, row["id"]],
        )
        _remember(db, question, row["id"])
        return row["id"], 1
    if row is not None:
        _release(db, row)
    return _add(db, question)


def _release(db: Database, row: Row) -> bool:
    """Take one asking back; False when the row stays as it is because a moderator works on it."""
    if row["count"] > 1:
        db.execute("UPDATE questions SET count = count - 1 WHERE id = ?", [row["id"]])
        return True
    if row["status"] == QuestionStatus.OPEN:
        db.execute("DELETE FROM questions WHERE id = ?", [row["id"]])
        return True
    return False


def withdraw(db: Database, key: str) -> bool:
    """Take back what a message asked; True when a row went or its count fell."""
    known = _one(db, "SELECT * FROM message_keys WHERE key = ?", [key])
    row = _by_id(db, known["question_id"]) if known else None
    if row is None or not _release(db, row):
        return False
    db.execute("DELETE FROM message_keys WHERE key = ?", [key])
    return True


def record(db: Database, question_id: str, at: datetime, by: str, action: str, detail: str = "") -> None:
    """Add one act to the audit."""
    Table(db, "audit").insert(
        {"question_id": question_id, "at": stamp(at), "by": by, "action": action, "detail": detail}
    )


def claim(db: Database, question_id: str, by: str, at: datetime) -> Question:
    """Mark an open question as taken by one moderator; the same moderator may claim again."""
    question = found(db, question_id)
    if question.status is QuestionStatus.CLAIMED:
        holder = next((act.by for act in reversed(question.audit) if act.action == "claimed"), "")
        if holder == by:
            return question
        raise AlreadyTaken(f"Question {question_id} is already claimed by {holder or 'another moderator'}.")
    if question.status is not QuestionStatus.OPEN:
        raise AlreadyTaken(f"Question {question_id} is already {question.status}.")
    return settle(db, question_id, by, at, QuestionStatus.CLAIMED)


def settle(
    db: Database,
    question_id: str,
    by: str,
    at: datetime,
    status: QuestionStatus,
    entry_id: str | None = None,
    note: str = "",
) -> Question:
    """Set a question's status, with entry and note where given, and record who did it."""
    found(db, question_id)
    db.execute(
        "UPDATE questions SET status = ?, entry_id = coalesce(?, entry_id),"
        " note = CASE WHEN ? = '' THEN note ELSE ? END WHERE id = ?",
        [status.value, entry_id, note, note, question_id],
    )
    record(db, question_id, at, by, status.value, entry_id or "")
    return found(db, question_id)


def wipe(db: Database, question_id: str, by: str, at: datetime) -> None:
    """Delete one question; the audit keeps that it was wiped, by whom and when."""
    found(db, question_id)
    # The message key stays until it expires, so that a second delivery cannot bring the row back.
    db.execute("DELETE FROM questions WHERE id = ?", [question_id])
    record(db, question_id, at, by, "wiped")


def count_guarded(db: Database, day: str, rules: Iterable[str]) -> None:
    """Add one to the day's count of each rule."""
    for rule in dict.fromkeys(rules):
        db.execute(
            "INSERT INTO guarded_counts (day, rule, count) VALUES (?, ?, 1)"
            " ON CONFLICT (day, rule) DO UPDATE SET count = count + 1",
            [day, rule],
        )


def guarded_counts(db: Database, since: str) -> tuple[GuardedCount, ...]:
    """Return the counts from a day on, by day and rule."""
    rows = db.query("SELECT day, rule, count FROM guarded_counts WHERE day >= ? ORDER BY day, rule", [since])
    return tuple(GuardedCount(**row) for row in rows)


def first_import(db: Database, line_id: str, at: datetime) -> bool:
    """Remember that a spilled line was read back; False when it already was."""
    cursor = db.execute("INSERT OR IGNORE INTO spill_imports (id, at) VALUES (?, ?)", [line_id, stamp(at)])
    return cursor.rowcount == 1


def purge(db: Database, before: datetime, keys_before: datetime) -> tuple[int, int]:
    """Delete what is too old and return how many questions and message keys went."""
    limit = stamp(before)
    questions = db.execute("DELETE FROM questions WHERE last_asked_at < ?", [limit]).rowcount
    keys = db.execute("DELETE FROM message_keys WHERE at < ?", [stamp(keys_before)]).rowcount
    db.execute("DELETE FROM audit WHERE at < ?", [limit])
    db.execute("DELETE FROM guarded_counts WHERE day < ?", [limit[:10]])
    db.execute("DELETE FROM spill_imports WHERE at < ?", [limit])
    return questions, keys


def audit(db: Database, question_id: str) -> tuple[AuditEntry, ...]:
    """Return the acts on one question in their order."""
    rows = db.query("SELECT * FROM audit WHERE question_id = ? ORDER BY id", [question_id])
    return tuple(
        AuditEntry(row["question_id"], moment(row["at"]), row["by"], row["action"], row["detail"])
        for row in rows
    )


def found(db: Database, question_id: str) -> Question:
    """Return one question with its audit, or raise `UnknownQuestion`."""
    row = _by_id(db, question_id)
    if row is None:
        raise UnknownQuestion(f"There is no question {question_id}. `signpost questions list` shows the ids.")
    return _question(row, audit(db, question_id))


def select(
    db: Database, status: QuestionStatus | None, guild_id: str | None, limit: int | None
) -> tuple[Question, ...]:
    """Return questions without their audit, the most asked and then the newest first."""
    rows = db.query(
        "SELECT * FROM questions WHERE (:status IS NULL OR status = :status)"
        " AND (:guild IS NULL OR guild_id = :guild)"
        " ORDER BY count DESC, last_asked_at DESC, id LIMIT :limit",
        {"status": status and status.value, "guild": guild_id, "limit": -1 if limit is None else limit},
    )
    return tuple(_question(row) for row in rows)


def _question(row: Row, acts: tuple[AuditEntry, ...] = ()) -> Question:
    return Question(
        id=row["id"],
        text=row["text"],
        status=QuestionStatus(row["status"]),
        count=row["count"],
        asked_at=moment(row["asked_at"]),
        last_asked_at=moment(row["last_asked_at"]),
        guild_id=row["guild_id"],
        channel_id=row["channel_id"],
        route=Route(row["route"]),
        nearest=tuple((str(entry), float(score)) for entry, score in json.loads(row["nearest"])),
        entry_id=row["entry_id"],
        note=row["note"],
        audit=acts,
    )
