"""Vietnamese letters: the codes of before Unicode, one spelling for each syllable, keys to match names by.

Offices send texts in Unicode, in TCVN3 (the fonts .VnTime and .VnTimeH, also called ABC) and in VNI
(VNI-Times). A text in an old code arrives as Latin-1 letters that mean something else: "Cao Léc"
is Cao Lộc, "Laïng Sôn" is Lạng Sơn. The order of work is: :func:`detect` by column, convert, then
:func:`tidy`, which also drops the soft hyphen that TCVN3 uses as a letter.
"""

import functools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

_TONES = "\u0300\u0309\u0303\u0301\u0323"  # huyền, hỏi, ngã, sắc, nặng
_VOWELS = "aăâeêioôơuưy"
_TONED = {v: [unicodedata.normalize("NFC", v + t) for t in _TONES] for v in _VOWELS}
_LETTERS = "đ" + "".join(v + "".join(_TONED[v]) for v in _VOWELS)
# Letters of ours that Latin-1 lacks: no text in an old code can hold one.
_BEYOND = re.compile(f"[{''.join(c for c in _LETTERS + _LETTERS.upper() if ord(c) > 0xFF)}{_TONES}]")
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_WORD = re.compile("(?:[^\\W\\d_][\u0300-\u036f]*)+")
_WORD_OR_NUMBER = re.compile("(?:[^\\W_][\u0300-\u036f]*)+")
_LATIN_WORD = re.compile("[A-Za-z\u00a1-\u024f\u0300-\u036f\u1e00-\u1eff]+")
_LOOKALIKES = str.maketrans("ÐðƉɖ", "ĐđĐđ")  # letters of other alphabets that some keyboards give for Đ

# TCVN 5712:1993 (VN1), bytes A1-FF. .VnTime draws 74 of these letters; the tones B0-B4 stand alone.
_TCVN3 = dict(zip(map(chr, range(0xA1, 0x100)),
                  "ĂÂÊÔƠƯĐăâêôơưđẰ\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴẮẦẨẪẤỀặầẩẫấậèỂẻẽ"
                  "éẹềểễếệìỉỄẾỒĩíịòỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ",
                  strict=True))  # fmt: skip
_TCVN3_LETTERS = str.maketrans({code: letter for code, letter in _TCVN3.items() if letter not in _TONES})
_DRAWN = {letter: code for code, letter in _TCVN3.items() if letter in _LETTERS + "ĂÂÊÔƠƯĐ"}
_TO_TCVN3 = str.maketrans({letter.upper(): code for letter, code in _DRAWN.items()} | _DRAWN)
# Without the toned capitals: the fonts lack them, and Unicode names have their codes (à, á, â, ã).
_TCVN3_WORD = re.compile(f"[A-Za-z{''.join(_DRAWN.values())}]+")
_NEAR_CAPITALS = re.compile("[A-Z][^a-z\\s]*[A-Z]")
_LONE_TONE = re.compile(f"(?<=[{_VOWELS}{_VOWELS.upper()}])[\u00b0-\u00b4]")
_LOST_BEFORE = re.compile(f"(?<![ưƯ])(?=[ơ{''.join(_TONED['ơ'])}](?:ng|c|u)\\b)", re.IGNORECASE)
_LOST_BETWEEN = re.compile(r"\b(?:ch|kh|nh|ph|th|tr|[bcdđhklmnrstvx])(?=ng\b)", re.IGNORECASE)


def _vni_letters() -> dict[str, str]:
    """The VNI code of each letter: itself, one character, or the bare vowel and a character for its marks."""
    plain, hat, breve = " øûõùï", "âàåãáä", "êèúüéë"
    rows = {"a": ("a", plain), "â": ("a", hat), "ă": ("a", breve), "e": ("e", plain), "ê": ("e", hat), "o": ("o", plain), "ô": ("o", hat),
            "ơ": ("ô", plain), "u": ("u", plain), "ư": ("ö", plain), "y": ("y", plain)}  # fmt: skip
    codes = {letter: (base + mark).strip() for vowel, (base, marks) in rows.items()
             for letter, mark in zip([vowel, *_TONED[vowel]], marks, strict=True)}  # fmt: skip
    codes |= {"đ": "ñ", "ỵ": "î", **dict(zip(_TONED["i"], "ìæóíò", strict=True))}
    codes = {letter: code for letter, code in codes.items() if letter not in _VOWELS or not code.isascii()}
    return codes | {letter.upper(): code.upper() for letter, code in codes.items()}


_VNI = _vni_letters()
_TO_VNI = str.maketrans(_VNI)
# People type the mark in either case; the vowel decides.
_FROM_VNI = {code[0] + code[1:].swapcase(): letter for letter, code in _VNI.items()} | {code: letter for letter, code in _VNI.items()}
_VNI_CODE = re.compile("|".join(sorted(_FROM_VNI, key=lambda code: (-len(code), code))))
_VNI_WORD = re.compile(f"(?:{_VNI_CODE.pattern}|[A-Za-z])+")

_SHAPE = re.compile(f"(gi(?=[{_VOWELS}])|qu|ngh?|nh|gh?|kh?|ch?|ph?|th?|tr?|[bdđhlmnrsvx]|)([{_VOWELS}]+)(ch|ng|nh|[cmnptk]|)")
# Vowels that a consonant may follow, and vowels that may end a syllable. Which consonant and which tone is left open on purpose:
# a name typed with a slip ("Lôc Bình") must not pass for an old code.
_CLOSED = frozenset("a ă â e ê i iê o oa oă oe oo ô ôô ơ u ua uâ uă uê uô uy uyê ư ươ y yê".split())
_OPEN = frozenset("a e ê i ia o oa oe ô ơ u ua uê uơ uy uya ư ưa y ai ao au ay âu ây eo êu iêu iu oai oao oay oeo oi ôi ơi uây uêu ui uôi "
                  "uyu ưi ươi ươu ưu yêu".split())  # fmt: skip
_QUOTES_AND_NOTES = "«»¹²³°"  # signs that a Unicode text may hold at the edge of a word
_FEW = 0.05  # share of odd texts below which a column is of one code


def from_tcvn3(text: str) -> str:
    """Unicode of a text in TCVN3: "huyÖn Cao Léc" is "huyện Cao Lộc".

    Parameters
    ----------
    text : Latin-1 characters, as a cell in a .Vn font holds them. Other characters stay.

    Notes
    -----
    .VnTimeH draws small letters as capitals, so a title in capitals is half capitals in the file
    ("HUYÖN B×NH GIA"); it comes out in capitals. A text in small letters stays small: its case is
    in the font alone.

    ư is the soft hyphen (U+00AD), which copying and cleaning drop. It is put back where no syllable
    could lack it: ơ before ng, c or u (d¬ng is dương) and a syllable without a vowel (Hng is Hưng).
    Elsewhere the loss cannot be seen ("ngêi", for người, reads as a syllable: ngời).
    """
    found = " ".join(map(_word_from_tcvn3, text.split(" ")))
    words = _WORD.findall(found) if _NEAR_CAPITALS.search(found) else ()
    if any(not w.isascii() and re.search("[A-Z].*[A-Z]", w) and not re.search("[a-z]", w) for w in words):
        return _WORD.sub(lambda m: m[0] if re.search("[a-z]", m[0]) else m[0].upper(), found)
    return found


@functools.lru_cache(maxsize=1 << 16)
def _word_from_tcvn3(word: str) -> str:
    found = _LONE_TONE.sub(lambda m: _TCVN3[m[0]], word.translate(_TCVN3_LETTERS))
    found = unicodedata.normalize("NFC", found)
    found = _LOST_BEFORE.sub(lambda m: "Ư" if m.string[m.end()].isupper() else "ư", found)
    return _LOST_BETWEEN.sub(lambda m: m[0] + ("Ư" if m.string[m.end()].isupper() else "ư"), found)


def to_tcvn3(text: str) -> str:
    """``text`` as a cell in .VnTime holds it; the reverse of :func:`from_tcvn3`.

    Notes
    -----
    Capitals with a tone mark have no code of their own (Đ, Ă, Â, Ê, Ô, Ơ and Ư have one): they are
    written as the small letter, which .VnTimeH draws as a capital, so "Ái" comes back as "ái".
    Signs such as « or ° stay, although they share their code with a letter.
    """
    return unicodedata.normalize("NFC", text).translate(_LOOKALIKES).translate(_TO_TCVN3)


def from_vni(text: str) -> str:
    """Unicode of a text in VNI: "huyeän Ñình Laäp" is "huyện Đình Lập". The longest sequence counts; other characters stay."""
    return _VNI_CODE.sub(lambda m: _FROM_VNI[m[0]], text)


def to_vni(text: str) -> str:
    """``text`` as a cell in VNI-Times holds it; the reverse of :func:`from_vni`."""
    return unicodedata.normalize("NFC", text).translate(_LOOKALIKES).translate(_TO_VNI)


def detect(values: Iterable[object], *, font: str | None = None) -> str:
    """The code of a column of texts: "unicode", "tcvn3", "vni" or "mixed".

    Parameters
    ----------
    values : the cells of one column. What is no text, or has no letter beyond ASCII, tells nothing.
    font : the font of the column, a second witness: it decides where no text does.

    Returns
    -------
    str
        "unicode" also where nothing tells otherwise. "mixed" where some texts can only be Unicode and
        others only an old code: then ask again for each cell, with the font of the cell.

    Notes
    -----
    A word testifies for an old code where it is impossible as Vietnamese in Unicode and possible in
    that code. One TCVN3 name in twenty is possible in both ("Cao Léc"), therefore a column decides
    and a cell alone is a poor witness. Cells that only spelling, not letters, tells to be Unicode
    are overlooked up to 5 % of a column in an old code, and as many odd spellings ("Phâi") in a
    Unicode column.
    """
    texts = {value for value in values if isinstance(value, str) and not value.isascii()}
    doubtful = [text for text in texts if not _BEYOND.search(text)]  # the others are told by one look
    found = Counter(map(_codes_of_text, doubtful))
    found[frozenset({"letters"})] += len(texts) - len(doubtful)
    certain = {code: found.pop(frozenset({code}), 0) for code in ("letters", "unicode", "tcvn3", "vni")}
    either_old = found.pop(frozenset({"tcvn3", "vni"}), 0)
    found.pop(frozenset(), 0)
    witness = _code_of_font(font)
    if not (old := certain["tcvn3"] + certain["vni"] + either_old):
        silent = not certain["letters"] and not certain["unicode"]
        return witness if found and silent and all(witness in codes for codes in found) else "unicode"
    if old <= _FEW * (old + certain["letters"] + certain["unicode"]):
        return "unicode"
    code = witness if witness and certain["tcvn3"] == certain["vni"] else "vni" if certain["vni"] > certain["tcvn3"] else "tcvn3"
    odd = certain["unicode"] + min(certain["tcvn3"], certain["vni"])
    return "mixed" if certain["letters"] or odd > _FEW * (old + certain["unicode"]) else code


def _code_of_font(font: str | None) -> str:
    name = (font or "").lower()
    return "tcvn3" if name.startswith(".vn") else "vni" if name.startswith("vni") else ""


def _codes_of_text(text: str) -> frozenset[str]:
    """The codes that a text may be in; {"letters"} where a letter beyond Latin-1 proves it to be Unicode."""
    text = unicodedata.normalize("NFC", text)
    if _BEYOND.search(text):
        return frozenset({"letters"})
    words = [codes for word in _LATIN_WORD.findall(text) if not word.isascii() and (codes := _codes_of_word(word)) is not None]
    if not words:
        return frozenset()
    if fits_all := frozenset.intersection(*words):
        return fits_all
    impossible = {code: sum(code not in word for word in words) for code in ("unicode", "tcvn3", "vni")}
    fewest = min(impossible.values())
    return frozenset() if fewest == impossible["unicode"] else frozenset(c for c in impossible if impossible[c] == fewest)


@functools.lru_cache(maxsize=1 << 16)
def _codes_of_word(word: str) -> frozenset[str] | None:
    """The codes in which a word is possible; None for a sign alone ("×", "·"), although it is the code of a letter."""
    if not any(map(str.isalpha, word)):
        return None
    codes = {"unicode"} if _possible(word.strip(_QUOTES_AND_NOTES).translate(_LOOKALIKES)) else set()
    if _TCVN3_WORD.fullmatch(word) and _possible(from_tcvn3(word)):
        codes.add("tcvn3")
    if _VNI_WORD.fullmatch(word) and _possible(from_vni(word)):
        codes.add("vni")
    return frozenset(codes)


def _possible(word: str) -> bool:
    """Can this be a syllable of Vietnamese, whichever consonant ends it and whichever tone it has?"""
    return word.isascii() or _syllable(word) is not None


def _syllable(word: str) -> tuple[str, str, re.Match] | None:
    """Letters without the tone, the tone, and the parts of a syllable; nothing where it is no syllable."""
    letters = unicodedata.normalize("NFD", word)
    tones = [c for c in letters if c in _TONES]
    bare = unicodedata.normalize("NFC", "".join(c for c in letters if c not in _TONES))
    parts = _SHAPE.fullmatch(bare.lower())
    if len(tones) > 1 or not parts or parts[2] not in (_CLOSED if parts[3] else _OPEN):
        return None
    return bare, "".join(tones), parts


@functools.lru_cache(maxsize=1 << 16)
def _placed(word: str) -> str:
    """A syllable with its tone mark in the traditional place; any other word unchanged."""
    if not (found := _syllable(word)) or not found[1]:
        return word
    bare, tone, parts = found
    vowels = parts[2]
    marked = [i for i, vowel in enumerate(vowels) if vowel in "ăâêôơư"]
    inner = len(vowels) == 3 or (len(vowels) == 2 and parts[3])
    at = parts.start(2) + (marked[-1] if marked else 1 if inner else 0)
    return unicodedata.normalize("NFC", bare[: at + 1] + tone + bare[at + 1 :])


def tidy(text: str) -> str:
    """One spelling of a text: composed Unicode, single blanks, no invisible characters, tone marks in the traditional place.

    hoà is hòa, thuý is thúy, qúy is quý, hòan is hoàn. A word that is no Vietnamese syllable keeps
    its marks where they are. Ð (a letter of Icelandic) is taken for Đ.

    Notes
    -----
    A text in TCVN3 must be converted before: its ư is the soft hyphen, dropped here as invisible.
    """
    if text.isascii():
        return " ".join(text.split())
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).translate(_LOOKALIKES)
    return _WORD.sub(lambda m: m[0] if m[0].isascii() else _placed(m[0]), " ".join(text.split()))


def fold(text: str) -> str:
    """Key to match by without accents: small letters and digits, single blanks; "TP. Lạng Sơn" is "tp lang son"."""
    return " ".join(_folded(word) for word in _words(text))


def accent_key(text: str) -> str:
    """Key to match by with accents, wherever the tone mark stands: as :func:`fold`, with the tone after each word."""
    return " ".join(_lifted(word) for word in _words(text))


def _words(text: str) -> list[str]:
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).translate(_LOOKALIKES)
    return _WORD_OR_NUMBER.findall(text.lower())


@functools.lru_cache(maxsize=1 << 16)
def _folded(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c)).replace("đ", "d")


@functools.lru_cache(maxsize=1 << 16)
def _lifted(word: str) -> str:
    letters = unicodedata.normalize("NFD", word)
    return "".join(c for c in letters if c not in _TONES) + "".join(c for c in letters if c in _TONES)


def title_case(text: str) -> str:
    """Each syllable with one capital, as names are written: "HOÀNG VĂN AN" is "Hoàng Văn An"."""
    return _WORD.sub(lambda m: m[0].capitalize(), text)
