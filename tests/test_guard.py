"""The look at an unknown file: what harms is refused by name and at once, what is sound passes."""

from pathlib import Path

import duckdb
import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from hostile import HOSTILE, ROW, Part, number, parts, repeated, sheet, workbook, zipped
from mne.errors import InputError
from mne.intake import guard
from mne.intake.extent import Corner, column_number, farthest
from mne.intake.guard import inspect
from mne.intake.workbook import read_sheets


def refusal(path: Path) -> str:
    """The code that refuses a file, looking first and reading then; an empty string where nothing does."""
    try:
        read_sheets(path, shown=path.name, kind=inspect(path, shown=path.name))
    except InputError as error:
        return error.code
    return ""


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_by_its_own_sentence_before_much_of_it_is_unpacked(name, tmp_path, monkeypatch):
    unpacked = []
    pieces = guard._pieces
    monkeypatch.setattr(guard, "_pieces", lambda *part: (unpacked.append(len(piece)) or piece for piece in pieces(*part)))
    HOSTILE[name].write(tmp_path / name)
    assert refusal(tmp_path / name) == HOSTILE[name].code
    assert sum(unpacked) <= guard.SMALL_UNPACKED


def test_the_hostile_files_are_many_and_written_twice_they_are_the_same(tmp_path):
    assert len(HOSTILE) >= 40
    for name, hostile in HOSTILE.items():
        hostile.write(tmp_path / name)
        if (tmp_path / name).stat().st_size < 10**6:
            first = (tmp_path / name).read_bytes()
            hostile.write(tmp_path / name)
            assert (tmp_path / name).read_bytes() == first, name


def test_each_refusal_names_the_file_in_both_languages(tmp_path):
    for name in ("locked.xlsx", "two_cells.xlsx", "bomb.xlsx", "huge.xlsx", "object.xlsx", "commas.csv"):
        HOSTILE[name].write(tmp_path / name)
        with pytest.raises(InputError) as caught:
            inspect(tmp_path / name, shown=f"nộp/{name}")
        for lang in ("vi", "en"):
            assert caught.value.sentence(lang).startswith(f"nộp/{name}: ")


def test_a_sheet_that_is_too_large_is_named_with_its_size_as_each_language_writes_it(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(workbook(sheet(ROW), sheet(f"<row>{number('A1')}{number('XFD1048576')}</row>"), names=("Một", "Hộ nghèo")))
    with pytest.raises(InputError) as caught:
        inspect(tmp_path / "a.xlsx", shown="a.xlsx")
    # 16,384 columns and 1,048,576 rows: Microsoft, "Excel specifications and limits"
    assert "«Hộ nghèo» trải rộng 16.384 cột × 1.048.576 dòng, tức 17.179.869.184 ô" in caught.value.sentence("vi")
    assert "“Hộ nghèo” spans 16,384 columns × 1,048,576 rows, which makes 17,179,869,184 cells" in caught.value.sentence("en")


def test_a_file_that_is_missing_or_a_folder_is_told_as_such(tmp_path):
    assert refusal(tmp_path / "none.xlsx") == "file_missing"
    assert refusal(tmp_path / "a\0b.xlsx") == "file_missing"
    (tmp_path / "folder.xlsx").mkdir()
    assert refusal(tmp_path / "folder.xlsx") == "file_is_folder"


@pytest.mark.parametrize("ending", ["XLSX", "xlsx"])
def test_ordinary_workbooks_pass(tmp_path, ending):
    path = tmp_path / f"Hộ nghèo [2012].{ending}"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("Hộ").write_row(0, 0, ["STT", "Họ và tên", 3.5])
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=Hộ!$C$1:$C$1"})
    book.add_worksheet("Biểu đồ").insert_chart(0, 0, chart)
    book.close()
    assert inspect(path, shown="a") == "xlsx"
    book = openpyxl.Workbook()
    book.active.append([1, "=A1"])
    book.save(path)
    assert inspect(path, shown="a") == "xlsx"


def test_text_and_parquet_pass(tmp_path):
    (tmp_path / "a.csv").write_bytes("a;b\n1;2\n".encode("utf-16"))
    (tmp_path / "a.tsv").write_bytes(b"a\tb\n")
    duckdb.execute(f"COPY (SELECT 1 AS a) TO '{tmp_path / 'a.parquet'}'")
    assert [inspect(tmp_path / f"a.{e}", shown="a") for e in ("csv", "tsv", "parquet")] == ["csv", "csv", "parquet"]


def test_links_to_other_workbooks_pass_because_nothing_follows_them(tmp_path):
    link = Part("xl/externalLinks/externalLink1.xml", b"<externalLink><externalBook><sheetNames/></externalBook></externalLink>")
    (tmp_path / "a.xlsx").write_bytes(workbook(extra=(link,)))
    assert refusal(tmp_path / "a.xlsx") == ""


def test_cells_with_nothing_but_a_border_do_not_make_a_sheet_too_large(tmp_path):
    empty = "".join(f'<row r="{i}"><c r="A{i}" s="1"/><c r="XFD{i}" s="1"/></row>' for i in range(2, 1_048_577, 200))
    (tmp_path / "a.xlsx").write_bytes(workbook(sheet(ROW + empty)))
    assert refusal(tmp_path / "a.xlsx") == ""


def test_a_reference_is_found_wherever_the_pieces_of_a_sheet_are_cut(tmp_path, monkeypatch):
    rows = f'<row r="1">{number("A1")}</row>' + f'<row r="1048576"><c r="XFD1048576" s="1" t="n">{"<v>1</v>"}</c></row>'
    (tmp_path / "a.xlsx").write_bytes(workbook(sheet(rows)))
    for size in [*range(1, 60), 97, 128]:
        monkeypatch.setattr(guard, "_PIECE", size)
        with pytest.raises(InputError) as caught:
            inspect(tmp_path / "a.xlsx", shown="a")
        assert caught.value.code == "sheet_too_large"


def test_each_piece_is_searched_once_for_each_spelling_and_once_more_only_where_the_corner_moves(monkeypatch):
    """What makes a large sheet cheap: bench_intake.py says what it costs beside unpacking the sheet."""
    searched = []
    beyond = Corner._beyond
    monkeypatch.setattr(Corner, "_beyond", lambda corner, start: searched.append(start) or beyond(corner, start))
    row = "".join(f'<c r="{column}99999" s="1"><v>12345.5</v></c>' for column in "ABCDEFGHIJKLMNO").encode()
    corner = Corner()
    for _ in range(20):
        corner.see((b"<row>" + row + b"</row>") * 500)
    assert corner.usual and corner.cells <= guard.MOST_CELLS
    moves = 1 + 14  # to a row of five digits; from column A to column O
    assert len(searched) == 2 * 20 + moves


def test_an_honest_workbook_near_the_limit_passes_and_one_beyond_does_not(tmp_path, monkeypatch):
    monkeypatch.setattr(guard, "MOST_CELLS", 600)
    for rows, code in ((30, ""), (31, "sheet_too_large")):
        (tmp_path / "a.xlsx").write_bytes(workbook(sheet("".join(f"<row>{number(f'A{i}')}{number(f'T{i}')}</row>" for i in range(1, rows + 1)))))
        assert refusal(tmp_path / "a.xlsx") == code


def test_sizes_are_what_unpacks_not_what_the_list_claims(tmp_path):
    honest = parts(drop="xl/worksheets/sheet1.xml")
    for size in (-1, 1):
        part = repeated(b'<row r="1"><c r="A1"><v>1</v></c></row>', 10)
        (tmp_path / "a.xlsx").write_bytes(zipped([*honest, Part(part.name, packed=part.packed, size=part.size + size, crc=part.crc)]))
        assert refusal(tmp_path / "a.xlsx") == "file_broken"


references = st.tuples(st.integers(1, 16384), st.integers(1, 1_048_576))


@given(st.lists(references, min_size=1, max_size=30), st.integers(1, 200), st.sampled_from(['<c r="%s" s="1"><v>1</v></c>', "<c s='1' r='%s'><v/></c>"]),
       st.sampled_from(["", "", "0", "000"]))  # fmt: skip
def test_the_corner_lies_beyond_every_cell_and_the_count_is_exact(cells, size, spelling, zeros):
    names = [openpyxl.utils.get_column_letter(column) + zeros + str(row) for column, row in cells]
    xml = sheet("".join(spelling % name for name in names))
    cuts = [0, *[i for i in range(0, len(xml), size) if xml[i : i + 1] == b"<"], len(xml)]
    pieces = [xml[a:b] for a, b in zip(cuts, cuts[1:], strict=False)]
    corner = Corner()
    for piece in pieces:
        corner.see(piece)
    true = max(column for column, _ in cells), max(row for _, row in cells)
    assert farthest(pieces, usual=corner.usual) == true
    assert corner.usual == (spelling.startswith("<c r") and not zeros)
    if corner.usual:
        assert true[0] * true[1] <= corner.cells <= 4 * (true[0] + 25) * (true[1] + 9)


@given(st.integers(1, 16384))
def test_column_letters_count_as_in_excel(index):
    assert column_number(openpyxl.utils.get_column_letter(index).encode()) == index
