"""What a question log must be able to do, whichever database lies below.

Only questions that nobody could answer come here. Of crisis, medical and sourcing messages the log
keeps a count by day and rule id, never a word.

An edited message (same `message_id`, higher `revision`) replaces its earlier wording: the member
took those words back. If a moderator has already begun to work on the row, it stays as it is and
the new wording becomes a row of its own. When an edit turns a question into something that is not
logged, call `delete_by_message`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from bot.errors import StoreError
from bot.questions.records import (
    AuditEntry,
    GuardedCount,
    Logged,
    NewQuestion,
    Purged,
    Question,
    QuestionStatus,
)


class UnknownQuestion(StoreError):
    """There is no question with this id (or it was wiped)."""


class AlreadyTaken(StoreError):
    """Another moderator holds this question, or it is closed."""


class QuestionStore(Protocol):
    """The log of unanswered questions.

    Every method may raise `StoreError`: the log cannot be read or written just now.
    """

    async def log(self, question: NewQuestion) -> Logged:
        """Redact and save a question, or raise `StoreError` if it could be saved nowhere.

        Returns only after the row is durable in the store or in the spill journal. The same
        message and revision is counted once. The same wording in the same server raises the count
        of the row that is there; a row already answered or linked opens again, a dismissed one
        stays dismissed. Text of a guarded route is refused with `ValueError`.
        """
        ...

    async def list(
        self, status: QuestionStatus | None = None, guild_id: str | None = None, limit: int | None = None
    ) -> tuple[Question, ...]:
        """Return questions, the most asked and then the newest first. Writes nothing."""
        ...

    async def get(self, question_id: str) -> Question | None:
        """Return one question with its audit, or None. Writes nothing."""
        ...

    async def claim(self, question_id: str, by: str) -> Question:
        """Mark an open question as taken by a moderator."""
        ...

    async def answer(
        self, question_id: str, by: str, entry_id: str | None = None, note: str = ""
    ) -> Question:
        """Mark a question as answered by a new draft entry."""
        ...

    async def link(self, question_id: str, by: str, entry_id: str, note: str = "") -> Question:
        """Mark a question as answered by an entry that exists already."""
        ...

    async def dismiss(self, question_id: str, by: str, note: str = "") -> Question:
        """Close a question without an answer."""
        ...

    async def wipe(self, question_id: str, by: str) -> None:
        """Delete one question and all that was kept of it; that it was wiped, by whom and when, stays."""
        ...

    async def audit_of(self, question_id: str) -> tuple[AuditEntry, ...]:
        """Return the acts on a question, also after it was wiped. Writes nothing."""
        ...

    async def count_guarded(self, day: dt.date, rules: Sequence[str]) -> None:
        """Add one to each rule's count for the day."""
        ...

    async def guarded_counts(self, since: dt.date) -> tuple[GuardedCount, ...]:
        """Return the counts of guarded messages from a day on. Writes nothing."""
        ...

    async def delete_by_message(self, message_id: str) -> bool:
        """Take a message's question back while no moderator works on it; True when something went."""
        ...

    async def import_spilled(self) -> int:
        """Read the spill journal back into the store and return how many lines went in."""
        ...

    async def purge(self, before: dt.datetime) -> Purged:
        """Delete everything older than a moment, and message keys older than 48 hours."""
        ...

    async def close(self) -> None:
        """Finish what is being written and close the database."""
        ...
