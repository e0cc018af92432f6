"""Cells of one column become values of one type; what cannot be understood is named, never guessed.

A column is converted by its distinct values, so that a name or a date that stands in a thousand
rows is looked at once.
"""

import dataclasses
import datetime as dt
import functools
import re
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from mne.errors import nearest
from mne.intake import days, numbers
from mne.intake.schema import NUMERIC, PANDAS, SCALES, Column
from mne.vietnamese import accent_key, fold, tidy, title_case

MISSING = frozenset({"", ".", "..", "...", "....", "…", "-", "–", "—", "--", "kxđ", "kxd", "không rõ", "khong ro", "n/a", "na", "null", "nan"})
_FIRST = frozenset(letter for mark in MISSING for letter in (mark[:1], mark[:1].upper()))  # most cells are told by their first letter
_ERRORS = re.compile(r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)")
_LARGEST = 2.0**53  # beyond it a number no longer holds every unit
_FIRST_DAY, _NO_DAY = dt.date(1970, 1, 1).toordinal(), np.iinfo("int64").min
_SCALED = frozenset().union(*SCALES.values())
_YES = {"x", "có", "co", "1", "yes", "y", "true", "đúng", "rồi", "đã", "đạt", "v", "✓", "✔", "true()"}
_NO = {"không", "khong", "0", "no", "n", "false", "sai", "chưa", "chua", "ko", "k", "không đạt", "✗"}


@dataclasses.dataclass(frozen=True)
class Fault:
    """Cells of a column that cannot be understood: which positions, by which rule, and what its sentence names."""

    rule: str
    rows: np.ndarray
    facts: dict[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Reading:
    """How a column is to be read: settled by its file, its heading or its neighbours."""

    decimal: str | None = None
    scale: float = 1.0
    date1904: bool = False


def is_missing(value: object) -> bool:
    """Whether a cell says that there is nothing to report; a zero is not missing."""
    return value is None or (isinstance(value, str) and (value[:1] in _FIRST or value[:1].isspace()) and value.strip().lower() in MISSING)


class _Bad(Exception):
    def __init__(self, rule: str, **facts: str):
        super().__init__(rule)
        self.rule, self.facts = rule, facts


def convert(cells: Sequence, column: Column, how: Reading) -> tuple[dict[str, object], list[Fault]]:
    """Values of one column, and its faults.

    Parameters
    ----------
    cells : as read and decoded, one a row.
    column : what they ought to be; not of type place, which needs its neighbours.
    how : Reading

    Returns
    -------
    values, faults
        Typed arrays by part: "" for the column, "_year" beside it for a birth. A cell is missing
        where nothing was reported, and where a fault says why.
    """
    plain = _plain_numbers(cells, column, how)
    if plain is not None:
        return {"": plain}, []
    if bool in set(map(type, cells)):
        cells = [str(c).upper() if isinstance(c, bool) else c for c in cells]
    cells = np.array([*cells, None], dtype=object)[:-1]
    codes, distinct = pd.factorize(cells, use_na_sentinel=True)
    how, faults = _settle(distinct, codes, column, how)
    undecided = str if faults else ()
    found = [None] * (len(distinct) + 1)
    converter = _CONVERTERS[column.type]
    for index, value in enumerate(distinct):
        if is_missing(value) or isinstance(value, undecided):
            continue
        try:
            found[index] = converter(value, column, how)
        except (_Bad, days.Unreadable) as bad:
            rule, facts = (bad.rule, bad.facts) if isinstance(bad, _Bad) else (str(bad), {})
            faults.append(Fault(rule, np.flatnonzero(codes == index), {"found": shown(value), **facts}))
    if column.type == "yes_no" and column.blank is not None:
        for index in [-1, *(i for i, v in enumerate(distinct) if is_missing(v))]:
            found[index] = column.blank
    if column.type == "birth":
        parts = {"": [known and known[0] for known in found], "_year": [known and known[1] for known in found]}
    else:
        parts = {"": found}
    return {part: typed(values, "Int64" if part else PANDAS[column.type]).take(codes) for part, values in parts.items()}, faults


def _plain_numbers(cells: Sequence, column: Column, how: Reading):
    """A column of nothing but numbers in their range, at once; None where a cell needs a look of its own."""
    if column.type not in NUMERIC or not set(map(type, cells)) <= {float, int, type(None)}:
        return None
    values = np.array(cells, dtype=float) * how.scale
    known = values[~np.isnan(values)]
    low, high = -_LARGEST if column.least is None else column.least, min(column.most or _LARGEST, _LARGEST)
    if known.size and (known.min() < low or known.max() > high or (column.type == "count" and (known % 1).any())):
        return None
    if column.type != "count":
        return pd.Series(values, dtype="float64").array
    return pd.arrays.IntegerArray(np.nan_to_num(values).astype("int64"), np.isnan(values))


def typed(values: Sequence, dtype: str):
    """Values as an array of a type of the clean tables; None is missing."""
    if dtype == "datetime64[us]":  # by the number of the day: numpy takes fifteen times as long for days themselves
        days_since = [_NO_DAY if day is None else day.toordinal() - _FIRST_DAY for day in values]
        values = np.array(days_since, dtype="int64").view("datetime64[D]").astype(dtype)
    elif dtype == "float64":
        values = np.array(values, dtype=dtype)
    return pd.array(values, dtype=_dtype(dtype))


_dtype = functools.cache(pd.api.types.pandas_dtype)  # its name is parsed anew otherwise, for each column of each sheet


def _settle(distinct, codes, column: Column, how: Reading) -> tuple[Reading, list[Fault]]:
    """Decide the decimal mark of a column that needs one; a fault over all its texts where that is not possible."""
    if column.type not in NUMERIC or how.decimal:
        return how, []
    texts = [v for v in distinct if isinstance(v, str) and not is_missing(v)]
    mark, problem = numbers.decide(texts, whole=column.type == "count")
    if not problem:
        return dataclasses.replace(how, decimal=mark), []
    rows = np.flatnonzero(np.isin(codes, [i for i, v in enumerate(distinct) if isinstance(v, str) and not is_missing(v)]))
    return how, [Fault(problem, rows, {"found": _example(texts, problem)})]


def _example(texts: list[str], problem: str) -> str:
    if problem == "number_mixed":
        comma = next(t for t in texts if numbers.parse(t, ".") is None and numbers.parse(t, ",") is not None)
        dot = next(t for t in texts if numbers.parse(t, ",") is None and numbers.parse(t, ".") is not None)
        return f"{comma} | {dot}"
    return next(t for t in texts if numbers.parse(t, ",") != numbers.parse(t, "."))


def shown(value: object) -> str:
    """A cell as a sentence quotes it."""
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        value = value.date()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def told(value: object) -> str:
    """A value of a clean table as a sentence tells it."""
    return "–" if pd.isna(value) else f"{value:%d/%m/%Y}" if isinstance(value, pd.Timestamp) else shown(value)


def _refuse_error(text: str) -> None:
    if "#" in text and _ERRORS.fullmatch(text.strip()):
        raise _Bad("cell_error")


def _text(value: object, column: Column, how: Reading) -> str:
    if not isinstance(value, str):
        return shown(value)
    _refuse_error(value)
    return tidy(value)


def _name(value: object, column: Column, how: Reading) -> str:
    text = value if isinstance(value, str) else shown(value)
    _refuse_error(text)
    return " ".join(filter(None, map(_syllable, text.split())))


@functools.lru_cache(maxsize=1 << 14)
def _syllable(text: str) -> str:
    """A syllable of a name: a province has many people and few syllables."""
    return title_case(tidy(text))


def _code(value: object, column: Column, how: Reading) -> str:
    if isinstance(value, str) and len(value) == column.width and value.isdigit() and not column.pattern:
        return value
    text = _text(value, column, how)
    if column.width and text.isdigit():
        text = text.zfill(column.width)
    if column.pattern and not _pattern(column.pattern).fullmatch(text):
        raise _Bad("code_pattern", allowed=column.pattern)
    if column.width and not (text.isdigit() and len(text) == column.width):
        raise _Bad("code_width", allowed=str(column.width))
    return text


_pattern = functools.cache(re.compile)


def _number(value: object, column: Column, how: Reading) -> float:
    scale = how.scale
    if isinstance(value, str):
        _refuse_error(value)
        number, unit = numbers.parse(value, how.decimal), numbers.unit(value)
        if unit == "%" and number is not None and (column.type == "count" or column.unit in SCALES):
            raise _Bad("percent_misplaced")
        if unit in _SCALED:  # the cell knows better than the heading above it
            scale = SCALES.get(column.unit, {}).get(unit)
    else:
        number = float(value) if isinstance(value, int | float) else None
    if number is None or scale is None:
        raise _Bad("number_unreadable")
    number *= scale
    low, high = column.least, min(column.most or _LARGEST, _LARGEST)
    if number > high or number < (-_LARGEST if low is None else low):
        raise _Bad("out_of_range", allowed=f"{_bound(column.least)} … {_bound(column.most)}")
    return number


def _bound(value: float | None) -> str:
    return "" if value is None else f"{value:g}" if value < 1e6 else f"{value:.0f}"


def _count(value: object, column: Column, how: Reading) -> int:
    number = _number(value, column, how)
    if not number.is_integer():
        raise _Bad("count_fraction")
    return int(number)


def _year(value: object, column: Column, how: Reading) -> int:
    year = days.year(value)
    if (column.least and year < column.least) or (column.most and year > column.most):
        raise _Bad("out_of_range", allowed=f"{_bound(column.least)} … {_bound(column.most)}")
    return year


def _date(value: object, column: Column, how: Reading) -> dt.date:
    return days.day(value, date1904=how.date1904)


def _birth(value: object, column: Column, how: Reading) -> tuple[dt.date | None, int]:
    return days.birth(value, date1904=how.date1904)


@functools.lru_cache(maxsize=256)
def _vocabulary(column_values: tuple) -> tuple[dict[str, str], dict[str, str]]:
    """Spellings of a choice: with their accents, and without where that names one value only."""
    exact = {accent_key(text): name for name, texts in column_values for text in texts}
    folded: dict[str, set] = {}
    for name, texts in column_values:
        for text in texts:
            folded.setdefault(fold(text), set()).add(name)
    return exact, {key: next(iter(names)) for key, names in folded.items() if len(names) == 1}


def spellings(column: Column) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Every way in which the values of a choice may be written, by value."""
    return tuple((name, (name, value.vi, value.en, *value.also)) for name, value in column.values.items())


def _choice(value: object, column: Column, how: Reading) -> str:
    text = _text(value, column, how)
    exact, folded = _vocabulary(spellings(column))
    found = exact.get(accent_key(text)) or folded.get(fold(text))
    if not found:
        known = [v.vi for v in column.values.values()]
        raise _Bad("choice_unknown", allowed=", ".join(known), nearest=nearest(text, known))
    return found


def _yes_no(value: object, column: Column, how: Reading) -> bool:
    text = _text(value, column, how).lower()
    if text not in _YES | _NO:
        raise _Bad("yes_no_unknown")
    return text in _YES


_CONVERTERS: dict[str, Callable] = {
    "text": _text, "name": _name, "code": _code, "count": _count, "number": _number, "rate": _number, "money": _number,
    "year": _year, "date": _date, "birth": _birth, "choice": _choice, "yes_no": _yes_no,
}  # fmt: skip
