"""Published tables with real faults, sent as an office would send them: each fault is told of by a rule, and no row is lost."""

import datetime as dt
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from corpus_tables import text, xlsx
from mne.intake.context import FileSettings
from mne.intake.gazetteer import Gazetteer
from mne.intake.guard import inspect
from mne.intake.reading import SheetReading, read_sheet
from mne.intake.repeats import repeated_rows
from mne.intake.schema import schemas
from mne.intake.store import empty_table
from mne.intake.workbook import read_sheets
from mne.places import read_places

# ktxh.khdt.bgo.vn/target/509 and thongkequangngai.com/niengiam2016, each row with its source.
PUBLISHED = pd.read_csv(Path(__file__).parent / "reference/published_series_examples.csv")
HEADINGS = ["TT", "Năm", "Danh sách", "Huyện", "Xã", "Tổng số hộ dân cư", "Số hộ nghèo đầu năm", "Số hộ thoát nghèo",
    "Số hộ nghèo cuối năm", "Tỷ lệ hộ nghèo cuối năm"]
# The form is one of communes: the two provinces stand in for communes of one district.
PLACES = """code,level,name_vi,name_en,type_vi,parent,column,row,valid_from,valid_to,source
VN,country,Việt Nam,Viet Nam,,,,,,,test
R1,region,Vùng thử,Test region,Vùng,VN,,,,,test
P1,province,Tỉnh thử,Test province,Tỉnh,R1,,,,,test
D1,district,Cả Nước,Whole Country,Huyện,P1,1,1,,,test
24,commune,Bắc Giang,Bắc Giang,Xã,D1,,,,,test
51,commune,Quảng Ngãi,Quảng Ngãi,Xã,D1,,,,,test
"""


def comma(value: float) -> str:
    return f"{value:.2f}".replace(".", ",")


def bac_giang() -> list[list]:
    """The published counts and rates; the start of a year is the end of the one before."""
    rows = PUBLISHED[PUBLISHED["province"] == "Bac Giang"]
    ends = [None, *rows["poor_households"].astype(int)]
    return [[i + 1, r.year, "Hộ nghèo", "Cả Nước", "Bắc Giang", int(r.households), ends[i], r.exits_published, int(r.poor_households),
        r.poor_rate_published]
            for i, r in enumerate(rows.itertuples())]  # fmt: skip


def quang_ngai() -> list[list]:
    """The published rates, with a decimal comma as printed; counts were not published and are those of ten thousand households."""
    rows = PUBLISHED[PUBLISHED["province"] == "Quang Ngai"]
    ends = [round(rate * 100) for rate in rows["poor_rate_published"]]
    starts = [ends[0], *ends]
    return [[i + 1, r.year, "Hộ nghèo", "Cả Nước", "Quảng Ngãi", 10_000, starts[i], None, ends[i], comma(r.poor_rate_published)]
            for i, r in enumerate(rows.itertuples())]  # fmt: skip


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    folder = tmp_path_factory.mktemp("published")
    (folder / "places.csv").write_text(PLACES, "utf-8")
    gazetteer = Gazetteer(read_places(folder / "places.csv", shown="places.csv"), on=dt.date(2017, 12, 31))

    def one(name: str, rows: list[list]) -> SheetReading:
        grid = [["TỔNG HỢP KẾT QUẢ RÀ SOÁT HỘ NGHÈO"], [], HEADINGS, *rows]
        xlsx(grid)(folder / name) if name.endswith(".xlsx") else (folder / name).write_text(text(grid, separator=";"), "utf-8")
        kind = inspect(folder / name, shown=name)
        (sheet,) = read_sheets(folder / name, shown=name, kind=kind)
        return read_sheet(sheet, file=name, settings=FileSettings(), gazetteer=gazetteer, tables=schemas())

    return one


def years_by_rule(reading: SheetReading, rows: list[list], severity: str) -> dict[str, set[int]]:
    """The years that each rule tells of, from the rows of the file that findings name."""
    first = 4  # below the title, a blank row and the heading
    told = reading.findings[reading.findings["severity"] == severity]
    return {rule: {rows[int(row) - first][1] for row in group["row"]} for rule, group in told.groupby("rule")}


@pytest.mark.parametrize("name", ["bac_giang.xlsx", "bac_giang.csv"])
def test_each_fault_of_the_table_of_bac_giang_is_told_of_in_its_year(name, read):
    reading = read(name, bac_giang())
    assert reading.table == "review_summary"
    assert len(reading.accepted) + len(reading.quarantine) == 8
    # 10.98 stands among the numbers of exits; the start of the first year was not published.
    assert years_by_rule(reading, bac_giang(), "hard") == {"count_fraction": {2013}, "required_missing": {2010}}
    assert years_by_rule(reading, bac_giang(), "soft") == {"closing_rate_differs": {2010, 2012}, "few_entries": {2011, 2012, 2017},
        "many_entries": {2016}}
    assert set(reading.accepted["year"]) == {2011, 2012, 2014, 2015, 2016, 2017}


def test_the_rate_among_counts_is_quoted_with_its_cell(read):
    findings = read("bac_giang.xlsx", bac_giang()).findings
    fraction = findings[findings["rule"] == "count_fraction"].iloc[0]
    assert (fraction["cell"], fraction["value"], fraction["heading"]) == ("H7", "10.98", "Số hộ thoát nghèo")


def test_a_year_printed_once_for_each_poverty_line_waits_for_a_decision(read):
    reading = read("quang_ngai.csv", quang_ngai())
    assert list(reading.accepted["closing_rate"]) == list(PUBLISHED.loc[PUBLISHED["province"] == "Quang Ngai", "poor_rate_published"])
    con = duckdb.connect()
    for table in schemas():
        con.register(f"parts_{table}", reading.accepted if table == "review_summary" else empty_table(table))
    again, told = repeated_rows(con)
    assert list(again["rules"]) == ["key_conflict", "key_conflict"]
    assert list(told["value"]) == ["2015, poor, 51"] * 2
    assert [rate for rate in reading.accepted.set_index("row").loc[again["row"], "closing_rate"]] == [9.22, 15.19]
