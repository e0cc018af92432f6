"""Places: every unit is found however an office writes it, and what could be two places is never guessed."""

import datetime as dt
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from mne.intake.gazetteer import Gazetteer, Match
from mne.places import read_places
from mne.vietnamese import detect, fold, from_tcvn3, from_vni, tidy, to_tcvn3, to_vni

ROOT = Path(__file__).parents[1]
PLACES = read_places(ROOT / "data/published/places.csv", shown="places.csv")
GAZETTEER = Gazetteer(PLACES, on=dt.date(2012, 12, 31))
DISTRICTS = PLACES.codes("district", parent="20")
COMMUNES = [code for district in DISTRICTS for code in PLACES.codes("commune", parent=district)]
UNITS = ["20", *DISTRICTS, *COMMUNES]
SHORT = {"Tỉnh": "Tỉnh ", "Thành phố": "TP.", "Huyện": "H.", "Xã": "X. ", "Phường": "P.", "Thị trấn": "TT. "}
NEW_PLACES = {"òa": "oà", "óa": "oá", "ỏa": "oả", "õa": "oã", "ọa": "oạ", "úy": "uý", "ùy": "uỳ", "ủy": "uỷ", "ũy": "uỹ", "ụy": "uỵ"}


def name(code: str) -> str:
    return PLACES[code].name_vi.removeprefix("TP ")


def within(code: str) -> str:
    return {"province": "", "district": "20", "commune": PLACES[code].parent}[PLACES[code].level]


def same_name(code: str) -> list[str]:
    return [c for c in COMMUNES if c != code and fold(name(c)) == fold(name(code))]


def needed(code: str) -> str:
    """The name; with the type where the district has two units of that name, as its offices write."""
    twins = [c for c in same_name(code) if PLACES[c].parent == PLACES[code].parent]
    return f"{PLACES[code].type_vi} {name(code)}" if PLACES[code].level == "commune" and twins else name(code)


def without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c)).replace("đ", "d").replace("Đ", "D")


def newly_placed(text: str) -> str:
    syllables = text.split()
    return " ".join(s[:-2] + NEW_PLACES[s[-2:]] if s[-2:] in NEW_PLACES and s[:-2].lower() != "q" else s for s in syllables)


def through(write, read, code: str):
    """The units of each column (a district with its communes), typed in an old code and read back as that code."""
    columns = [UNITS[: 1 + len(DISTRICTS)], *([c for c in COMMUNES if PLACES[c].parent == d] for d in DISTRICTS)]
    found = {}
    for column in columns:
        old = [write(needed(c)) for c in column]
        assert detect(old) == code
        found |= dict(zip(column, map(read, old), strict=True))
    return found


SPELLINGS = {
    "as_it_is": {c: needed(c) for c in UNITS},
    "no_accents": {c: without_accents(needed(c)) for c in UNITS},
    "tcvn3": through(to_tcvn3, from_tcvn3, "tcvn3"),
    "vni": through(to_vni, from_vni, "vni"),
    "decomposed": {c: unicodedata.normalize("NFD", needed(c)) for c in UNITS},
    "other_tone_place": {c: newly_placed(needed(c)) for c in UNITS},
    "with_type": {c: f"{PLACES[c].type_vi} {name(c)}" for c in UNITS},
    "short_type": {c: f"{SHORT[PLACES[c].type_vi]}{name(c)}" for c in UNITS},
    "capitals": {c: needed(c).upper() for c in UNITS},
    "short_type_in_capitals_without_accents": {c: without_accents(f"{SHORT[PLACES[c].type_vi]}{name(c)}").upper() for c in UNITS},
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_all_238_units_of_lang_son_are_found(spelling):
    assert len(UNITS) == 238
    written = SPELLINGS[spelling]
    found = {c: GAZETTEER.match(written[c], PLACES[c].level, within=within(c)).code for c in UNITS}
    assert found == {c: c for c in UNITS}


def test_spellings_differ_where_they_should():
    assert SPELLINGS["other_tone_place"] != SPELLINGS["as_it_is"]
    assert sum(a != b for a, b in zip(SPELLINGS["no_accents"].values(), SPELLINGS["as_it_is"].values(), strict=True)) > 200


@pytest.mark.parametrize("spelling", ["with_type", "short_type", "capitals", "no_accents", "tcvn3"])
def test_all_units_are_found_in_a_title_that_names_them_with_their_type(spelling):
    for code in UNITS:
        place = PLACES[code]
        typed = SPELLINGS[spelling][code]
        if not spelling.endswith("type"):
            typed = f"{place.type_vi} {typed.removeprefix(place.type_vi)}"
        title = f"DANH SÁCH HỘ NGHÈO {typed} NĂM 2012"
        assert GAZETTEER.find_in(title, place.level, within=within(code)).code == code, title


def test_a_name_of_several_places_never_gives_one_of_them():
    homonyms = [c for c in COMMUNES if same_name(c)]
    assert len(homonyms) > 30
    for code in homonyms:
        for written in (name(code), without_accents(name(code)), name(code).upper()):
            match = GAZETTEER.match(written, "commune")
            # Accents may single one out: Tân Thanh is not Tân Thành.
            alone = [c for c in [code, *same_name(code)] if name(c).lower() == written.lower()]
            assert match.code == (code if alone == [code] else "")
            assert match.code or (match.how == "homonym" and code in match.candidates)


def test_two_units_of_one_name_in_one_district_need_their_type():
    for district, called in (("185", "Bắc Sơn"), ("187", "Chi Lăng"), ("189", "Đình Lập")):
        assert GAZETTEER.match(called, "commune", within=district).how == "homonym"
        town, commune = (GAZETTEER.match(f"{t} {called}", "commune", within=district).code for t in ("TT", "Xã"))
        assert (PLACES[town].type_vi, PLACES[commune].type_vi) == ("Thị trấn", "Xã")


def test_a_commune_asked_in_another_district_is_never_taken_for_one_of_its_names():
    asked = 0
    for code in COMMUNES:
        for district in set(DISTRICTS) - {PLACES[code].parent}:
            for written in (name(code), f"{PLACES[code].type_vi} {name(code)}"):
                found = GAZETTEER.match(written, "commune", within=district).code
                assert not found or name(found) == name(code), (written, district)
                asked += 1
    assert asked == 226 * 10 * 2


@pytest.mark.parametrize(("written", "level", "inside", "how", "codes"), [
    # Codes, also without their leading zeros.
    ("06184", "commune", "", "code", ["06184"]), ("6184", "commune", "183", "code", ["06184"]),
    ("184", "district", "20", "code", ["184"]),
    ("6184", "commune", "181", "unknown", []), ("184", "commune", "", "unknown", []), ("99999", "commune", "", "unknown", []),
    # Types and abbreviations.
    ("T.P. Lạng Sơn", "district", "", "exact", ["178"]), ("TP Lạng Sơn", "district", "", "exact", ["178"]),
    ("Lang Son City", "district", "", "folded", ["178"]), ("Binh Gia District", "district", "", "folded", ["181"]),
    ("Huyện: Bình Gia", "district", "", "exact", ["181"]), ("UBND huyện Bình Gia", "district", "", "exact", ["181"]),
    ("1. Xã Tân Văn", "commune", "181", "exact", ["06121"]), ("IV. Xã Tân Văn", "commune", "181", "exact", ["06121"]),
    ("T.T Bình Gia", "commune", "181", "exact", ["06064"]), ("Dong Dang Town", "commune", "183", "folded", ["06184"]),
    ("Thị trấn Nông trường Thái Bình", "commune", "189", "exact", ["06616"]), ("TT NT Thái Bình", "commune", "189", "exact", ["06616"]),
    ("Thái Bình", "commune", "189", "exact", ["06631"]), ("Tri Phuong", "commune", "180", "folded", ["06016"]),
    ("Đồng ý", "commune", "185", "exact", ["06337"]),
    # A type that contradicts the name, or that no place has.
    ("Huyện Lạng Sơn", "district", "", "doubtful", ["178"]), ("Xã Đồng Đăng", "commune", "183", "doubtful", ["06184"]),
    # Without a district: with accents and alone, or not at all.
    ("Tân Văn", "commune", "", "exact", ["06121"]), ("Tan Van", "commune", "", "doubtful", ["06121"]),
    ("Phường Chi Lăng", "commune", "20", "exact", ["05983"]),
    ("Xã Chi Lăng", "commune", "", "homonym", ["06034", "06523"]),
    ("Tan Thanh", "commune", "", "homonym", ["06166", "06250", "06379", "06442"]),
    # The area above, in the same cell.
    ("Xã Hòa Bình, huyện Bình Gia", "commune", "", "exact", ["06103"]), ("Xã Hoà Bình huyện Văn Quan", "commune", "", "exact", ["06274"]),
    ("Hòa Bình (Hữu Lũng)", "commune", "", "exact", ["06397"]), ("Bình Gia, tỉnh Lạng Sơn", "district", "", "exact", ["181"]),
    # Slips of spelling.
    ("Hoàng V Thụ", "commune", "181", "close", ["06100"]), ("Hoàng V Thụ", "commune", "", "doubtful", None),
    ("Đình Lâpp", "district", "20", "close", ["189"]),
    ("Tân Thy", "commune", "183", "doubtful", ["06250"]), ("Xuất Lễ", "commune", "188", "doubtful", None),
    ("Vân An", "commune", "184", "doubtful", ["06280", "06469"]),
    ("Tân Tến", "commune", "180", "doubtful", ["06019", "06022", "06028"]),  # Tân Tiến, but Tân Yên is near as well
    ("qwrtzp", "commune", "181", "unknown", []), ("", "commune", "181", "empty", []), (" - ", "district", "", "empty", []),
])  # fmt: skip
def test_rules_of_a_match(written, level, inside, how, codes):
    match = GAZETTEER.match(written, level, within=inside)
    assert match.how == how
    assert bool(match.code) == (how in ("code", "exact", "folded", "close", "confirmed"))
    assert codes is None or list(match.candidates) == codes
    assert not match.code or match.candidates == (match.code,)
    assert len(match.candidates) <= 4


@pytest.mark.parametrize(("text", "level", "inside", "code"), [
    ("UBND HUYỆN BÌNH GIA", "district", "", "181"), ("UBND HUYỆN BÌNH GIA", "commune", "", ""),
    ("I. Xã Chi Lăng", "commune", "187", "06523"), ("I. Xã Chi Lăng", "district", "20", ""), ("X. Bình Gia", "district", "20", "181"),
    ("Thị trấn Bắc Sơn", "commune", "185", "06325"),
    ("2012_Binh_Gia.xlsx", "district", "20", "181"), ("HoNgheo_BinhGia2012.xlsx", "district", "", "181"),
    ("2012_TP_Lang_Son", "district", "", "178"),
    ("DANH SÁCH HỘ NGHÈO XÃ TÂN VĂN HUYỆN BÌNH GIA NĂM 2012", "commune", "", "06121"),
    ("DANH SÁCH HỘ NGHÈO XÃ TÂN VĂN HUYỆN BÌNH GIA NĂM 2012", "district", "", "181"),
    ("XÃ CHI LĂNG HUYỆN TRÀNG ĐỊNH", "commune", "", "06034"), ("XÃ CHI LĂNG HUYỆN TRÀNG ĐỊNH", "district", "", "180"),
    ("TỔNG HỢP THÀNH PHỐ LẠNG SƠN", "district", "", "178"), ("TỔNG HỢP THÀNH PHỐ LẠNG SƠN", "commune", "183", ""),
    ("UBND TỈNH LẠNG SƠN", "district", "", ""), ("UBND TỈNH LẠNG SƠN", "province", "", "20"),
    ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "commune", "181", ""),
    ("TT NT Thái Bình", "commune", "189", "06616"), ("Xã Thái Bình", "commune", "189", "06631"),
    # The word for solidarity, and the commune.
    ("Quỹ nhà đại đoàn kết", "commune", "180", ""), ("QUỸ ĐẠI ĐOÀN KẾT", "commune", "180", ""),
    ("II. Đoàn Kết", "commune", "180", "06001"),
    ("Tan_Van_2012.xlsx", "commune", "181", "06121"),
    # A name of two levels, or of two places, without a type.
    ("2012_Lang_Son.xlsx", "district", "", ""), ("Bình Gia", "commune", "181", ""), ("I. Chi Lăng", "district", "20", ""),
    ("Xã Tân Văn và xã Hồng Thái", "commune", "181", ""), ("", "district", "", ""), ("Sheet1", "commune", "181", ""),
])  # fmt: skip
def test_what_a_title_a_section_a_sheet_or_a_file_names(text, level, inside, code):
    match = GAZETTEER.find_in(text, level, within=inside)
    assert match.code == code
    assert match.how in (("exact", "folded") if code else ("unknown", "homonym"))


def test_places_are_those_of_the_day():
    # shared/reference/admin_units.csv: of 226 communes 190 are the same in the list of 02/02/2020.
    assert len([c for d in DISTRICTS for c in PLACES.codes("commune", parent=d, on=dt.date(2020, 2, 1))]) == 226
    assert len(PLACES.codes("commune", on=dt.date(2020, 2, 2))) == 190
    later = Gazetteer(PLACES, on=dt.date(2020, 2, 2))
    for gone in ("06112", "Xã Tô Hiệu", "Tô Hiệu"):
        assert GAZETTEER.match(gone, "commune", within="181").code == "06112"
        assert later.match(gone, "commune", within="181").code == ""
        assert "06112" not in later.match(gone, "commune", within="181").candidates
    # One code, two names: Tân Việt became Bắc Việt.
    assert [g.match("Tân Việt", "commune", within="182").code for g in (GAZETTEER, later)] == ["06130", ""]


def test_what_a_person_confirmed_goes_before_every_rule_in_its_area_alone():
    confirmed = {(fold("Chi Lăng"), "187"): "06466", (fold("Bgia"), ""): "181"}
    told = Gazetteer(PLACES, on=dt.date(2012, 12, 31), confirmed=confirmed)
    assert told.match("chi lang", "commune", within="187") == Match("06466", "confirmed", ("06466",))
    assert told.match("Chi Lăng", "commune").how == "homonym"
    assert told.match("BGIA", "district").code == "181"
    assert told.match("BGIA", "commune").code == ""


def test_names_of_the_gazetteer_are_tidy_and_written_with_capitals():
    for code in UNITS:
        assert tidy(PLACES[code].name_vi) == PLACES[code].name_vi
        assert all(word[0].isupper() for word in PLACES[code].name_vi.split())


def test_no_two_units_of_one_district_share_name_and_type():
    groups = defaultdict(list)
    for code in COMMUNES:
        groups[PLACES[code].parent, PLACES[code].type_vi, fold(name(code))].append(code)
    assert max(map(len, groups.values())) == 1


def test_a_name_that_is_written_in_many_rows_is_looked_up_once(monkeypatch):
    looked = Counter()
    look = Gazetteer._match
    monkeypatch.setattr(Gazetteer, "_match", lambda gazetteer, *key: looked.update([key]) or look(gazetteer, *key))
    calls = [(SPELLINGS["short_type"][c], PLACES[c].level, within(c)) for c in UNITS] * 4
    fresh = Gazetteer(PLACES, on=GAZETTEER.on)
    assert [fresh.match(written, level, within=inside) for written, level, inside in calls] == [
        GAZETTEER.match(written, level, within=inside) for written, level, inside in calls]
    assert set(calls) <= set(looked) and max(looked[call] for call in set(calls)) == 1
