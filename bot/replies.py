"""Decision -> Reply. The only module that makes words for members.

Everything here is put together from `bot.speech`: verbatim entries, help lines and named
wordings. The order in a card is part of its safety: for danger the numbers come first.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from bot.message import Decision
from bot.questions.records import Question
from bot.resources.findings import Finding
from bot.resources.helplines import Helplines
from bot.resources.schema import Community, Entry, Kind, Link, Referral
from bot.resources.wordings import Wordings
from bot.speech import (
    Country,
    EntryPart,
    FromCommunity,
    FromEntry,
    FromFinding,
    FromNumber,
    FromQuestion,
    FromReferral,
    FromWording,
    MessageLink,
    ReferralPart,
    Said,
)
from guardrails import Reason, Route

MOST_LINES_TEXT = 3000
"""Characters of help lines on one card; Discord allows 4,000 in all."""


class Saving(StrEnum):
    """What is true about the log at the moment of the reply."""

    UNCLAIMED = "unclaimed"
    SAVED = "saved"
    JOURNAL = "journal"
    FAILED = "failed"


class Action(StrEnum):
    """The buttons a reply may carry; each ends in a button of the Discord side."""

    MORE_LINES = "more_lines"
    NOT_MEANT = "not_meant"
    NONE_FIT = "none_fit"
    SEND = "send"
    SHOW_EVERYONE = "show_everyone"


class Tone(StrEnum):
    """How a card is coloured."""

    DANGER = "danger"
    CARE = "care"
    ANSWER = "answer"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a member reads.

    `public` is the one short line for a channel that others see; `card` is the whole reply, block
    by block, for the asker alone (or for a direct message). `links` and `pages` become link
    buttons, `choices` one button each.
    """

    route: Route
    tone: Tone
    public: tuple[Said, ...]
    card: tuple[Said, ...]
    links: tuple[Link, ...] = ()
    pages: tuple[Referral, ...] = ()
    choices: tuple[Entry, ...] = ()
    actions: tuple[Action, ...] = ()

    @property
    def text(self) -> str:
        """Return the card as a member would read it, blocks parted by an empty line."""
        return "\n\n".join(said.text for said in self.card)

    @property
    def public_text(self) -> str:
        """Return the one public line."""
        return "\n\n".join(said.text for said in self.public)


class Speaker:
    """Puts replies together for one community. Immutable.

    Args are the wordings in force (packaged, overlaid by the community's own), the community and
    the packaged help lines.
    """

    def __init__(self, wordings: Wordings, community: Community, helplines: Helplines) -> None:
        self._wordings = wordings
        self._community = community
        self._helplines = helplines

    # -- the one public function of the pipeline ---------------------------------------------------

    def reply(self, decision: Decision, saving: Saving = Saving.UNCLAIMED) -> Reply | None:
        """Return what to say to a decision, or None when the bot stays silent."""
        if decision.silent:
            return self._quiet_line(decision) if decision.check_in else None
        if "guard" in decision.failed:
            return self.error(decision.referrals, decision.region)
        reply = self._by_route(decision, saving)
        return self._with_check_in(reply, decision) if decision.check_in else reply

    def error(self, lines: tuple[Referral, ...], region: str | None) -> Reply:
        """Return the card for anything that broke: it always ends in help lines."""
        said = self._say("error", lines=self._lines(lines))
        return Reply(
            Route.CRISIS, Tone.CARE, (said,), (said, *self._notices(lines, region)), pages=_pages(lines)
        )

    def helplines(self, lines: tuple[Referral, ...], region: str | None) -> Reply:
        """Return the card of the /helplines command."""
        lines = self._that_fit(lines)
        country = self._helplines.country_name(region) if region else None
        said = (
            self._say("helplines", country=(Country(country),), lines=self._lines(lines))
            if country
            else self._say("helplines_anywhere", lines=self._lines(lines))
        )
        card = (said, *self._unverified(lines, region))
        return Reply(Route.CHAT, Tone.CARE, card, card, pages=_pages(lines))

    def _that_fit(self, lines: tuple[Referral, ...]) -> tuple[Referral, ...]:
        """Return as many lines, the first ones, as one card can hold."""
        room = MOST_LINES_TEXT
        kept: list[Referral] = []
        for line in lines:
            room -= sum(len(said.text) + 1 for said in self._line(line)) + 1
            if room < 0 and kept:
                break
            kept.append(line)
        return tuple(kept)

    def check_in_line(self, lines: tuple[Referral, ...]) -> FromWording:
        """Return the quiet line for somebody who may be worse off than they say."""
        return self._say("check_in", line=self._lines(lines[:1]))

    def needs_mention(self, lines: tuple[Referral, ...]) -> Reply:
        """Return what to say to a reply that arrived without its text."""
        said = (self._say("needs_mention", line=self._lines(lines[:1])),)
        return Reply(Route.CHAT, Tone.CARE, said, said, pages=_pages(lines[:1]))

    def entry(self, entry: Entry) -> Reply:
        """Return the card of one entry, for a button or a menu that names it."""
        return self._answer((entry,), (), why="why_addressed")

    def note(self, name: str) -> FromWording:
        """Return a wording that has no slots: a button's label, a notice, a confirmation."""
        return self._say(name)

    def alert_crisis(self, link: MessageLink) -> FromWording:
        """Return the moderators' alert for danger: a link to the message, no copy of it."""
        return self._say("alert_crisis", link=(link,))

    def alert_question(self, question: Question) -> FromWording:
        """Return the moderators' notice of a new question, with its redacted text."""
        text = (FromQuestion(question, text_itself=True),)
        return self._say("alert_question", id=(FromQuestion(question),), question=text)

    def alert_file(self, findings: tuple[Finding, ...]) -> FromWording:
        """Return the moderators' alert for a file that was not taken over, with place and mend."""
        return self._say("alert_file", place=tuple(FromFinding(finding) for finding in findings))

    def alert_degraded(self) -> FromWording:
        """Return the moderators' alert for a guard that lost a layer."""
        return self._say("alert_degraded")

    def _quiet_line(self, decision: Decision) -> Reply:
        lines = decision.check_in_lines
        public = (self.check_in_line(lines), *self._notices(lines, decision.region))
        return Reply(
            decision.route, Tone.CARE, public, public, pages=_pages(lines), actions=(Action.MORE_LINES,)
        )

    # -- routes --------------------------------------------------------------------------------------

    def _by_route(self, decision: Decision, saving: Saving) -> Reply:
        match decision.route:
            case Route.CRISIS:
                return self._crisis(decision)
            case Route.MEDICAL:
                return self._guarded(decision, "medical", Tone.CARE)
            case Route.SOURCING:
                return self._guarded(decision, "sourcing", Tone.QUIET)
            case Route.ANSWER:
                return (
                    self._answer(decision.entries, decision.reasons)
                    if decision.entries
                    else self._choices(decision)
                )
            case Route.UNANSWERED:
                return self._unanswered(decision, saving)
            case Route.CHAT:
                name = "empty" if "empty" in decision.failed else "chat"
                fills = {} if name == "empty" else {"community": (FromCommunity(self._community),)}
                said = (FromWording(self._wordings[name], fills),)
                return Reply(Route.CHAT, Tone.QUIET, said, said)
            case _:
                assert_never(decision.route)

    def _crisis(self, decision: Decision) -> Reply:
        lines = decision.referrals
        wording = self._wordings.card_for(decision.dangers)
        emergency = self._emergency(decision.region, lines)
        fills: dict[str, tuple[Said, ...]] = {"lines": self._lines(lines), "emergency": (emergency,)}
        body = FromWording(wording, {name: fills[name] for name in wording.slots})
        public = self._say("crisis_public", line=self._lines(lines[:2]))
        card = (body, *self._why(decision.reasons), *self._notices(lines, decision.region))
        actions = (Action.MORE_LINES, Action.NOT_MEANT)
        return Reply(Route.CRISIS, Tone.DANGER, (public,), card, pages=_pages(lines), actions=actions)

    def _guarded(self, decision: Decision, name: str, tone: Tone) -> Reply:
        lines = decision.referrals
        wording = self._wordings[name]
        why = self._first_why(decision.reasons, fallback=name)
        fills: dict[str, tuple[Said, ...]] = {
            "why": why,
            "lines": self._lines(lines),
            "emergency": (self._emergency(decision.region, lines),),
        }
        body = FromWording(wording, {slot: fills[slot] for slot in wording.slots})
        public = self._say(f"{name}_public", why=why)
        actions = (Action.MORE_LINES, Action.NOT_MEANT)
        card = (body, *self._unverified(lines, decision.region))
        return Reply(decision.route, tone, (public,), card, pages=_pages(lines), actions=actions)

    def _answer(
        self, entries: tuple[Entry, ...], reasons: tuple[Reason, ...], why: str = "why_answer"
    ) -> Reply:
        blocks: list[Said] = []
        for entry in entries:
            blocks.append(self._say("answer_title", title=(FromEntry(entry, EntryPart.TITLE),)))
            blocks.append(FromEntry(entry, EntryPart.ANSWER))
            blocks.append(self._review(entry))
        blocks.append(self._say(why))
        public = self._say("answer_public", title=(FromEntry(entries[0], EntryPart.TITLE),))
        links = tuple(link for entry in entries for link in entry.links)
        actions = (Action.NOT_MEANT, Action.SHOW_EVERYONE)
        return Reply(Route.ANSWER, Tone.ANSWER, (public,), tuple(blocks), links=links, actions=actions)

    def _choices(self, decision: Decision) -> Reply:
        intro: tuple[Said, ...] = (self._say("choices"),)
        if decision.language:
            intro = (self._say("language", lines=self._lines(decision.referrals)),)
        titles = tuple(
            self._say("choice", title=(FromEntry(entry, EntryPart.TITLE),)) for entry in decision.choices
        )
        public = (self._say("choices_public"),) if not decision.language else intro
        return Reply(
            decision.route,
            Tone.QUIET,
            public,
            (*intro, *titles, self._say("why_choices")),
            pages=_pages(decision.referrals),
            choices=decision.choices,
            actions=(Action.NONE_FIT,),
        )

    def _unanswered(self, decision: Decision, saving: Saving) -> Reply:
        if decision.language:
            said = (self._say("language", lines=self._lines(decision.referrals)),)
            return Reply(decision.route, Tone.CARE, said, said, pages=_pages(decision.referrals))
        if decision.choices:
            return self._choices(decision)
        if "search" in decision.failed:
            said = (self._say("search_failed"),)
        else:
            name = {
                Saving.UNCLAIMED: "unanswered",
                Saving.SAVED: "unanswered_saved",
                Saving.JOURNAL: "unanswered_journal",
                Saving.FAILED: "unanswered_not_saved",
            }[saving]
            said = (self._say(name),)
        # What may not be stored unasked can still be handed over by the person themselves.
        actions = () if decision.log else (Action.SEND,)
        return Reply(decision.route, Tone.QUIET, said, said, actions=actions)

    def _with_check_in(self, reply: Reply, decision: Decision) -> Reply:
        lines = decision.check_in_lines
        line = self.check_in_line(lines)
        unverified = () if decision.referrals else self._unverified(lines, decision.region)
        return Reply(
            reply.route,
            reply.tone,
            (*reply.public, line),
            (*reply.card, line, *unverified),
            reply.links,
            (*reply.pages, *_pages(lines)),
            reply.choices,
            (*reply.actions, *((Action.MORE_LINES,) if Action.MORE_LINES not in reply.actions else ())),
        )

    # -- pieces ----------------------------------------------------------------------------------------

    def _say(self, name: str, /, **fills: tuple[Said, ...]) -> FromWording:
        return FromWording(self._wordings[name], fills)

    def _first_why(self, reasons: tuple[Reason, ...], fallback: str) -> tuple[Said, ...]:
        known = self._wordings.names()
        for reason in reasons:
            if f"why:{reason.why_id}" in known:
                return (self._say(f"why:{reason.why_id}"),)
        return (self._say(f"why_{fallback}"),)

    def _why(self, reasons: tuple[Reason, ...]) -> tuple[Said, ...]:
        why = self._first_why(reasons, fallback="addressed")
        return (self._say("because", why=why),)

    def _lines(self, referrals: tuple[Referral, ...]) -> tuple[Said, ...]:
        said: list[Said] = []
        for referral in referrals:
            if said:
                said.append(self._say("line_gap"))
            said.extend(self._line(referral))
        return tuple(said)

    def _line(self, referral: Referral) -> list[Said]:
        said: list[Said] = []
        name = (FromReferral(referral, ReferralPart.NAME),)
        if referral.call:
            said.append(self._say("line_call", number=(FromReferral(referral, ReferralPart.CALL),)))
        for number in referral.numbers:
            label, call = (FromNumber(number, label=True),), (FromNumber(number),)
            said.append(self._say("line_number", number=call, label=label))
        if referral.fallback:
            number_said = (FromReferral(referral, ReferralPart.FALLBACK),)
            said.append(self._say("line_fallback", number=number_said))
        if referral.text:
            number_said = (FromReferral(referral, ReferralPart.TEXT_NUMBER),)
            word = FromReferral(referral, ReferralPart.TEXT_WORD)
            said.append(
                self._say("line_text_word", word=(word,), number=number_said)
                if word.text
                else self._say("line_text", number=number_said)
            )
        if referral.hours:
            hours = (FromReferral(referral, ReferralPart.HOURS),)
            said.append(self._say("line_name_hours", name=name, hours=hours))
        else:
            said.append(self._say("line_name", name=name))
        if referral.note:
            said.append(self._say("line_note", note=(FromReferral(referral, ReferralPart.NOTE),)))
        if referral.url and not referral.call and not referral.text:
            said.append(self._say("line_url", url=(FromReferral(referral, ReferralPart.URL),)))
        return said

    def _emergency(self, region: str | None, lines: tuple[Referral, ...]) -> Said:
        shown = next((row for row in lines if Kind.EMERGENCY in row.kinds and row.call), None)
        packaged = self._helplines.for_kinds((Kind.EMERGENCY,), region)
        row = shown or next((row for row in packaged if row.call), None)
        return FromReferral(row, ReferralPart.CALL) if row else self._say("local_emergency")

    def _unverified(self, lines: tuple[Referral, ...], region: str | None) -> tuple[Said, ...]:
        if all(row.verified for row in lines if row.call or row.text):
            return ()
        return (self._say("unverified", emergency=(self._emergency(region, lines),)),)

    def _notices(self, lines: tuple[Referral, ...], region: str | None) -> tuple[Said, ...]:
        return (self._say("bot_notice"), *self._unverified(lines, region))

    def _review(self, entry: Entry) -> FromWording:
        community = (FromCommunity(self._community),)
        if entry.reviewed is None:
            return self._say("entry_unreviewed", community=community)
        return self._say(
            "entry_reviewed",
            community=community,
            by=(FromEntry(entry, EntryPart.REVIEWER),),
            date=(FromEntry(entry, EntryPart.REVIEW_DATE),),
        )


def _pages(lines: tuple[Referral, ...]) -> tuple[Referral, ...]:
    return tuple(row for row in lines if row.url)
