"""Old codes, tone places and keys: what an office typed in any way comes out as one correct spelling."""

import csv
import random
import shutil
import subprocess
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mne import vietnamese
from mne.vietnamese import accent_key, detect, fold, from_tcvn3, from_vni, tidy, title_case, to_tcvn3, to_vni

ROOT = Path(__file__).parents[1]
TONES = "\u0300\u0309\u0303\u0301\u0323"


def reference(name: str) -> list[dict[str, str]]:
    with (ROOT / "tests/reference" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def char(code_point: str) -> str:
    return chr(int(code_point.removeprefix("U+"), 16))


TCVN3 = {char(row["code_point"]): char(row["letter"]) for row in reference("tcvn3.csv")}
# The fonts draw the small letters and seven capitals without a tone mark: 74 of the 95 codes.
DRAWN = {code: letter for code, letter in TCVN3.items() if letter in "ĂÂÊÔƠƯĐ" or (letter.islower() and letter not in TONES)}
VNI = {row["letter"]: row["code"] for row in reference("vni.csv")}

FAMILY = ("Hoàng Nguyễn Nông Lý Triệu Vi Lương Trần Đặng Hà Dương Bế Lò Sùng Giàng Mã Tô Hứa Phùng Chu Lê Vũ Đỗ Bàn Dương "
          "Lành Lộc Linh Đàm Mông Ma Hồ Lương Phan Quách Thào Vàng Tẩn Chảo Lù").split()  # fmt: skip
MIDDLE = "Văn Thị A Minh Đức Xuân Hữu Ngọc Thanh Thúy Thu Mai Bích Kim Hồng Quốc Công Đình Tú Quý Mùi Thìn Páo Seo Y".split()
GIVEN = ("An Dũng Hòa Thúy Khỏe Thủy Thụy Quý Quyên Quỳnh Hoàn Hoan Tuyết Thuyền Khuya Duyên Huế Huệ Tú Thìn Sửu Mùi Tý Ngọ "
         "Dần Hợi Nghĩa Phượng Hương Hưng Người Lưu Hươu Khuyến Luyến Oanh Loan Toàn Ích Ánh Ấn Ước Yến Ỷ Ly Páo Dủa Chấu "
         "Pẩu Mỷ Súa Nhù Tèn Cốc Pài Lả Slao Chài Nình Lèng Tằng Voòng Sỉ Khé Nhì Tắc Phúc Lộc Thọ Mạnh Thắng Ninh Kiên "
         "Cường Giáp Giới Gìn Giữ Gái Già Giỏi Quả Quốc Quế Xoan Xuyến").split()  # fmt: skip


ALL_NAMES = [f"{family} {middle} {last}" for family in dict.fromkeys(FAMILY) for middle in MIDDLE for last in GIVEN]
CORRECT = random.Random(1).sample(ALL_NAMES, 20_000)
LATIN = sorted({n for n in CORRECT if not n.isascii() and max(n) <= "\u00ff"})


# --- Codes of before Unicode ---


def test_every_letter_of_tcvn3_is_read_as_the_reference_reads_it_and_written_back():
    assert len(DRAWN) == 74
    assert {code: from_tcvn3(code) for code in DRAWN} == DRAWN
    assert {code: to_tcvn3(letter) for code, letter in DRAWN.items()} == {code: code for code in DRAWN}


def test_the_other_codes_of_tcvn3_are_read_too_lone_tones_after_their_vowel():
    for code, letter in TCVN3.items():
        found = from_tcvn3("a" + code).removeprefix("a") if letter not in TONES else from_tcvn3("a" + code)
        assert found == (letter if letter not in TONES else unicodedata.normalize("NFC", "a" + letter))
    assert from_tcvn3("30°, 5 m², ±1") == "30°, 5 m², ±1"


def test_tcvn3_agrees_with_iconv_on_all_letters():
    if not shutil.which("iconv") or "TCVN5712-1" not in subprocess.run(["iconv", "-l"], capture_output=True, text=True).stdout:
        pytest.skip("this machine has no iconv that knows TCVN5712-1")
    codes = "\n".join(code for code, letter in TCVN3.items() if letter not in TONES)
    done = subprocess.run(["iconv", "-f", "TCVN5712-1", "-t", "UTF-8"], input=codes.encode("latin-1"), capture_output=True, check=True)
    theirs = unicodedata.normalize("NFC", done.stdout.decode("utf-8")).split("\n")
    assert len(theirs) == 90
    assert [from_tcvn3(code) for code in codes.split("\n")] == theirs


def test_every_letter_of_vni_is_read_as_the_reference_reads_it_and_written_back():
    # All Vietnamese letters beyond ASCII, small and capital.
    assert len(VNI) == 134
    assert {letter: from_vni(code) for letter, code in VNI.items()} == {letter: letter for letter in VNI}
    assert {letter: to_vni(letter) for letter in VNI} == VNI


@pytest.mark.parametrize(("old", "text"), [
    ("Vieät Nam", "Việt Nam"), ("Laïng Sôn", "Lạng Sơn"), ("ngöôøi ngheøo", "người nghèo"), ("Ñình Laäp", "Đình Lập"),
    ("thò xaõ", "thị xã"),
    ("Bình Gia", "Bình Gia"), ("VIEÄT NAM", "VIỆT NAM"),
    # The name and the motto of the state, as public converters quote them.
    ("Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam", "Cộng hòa xã hội chủ nghĩa Việt Nam"),
    ("Ñoäc laäp - Töï do - Haïnh phuùc", "Độc lập - Tự do - Hạnh phúc"), ("ñöôïc nhöõng Chæ thò Myõ", "được những Chỉ thị Mỹ"),
])  # fmt: skip
def test_known_words_in_vni(old, text):
    assert (from_vni(old), to_vni(text)) == (text, old)


@pytest.mark.parametrize(("old", "text"), [
    ("Cao Léc", "Cao Lộc"), ("hé nghÌo", "hộ nghèo"), ("ng\u00adêi", "người"), ("§×nh LËp", "Đình Lập"),
    ("B¸o c¸o tµi chÝnh quý II n¨m 2008", "Báo cáo tài chính quý II năm 2008"),
    ("céng hßa x· héi chñ nghÜa viÖt nam", "cộng hòa xã hội chủ nghĩa việt nam"),
])  # fmt: skip
def test_known_words_in_tcvn3(old, text):
    assert (from_tcvn3(old), to_tcvn3(text)) == (text, old)


def test_capitals_of_tcvn3_are_small_letters_in_the_file_and_come_back_as_capitals_in_a_title():
    assert to_tcvn3("HUYỆN BÌNH GIA") == "HUYÖN B×NH GIA"
    assert from_tcvn3("HUYÖN B×NH GIA") == "HUYỆN BÌNH GIA"
    assert from_tcvn3("UBND HUYÖN §×NH LËP, Hé NGHÌO") == "UBND HUYỆN ĐÌNH LẬP, HỘ NGHÈO"
    assert from_tcvn3("Lß Hµ") == "Lò Hà"


def test_a_lost_soft_hyphen_is_put_back_where_no_syllable_could_lack_it():
    for text in ("Dương", "Trưởng", "được", "phường", "hươu", "Hưng", "PHƯƠNG"):
        assert from_tcvn3(to_tcvn3(text).replace("\u00ad", "")) == text
    # Here the rest is a syllable of its own: nobody can tell.
    assert from_tcvn3(to_tcvn3("người").replace("\u00ad", "")) == "ngời"


def test_names_survive_the_way_through_either_code():
    for name in CORRECT:
        assert from_vni(to_vni(name)) == name
        assert title_case(from_tcvn3(to_tcvn3(name))) == name


# --- Which code is it? ---


def test_none_of_20000_correct_names_is_changed_even_when_asked_alone():
    assert len(set(CORRECT)) == 20_000
    for name in CORRECT:
        assert detect([name]) == "unicode", name
        assert tidy(name) == name


def test_columns_of_correct_names_are_unicode_also_where_all_letters_are_latin_1():
    assert len(LATIN) > 1_000
    draw = random.Random(2)
    for size in (3, 20, 200):
        for source in (CORRECT, LATIN):
            for _ in range(50):
                assert detect(draw.sample(source, size)) == "unicode"
    assert detect(["Lý Páo"]) == detect(["Hà", "Lý"]) == detect(["Hà", "Lý"], font=".VnTime") == "unicode"


@pytest.mark.parametrize(("code", "write", "read"), [("tcvn3", to_tcvn3, from_tcvn3), ("vni", to_vni, from_vni)])
def test_columns_in_an_old_code_are_told_from_twenty_names_on(code, write, read):
    draw = random.Random(3)
    for size in (20, 100):
        for _ in range(100):
            column = draw.sample(CORRECT, size)
            old = [write(name) for name in column]
            assert detect(old) == code
            assert [title_case(read(text)) for text in old] == column


@pytest.mark.parametrize(("code", "write"), [("tcvn3", to_tcvn3), ("vni", to_vni)])
def test_a_column_in_an_old_code_is_told_where_one_in_twenty_looks_valid(code, write):
    looks_valid = sorted({t for n in CORRECT if (t := write(n)) != n and detect([t]) == "unicode"})
    evident = sorted({t for n in CORRECT if (t := write(n)) != n and detect([t]) == code})
    assert detect(random.Random(4).sample(evident, 95) + random.Random(4).sample(looks_valid, 5)) == code


def test_the_font_decides_where_no_text_does():
    assert detect(["Cao Léc", "hé"]) == "unicode"
    assert detect(["Cao Léc", "hé"], font=".VnTime") == "tcvn3"
    assert detect(["Thò", "Sôn"], font="VNI-Times") == "vni"
    assert detect(["Chö"], font="VNI-Times") == "vni"
    assert detect(["Cao Lộc", "hộ"], font=".VnTime") == "unicode"
    assert detect(["Huyen Cao Loc"], font=".VnTime") == "unicode"


def test_a_column_of_two_codes_is_mixed_and_each_cell_can_be_asked_alone():
    column = ["B×nh Gia", "V¨n L·ng", "Lộc Bình", "Đình Lập"]
    assert detect(column) == "mixed"
    assert [detect([cell]) for cell in column] == ["tcvn3", "tcvn3", "unicode", "unicode"]


def test_what_is_no_vietnamese_text_proves_nothing():
    for column in ([], [None, 3, float("nan")], ["Binh Gia", "2012"], ["Müller", "café", "São Paulo", "Noël"],
                   ["5 m²", "«Hoa»", "30°", "±5"], ["11 × 7", "a · b", "÷", "© 2012"]):  # fmt: skip
        assert detect(column) == "unicode"
    assert detect(unicodedata.normalize("NFD", name) for name in CORRECT[:200]) == "unicode"
    assert detect(["Lôc Binh", "Hòang Văn", "Ðình Lâp"]) == "unicode"  # slips of the keyboard


# --- One spelling ---


@pytest.mark.parametrize(("written", "tidied"), [
    # hoà/hòa, thuý/thúy, quý/qúy, uỷ/ủy, khoẻ/khỏe: guides/intake.md 2.3
    ("hoà", "hòa"), ("thuý", "thúy"), ("qúy", "quý"), ("quý", "quý"), ("uỷ", "ủy"), ("khoẻ", "khỏe"), ("Hoà", "Hòa"), ("HOÀ", "HÒA"),
    ("QÚY", "QUÝ"),
    ("hoàn", "hoàn"), ("hòan", "hoàn"), ("thuyền", "thuyền"), ("khuya", "khuya"), ("quả", "quả"), ("qủa", "quả"), ("giá", "giá"),
    ("gía", "giá"),
    ("gì", "gì"), ("giếng", "giếng"), ("mùa", "mùa"), ("muà", "mùa"), ("múôn", "muốn"), ("ngoéo", "ngoéo"), ("khủyu", "khuỷu"),
    ("Nguỵên", "Nguyện"),
    ("Phường Hoà Chung", "Phường Hòa Chung"), ("Xã Thuỷ-Đường (Hoà)", "Xã Thủy-Đường (Hòa)"), ("café, naïve Muà", "café, naïve Mùa"),
    ("Ðình", "Đình"),
    ("  Xã\u00a0 Hoàng\u200b  Văn \n Thụ\ufeff ", "Xã Hoàng Văn Thụ"), ("", ""), ("\u200b \u00a0", ""),
])  # fmt: skip
def test_texts_are_tidied(written, tidied):
    assert tidy(written) == tidied
    assert tidy(unicodedata.normalize("NFD", written)) == tidied


def test_names_are_titled_syllable_by_syllable():
    assert title_case("HOÀNG VĂN AN") == title_case("hoàng văn an") == "Hoàng Văn An"
    assert title_case("ĐẶNG THỊ ÁNH (ỦY VIÊN)") == "Đặng Thị Ánh (Ủy Viên)"
    assert title_case("Y H'MÔNG") == "Y H'Mông"


def test_keys_drop_case_punctuation_and_only_the_folded_one_accents():
    assert fold("  TP.\u00a0Lạng   Sơn - Đông_Kinh (1)") == "tp lang son dong kinh 1"
    assert accent_key("Hoà") == accent_key("HÒA") != accent_key("Hoa")
    assert fold("Hoà") == fold("hòa") == fold("HOA") == "hoa"
    assert accent_key("Tân Thanh") != accent_key("Tân Thành")
    assert fold("...") == accent_key("—") == ""


ONSETS = ["", "b", "ch", "đ", "gi", "h", "kh", "l", "ng", "ngh", "nh", "ph", "qu", "th", "tr", "v", "x"]
# Rimes of the primary-school reader: github TrucJ/Vietnamese-checker, Vietnamese_rule.vn.md
RIMES = ("oi ai ôi ơi ui ưi uôi ươi ay ây eo ao au âu iu êu iêu yêu ưu ươu ia ua ưa on an ân ăn ôn ơn en ên in un iên yên "
         "uôn ươn ong ông ăng âng ung ưng eng iêng uông ương ang anh inh ênh om am ăm âm ôm ơm em êm im um iêm yêm uôm ươm "
         "ot at ăt ât ôt ơt et êt ut ưt it iêt uôt ươt oc ac ăc âc uc ưc ôc uôc iêc ươc ach ich êch op ap ăp âp ôp ơp ep êp "
         "ip up iêp ươp oa oe oai oay oan oăn oang oăng oanh oach oat oăt uê uy uơ uya uân uyên uât uyêt uynh uych "
         "oong").split()  # fmt: skip


@st.composite
def syllables(draw) -> tuple[str, str]:
    """One syllable with its tone mark over two of its vowels."""
    onset, rime, tone = draw(st.sampled_from(ONSETS)), draw(st.sampled_from(RIMES)), draw(st.sampled_from(TONES))
    places = [i for i, c in enumerate(rime) if unicodedata.normalize("NFD", c)[0] in "aeiouy"]
    one, other = (draw(st.sampled_from(places)) for _ in range(2))
    case = draw(st.sampled_from([str.lower, str.upper, str.capitalize]))
    return tuple(case(unicodedata.normalize("NFC", onset + rime[: at + 1] + tone + rime[at + 1 :])) for at in (one, other))


@given(syllables())
def test_a_tone_mark_may_stand_over_any_vowel_of_a_syllable(pair):
    one, other = pair
    assert tidy(one) == tidy(other)
    assert (accent_key(one), fold(one)) == (accent_key(other), fold(other))
    assert detect([one, other]) == "unicode"


TEXTS = st.text(st.sampled_from("aAăeêioôơuưyYnhgqđĐÐ .-_1«×\u00ad\u200b\u00a0" + TONES + "\u0302\u031b") | st.characters(), max_size=20)


@given(TEXTS)
def test_tidying_twice_changes_nothing(text):
    assert tidy(tidy(text)) == tidy(text)
    assert unicodedata.is_normalized("NFC", tidy(text))


@given(TEXTS)
def test_composed_and_decomposed_letters_have_the_same_keys(text):
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert (fold(composed), accent_key(composed), tidy(composed)) == (fold(decomposed), accent_key(decomposed), tidy(decomposed))
    assert fold(tidy(text)) == fold(text) and accent_key(tidy(text)) == accent_key(text)


def test_a_syllable_of_a_hundred_thousand_names_is_spelt_once():
    written = [f"{name.replace('òa', 'oà')} thôn {index}" for index, name in enumerate(CORRECT * 5)]
    syllables = {word for text in written for word in text.split() if word.isalpha() and not word.isascii()}
    vietnamese._placed.cache_clear()
    for text in written:
        tidy(text)
    assert len(written) >= 100_000 > 100 * len(syllables)
    assert vietnamese._placed.cache_info().misses == len(syllables)


def test_a_misspelt_name_among_many_good_ones_does_not_make_a_column_old():
    # "Phâi" is no Vietnamese syllable and would read as "Phõi" in TCVN3; found in a list of 21,000 names.
    good = [f"{family} Văn {given}" for family in ("Hoàng", "Nông", "Lý", "Triệu") for given in ("Hùng", "Tú", "Sáng", "Dũng", "Thìn", "Phúc")]
    assert detect([*good, "Chu Quang Phâi"]) == "unicode"
