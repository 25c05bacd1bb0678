"""Turns a question from the log into a draft entry that a moderator can paste into `resources.yaml`."""

from __future__ import annotations

import re
import unicodedata

import yaml

from bot.questions.records import Question

_ANSWER = "Write the answer here, with a source below. Then set status to published."
_SECOND_WAY = "another way members ask this"
_TITLE_MAX = 80
_ID_MAX = 60
_LINE_MAX = 200
_NOT_ID = re.compile(r"[^a-z0-9]+")
_MARKS = re.compile(r"[\[\]<>]")


class _Dumper(yaml.SafeDumper):
    """Writes lists indented below their key, as people write them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def draft(question: Question) -> str:
    """Return a YAML list item for `entries:`, indented to be pasted as it stands."""
    line = " ".join(question.text.split())[:_LINE_MAX]
    entry = {
        "id": draft_id(question),
        "title": _title(line),
        "questions": [line, _SECOND_WAY],
        "answer": _ANSWER,
        "sources": [],
        "status": "draft",
        "reviewed": None,
    }
    text: str = yaml.dump([entry], Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)
    return "".join(f"  {row}\n" for row in text.splitlines())


def draft_id(question: Question) -> str:
    """Return a kebab-case entry id made from the question's words; from its own id if there are none."""
    plain = unicodedata.normalize("NFKD", question.text).encode("ascii", "ignore").decode().lower()
    made = _NOT_ID.sub("-", plain).strip("-")[:_ID_MAX]
    if "-" in made and len(made) == _ID_MAX:
        made = made.rsplit("-", 1)[0]
    return made.strip("-") or f"question-{question.id}"


def _title(line: str) -> str:
    plain = " ".join(_MARKS.sub("", line).split()).rstrip("?!. ")
    title = plain[:1].upper() + plain[1:] or line
    return title if len(title) <= _TITLE_MAX else title[: _TITLE_MAX - 1].rstrip() + "…"
