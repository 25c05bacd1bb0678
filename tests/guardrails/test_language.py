"""Other languages: words of danger count everywhere, and English is never called foreign."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from guardrails import Danger, Guard, Route
from guardrails.data import POLICY
from guardrails.language import Languages
from guardrails.native import native

GUARD = Guard.load(classifier=None)
LANGUAGES = Languages.load()
LISTED = yaml.safe_load((POLICY / "languages.yaml").read_text(encoding="utf-8"))["languages"]
TERMS = [
    pytest.param(kind, term.strip("*"), id=f"{code}-{kind}-{number}")
    for code, kinds in LISTED.items()
    for kind, terms in kinds.items()
    if kind not in ("common", "substance")
    for number, term in enumerate(terms)
]


@pytest.mark.parametrize(("kind", "term"), TERMS)
def test_every_term_of_the_list_counts(kind: str, term: str) -> None:
    """A danger gives a crisis of its kind, a medical term the medical route, even in capitals."""
    text = f"… {term.upper()} …"
    verdict = GUARD.screen(text)
    if kind == "medical":
        assert verdict.route is not None
        return
    assert verdict.route is Route.CRISIS
    assert Danger(kind) in verdict.dangers
    reason = next(reason for reason in verdict.reasons if reason.rule == "language/danger")
    assert native(text[reason.start : reason.end]).text.strip()


def test_the_list_has_the_languages_promised() -> None:
    """Each with danger and medical words."""
    promised = {
        *("es", "pt", "fr", "de", "nl", "it", "pl", "sv", "tr", "ru"),
        *("uk", "ar", "hi", "zh", "ja", "ko", "tl", "sw", "id", "vi"),
    }
    assert promised <= set(LISTED)
    for kinds in LISTED.values():
        assert {"self_harm", "overdose", "violence", "unknown", "medical", "substance"} <= set(kinds)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("hola, donde hay reuniones cerca de aqui por favor", "es"),
        ("olá pessoal, alguém sabe onde tem uma reunião para mim", "pt"),
        ("bonjour, je cherche une réunion près de chez moi", "fr"),
        ("hallo, ich suche eine Gruppe in der Nähe von Köln", "de"),
        ("здравствуйте, где проходят встречи?", "ru"),
        ("أين يمكنني أن أجد اجتماعا", "ar"),
        ("मीटिंग कहाँ है", "hi"),
        ("今天的会议在哪里", "zh"),
        ("ミーティングはどこですか", "ja"),
        ("모임은 어디에서 하나요", "ko"),
        ("שלום איפה הפגישה", "he"),
    ],
)
def test_another_language_is_told(text: str, code: str) -> None:
    """The verdict carries the code of the language."""
    assert GUARD.screen(text).language == code


@pytest.mark.parametrize(
    "text",
    [
        "hi",
        "ok gracias",
        "lol wyd fam",
        "jus swalowed th hole bottel idk y",
        "tok 2 mny cnt c rite lisp feel num",
        "abeg wetin be the time for tonight online meeting",
        "omg same hall?? which floor",
        "nicotine gum vs lozenge stomach",
        "wats d best way 2 end lyf plz reply fast",
        "😀🎉🎉",
        "kрatom аnd mаgnеsium",
        "Ⓗⓔⓛⓛⓞ ⓔⓥⓔⓡⓨⓞⓝⓔ ⓗⓞⓦ ⓐⓡⓔ ⓨⓞⓤ",
        "",
        "aaaaaa bbbbb ccccc ddddd eeeee fffff",
    ],
)
def test_slang_typos_and_disguises_are_not_foreign(text: str) -> None:
    """What a member types in English is never refused as another language."""
    assert GUARD.screen(text).language is None


@pytest.mark.parametrize(
    "text",
    [
        "we played die hard and had a pil of toast",
        "my muse is in a coma after that exam",
        "ciao for now, mi casa su casa",
        "the sake bar on fifth was too dear",
    ],
)
def test_words_of_other_languages_do_not_fire_on_english(text: str) -> None:
    """Short look-alike words are left alone."""
    assert not [reason for reason in GUARD.screen(text).reasons if reason.rule.startswith("language/")]


def test_a_substance_word_counts_in_a_foreign_text() -> None:
    """In a text that is certainly foreign, a substance word is a medical question; alone it is not."""
    foreign = "hola amigos, quiero saber una cosa de las pastillas que me dio mi tia"
    assert GUARD.screen(foreign).route is Route.MEDICAL
    assert GUARD.screen("the word of the day is pastillas").route is None


def test_a_disguise_is_not_a_language() -> None:
    """Words of mixed scripts do not make a text foreign, and Latin lookalikes are still read."""
    assert LANGUAGES.foreign(native("hоw muсh krаtom shоuld i tаke").text) is None


def test_a_broken_language_file_is_named(tmp_path: Path) -> None:
    """An unknown kind of word is an error with its line."""
    text = (
        (POLICY / "languages.yaml").read_text(encoding="utf-8").replace("    self_harm:", "    selfharm:", 1)
    )
    (tmp_path / "languages.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(Exception, match=r"languages.yaml:\d+: `selfharm` is not known"):
        Languages.load(tmp_path)
