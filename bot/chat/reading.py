"""What of a Discord message is read: everything a person may have put their words into.

Text files are read in memory and never stored; a part that cannot be read does not hide the rest.
"""

from __future__ import annotations

import unicodedata

import aiohttp
import discord
import structlog

log = structlog.get_logger(__name__)

MOST_ATTACHMENT_BYTES = 64 * 1024


def without_mention(text: str, bot_id: int) -> str:
    """Return the text without the mentions of the bot itself."""
    for mention in (f"<@{bot_id}>", f"<@!{bot_id}>"):
        text = text.replace(mention, " ")
    return text.strip()


async def read(message: discord.Message, bot_id: int) -> str:
    """Return all the words of a message: title, content, forwards, poll and text files."""
    parts = [_thread_title(message), without_mention(message.content, bot_id)]
    parts += [snapshot.content for snapshot in message.message_snapshots]
    if message.poll is not None:
        parts.append(message.poll.question)
        parts += [answer.text for answer in message.poll.answers]
    attachments = [*message.attachments]
    for snapshot in message.message_snapshots:
        attachments += snapshot.attachments
    parts += [await _read_file(attachment) for attachment in attachments]
    return "\n".join(part for part in parts if _visible(part))


def _visible(text: str) -> bool:
    """Whether anything in a text can be seen: zero-width characters alone are no message."""
    return any(unicodedata.category(char)[0] not in "CZM" for char in text)


def _thread_title(message: discord.Message) -> str:
    # The first post of a forum thread has the thread's own id; its title is part of what was said.
    channel = message.channel
    return channel.name if isinstance(channel, discord.Thread) and channel.id == message.id else ""


async def _read_file(attachment: discord.Attachment) -> str:
    if not attachment.filename.lower().endswith(".txt"):
        return ""
    try:
        if attachment.size <= MOST_ATTACHMENT_BYTES:
            return (await attachment.read()).decode("utf-8", errors="replace")
    except (discord.HTTPException, aiohttp.ClientError, TimeoutError, OSError) as exc:
        log.warning("attachment_unread", error=type(exc).__name__)
    return ""
