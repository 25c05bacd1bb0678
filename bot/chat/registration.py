"""Tells Discord which commands there are, once for each set of commands.

Discord limits how often an application may do this, so a start with nothing new sends nothing.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import discord
import structlog
from discord import app_commands

log = structlog.get_logger(__name__)

STAMP = "commands.sha256"


async def register_if_changed(tree: app_commands.CommandTree[Any], application_id: int, folder: Path) -> bool:
    """Register the global commands if they differ from the last time; returns whether it did.

    Raises nothing for what Discord refuses: the bot still answers mentions, and the next start
    tries again.
    """
    commands = [command.to_dict(tree) for command in tree.get_commands()]
    payload = json.dumps([application_id, commands], sort_keys=True, default=str)
    digest = hashlib.sha256(payload.encode()).hexdigest()
    stamp = folder / STAMP
    try:
        if stamp.read_text(encoding="ascii") == digest:
            return False
    except (OSError, UnicodeDecodeError):
        pass  # no stamp yet, or a damaged one: registering once more does no harm
    try:
        await tree.sync()
        stamp.write_text(digest, encoding="ascii")
    except (discord.HTTPException, OSError) as exc:
        log.error("commands_not_registered", error=type(exc).__name__)
        return False
    log.info("commands_registered", count=len(commands))
    return True
