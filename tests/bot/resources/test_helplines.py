"""The packaged help lines: what the list may hold, and what a person in danger sees first."""

from __future__ import annotations

import re
import shutil
from importlib.resources import as_file, files
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ResourceError
from bot.resources.helpline_tables import LAST_RESORT_LINES, read_tables
from bot.resources.helplines import Helplines
from bot.resources.schema import Kind, Referral
from guardrails.verdict import Danger, Route

LINES = Helplines.load()
TABLES = read_tables()
EVERYWHERE = (*LINES.regions, None, "IT", "XX", "")

MAY_BE_DYING = {
    Danger.OVERDOSE,
    Danger.MEDICAL_EMERGENCY,
    Danger.POISONING,
    Danger.VIOLENCE,
    Danger.CHILD,
    Danger.THREAT,
}

EMERGENCY_NUMBERS = {
    "AU": {"000"}, "BR": {"192", "190"}, "CA": {"911"}, "DE": {"112"}, "ES": {"112"}, "FR": {"112"},
    "GB": {"999"}, "IE": {"112"}, "IN": {"112"}, "JP": {"119", "110"}, "KE": {"999"}, "MX": {"911"},
    "NG": {"112"}, "NL": {"112"}, "NZ": {"111"}, "PH": {"911"}, "SE": {"112"}, "SG": {"995", "999"},
    "US": {"911"}, "ZA": {"112"},
}  # fmt: skip

# What may be dialled inside a country, as bare digits: short codes and national numbers with their prefix.
DIALLED_THERE = {
    "AU": r"000|13\d{4}|1[38]00\d{6}|04\d{8}",
    "BR": r"1\d\d|0800\d{7}|55\d{11}|55\d{10}",
    "CA": r"911|988|811|686868|247247|1?\d{10}",
    "DE": r"112|116\d{3}|0\d{7,11}",
    "ES": r"112|0\d\d|[69]\d{8}",
    "FR": r"112|11[45]|15|3\d{3}|0\d{9}",
    "GB": r"999|112|111|116123|85258|08001111|0\d{9,10}",
    "IE": r"112|999|116123|5\d{4}|1800\d{6}|01\d{7}",
    "IN": r"112|1\d{2,4}",
    "JP": r"11[09]|#7119|0120\d{6}|0\d{9}",
    "KE": r"999|112|11[69]|1\d{3}|07\d{8}",
    "MX": r"911|800\d{7}",
    "NG": r"112|0[789]0\d{8}|0[789]1\d{8}|080010203040",
    "NL": r"112|113|0800\d{4}",
    "NZ": r"111|1737|8681|4357|0[58]0[08]\d{6}",
    "PH": r"911|1\d{3}|09\d{9}",
    "SE": r"112|1177|90101|116\d{3}|0\d{8,9}",
    "SG": r"99[59]|70999|17\d\d|6\d{7}|1800\d{7}|65\d{8}",
    "US": r"911|988|\d{5,6}|1?\d{10}",
    "ZA": r"112|10\d{3}|3\d{4}|0\d{9}|\*120\*7867#",
}

# Out of use, for professionals, run by the police or never confirmed. They must not come back.
NEVER = {
    "US": {"18002738255", "2023041200", "22522"},
    "CA": {"18334564566", "45645"},
    "GB": {"08457909090", "0800776600", "03448920111", "07860039967", "03301236600"},
    "IE": {"1850609090", "018092566"},
    "DE": {"01805313031", "08000116016"},
    "FR": {"113", "0811912020", "0811913030"},
    "NL": {"09000113", "0887558000"},
    "BR": {"141", "132"},
    "IN": {"18005990019", "1800110031", "1933"},
    "SE": {"020220060"},
    "SG": {"18002214444"},
    "NG": {"08008002000"},
    "KE": {"1190"},
    "JP": {"0570046556"},
    "PH": {"9898727"},
}

NEVER_FIRST_IN_A_CRISIS = {
    "us-samhsa-helpline", "us-findtreatment", "us-trans-lifeline", "us-veterans", "us-trevor",
    "ca-trans-lifeline", "au-13yarn", "ng-ndlea", "ke-nacada", "jp-inochi-sos", "gb-frank",
}  # fmt: skip


def bare(number: str) -> str:
    return re.sub(r"[^\d#*]", "", number)


def numbers_of(row: Referral) -> list[str]:
    text = (row.text or "").rpartition(" to ")[2]
    return [number for number in (row.call, text, *(extra.call for extra in row.numbers)) if number]


def line(name: str, *kinds: Kind, region: str = "US", **more: object) -> Referral:
    return Referral.model_validate({"id": name, "kinds": kinds, "region": region, "name": name, **more})


def ids(rows: tuple[Referral, ...]) -> list[str]:
    return [row.id for row in rows]


# --- the list --------------------------------------------------------------------------------------


def test_every_listed_region_has_its_emergency_numbers() -> None:
    """The numbers are written down twice on purpose: a slip in the file must not pass unseen."""
    assert set(LINES.regions) == set(EMERGENCY_NUMBERS)
    for region, expected in EMERGENCY_NUMBERS.items():
        rows = [row for row in LINES.lines if row.region == region and Kind.EMERGENCY in row.kinds]
        assert {row.call for row in rows} == expected, region


@pytest.mark.parametrize("region", LINES.regions)
def test_every_listed_region_has_a_crisis_line_of_its_own_with_a_number(region: str) -> None:
    first = LINES.for_kinds((Kind.CRISIS,), region)[0]
    assert first.region == region
    assert first.call


@pytest.mark.parametrize("row", LINES.lines, ids=lambda row: row.id)
def test_every_number_can_be_dialled_in_its_country(row: Referral) -> None:
    for number in numbers_of(row):
        assert re.fullmatch(r"[+#*(]?\d[\d ()*#-]*", number), number
        assert re.fullmatch(DIALLED_THERE[row.region], bare(number)), number


@pytest.mark.parametrize("row", LINES.lines, ids=lambda row: row.id)
def test_no_number_that_must_not_be_listed(row: Referral) -> None:
    barred = NEVER.get(row.region, set())
    assert barred.isdisjoint(map(bare, numbers_of(row)))


def test_the_old_us_lifeline_number_is_only_a_fallback_of_988() -> None:
    holders = [row.id for row in LINES.lines if row.fallback and bare(row.fallback) == "18002738255"]
    assert holders == ["us-988"]


@pytest.mark.parametrize("row", LINES.lines, ids=lambda row: row.id)
def test_every_line_names_its_source_and_claims_no_check_that_was_not_made(row: Referral) -> None:
    assert row.source is not None
    assert row.source.startswith(("http://", "https://"))
    assert row.verified is None
    assert row.verified_by is None
    assert row.source_seen is not None or row.id == "any-emergency"


def test_anywhere_lines_hold_no_number_at_all() -> None:
    for row in LINES.lines:
        if row.region == "*":
            assert not numbers_of(row)
            assert row.fallback is None


def test_lines_run_by_drug_law_enforcement_say_so() -> None:
    row = next(row for row in LINES.lines if row.id == "ng-ndlea")
    assert "law enforcement" in (row.note or "")


def test_the_guide_says_truly_what_each_region_lacks() -> None:
    """docs/helplines.md has one row a region; its last column names the kinds without a line."""
    guide = Path(__file__).parents[3] / "docs" / "helplines.md"
    rows = re.findall(r"^\| ([A-Z]{2}) \|.*\| ([^|]+) \|$", guide.read_text(encoding="utf-8"), re.MULTILINE)
    assert [code for code, _ in rows] == sorted(LINES.regions)
    for code, said in rows:
        own = {kind for row in LINES.lines if row.region == code for kind in row.kinds}
        lacking = [str(kind) for kind in Kind if kind not in own]
        assert said.split(", ") == (lacking or ["nothing"]), code


# --- regions ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "code"),
    [("us", "US"), (" Us ", "US"), ("UK", "GB"), ("uk", "GB"), ("usa", "US"), ("england", "GB")],
)
def test_a_region_is_understood_as_people_write_it(said: str, code: str) -> None:
    assert LINES.region_code(said) == code
    assert LINES.for_dangers((Danger.OVERDOSE,), said) == LINES.for_dangers((Danger.OVERDOSE,), code)


def test_country_names_are_for_listed_regions_only() -> None:
    assert LINES.country_name("uk") == "United Kingdom"
    assert LINES.country_name("IT") is None
    assert LINES.country_name("*") is None
    assert LINES.country_name(None) is None


@pytest.mark.parametrize("region", [None, "", "XX", "IT", "*", "nowhere"])
@pytest.mark.parametrize("danger", Danger)
def test_an_unknown_region_never_means_one_country(region: str | None, danger: Danger) -> None:
    for row in (
        *LINES.for_dangers((danger,), region),
        *LINES.for_kinds(tuple(Kind), region),
        *LINES.for_route(Route.MEDICAL, region),
    ):
        assert row.region == "*"
        assert row.call is None


# --- dangers ---------------------------------------------------------------------------------------


def shown(danger: Danger, region: str) -> list[str]:
    return ids(LINES.for_dangers((danger,), region))


def test_order_for_each_danger_in_the_us() -> None:
    assert {danger: shown(danger, "US") for danger in Danger} == {
        Danger.OVERDOSE: ["us-911", "us-poison", "us-988"],
        Danger.POISONING: ["us-911", "us-poison"],
        Danger.MEDICAL_EMERGENCY: ["us-911"],
        Danger.SELF_HARM: ["us-988", "us-911", "us-crisis-text-line"],
        Danger.VIOLENCE: ["us-911", "us-dv", "us-988"],
        Danger.ABUSE: ["us-dv", "us-911", "us-988"],
        Danger.THREAT: ["us-911", "us-988", "us-dv"],
        Danger.CHILD: ["us-911", "us-poison"],
        Danger.PET: ["us-poison", "us-911"],
        Danger.UNKNOWN: ["us-911", "us-988"],
    }


@pytest.mark.parametrize(
    ("region", "ambulance", "police"), [("JP", "119", "110"), ("BR", "192", "190"), ("SG", "995", "999")]
)
def test_police_lead_for_violence_and_the_ambulance_for_an_overdose(
    region: str, ambulance: str, police: str
) -> None:
    assert LINES.for_dangers((Danger.OVERDOSE,), region)[0].call == ambulance
    assert LINES.for_dangers((Danger.VIOLENCE,), region)[0].call == police
    both = [row.call for row in LINES.for_dangers((Danger.VIOLENCE, Danger.OVERDOSE), region)]
    assert both[:2] == [ambulance, police]


def test_a_poison_line_that_refuses_misuse_is_kept_off_overdose_and_self_harm() -> None:
    assert "jp-poison" in shown(Danger.CHILD, "JP")
    assert "jp-poison" not in shown(Danger.OVERDOSE, "JP")
    assert "jp-poison" not in ids(LINES.for_dangers((Danger.CHILD, Danger.SELF_HARM), "JP", limit=9))


def test_abuse_leads_with_a_number_where_the_country_has_no_violence_line() -> None:
    assert ids(LINES.for_dangers((Danger.ABUSE,), "NZ"))[:2] == ["nz-111", "any-findahelpline"]


@pytest.mark.parametrize("region", LINES.regions)
def test_the_first_crisis_line_is_general_and_open_day_and_night(region: str) -> None:
    first = LINES.for_dangers((Danger.SELF_HARM,), region)[0]
    assert Kind.CRISIS in first.kinds
    assert first.id not in NEVER_FIRST_IN_A_CRISIS
    # Nobody could source the hours of Kenya's line; docs/helplines.md says so.
    assert (first.hours or "").startswith("24/7") or first.id == "ke-1199"


def test_several_dangers_share_one_card_without_repeating_a_line() -> None:
    rows = ids(LINES.for_dangers((Danger.SELF_HARM, Danger.OVERDOSE), "US"))
    assert rows == ["us-911", "us-988", "us-poison", "us-crisis-text-line"]


def test_no_danger_named_is_the_unknown_danger() -> None:
    assert LINES.for_dangers((), "US") == LINES.for_dangers((Danger.UNKNOWN,), "US")


@settings(deadline=None)
@given(
    dangers=st.lists(st.sampled_from(list(Danger)), max_size=4),
    region=st.sampled_from(EVERYWHERE),
    limit=st.sampled_from([None, 1, 2, 4]),
)
def test_never_empty_and_the_emergency_number_first_where_someone_may_be_dying(
    dangers: list[Danger], region: str | None, limit: int | None
) -> None:
    rows = LINES.for_dangers(dangers, region, limit=limit)
    assert 1 <= len(rows) <= (limit or TABLES.dangers.card_lines)
    assert len(set(ids(rows))) == len(rows)
    if MAY_BE_DYING & set(dangers) or not dangers:
        assert Kind.EMERGENCY in rows[0].kinds
    if region in LINES.regions:
        assert rows[0].call or rows[0].text


@settings(deadline=None)
@given(
    kinds=st.lists(st.sampled_from(list(Kind)), max_size=3),
    route=st.sampled_from(list(Route)),
    region=st.sampled_from(EVERYWHERE),
)
def test_kinds_and_routes_are_never_empty_either(kinds: list[Kind], route: Route, region: str | None) -> None:
    assert LINES.for_kinds(kinds, region)
    assert LINES.for_route(route, region)


# --- routes ----------------------------------------------------------------------------------------


def test_medical_shows_who_can_answer_and_ends_with_the_emergency_number() -> None:
    assert ids(LINES.for_route(Route.MEDICAL, "AU")) == [
        "au-poison",
        "au-healthdirect",
        "au-aod-hotline",
        "au-000",
    ]


def test_who_asked_for_drugs_is_not_sent_to_law_enforcement() -> None:
    assert "ng-ndlea" not in ids(LINES.for_route(Route.SOURCING, "NG"))
    assert "ke-nacada" not in ids(LINES.for_route(Route.SOURCING, "KE"))
    assert "ng-ndlea" in ids(LINES.for_kinds((Kind.SUBSTANCE_USE,), "NG"))


def test_the_crisis_route_is_the_unknown_danger() -> None:
    assert LINES.for_route(Route.CRISIS, "US") == LINES.for_dangers((Danger.UNKNOWN,), "US")


# --- kinds -----------------------------------------------------------------------------------------


def test_kinds_come_in_the_order_asked_for_and_the_region_decides_within() -> None:
    rows = ids(LINES.for_kinds((Kind.VIOLENCE, Kind.EMERGENCY), "US"))
    assert rows == ["us-dv", "us-rainn", "us-911"]


def test_a_missing_kind_falls_back_to_the_directory_and_then_to_the_emergency_number() -> None:
    assert ids(LINES.for_kinds((Kind.YOUTH,), "NL")) == ["any-findahelpline"]
    assert LINES.for_kinds((Kind.MEDICAL,), "NG")[0].call == "112"


# --- a community's own lines -----------------------------------------------------------------------


def test_own_lines_come_first_within_their_kind() -> None:
    own = (line("own-line", Kind.CRISIS, call="1-202-555-0100", hours="24/7"),)
    assert ids(LINES.for_kinds((Kind.EMERGENCY, Kind.CRISIS), "US", own))[:3] == [
        "us-911",
        "own-line",
        "us-988",
    ]
    assert ids(LINES.for_dangers((Danger.SELF_HARM,), "US", own))[0] == "own-line"


def test_an_own_line_with_the_same_number_replaces_the_packaged_one() -> None:
    own = (line("own-988", Kind.CRISIS, call="988", text="988", hours="24/7"),)
    rows = ids(LINES.for_kinds((Kind.CRISIS,), "US", own))
    assert rows[0] == "own-988"
    assert "us-988" not in rows
    assert "us-veterans" in rows


@pytest.mark.parametrize("written", ["(800) 222-1222", "+1 800 222 1222", "800-222-1222"])
def test_one_number_written_in_another_way_is_still_one_number(written: str) -> None:
    own = (line("own-poison", Kind.POISON, call=written),)
    assert ids(LINES.for_kinds((Kind.POISON,), "US", own)) == ["own-poison", "us-webpoisoncontrol"]


def test_an_own_line_that_closes_does_not_lead_a_crisis() -> None:
    own = (line("own-evenings", Kind.CRISIS, call="1-202-555-0100", hours="Mon-Fri 18:00-22:00"),)
    rows = ids(LINES.for_kinds((Kind.CRISIS,), "US", own))
    assert rows[0] == "us-988"
    assert "own-evenings" in rows


def test_an_own_emergency_line_never_hides_the_national_number() -> None:
    own = tuple(
        line(f"own-{n}", Kind.EMERGENCY, Kind.CRISIS, call=f"1-202-555-010{n}", hours="24/7")
        for n in range(6)
    )
    assert ids(LINES.for_dangers((Danger.OVERDOSE,), "US", own))[:2] == ["own-0", "us-911"]


def test_an_own_emergency_page_without_a_number_does_not_lead() -> None:
    own = (line("own-page", Kind.EMERGENCY, url="https://example.org"),)
    assert ids(LINES.for_dangers((Danger.OVERDOSE,), "US", own))[0] == "us-911"


def test_own_lines_of_another_country_are_not_shown() -> None:
    own = (
        line("own-us", Kind.CRISIS, call="1-202-555-0100"),
        line("own-any", Kind.CRISIS, region="*", url="https://example.org"),
        line("own-it", Kind.EMERGENCY, region="IT", call="112"),
    )
    assert "own-us" not in ids(LINES.for_kinds((Kind.CRISIS,), "GB", own))
    assert "own-us" not in ids(LINES.for_kinds((Kind.CRISIS,), None, own))
    assert "own-any" in ids(LINES.for_kinds((Kind.CRISIS,), None, own))
    assert LINES.for_dangers((Danger.OVERDOSE,), "IT", own)[0].id == "own-it"
    assert LINES.for_dangers((Danger.OVERDOSE,), None, own)[0].id == "any-emergency"


def test_an_own_line_of_uk_is_a_british_one() -> None:
    own = (line("own-uk", Kind.CRISIS, region="UK", call="0131 496 0000", hours="24/7"),)
    assert ids(LINES.for_dangers((Danger.SELF_HARM,), "GB", own))[0] == "own-uk"


def test_own_lines_obey_not_for_too() -> None:
    own = (line("own-poison", Kind.POISON, call="1-202-555-0100", not_for=("self_harm",)),)
    assert "own-poison" in ids(LINES.for_dangers((Danger.CHILD,), "US", own))
    assert "own-poison" not in ids(LINES.for_dangers((Danger.CHILD, Danger.SELF_HARM), "US", own, limit=9))


# --- damage ----------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the packaged files that a test may break."""
    for name in ("helplines.yaml", "dangers.yaml", "countries.yaml"):
        with as_file(files("bot.resources") / name) as path:
            shutil.copy(path, tmp_path / name)
    return tmp_path


def broken(folder: Path, name: str, old: str, new: str) -> str:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ResourceError) as caught:
        Helplines.load(folder)
    return str(caught.value)


@pytest.mark.parametrize("content", ["", "{", "version: 2", "\x00", "- a\n- b\n"])
def test_a_damaged_file_is_refused_by_name_with_a_mend(folder: Path, content: str) -> None:
    (folder / "helplines.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(ResourceError, match=r"helplines\.yaml: .*install it again"):
        Helplines.load(folder)


def test_a_missing_file_is_refused_by_name(folder: Path) -> None:
    (folder / "dangers.yaml").unlink()
    with pytest.raises(ResourceError, match=r"dangers\.yaml"):
        Helplines.load(folder)


def test_a_region_without_an_emergency_number_is_refused(folder: Path) -> None:
    path = folder / "helplines.yaml"
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    del data["regions"]["US"]["kinds"]["emergency"]
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    with pytest.raises(ResourceError, match="region US: no emergency number"):
        Helplines.load(folder)


def test_a_line_without_a_place_in_the_order_is_refused(folder: Path) -> None:
    assert "us-rainn" in broken(folder, "helplines.yaml", "violence: [us-dv, us-rainn]", "violence: [us-dv]")


def test_an_order_that_names_a_line_of_another_country_is_refused(folder: Path) -> None:
    fault = broken(folder, "helplines.yaml", "emergency: [gb-999]", "emergency: [us-911]")
    assert "region GB: `us-911`" in fault


def test_an_unknown_limit_is_refused(folder: Path) -> None:
    fault = broken(folder, "helplines.yaml", "not_for: [sourcing]", "not_for: [sorcing]")
    assert "sorcing" in fault


def test_a_deadly_danger_that_does_not_begin_with_the_emergency_number_is_refused(folder: Path) -> None:
    fault = broken(folder, "dangers.yaml", "show: [emergency, poison, crisis]", "show: [poison, emergency]")
    assert "overdose" in fault


def test_a_gravity_that_pushes_a_deadly_danger_down_is_refused(folder: Path) -> None:
    fault = broken(folder, "dangers.yaml", "  - threat\n  - self_harm\n", "  - self_harm\n  - threat\n")
    assert "gravity" in fault


@settings(deadline=None)
@given(
    dangers=st.lists(st.sampled_from(list(Danger)), max_size=3),
    route=st.sampled_from(list(Route)),
    region=st.sampled_from(EVERYWHERE),
)
def test_the_last_resort_needs_no_file_and_is_never_empty(
    dangers: list[Danger], route: Route, region: str | None
) -> None:
    lines = Helplines.last_resort()
    assert lines.for_dangers(dangers, region) == LAST_RESORT_LINES
    assert lines.for_route(route, region) == LAST_RESORT_LINES
    assert lines.for_kinds((Kind.POISON,), region) == LAST_RESORT_LINES
    assert lines.regions == ()


def test_the_last_resort_still_shows_a_communitys_own_lines() -> None:
    own = (line("own-line", Kind.CRISIS, call="1-202-555-0100"),)
    assert "own-line" in ids(Helplines.last_resort().for_dangers((Danger.SELF_HARM,), "US", own))


def test_the_last_resort_holds_no_number() -> None:
    assert not any(numbers_of(row) for row in LAST_RESORT_LINES)
