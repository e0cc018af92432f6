"""Texts of both languages: numbers, dates, periods, and the order of a Vietnamese dictionary."""

import csv
import datetime as dt
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_results import ROOT

from mne import text

values = st.floats(-1e9, 1e9)  # beyond, four decimals are more than a float holds
digits = st.integers(0, 4)


def written(value: float, places: int, lang: str) -> str:
    """A number by Python's own formatting, with the separators of the language."""
    plain = f"{abs(value):,.{places}f}"
    if lang == "vi":
        plain = plain.translate(str.maketrans(",.", ".,"))
    return ("\u2212" if value < 0 and re.search("[1-9]", plain) else "") + plain


@given(values | st.sampled_from([0.0, -0.0, 0.5, 1.5, -0.04, 999.95, 1234.5]), digits, st.sampled_from(text.LANGUAGES))
def test_numbers_are_written_as_each_language_writes_them(value, places, lang):
    assert text.number(value, lang, digits=places) == written(value, places, lang)


@pytest.mark.parametrize(
    ("value", "options", "vi", "en"),
    [(1234.5, {"digits": 1}, "1.234,5", "1,234.5"), (-7.1, {"digits": 1}, "\u22127,1", "\u22127.1"), (2.4, {"digits": 2, "signed": True}, "+2,40", "+2.40"),
     (-0.04, {"digits": 1}, "0,0", "0.0"), (-0.04, {"digits": 1, "signed": True}, "0,0", "0.0"), (0.04, {"digits": 1, "signed": True}, "0,0", "0.0"),
     (2_400_000_000, {}, "2.400.000.000", "2,400,000,000"), (999, {}, "999", "999"), (0.0, {"digits": 2}, "0,00", "0.00")],
)  # fmt: skip
def test_known_numbers(value, options, vi, en):
    assert (text.number(value, "vi", **options), text.number(value, "en", **options)) == (vi, en)


@given(values, digits, st.booleans(), st.sampled_from(text.LANGUAGES))
def test_zero_never_has_a_sign_and_no_hyphen_is_a_minus(value, places, signed, lang):
    shown = text.number(value, lang, digits=places, signed=signed)
    assert "-" not in shown
    assert not re.fullmatch(r"[−+]0([.,]0*)?", shown)
    assert (shown[0] in "−+") == ((value < 0 or signed) and bool(re.search("[1-9]", shown)))


@given(values, digits, st.booleans())
def test_both_languages_write_the_same_digits(value, places, signed):
    vi, en = (re.sub("[.,]", "", text.number(value, lang, digits=places, signed=signed)) for lang in text.LANGUAGES)
    assert vi == en


def test_a_percent_sign_follows_at_once_and_other_units_after_a_hard_space():
    assert text.quantity(20.4, "percent", "vi", digits=1) == "20,4%"
    assert text.quantity(20.4, "percent", "en", digits=1) == "20.4%"
    assert text.quantity(320, "tonnes", "vi") == "320\u00a0tấn"
    assert text.quantity(7, "count", "vi") == "7" and text.unit("count", "vi") == ""


def test_days_are_written_in_words():
    assert text.date(dt.date(2013, 7, 2), "vi") == "2 tháng 7 năm 2013"
    assert text.date(dt.date(2013, 12, 31), "en") == "31 December 2013"


@pytest.mark.parametrize(
    ("code", "start", "end", "vi"),
    [("2013", (2013, 1, 1), (2013, 12, 31), "2013"), ("2010-2013", (2010, 1, 1), (2013, 12, 31), "2010–2013"),
     ("2013-H1", (2013, 1, 1), (2013, 6, 30), "sáu tháng đầu năm 2013"), ("2013-H2", (2013, 1, 1), (2013, 12, 31), None),
     ("2013-Q1", (2013, 1, 1), (2013, 3, 31), None), ("2012-Q2", (2012, 1, 1), (2012, 6, 30), None),
     ("2013-Q3", (2013, 1, 1), (2013, 9, 30), "quý III năm 2013"), ("2013-Q4", (2013, 1, 1), (2013, 12, 31), None)],
)  # fmt: skip
def test_periods_end_on_their_last_day_and_are_written_in_words(code, start, end, vi):
    assert text.period_start(code) == dt.date(*start)
    assert text.period_end(code) == dt.date(*end)
    assert vi is None or text.period(code, "vi") == vi
    assert "2013" in text.period(code, "en") or "2012" in code


def test_every_part_of_a_year_has_its_own_words_in_both_languages():
    for lang in text.LANGUAGES:
        words = {text.period(f"2013-{part}", lang) for part in ("H1", "H2", "Q1", "Q2", "Q3", "Q4")}
        assert len(words) == 6 and all("2013" in w and "{" not in w for w in words)


# -- the order of a dictionary --------------------------------------------------------------

DISTRICTS = ["Bắc Sơn", "Bình Gia", "Cao Lộc", "Chi Lăng", "Đình Lập", "Hữu Lũng", "Lạng Sơn", "Lộc Bình", "Tràng Định", "Văn Lãng", "Văn Quan"]
# Vũ Xuân Lương, Vietnam Lexicography Centre, rules 1-4 (vietlex.com): the examples given there.
RULES = [["ang", "anh"], ["ác", "ách"], ["apatit", "apxe"], ["cha", "chan"], ["ba", "bà", "bả"], ["hai", "hài", "hại"]]
ORDERED = [
    DISTRICTS, *RULES,
    ["ma", "mà", "mả", "mã", "má", "mạ", "mă", "mắ", "mâ", "mậ"],  # a whole ladder of tones before the next letter
    ["a", "ă", "â", "b", "c", "d", "đ", "e", "ê", "g", "h", "i", "k", "l", "m", "n", "o", "ô", "ơ", "p", "q", "r", "s", "t", "u", "ư", "v", "x", "y"],
    ["An Giang", "Bà Rịa - Vũng Tàu", "Bạc Liêu", "Bắc Giang", "Bắc Kạn", "Bắc Ninh", "Bến Tre", "Bình Dương", "Bình Định", "Bình Phước", "Bình Thuận",
     "Cà Mau", "Cao Bằng", "Cần Thơ", "Đà Nẵng", "Đắk Lắk", "Đắk Nông", "Điện Biên", "Đồng Nai", "Đồng Tháp", "Gia Lai", "Hà Giang", "Hà Nam", "Hà Nội",
     "Hà Tĩnh", "Hải Dương", "Hải Phòng", "Hậu Giang", "Hòa Bình", "Hưng Yên", "Khánh Hòa", "Kiên Giang", "Kon Tum", "Lai Châu", "Lạng Sơn", "Lào Cai",
     "Lâm Đồng", "Long An"],
    ["An Giang", "Anh Sơn"],  # a syllable ends before the next letter
    ["Hoa Lư", "Hòa An", "Hòa Bình"],  # the first syllable decides, tone included
    ["Binh Già", "Bình Gia"],
    ["Tân Thanh", "Tân Thành", "Tân Thịnh"],
    ["Xã 2", "Xã An"],
]  # fmt: skip


@pytest.mark.parametrize("ordered", ORDERED, ids=lambda names: names[0])
def test_names_stand_in_dictionary_order(ordered):
    assert sorted(reversed(ordered), key=text.sort_key) == ordered


def test_the_districts_of_the_gazetteer_stand_in_dictionary_order():
    with (ROOT / "data/published/places.csv").open(encoding="utf-8", newline="") as file:
        names = [r["name_vi"] for r in csv.DictReader(file) if r["level"] == "district" and r["parent"] == "20"]
    # The city is called "TP Lạng Sơn" there and stands under its T.
    others = [n for n in DISTRICTS if n != "Lạng Sơn"]
    assert sorted(names, key=text.sort_key) == [*others[:7], "TP Lạng Sơn", *others[7:]]


@given(st.permutations(sorted({n for names in ORDERED for n in names})), st.sampled_from(["NFC", "NFD"]))
def test_the_order_does_not_depend_on_the_form_of_the_letters_or_the_order_of_the_list(names, form):
    def order(some) -> list[str]:
        return [unicodedata.normalize("NFC", n) for n in sorted(some, key=text.sort_key)]

    assert order([unicodedata.normalize(form, n) for n in names]) == order(sorted(names))
    for name in names:
        assert text.sort_key(unicodedata.normalize("NFD", name)) == text.sort_key(unicodedata.normalize("NFC", name))


def test_case_and_the_place_of_the_tone_mark_do_not_part_names():
    for one, other in (("Hòa Bình", "Hoà Bình"), ("hòa bình", "HÒA BÌNH"), ("Bà Rịa - Vũng Tàu", "Bà Rịa Vũng Tàu")):
        assert text.sort_key(one)[0] == text.sort_key(other)[0]
        assert text.sort_key(one) != text.sort_key(other)


@given(st.lists(st.text(max_size=8), max_size=6))
def test_any_text_can_be_sorted(names):
    assert sorted(sorted(names, key=text.sort_key), key=text.sort_key) == sorted(names, key=text.sort_key)


def test_texts_are_kept_composed_and_messages_filled_in():
    assert text.nfc("Hu\u031b\u0303u") == "Hữu"
    assert text.label("figure", "vi") == "Hình"
    assert "x.csv:3" in text.message("column_missing", "vi", where="x.csv:3", key="value")
