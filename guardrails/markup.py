"""Takes Discord's markup off a text, so that what is left is what a member sees."""

from __future__ import annotations

import re

from guardrails.mapped import Mapped

_MENTION = re.compile(r"<(?:@[!&]?|#)\d{1,25}>|<t:-?\d{1,20}(?::[a-z])?>|</[^>\n:]{1,100}:\d{1,25}>")
_EMOJI = re.compile(r"<a?(:\w{1,40}:)\d{1,25}>")
_LINE_MARK = re.compile(r"(?m)^ {0,3}(?:>>> ?|> ?|-# |#{1,3} )")
_LINK = re.compile(r"\[([^\[\]\n]{1,300})\]\((?=<?https?:)")
_ESCAPE = re.compile(r"\\(?=[*_~|`>#\\:\-.!()\[\]])")
_FENCE = re.compile(r"\|\||```|`|\*\*|__|~~")
_STAR = re.compile(r"(?<!\w)\*(?=\w)|(?<=[\w.,!?'])\*(?!\w)")


def unwrap(text: Mapped) -> Mapped:
    """Take Discord's markup off, keeping what a reader sees."""
    if "<" in text.text:
        text = text.sub(_MENTION, " ").sub(_EMOJI, lambda match: f" {match.group(1)} ")
    text = text.sub(_LINE_MARK, "").sub(_LINK, lambda match: f"{match.group(1)} (").sub(_ESCAPE, "")
    return text.sub(_FENCE, "").sub(_STAR, "")
