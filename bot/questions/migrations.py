"""The tables of the SQLite question log, as forward-only steps.

Each step and the record that it ran are one transaction (sqlite-utils' own migrations). A step that
has shipped is never edited: a change is a new step below it.
"""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

migrations = Migrations("signpost-questions")


@migrations()
def m001_first_tables(db: Database) -> None:
    """Create the log, the message keys, the audit, the counts and the record of imported spill lines."""
    # Ids are TEXT: Discord's are larger than a JavaScript reader can hold exactly.
    db.execute(
        """
        CREATE TABLE questions (
            id TEXT PRIMARY KEY,
            guild_id TEXT,
            channel_id TEXT,
            text TEXT NOT NULL,
            text_key TEXT NOT NULL,
            route TEXT NOT NULL CHECK (route NOT IN ('crisis', 'medical', 'sourcing')),
            status TEXT NOT NULL DEFAULT 'open'
                CHECK (status IN ('open', 'claimed', 'answered', 'linked', 'dismissed')),
            count INTEGER NOT NULL DEFAULT 1 CHECK (count >= 1),
            asked_at TEXT NOT NULL,
            last_asked_at TEXT NOT NULL,
            nearest TEXT NOT NULL DEFAULT '[]',
            entry_id TEXT,
            note TEXT NOT NULL DEFAULT ''
        ) STRICT
        """
    )
    db.execute("CREATE UNIQUE INDEX same_wording ON questions (ifnull(guild_id, ''), text_key)")
    db.execute("CREATE INDEX by_status ON questions (status, last_asked_at)")
    db.execute(
        """
        CREATE TABLE message_keys (
            key TEXT PRIMARY KEY,
            question_id TEXT NOT NULL,
            revision INTEGER NOT NULL,
            at TEXT NOT NULL
        ) STRICT
        """
    )
    db.execute("CREATE INDEX keys_of_question ON message_keys (question_id)")
    db.execute(
        """
        CREATE TABLE audit (
            id INTEGER PRIMARY KEY,
            question_id TEXT NOT NULL,
            at TEXT NOT NULL,
            by TEXT NOT NULL,
            action TEXT NOT NULL,
            detail TEXT NOT NULL DEFAULT ''
        ) STRICT
        """
    )
    db.execute("CREATE INDEX audit_of_question ON audit (question_id, id)")
    db.execute(
        """
        CREATE TABLE guarded_counts (
            day TEXT NOT NULL,
            rule TEXT NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (day, rule)
        ) STRICT
        """
    )
    db.execute("CREATE TABLE spill_imports (id TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT")
