"""Sheets drawn at random, hundreds in each run: no row is ever lost, right rows come out as they went in, however they are written."""

import datetime as dt
import random
import unicodedata

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus_tables import PLACES
from mne.intake.context import FileSettings
from mne.intake.gazetteer import Gazetteer
from mne.intake.reading import SheetReading, read_sheet
from mne.intake.schema import PROVENANCE, Column, schemas
from mne.intake.workbook import Sheet
from mne.places import read_places
from mne.vietnamese import fold, to_tcvn3

TABLES = schemas()
COMMUNES = {"101": "Cộng Hòa", "102": "Tân Thành", "103": "Hòa Bình", "108": "Thụy Hùng"}
NAMES = ["Hoàng Văn An", "Nông Thị Bích", "Tống Văn Cộng", "Lý Thúy Hường", "Vi Văn Đức", "Triệu Thị Ngọc Ánh"]
TEXTS = ["Giáp hạt đợt 1", "12/QĐ-UBND", "Công ty An Phú", "Thôn Nà Lình"]
NUMBERS = ("count", "number", "rate", "money")
TITLES = ["UBND HUYỆN CAO LỘC", "DANH SÁCH KÈM THEO", "(Kèm theo báo cáo của phòng)"]
few = settings(max_examples=170, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@pytest.fixture(scope="module")
def gazetteer(tmp_path_factory) -> Gazetteer:
    path = tmp_path_factory.mktemp("places") / "places.csv"
    path.write_text(PLACES, "utf-8")
    return Gazetteer(read_places(path, shown="places.csv"), on=dt.date(2013, 12, 31))


def sheet(rows: list[list], *, font: str = "", merged: tuple = ()) -> Sheet:
    """A sheet as the reader of workbooks gives it: rows equally long, numbers as float."""
    width = max(map(len, rows), default=0)
    rows = [[float(c) if isinstance(c, int) and not isinstance(c, bool) else c or None if isinstance(c,
        str) else c for c in row] for row in rows]
    rows = [row + [None] * (width - len(row)) for row in rows]
    return Sheet("Trang 1", rows, dict.fromkeys(range(width), font) if font else {}, list(merged), date1904=False, uncached=frozenset(),
        hidden=False)


def value(name: str, column: Column, row: int, draw: random.Random) -> tuple[object, object]:
    """A cell that is right, and what it means; numbers and days of a row are equal, so that no rule between them is broken."""
    small, day = float(max(column.least or 1, 1 + row % 3)), dt.date(2012, 3, 1 + row % 28)
    if column.type == "place":
        code = "D1" if column.level == "district" else sorted(COMMUNES)[row % 4]
        return draw.choice([code, "Huyện Cao Lộc"] if code == "D1" else [code, COMMUNES[code], f"Xã {COMMUNES[code]}"]), code
    if column.type == "choice":
        meant = draw.choice(sorted(column.values))
        said = column.values[meant]
        return draw.choice([meant, said.vi, said.en, *said.also]), meant
    if column.type == "code":
        code = {"number": f"HN22001001{row:05}"}.get(name, f"{ {'parent': 9, 'merged_from': 8}.get(name, 1)}01{row:06}")
        return code, code
    return {
        "year": lambda: (2012, 2012), "name": lambda: (NAMES[row % 6], NAMES[row % 6]), "text": lambda: (TEXTS[row % 4], TEXTS[row % 4]),
        "date": lambda: (draw.choice([day, f"{day:%d/%m/%Y}"]), pd.Timestamp(day)), "birth": lambda: (1985, None),
        "yes_no": lambda: (draw.choice(["x", "có", True]), True),
    }.get(column.type, lambda: (small, small))()  # fmt: skip


@st.composite
def right_sheets(draw) -> tuple[str, list[str], list[list], list[dict]]:
    """Table, headings, rows, and what each row means; columns in any order, optional ones left out."""
    name = draw(st.sampled_from(sorted(TABLES)))
    chance = random.Random(draw(st.integers(0, 2**32)))
    schema = TABLES[name]
    kept = [k for k, c in schema.columns.items() if c.required or c.type == "place" or chance.random() < 0.8]
    chance.shuffle(kept)
    headings = [chance.choice([schema.columns[k].name.vi, schema.columns[k].name.en, k,
        *(h for h in schema.columns[k].headers if "/" not in h)]) for k in kept]
    rows, meant = [], []
    for row in range(draw(st.integers(1, 8))):
        cells = {k: value(k, schema.columns[k], row, chance) for k in kept}
        rows.append([cells[k][0] for k in kept])
        meant.append({f"{k}_year" if schema.columns[k].type == "birth" else k: 1985 if schema.columns[k].type == "birth" else v for k, (_,
            v) in cells.items()})
    return name, headings, rows, meant


def reading(rows: list[list], gazetteer: Gazetteer, table: str | None = None, **how) -> SheetReading:
    found = read_sheet(sheet(rows, **how), file="a.xlsx", settings=FileSettings(table=table), gazetteer=gazetteer, tables=TABLES)
    assert isinstance(found, SheetReading)
    return found


def accounted(found: SheetReading, rows: list[list]) -> None:
    """Each filled row is one of accepted, quarantined, non-data, and only once."""
    filled = [i + 1 for i, row in enumerate(rows) if any(c is not None and str(c).strip() for c in row)]
    assert sorted([*found.accepted.get("row", []), *found.quarantine["row"], *found.non_data["row"]]) == filled


def clean(found: SheetReading) -> pd.DataFrame:
    """Clean rows without where they came from, in one order."""
    bare = found.accepted.drop(columns=list(PROVENANCE))
    return bare.sort_values(list(bare.columns), ignore_index=True)


letters = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)
cell = st.one_of(st.none(), letters, st.floats(allow_nan=False), st.integers(-10**9, 10**9), st.booleans(), st.dates(), st.sampled_from([
    "Tổng cộng", "Cộng xã Cộng Hòa", "I", "II. Xã Tân Thành", "Ghi chú: đã sửa", "NGƯỜI LẬP BIỂU", "Cao Lộc, ngày 15 tháng 01 năm 2013",
        "(1)", "%", "#REF!",
    "1.234", "1,234", "12%", "31/02/2012", "x", "-", "…", "\u00ad", "Hä tªn", "Teân", "=1+1", " ", "Năm", "Xã", "Mã hộ", "Số khẩu",
        "Loại hộ", "Huyện", "Số tiền"]))  # fmt: skip


@few
@given(st.lists(st.lists(cell, max_size=9), max_size=14), right_sheets(), st.sampled_from(["", ".VnTime", "VNI-Times"]), st.booleans())
def test_whatever_a_sheet_holds_no_row_of_it_is_lost(gazetteer, odd, right, font, told):
    table, headings, rows, _ = right
    cut = len(odd) // 2
    grid = [*odd[:cut], headings, *rows, *odd[cut:]]
    accounted(reading(grid, gazetteer, table if told else None, font=font), grid)
    accounted(reading(odd, gazetteer, table if told else None, font=font), odd)


ascii_cell = st.one_of(st.none(), st.text("abcxyz019 ,.-/", max_size=10), st.floats(-1e6, 1e6), st.booleans())


@few
@given(right_sheets(), st.integers(0, 3), st.integers(1, 3), st.booleans(), st.lists(st.lists(ascii_cell, min_size=1, max_size=8),
    max_size=4), st.booleans())
def test_right_rows_are_accepted_as_they_were_written(gazetteer, right, titles, depth, numbered, odd, signed):
    table, headings, rows, meant = right
    width = len(headings)
    upper = [["Thông tin chi tiết"] * width] * (depth - 1)
    merged = [(titles, 0, titles + depth - 2, width - 1)] if depth > 1 else []
    below = [[], ["Cao Lộc, ngày 15 tháng 01 năm 2013"], ["NGƯỜI LẬP BIỂU"]] if signed else []
    number = [[f"({i + 1})" for i in range(width)]] if numbered and width > 3 else []
    grid = [*([t] for t in TITLES[:titles]), *upper, headings, *number, *rows, *odd, *below]
    found = reading(grid, gazetteer, table, merged=merged)
    accounted(found, grid)
    first = titles + depth + len(number) + 1
    accepted = found.accepted.set_index("row")
    for place, row in enumerate(meant):
        assert first + place in accepted.index, found.findings[["row", "cell", "value", "rule"]].to_dict("records")
        got = accepted.loc[first + place, list(row)]
        assert {k: None if pd.isna(v) else v for k, v in got.items()} == row


def nfd(cell: object) -> object:
    return unicodedata.normalize("NFD", cell) if isinstance(cell, str) else cell


def thousands(table: str, headings: list[str], rows: list[list]) -> list[list]:
    """The same sheet with its money in thousand VND, as the headings say."""
    known = {fold(t): c.type == "money" for k, c in TABLES[table].columns.items() for t in (k, c.name.vi, c.name.en, *c.headers)}
    money = [known[fold(h)] for h in headings]
    said = [f"{h} (1.000 đồng)" if is_money else h for h, is_money in zip(headings, money, strict=True)]
    return [said, *([c / 1000 if is_money else c for c, is_money in zip(row, money, strict=True)] for row in rows)]


@few
@given(right_sheets(), st.sampled_from(["shuffled", "nfd", "tcvn3", "split", "thousands"]), st.randoms())
def test_the_same_rows_come_out_however_the_sheet_is_written(gazetteer, right, way, chance):
    table, headings, rows, _ = right
    before = clean(reading([headings, *rows], gazetteer, table))
    assert len(before) == len(rows)
    if way == "split":
        parts = [reading([headings, *part], gazetteer, table).accepted for part in (rows[: len(rows) // 2], rows[len(rows) // 2 :])]
        whole = pd.concat([p for p in parts if len(p)], ignore_index=True).drop(columns=list(PROVENANCE))
        assert whole.sort_values(list(whole.columns), ignore_index=True).equals(before)
        return
    other = {
        "shuffled": lambda: [headings, *chance.sample(rows, len(rows))],
        "nfd": lambda: [list(map(nfd, row)) for row in [headings, *rows]],
        "tcvn3": lambda: [[to_tcvn3(c) if isinstance(c, str) else c for c in row] for row in [headings, *rows]],
        "thousands": lambda: thousands(table, headings, rows),
    }[way]()
    after = reading(other, gazetteer, table, font=".VnTime" if way == "tcvn3" else "")
    assert clean(after).equals(before), after.findings[["row", "cell", "value", "rule"]].to_dict("records")
