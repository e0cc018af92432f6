"""Vietnamese and bilingual text: messages, numbers and dates as each language writes them.

Numbers and dates are Babel's; the Vietnamese alphabet order is ours, because neither the
standard library nor Babel sorts Đình Lập before Văn Quan.
"""

import datetime as dt
import functools
import re
import unicodedata
from importlib import resources

import yaml

LANGUAGES = ("vi", "en")
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = "\u0300\u0309\u0303\u0301\u0323"  # huyền, hỏi, ngã, sắc, nặng: the dictionary order


def nfc(text: str) -> str:
    """``text`` in composed Unicode (NFC), the only form the toolkit keeps."""
    return unicodedata.normalize("NFC", text)


def sort_key(text: str) -> tuple:
    """Key that sorts names as a Vietnamese dictionary does: syllable by syllable, letters before tones.

    Hà Giang comes before Hải Dương (a syllable ends before the next letter), Hoa Lư before Hòa
    Bình (the first syllable decides, tone included). Case, punctuation and the place of the tone
    mark (hòa, hoà) do not count; names that differ in nothing else follow their spelling.

    Notes
    -----
    The rule is Vũ Xuân Lương's, Vietnam Lexicography Centre: "Quy tắc sắp xếp đơn vị từ vựng
    trong từ điển tiếng Việt", sections 4.1-4.3.
    """
    text = nfc(text)
    return tuple(_syllable(s) for s in re.findall(r"\w+", text.lower())), text


def _syllable(syllable: str) -> tuple:
    letters, tone = [], 0
    for char in unicodedata.normalize("NFD", syllable):
        if char in _TONES:
            tone = _TONES.index(char) + 1
        elif unicodedata.combining(char) and letters:
            letters[-1] = nfc(letters[-1] + char)
        else:
            letters.append(char)
    # Digits before letters; letters of other alphabets after ours.
    return tuple((0, c) if c.isdigit() else (1, f"{_ALPHABET.find(c):02}") if c in _ALPHABET else (2, c) for c in letters), tone


@functools.cache
def texts(package: str, name: str) -> dict:
    """A YAML file of texts that ships with ``package``, read once."""
    return yaml.load((resources.files(package) / name).read_text("utf-8"), Loader=_Loader)  # noqa: S506 - safe loader


def message(key: str, lang: str, /, **facts) -> str:
    """A sentence of ``mne/texts/errors.yml`` in ``lang``, with its facts filled in."""
    return texts("mne.texts", "errors.yml")[key][lang].format_map(facts)


def label(key: str, lang: str) -> str:
    """A word of the page in ``lang``: ``label("figure", "vi")`` is "Hình"."""
    return texts("mne.texts", "labels.yml")[key][lang]


def unit(name: str, lang: str) -> str:
    """The words of a unit of measure ("percentage points"), or an empty string for pure numbers."""
    return texts("mne.texts", "units.yml")[name][lang]


def method(name: str, lang: str) -> str:
    """How a result was made, in ``lang``; a published row's own source stays in its own words."""
    if name.startswith("impact "):
        key, words = name.removeprefix("impact "), texts("mne.texts", "impact.yml")
        return f"{label('impact', lang)}: {next((words[b][key][lang] for b in ('methods', 'tests', 'results') if key in words[b]), key)}"
    if lang == "en":
        return name
    head, _, source = name.partition("; ")
    if head == "published":
        return f"{label('published', lang)}; {source}"
    if name.startswith("catalogue "):
        return f"{label('catalogue', lang)} {name.removeprefix('catalogue ')}"
    return texts("mne.texts", "methods.yml").get(name, name)


def number(value: float, lang: str, *, digits: int = 0, signed: bool = False) -> str:
    """``value`` with ``digits`` decimals as ``lang`` writes it: 1.234,5 (vi), 1,234.5 (en).

    The minus sign is U+2212. ``signed`` adds a plus to what is above zero.
    """
    from babel.numbers import format_decimal

    value = round(float(value), digits)
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    text = format_decimal(abs(value), format=pattern, locale=lang)
    return ("−" if value < 0 else "+" if signed and value > 0 else "") + text


def quantity(value: float, unit_name: str, lang: str, **options) -> str:
    """A number with its unit, joined as the language joins them: "20,4%", "320 tấn"."""
    return number(value, lang, **options) + joined(unit_name, lang)


def joined(unit_name: str, lang: str) -> str:
    """The words of a unit as they follow a number: "%" at once, others after a hard space."""
    words = unit(unit_name, lang)
    return words if not words or words.startswith("%") else "\u00a0" + words


def date(day: dt.date, lang: str) -> str:
    """A day in words: "31 tháng 12 năm 2013", "31 December 2013"."""
    from babel.dates import format_date

    pattern = "d 'tháng' M 'năm' y" if lang == "vi" else "d MMMM y"
    return format_date(day, format=pattern, locale=lang)


def period(code: str, lang: str) -> str:
    """A period code in words: "2013", "2010–2013", "sáu tháng đầu năm 2013", "quý III năm 2013"."""
    part = re.fullmatch(r"(\d{4})-([HQ])(\d)", code)
    if not part:
        return code.replace("-", "–")
    year, kind, index = part.groups()
    return label(f"period_{kind}{index}", lang).format(year=year)


def period_end(code: str) -> dt.date:
    """Last day of a period code: a year, a span of years, a half (H) or a quarter (Q)."""
    part = re.fullmatch(r"(\d{4})-([HQ])(\d)", code)
    if not part:
        return dt.date(int(code[-4:]), 12, 31)
    months = int(part[3]) * (6 if part[2] == "H" else 3)
    return dt.date(int(part[1]), months, 30 if months in (6, 9) else 31)


def period_start(code: str) -> dt.date:
    """First day of the year in which a period code begins."""
    return dt.date(int(code[:4]), 1, 1)
