"""Redaction: what must go, what must stay readable, and that no string can break it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.redact import redact

GOES = [
    pytest.param("my sister Karen relapsed again", "my sister [name] relapsed again", id="relation"),
    pytest.param("my sister karen relapsed again", "my sister [name] relapsed again", id="relation-lower"),
    pytest.param(
        "my little brother, Przemek, uses", "my little brother, [name], uses", id="relation-adjective"
    ),
    pytest.param(
        "my brother Will relapsed, will he be ok",
        "my brother [name] relapsed, will he be ok",
        id="ordinary-word",
    ),
    pytest.param("my mom's name is Grace", "my mom's name is [name]", id="name-is"),
    pytest.param("I'm Dave, how does this work", "I'm [name], how does this work", id="i-am"),
    pytest.param("im dave how does this work", "im [name] how does this work", id="i-am-lower"),
    pytest.param("my name's xolani and i drink", "my name's [name] and i drink", id="unlisted-lower"),
    pytest.param("ask for Miguel at the desk", "ask for [name] at the desk", id="ask-for"),
    pytest.param("my probation officer Ms Ortiz said", "my probation officer Ms [name] said", id="title"),
    pytest.param("dr patel told me to ask", "dr [name] told me to ask", id="title-lower"),
    pytest.param("my counsellor Anneke Vandersteen said", "my counsellor [name] said", id="surname"),
    pytest.param("José, Zoë and Łukasz Nowak came", "[name], [name] and [name] came", id="accents"),
    pytest.param("Анна сказала мне", "[name] сказала мне", id="cyrillic"),
    pytest.param("my sister K\u200bar\u200den said", "my sister [name] said", id="zero-width"),
    pytest.param("my sister Kаren said", "my sister [name] said", id="cyrillic-a"),
    pytest.param("my kids Anna and Przemek", "my kids [name] and [name]", id="two-names"),
    pytest.param("MY SISTER KAREN LIVES IN LEEDS", "MY SISTER [name] LIVES IN [place]", id="shouting"),
    pytest.param("call 07700 900123 tonight", "call [number] tonight", id="phone-uk"),
    pytest.param("call +1 (555) 010-2345 tonight", "call [number] tonight", id="phone-us"),
    pytest.param("call 555.010.2345 tonight", "call [number] tonight", id="phone-dots"),
    pytest.param("call ０７７００９００１２３ tonight", "call [number] tonight", id="phone-fullwidth"),
    pytest.param("five five five zero one two three is mine", "[number] is mine", id="phone-spelled"),
    pytest.param("ssn 123-45-6789", "ssn [number]", id="ssn"),
    pytest.param("case AB1234567", "case [number]", id="id"),
    pytest.param("mail me at a.b+c@mail.example.org ok", "mail me at [mail] ok", id="mail"),
    pytest.param("dave99 at gmail dot com", "[mail]", id="mail-spelled"),
    pytest.param("@jo_x and jo#1234 and <@!12345>", "[handle] and [handle] and [handle]", id="handles"),
    pytest.param("my insta is kayla.x", "my insta is [handle]", id="handle-named"),
    pytest.param("see https://x.example/y?z=1 or discord.gg/abc", "see [link] or [link]", id="links"),
    pytest.param("from 192.168.0.1 and 2001:db8::ff00:42:8329", "from [ip] and [ip]", id="ip"),
    pytest.param("I live at 12 Harbour Lane, SW1A 1AA", "I live at [place], [place]", id="address-postcode"),
    pytest.param("i live at 44 maple street", "i live at [place]", id="address-lower"),
    pytest.param(
        "is there a group near Newcastle upon Tyne", "is there a group near [place]", id="city-of-three"
    ),
    pytest.param("a sponsor in Salt Lake City please", "a sponsor in [place] please", id="two-word-city"),
    pytest.param("anyone in leeds", "anyone in [place]", id="city-lower"),
    pytest.param("I was seen at St Mary's Hospital today", "I was seen at [place] today", id="hospital"),
    pytest.param(
        "i work at walmart and cant get off", "i work at [place] and cant get off", id="workplace-lower"
    ),
    pytest.param("I work for Brightwater Logistics now", "I work for [place] now", id="workplace"),
    pytest.param("I'm 34 and lost", "I'm [age] and lost", id="age"),
    pytest.param("34f looking for a women's group", "[age] looking for a women's group", id="age-tag"),
    pytest.param("my son is 15", "my son is [age]", id="age-of-child"),
    pytest.param("I am sixty-one and hard of hearing", "I am [age] and hard of hearing", id="age-words"),
    pytest.param("i was born on March 3 1988", "i was born on [date]", id="birth"),
]

STAYS = [
    "is Al-Anon on Zoom on Tuesday?",
    "what time is the SMART meeting on Tuesday at 7:30 pm",
    "where do i get Narcan on Monday in May",
    "does 1-800-662-4357 work? is 988 free? what about 116 123?",
    "it costs $12000 for 28 days",
    "I'm 34 days sober",
    "I'm 3 months clean in AA",
    "I'm Irish and looking for In The Rooms",
    "is naloxone free in Ohio or in Canada",
    "will hope and grace come with practice? mark my words",
    "does St. John's wort come up",
    "Is molly dangerous, and who can I ask about Suboxone",
    "my sister will need help",
    "my neighbour's cat",
    "ages 13 to 18 only?",
    "from 2019-2021 i was in recovery",
    "how do I find a sponsor in NA",
]


@pytest.mark.parametrize(("text", "expected"), GOES)
def test_takes_out_what_could_tell_who_it_is(text: str, expected: str) -> None:
    assert redact(text) == expected


@pytest.mark.parametrize("text", STAYS)
def test_leaves_what_the_question_needs(text: str) -> None:
    assert redact(text) == text


def test_a_question_stays_readable() -> None:
    assert (
        redact("is there a meeting in Leeds for LGBT people?")
        == "is there a meeting in [place] for LGBT people?"
    )


@pytest.mark.parametrize("text", [case.values[0] for case in GOES])
def test_redacting_twice_changes_nothing(text: str) -> None:
    once = redact(str(text))
    assert redact(once) == once


PIECES = st.sampled_from(
    [
        "my sister ",
        "Karen",
        "karen",
        "I'm ",
        "34",
        " in ",
        "Leeds",
        "St ",
        "Mary's ",
        "Hospital",
        "@",
        "a@b.com",
        "[name]",
        "[",
        "]",
        " and ",
        "Will ",
        "12 ",
        "Harbour ",
        "Lane",
        "07700 900123",
        "\u200b",
        "\u0301",
        "\ud800",
        "<@1>",
        ". ",
        "\n",
        "й",
        "名前",
        "🙂",
        "work at ",
    ]
)


@given(st.text() | st.text(alphabet=st.characters()) | st.lists(PIECES, max_size=12).map("".join))
@settings(max_examples=300, deadline=None)
def test_never_raises_and_is_idempotent(text: str) -> None:
    """Any string, lone surrogates included, gives a text on which redacting again changes nothing."""
    once = redact(text)
    assert redact(once) == once
    once.encode("utf-8")
