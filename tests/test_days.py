"""Days as offices write them: never swapped, a bare year stays a year."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mne.intake.days import Unreadable, birth, day, signed_on, year, years_named

DAYS = st.dates(dt.date(1900, 3, 1), dt.date(2099, 12, 31))


@given(DAYS)
def test_every_day_is_read_from_every_form(one):
    # Excel's serial of a day: 1 January 1900 is 1, and Excel counts a 29 February 1900 that never was.
    serial = (one - dt.date(1899, 12, 30)).days
    forms = [one, dt.datetime(one.year, one.month, one.day, 9), f"{one:%d/%m/%Y}", f"{one.day}/{one.month}/{one.year}", f"{one:%d-%m-%Y}",
             f"{one:%d.%m.%Y}", one.isoformat(), f"{one.isoformat()}T08:15:00.000+07:00", f"ngày {one.day} tháng {one.month} năm {one.year}"]  # fmt: skip
    forms += [float(serial)] if serial >= 3000 else []
    assert [day(form) for form in forms] == [one] * len(forms)
    if serial - 1462 >= 3000:
        assert day(float(serial - 1462), date1904=True) == one


@pytest.mark.parametrize(("value", "code"), [
    ("31/02/2012", "date_impossible"), ("02/13/2012", "date_impossible"), ("30/02/1975", "date_impossible"), ("5/3/12", "date_year_short"),
    ("1975", "date_year_only"), (1975, "date_year_only"), ("hôm qua", "date_unreadable"), (12.0, "date_unreadable"), (250000.0, "date_unreadable"),
])  # fmt: skip
def test_what_is_no_day_is_named(value, code):
    with pytest.raises(Unreadable, match=f"^{code}$"):
        day(value)


@pytest.mark.parametrize(("value", "known", "in_year"), [
    (1960, None, 1960), (1960.0, None, 1960), ("1960", None, 1960), ("/1960", None, 1960), ("00/00/1960", None, 1960), ("…/…/1960", None, 1960),
    ("5/1960", None, 1960), ("01/01/1960", dt.date(1960, 1, 1), 1960), ("7/11/1983", dt.date(1983, 11, 7), 1983), (dt.date(1990, 5, 6), dt.date(1990, 5, 6), 1990),
])  # fmt: skip
def test_a_birth_keeps_what_is_known(value, known, in_year):
    assert birth(value) == (known, in_year)


def test_a_year_may_be_a_school_year_but_no_span():
    assert [year(v) for v in (2012, 2012.0, "2012", "Năm 2012", "2012-2013")] == [2012] * 5
    for wrong in ("2011-2015", "12", 2012.5, "hai nghìn", dt.date(2012, 1, 1)):
        with pytest.raises(Unreadable):
            year(wrong)


def test_titles_and_signatures_tell_years_and_days_apart():
    assert years_named("DANH SÁCH HỘ NGHÈO NĂM 2012 (theo Quyết định ngày 30 tháng 1 năm 2011, giai đoạn 2011-2015)") == [2012]
    assert years_named("Báo cáo tháng 6/2013 về năm 2012") == [2012]
    assert signed_on("Bình Gia, ngày 15 tháng 01 năm 2013") == dt.date(2013, 1, 15)
    assert signed_on("ngày 45 tháng 01 năm 2013") is None and signed_on("năm 2013") is None
