"""A small correct resources file, and ways to spoil it."""

from __future__ import annotations

from pathlib import Path

GOOD = """\
version: 1
community:
  name: Test Harbour
  region: US
entries:
  - id: find-a-meeting
    title: Finding a meeting
    questions:
      - How do I find an NA meeting near me?
      - are there online meetings
    answer: |
      Meetings are listed by town and day on the page below.
    links:
      - {title: Meeting search, url: "https://na.org/meetingsearch"}
    status: published
    reviewed: {by: Robin, date: 2026-11-01}
    review_by: 2027-05-01
  - id: server-rules
    title: The rules here
    questions:
      - where are the rules
      - is swearing allowed here
    answer: The rules stand in the welcome channel.
    status: published
    reviewed: {by: Robin, date: 2026-11-01}
referrals:
  - id: us-988
    kinds: [crisis]
    region: US
    name: 988 Suicide & Crisis Lifeline
    call: "988"
    verified: 2026-11-20
"""

DOSE = "Take 5 grams of kratom twice a day and you will be fine."


def write(folder: Path, text: str, name: str = "resources.yaml") -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def spoilt(old: str, new: str, text: str = GOOD) -> str:
    """Return the good file with one part replaced; fails when the part is not there."""
    assert text.count(old) >= 1, old
    return text.replace(old, new, 1)
