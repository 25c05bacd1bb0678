"""Checks of a community's own help lines: is there a crisis line, and has anybody rung them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from bot.resources.notes import Notes
from bot.resources.schema import Kind, ResourceFile

VERIFIED_FOR = dt.timedelta(days=180)
"""How long a check of a number counts."""


def check_helplines(file: ResourceFile, notes: Notes, today: dt.date, listed: Collection[str]) -> None:
    """Note a region without a crisis line, and numbers that nobody has checked lately."""
    region = file.community.region
    own_crisis = any(
        Kind.CRISIS in line.kinds and line.region in ("*", region or "*") for line in file.referrals
    )
    if region is None:
        notes.warn(
            "helpline/no-region",
            ("community",),
            "The community has no region, so members see international lines until they pick a country.",
            "Add region: with two capital letters, for example US, below community:.",
        )
    elif region not in listed and not own_crisis:
        notes.error(
            "helpline/no-crisis-line",
            ("community", "region"),
            f"There is no crisis line for the region {region}, neither in this file nor packaged.",
            f"Add a help line under referrals: with kinds: [crisis] and region: {region}.",
        )
    for at, line in enumerate(file.referrals):
        if line.verified is None:
            notes.warn(
                "helpline/unverified",
                ("referrals", at),
                f"Nobody has rung or opened '{line.id}' yet.",
                "Try it, then write verified: and the day.",
            )
        elif line.verified > today:
            notes.warn(
                "helpline/future",
                ("referrals", at, "verified"),
                f"'{line.id}' was verified on {line.verified}, which is still to come.",
                "Write the day on which it was tried.",
            )
        elif today - line.verified > VERIFIED_FOR:
            notes.warn(
                "helpline/unverified",
                ("referrals", at, "verified"),
                f"'{line.id}' was last tried on {line.verified}, more than {VERIFIED_FOR.days} days ago.",
                "Ring or open it again, then write the day.",
            )
