"""Days and years as offices write them: day before month, never swapped in silence; a bare year stays a year."""

import datetime as dt
import re

_NUMERIC = re.compile(r"(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})(?: \d{1,2}:\d\d(?::\d\d)?)?")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\d{1,2}:\d\d.*)?")
_WORDS = re.compile(r"ngày\s*(\d{1,2})\s*tháng\s*(\d{1,2})\s*năm\s*(\d{4})", re.IGNORECASE)
_SHORT_YEAR = re.compile(r"\d{1,2}\s*[/.-]\s*\d{1,2}\s*[/.-]\s*\d{2}")
_YEAR = re.compile(r"(?:năm\s*)?((?:18|19|20)\d\d)(?:\s*[-–]\s*((?:19|20)\d\d))?", re.IGNORECASE)
_BIRTH_YEAR = re.compile(r"(?:năm\s*)?(?:[0.…_\-\s]*/){0,2}(?:\d{1,2}\s*/)?\s*((?:18|19|20)\d\d)")


class Unreadable(ValueError):
    """A cell that is no day: the code of its sentence."""


def day(value: object, *, date1904: bool = False) -> dt.date:
    """A cell as a day.

    Parameters
    ----------
    value : date, datetime, Excel serial number, or text (dd/mm/yyyy, yyyy-mm-dd, "ngày 5 tháng 3 năm 2012").
    date1904 : whether serial numbers of the workbook count from 1904.

    Raises
    ------
    Unreadable
        "date_impossible" (31/02, month 13: never swapped), "date_year_short" (two digits),
        "date_year_only" or "date_unreadable".
    """
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _serial(float(value), date1904)
    text = str(value).strip()
    if found := _NUMERIC.fullmatch(text) or _WORDS.fullmatch(text):
        return _day(*reversed(found.groups()))
    if found := _ISO.fullmatch(text):
        return _day(*found.groups())
    if _YEAR.fullmatch(text):
        raise Unreadable("date_year_only")
    raise Unreadable("date_year_short" if _SHORT_YEAR.fullmatch(text) else "date_unreadable")


def _serial(number: float, date1904: bool) -> dt.date:
    if 1800 <= number <= 2100:
        raise Unreadable("date_year_only")
    if not 3000 <= number < 80000:
        raise Unreadable("date_unreadable")
    return (dt.date(1904, 1, 1) if date1904 else dt.date(1899, 12, 30)) + dt.timedelta(days=int(number))


def _day(year: str, month: str, day_of_month: str) -> dt.date:
    try:
        return dt.date(int(year), int(month), int(day_of_month))
    except ValueError:
        raise Unreadable("date_impossible") from None


def birth(value: object, *, date1904: bool = False) -> tuple[dt.date | None, int]:
    """A cell as a day of birth, or None, and the year; half of the elderly know only their year.

    Raises
    ------
    Unreadable
        As :func:`day`.
    """
    if isinstance(value, int | float) and not isinstance(value, bool) and 1800 <= value <= 2100 and value == int(value):
        return None, int(value)
    if isinstance(value, str) and (found := _BIRTH_YEAR.fullmatch(value.strip())):
        return None, int(found[1])
    known = day(value, date1904=date1904)
    return known, known.year


def year(value: object) -> int:
    """A cell as a year; of a school year ("2012-2013") the first.

    Raises
    ------
    Unreadable
        "year_unreadable".
    """
    if isinstance(value, dt.date):
        raise Unreadable("year_unreadable")
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
    found = _YEAR.fullmatch(text)
    if not found or (found[2] and int(found[2]) != int(found[1]) + 1):
        raise Unreadable("year_unreadable")
    return int(found[1])


def signed_on(text: str) -> dt.date | None:
    """The day in the place-and-date line of a signature block ("Bình Gia, ngày 15 tháng 01 năm 2013"), or None."""
    found = _WORDS.search(text)
    try:
        return _day(*reversed(found.groups())) if found else None
    except Unreadable:
        return None


def years_named(text: str) -> list[int]:
    """Years that a title names: "năm 2012"; neither the year of a day nor a span of years."""
    bare = re.sub(r"(?:tháng\s*)\d{1,2}\s*(?:năm|/)\s*\d{4}|\d{1,2}/\d{1,2}/\d{4}", " ", text, flags=re.IGNORECASE)
    bare = re.sub(r"(?:19|20)\d\d\s*[-–]\s*(?:19|20)\d\d", " ", bare)
    return sorted({int(y) for y in re.findall(r"(?:năm|nam|year|in|tết)\s*((?:19|20)\d\d)", bare, flags=re.IGNORECASE)})
