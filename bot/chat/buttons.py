"""The buttons, as dynamic items: they hold ids, never text, and work after a restart."""

from __future__ import annotations

import re
from abc import abstractmethod
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import discord
import structlog
from discord import ui

if TYPE_CHECKING:
    from bot.chat.client import SignpostBot

log = structlog.get_logger(__name__)

Press: TypeAlias = "discord.Interaction[SignpostBot]"


class ReportKind(StrEnum):
    """Why a member asks the moderators."""

    NOT_MEANT = "n"
    NONE_FIT = "f"


class SafeButton(ui.DynamicItem[ui.Button[Any]], template="signpost:none"):
    """A button whose failure still ends in a card with help lines.

    discord.py only logs what a dynamic item raises, so the door is here.
    """

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        press: Press = interaction
        try:
            await self.pressed(press)
        except Exception as exc:  # noqa: BLE001 - every failure must end in help lines
            await press.client.apologise(press, exc)

    @abstractmethod
    async def pressed(self, press: Press) -> None:
        """Do what the button is for."""


def _drawn(item: SafeButton) -> ui.Button[ui.LayoutView]:
    return item  # type: ignore[return-value]


class EntryButton(SafeButton, template=r"signpost:entry:(?P<entry>[a-z0-9-]{1,60})"):
    """Opens one entry for whoever presses it."""

    def __init__(self, entry_id: str, label: str = "") -> None:
        self.entry_id = entry_id
        super().__init__(_button(f"signpost:entry:{entry_id}", label, discord.ButtonStyle.primary))

    @classmethod
    def draw(cls, entry_id: str, title: str) -> ui.Button[ui.LayoutView]:
        return _drawn(cls(entry_id, title))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(match["entry"])

    async def pressed(self, press: Press) -> None:
        await press.client.presses.open_entry(press, self.entry_id)


class CardButton(SafeButton, template=r"signpost:card:(?P<key>[0-9]{1,24})(?::(?P<entry>[a-z0-9-]{1,60}))?"):
    """Opens the private card of a message that was answered in public.

    It names the entry too, which can still be shown when the message is no longer remembered.
    """

    def __init__(self, key: str, entry_id: str | None = None, label: str = "") -> None:
        self.key, self.entry_id = key, entry_id
        custom_id = f"signpost:card:{key}:{entry_id}" if entry_id else f"signpost:card:{key}"
        super().__init__(_button(custom_id, label, discord.ButtonStyle.primary))

    @classmethod
    def draw(cls, key: str, entry_id: str | None, label: str) -> ui.Button[ui.LayoutView]:
        return _drawn(cls(key, entry_id, label))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(match["key"], match["entry"])

    async def pressed(self, press: Press) -> None:
        await press.client.presses.open_card(press, self.key, self.entry_id)


class LinesButton(SafeButton, template=r"signpost:lines"):
    """Shows every help line of the server's region to whoever presses it."""

    def __init__(self, label: str = "") -> None:
        super().__init__(_button("signpost:lines", label, discord.ButtonStyle.secondary))

    @classmethod
    def draw(cls, label: str) -> ui.Button[ui.LayoutView]:
        return _drawn(cls(label))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls()

    async def pressed(self, press: Press) -> None:
        await press.client.presses.open_lines(press)


class ShowButton(SafeButton, template=r"signpost:show:(?P<key>[0-9]{1,24}):(?P<asker>[0-9]{1,24})"):
    """Shows an answer to everyone, when its asker wants that."""

    def __init__(self, key: str, asker: int, label: str = "") -> None:
        self.key, self.asker = key, asker
        super().__init__(_button(f"signpost:show:{key}:{asker}", label, discord.ButtonStyle.secondary))

    @classmethod
    def draw(cls, key: str, asker: int, label: str) -> ui.Button[ui.LayoutView]:
        return _drawn(cls(key, asker, label))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(match["key"], int(match["asker"]))

    async def pressed(self, press: Press) -> None:
        await press.client.presses.show_everyone(press, self.key, self.asker)


class ReportButton(
    SafeButton, template=r"signpost:ask:(?P<kind>[nf]):(?P<key>[0-9]{1,24}):(?P<asker>[0-9]{1,24})"
):
    """Opens the form that hands a question to the moderators; only for the person who asked."""

    def __init__(self, kind: ReportKind, key: str, asker: int, label: str = "") -> None:
        self.kind, self.key, self.asker = kind, key, asker
        custom_id = f"signpost:ask:{kind.value}:{key}:{asker}"
        super().__init__(_button(custom_id, label, discord.ButtonStyle.secondary))

    @classmethod
    def draw(cls, kind: ReportKind, key: str, asker: int, label: str) -> ui.Button[ui.LayoutView]:
        return _drawn(cls(kind, key, asker, label))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(ReportKind(match["kind"]), match["key"], int(match["asker"]))

    async def pressed(self, press: Press) -> None:
        await press.client.presses.open_form(press, self.key, self.asker)


BUTTONS: tuple[type[SafeButton], ...] = (EntryButton, CardButton, LinesButton, ShowButton, ReportButton)


def _button(custom_id: str, label: str, style: discord.ButtonStyle) -> ui.Button[Any]:
    return ui.Button(style=style, label=label[:80] or "·", custom_id=custom_id)
