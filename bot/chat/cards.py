"""Reply -> Components V2. Draws what it is given and decides nothing.

A card of ours has far fewer than the 40 components and 4,000 characters that Discord allows;
`draw` cuts neither: an entry that could not be shown is refused when the file is loaded.
"""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord import ui

from bot.chat.buttons import CardButton, EntryButton, LinesButton, ReportButton, ReportKind, ShowButton
from bot.replies import Action, Reply, Speaker, Tone
from bot.speech import Said
from guardrails import Route

COLOURS = {
    Tone.DANGER: discord.Colour(0xC2410C),
    Tone.CARE: discord.Colour(0x0F766E),
    Tone.ANSWER: discord.Colour(0x1D4ED8),
    Tone.QUIET: discord.Colour(0x64748B),
}

MOST_LINK_BUTTONS = 5


class Card(ui.LayoutView):
    """A message made of one coloured container and its buttons; lives as long as the message."""

    def __init__(self, tone: Tone, said: Sequence[Said], rows: Sequence[Sequence[ui.Button[ui.LayoutView]]]):
        super().__init__(timeout=None)
        container: ui.Container[ui.LayoutView] = ui.Container(accent_colour=COLOURS[tone])
        for piece in said:
            if piece.text.strip():
                container.add_item(ui.TextDisplay(piece.text))
        for row in rows:
            if row:
                container.add_item(ui.ActionRow(*row))
        self.add_item(container)


class Artist:
    """Draws the replies of one community. `key` names the message or interaction a card belongs to."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker

    def private(self, reply: Reply, key: str, asker: int | None, *, direct: bool = False) -> Card:
        """Draw the whole reply, for the asker alone; in a direct message there is no everyone."""
        return Card(reply.tone, reply.card, self._private_rows(reply, key, asker, direct))

    def public(self, reply: Reply, key: str, asker: int | None, entry_id: str | None = None) -> Card:
        """Draw the one short line that everybody in a channel sees; its button opens the card."""
        return Card(reply.tone, reply.public, self._public_rows(reply, key, asker, entry_id))

    def open(self, reply: Reply) -> Card:
        """Draw an answer for everyone, where the server's settings want that."""
        return Card(reply.tone, reply.card, [_links(reply)])

    def shown_to_everyone(self, reply: Reply) -> Card:
        """Draw an answer that its asker wants everyone to see."""
        said = (*reply.card, self._speaker.note("shown_by"))
        return Card(reply.tone, said, [_links(reply)])

    def confirmation(self, said: Sequence[Said]) -> Card:
        """Draw what follows a form: that it was saved, and a help line where one is due."""
        return Card(Tone.QUIET, said, [])

    def notice(self, said: Said, tone: Tone = Tone.QUIET, role_id: int | None = None) -> Card:
        """Draw one sentence; with a role, for the people who hold it."""
        card = Card(tone, (said,), [])
        if role_id is not None:
            card.add_item(ui.TextDisplay(f"<@&{role_id}>"))
        return card

    def _label(self, name: str) -> str:
        return self._speaker.note(name).text

    def _private_rows(
        self, reply: Reply, key: str, asker: int | None, direct: bool
    ) -> list[list[ui.Button[ui.LayoutView]]]:
        choices = [EntryButton.draw(entry.id, entry.title) for entry in reply.choices]
        buttons: list[ui.Button[ui.LayoutView]] = []
        if Action.MORE_LINES in reply.actions:
            buttons.append(LinesButton.draw(self._label("button_more_lines")))
        if Action.SHOW_EVERYONE in reply.actions and asker is not None and not direct:
            buttons.append(ShowButton.draw(key, asker, self._label("button_show_everyone")))
        buttons += self._report(reply, key, asker)
        return [choices, _links(reply), buttons]

    def _public_rows(
        self, reply: Reply, key: str, asker: int | None, entry_id: str | None
    ) -> list[list[ui.Button[ui.LayoutView]]]:
        if reply.choices:
            choices = [EntryButton.draw(entry.id, entry.title) for entry in reply.choices]
            return [choices, self._report(reply, key, asker)]
        buttons: list[ui.Button[ui.LayoutView]] = []
        if reply.route in (Route.CRISIS, Route.MEDICAL, Route.SOURCING, Route.ANSWER):
            buttons.append(CardButton.draw(key, entry_id, self._label("button_open_card")))
        if Action.MORE_LINES in reply.actions:
            buttons.append(LinesButton.draw(self._label("button_more_lines")))
        if Action.SEND in reply.actions:
            buttons += self._report(reply, key, asker)
        return [buttons]

    def _report(self, reply: Reply, key: str, asker: int | None) -> list[ui.Button[ui.LayoutView]]:
        if asker is None:
            return []
        if Action.NONE_FIT in reply.actions:
            label = self._label("button_none_fit")
            return [ReportButton.draw(ReportKind.NONE_FIT, key, asker, label)]
        if Action.SEND in reply.actions:
            label = self._label("button_send")
            return [ReportButton.draw(ReportKind.NONE_FIT, key, asker, label)]
        if Action.NOT_MEANT in reply.actions:
            label = self._label("button_not_meant")
            return [ReportButton.draw(ReportKind.NOT_MEANT, key, asker, label)]
        return []


def _links(reply: Reply) -> list[ui.Button[ui.LayoutView]]:
    links: dict[str, str] = {link.url: link.title for link in reply.links}
    links |= {page.url: page.name for page in reply.pages if page.url}
    return [
        ui.Button(style=discord.ButtonStyle.link, label=_short(title), url=url)
        for url, title in list(links.items())[:MOST_LINK_BUTTONS]
    ]


def _short(label: str) -> str:
    return label if len(label) <= 80 else label[:79] + "…"
