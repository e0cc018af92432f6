"""Numbers typed as text: the decimal mark is decided for a whole column, never for one cell.

"1.234" alone may be 1234 or 1,234. One "25,6" or "1.234,5" in the column settles it; a column of
counts is settled by having no fractions. What stays open is refused, with the setting that decides.
"""

import functools
import re
from collections.abc import Iterable

from mne.intake.schema import SCALES

MARKS = (",", ".")
_BLANKS = dict.fromkeys(map(ord, " \u00a0\u2009\u202f"))
_WRITTEN = {mark: re.compile(rf"[+-]?(\d+|\d{{1,3}}(\{other}\d{{3}})+)(\{mark}\d+)?") for mark, other in ((",", "."), (".", ","))}
_BEHIND = re.compile(r"(?<=[\d.,)\s])(%|[^\W\d_][^\d()]*)$")
#: Words behind a number that do not change it; those of money and weight may.
_COUNTED = {"%", "hộ", "khẩu", "nhân khẩu", "người", "lượt người", "thẻ", "tháng", "em", "xã", "thôn"}
_UNITS = _COUNTED.union(*SCALES.values())


def unit(text: str) -> str:
    """The unit written behind a number, in small letters: "6 tấn" is "tấn"; an empty string where there is none."""
    found = None if text[-1:].isdigit() else _BEHIND.search(text.strip())
    return " ".join(found[0].lower().split()) if found else ""


@functools.lru_cache(maxsize=1 << 14)  # a column is looked at once to settle its mark, and again to read it
def parse(text: str, decimal: str) -> float | None:
    """The number that ``text`` writes with this decimal mark, or None where it writes none.

    The other mark parts thousands and must then stand before each group of three digits. A unit
    behind the number ("19,07%", "90.000 đ") is passed over, see :func:`unit`; "(5)" is minus five.
    """
    bare = _BEHIND.sub("", text.strip()) if unit(text) in _UNITS else text
    bare = bare.translate(_BLANKS).replace("−", "-")
    if bare.startswith("(") and bare.endswith(")"):
        bare = "-" + bare[1:-1]
    if not _WRITTEN[decimal].fullmatch(bare):
        return None
    return float(bare.replace(MARKS[decimal == ","], "").replace(decimal, "."))


def decide(texts: Iterable[str], *, whole: bool) -> tuple[str | None, str]:
    """The decimal mark of a column of numbers typed as text.

    Parameters
    ----------
    texts : the texts of the column.
    whole : bool
        Whether the column holds counts, which have no fractions.

    Returns
    -------
    mark, problem
        The mark and an empty string; or None and "number_ambiguous" (every text reads both ways,
        with different values) or "number_mixed" (some texts need one mark, others the other).
    """
    readings = [(parse(t, ","), parse(t, ".")) for t in texts]
    readings = [r for r in readings if r != (None, None)]
    needs_comma = any(dot is None for _, dot in readings)
    needs_dot = any(comma is None for comma, _ in readings)
    if needs_comma and needs_dot:
        return None, "number_mixed"
    if needs_comma or needs_dot:
        return MARKS[not needs_comma], ""
    if all(comma == dot for comma, dot in readings):
        return ",", ""
    fits = [mark for mark, values in zip(MARKS, zip(*readings, strict=True), strict=True) if all(v.is_integer() for v in values)]
    return (fits[0], "") if whole and len(fits) == 1 else (None, "number_ambiguous")
