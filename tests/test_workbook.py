"""Files become sheets: every row comes out, cell for cell, and broken content is refused without a traceback."""

import csv
import datetime as dt
import io
import zipfile

import duckdb
import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.styles import Font

from hostile import MAIN, ROW, number, sheet, workbook
from mne.errors import InputError
from mne.intake.delimited import decode, read_records
from mne.intake.guard import inspect
from mne.intake.workbook import Sheet, read_sheets
from mne.vietnamese import to_tcvn3, to_vni

NAMES = ["Hoàng Văn An", "Nông Thị Bé", "Lý Văn Cường", "Triệu Thị Dung", "Vi Văn Được", "Phùng Đức Hậu", "Lương Thị Hoà", "Nguyễn Thuý Quỳnh",
         "Đàm Văn Khoẻ", "Lộc Thị Ước", "xã Chi Lăng", "thị trấn Đình Lập", "xã Hữu Khánh", "hộ nghèo, cận nghèo"]  # fmt: skip


def read(path) -> list[Sheet]:
    return read_sheets(path, shown=path.name, kind=inspect(path, shown=path.name))


def raw(tmp_path, rows: str, **changes) -> Sheet:
    """The sheet that a workbook of these rows, written as XML, is read as."""
    (tmp_path / "raw.xlsx").write_bytes(workbook(sheet(rows), **changes))
    return read(tmp_path / "raw.xlsx")[0]


def windows_1258(text: str) -> bytes:
    """As Windows saves it: a letter of its own where the code has one, else the vowel and then its tone."""
    import unicodedata

    tones = {0x0300: 0xCC, 0x0309: 0xD2, 0x0303: 0xDE, 0x0301: 0xEC, 0x0323: 0xF2}  # unicode.org, MAPPINGS/VENDORS/MICSFT/WINDOWS/CP1258.TXT
    found = b""
    for letter in text:
        try:
            found += letter.encode("cp1258")
        except UnicodeEncodeError:
            base = unicodedata.normalize("NFD", letter)
            tone = next(c for c in base if ord(c) in tones)
            found += unicodedata.normalize("NFC", base.replace(tone, "")).encode("cp1258") + bytes([tones[ord(tone)]])
    return found


# Workbooks


def test_every_kind_of_cell_is_read_as_openpyxl_wrote_it(tmp_path):
    written = [
        ["Huyện Bình Gia", 5, 2.5, -0.125, True, False, None, "  hai  dấu cách ", "dòng\nmới", "=", "'nháy"],
        [dt.datetime(2012, 3, 4, 5, 6, 7), dt.date(2012, 3, 4), dt.time(7, 30), dt.timedelta(hours=30), 0, 1e15, 36537, None, "1.234", "07/2012", "001"],
    ]
    book = openpyxl.Workbook()
    for row in written:
        book.active.append(row)
    book.active["J1"].data_type = "s"
    book.save(tmp_path / "a.xlsx")
    written[1][2] = dt.timedelta(hours=7, minutes=30)
    assert read(tmp_path / "a.xlsx")[0].rows == written


cells = st.one_of(st.none(), st.booleans(), st.integers(-(10**12), 10**12).map(lambda n: n / 1000), st.integers(-(10**9), 10**9),
                  st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co")), min_size=1, max_size=12).filter(str.strip),
                  st.dates(dt.date(1905, 1, 1), dt.date(2100, 1, 1)))  # fmt: skip
tables = st.lists(st.lists(cells, min_size=1, max_size=6), min_size=1, max_size=8)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tables, st.integers(0, 3), st.integers(0, 3), st.booleans())
def test_what_xlsxwriter_writes_is_read_back_cell_for_cell(tmp_path, table, down, right, date1904):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx", {"date_1904": date1904, "strings_to_formulas": False, "strings_to_urls": False})
    written, day = book.add_worksheet("Hộ"), book.add_format({"num_format": "dd/mm/yyyy"})
    for r, row in enumerate(table):
        for c, value in enumerate(row):
            if isinstance(value, dt.date):
                written.write_datetime(r + down, c + right, value, day)
            elif value is not None:
                written.write(r + down, c + right, value)
    book.close()
    found = read(tmp_path / "a.xlsx")[0]
    assert found.date1904 == date1904
    assert {(r, c): v for r, row in enumerate(found.rows) for c, v in enumerate(row) if v is not None} == {
        (r + down, c + right): v for r, row in enumerate(table) for c, v in enumerate(row) if v is not None
    }
    assert len({len(row) for row in found.rows}) <= 1


def test_all_sheets_come_out_hidden_ones_too_and_charts_hold_no_rows(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Hộ nghèo"
    for title, state in (("ẩn", "hidden"), ("rất ẩn", "veryHidden"), ("trống", "visible")):
        book.create_sheet(title).sheet_state = state
    book.create_chartsheet("biểu đồ")
    book["ẩn"]["B2"] = "dòng ẩn"
    book["rất ẩn"]["A1"] = 1
    book["rất ẩn"].row_dimensions[1].hidden = True
    book.save(tmp_path / "a.xlsx")
    found = read(tmp_path / "a.xlsx")
    assert [(s.name, s.hidden, s.rows) for s in found] == [
        ("Hộ nghèo", False, []), ("ẩn", True, [[None, None], [None, "dòng ẩn"]]), ("rất ẩn", True, [[1.0]]), ("trống", False, []),
    ]  # fmt: skip


def test_merged_cells_are_told_from_zero_and_within_the_rows(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"], book.active["C4"] = "DANH SÁCH", 1
    for merged in ("A1:C2", "C3:Z3", "Y50:Z60"):
        book.active.merge_cells(merged)
    book.save(tmp_path / "a.xlsx")
    assert sorted(read(tmp_path / "a.xlsx")[0].merged) == [(0, 0, 1, 2), (2, 2, 2, 2)]


def test_errors_are_read_as_the_text_that_excel_shows(tmp_path):
    errors = ["#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"]  # ECMA-376 part 1, 18.18.11 and 18.17.3
    rows = "".join(f'<row r="{i}"><c r="A{i}" t="e"><f>B{i}</f><v>{e}</v></c></row>' for i, e in enumerate(errors, 1))
    found = raw(tmp_path, rows)
    assert [row[0] for row in found.rows] == errors
    assert not found.uncached


def test_a_formula_without_a_value_is_told_and_its_row_is_there(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Xã", 3, "=B1"])
    book.active["C9"] = "=SUM(B1:B8)"
    book.save(tmp_path / "a.xlsx")
    found = read(tmp_path / "a.xlsx")[0]
    assert found.uncached == {(0, 2), (8, 2)}
    assert len(found.rows) == 9 and found.rows[0] == ["Xã", 3.0, None] and found.rows[8] == [None] * 3


def test_stored_results_are_read_and_an_empty_text_is_a_result(tmp_path):
    found = raw(tmp_path, '<row r="2"><c r="B2"><f>1+1</f><v>2</v></c><c r="C2" t="str"><f>IF(1,"")</f><v></v></c><c r="D2" t="str"><f>"x"</f><v>x</v></c>'
                          '<c r="E2" t="b"><f>TRUE()</f><v>0</v></c></row>')  # fmt: skip
    assert found.rows[1] == [None, 2.0, None, "x", False]
    assert not found.uncached


def test_every_way_of_leaving_out_a_result_is_seen(tmp_path):
    spellings = ["<f>A1</f>", "<f>A1</f><v></v>", "<f>A1</f><v/>", '<f t="shared" si="0"/>', '<f t="shared" ref="A1:A9" si="0">B1</f>', "<f/>"]
    rows = "".join(f'<row r="{i}"><c r="A{i}">{f}</c>{number(f"B{i}")}</row>' for i, f in enumerate(spellings, 1))
    assert raw(tmp_path, rows).uncached == {(i, 0) for i in range(len(spellings))}
    # The same without references, and with a prefix, as other programs write.
    bare = "".join(f"<row><c><v>1</v></c><c>{f}</c></row>" for f in spellings)
    assert raw(tmp_path, bare).uncached == {(i, 1) for i in range(len(spellings))}
    prefixed = sheet(rows).replace(b"<", b"<x:").replace(b"<x:/", b"</x:").replace(b"<x:?", b"<?").replace(b"xmlns=", b"xmlns:x=")
    (tmp_path / "b.xlsx").write_bytes(workbook(prefixed))
    assert read(tmp_path / "b.xlsx")[0].uncached == {(i, 0) for i in range(len(spellings))}


def test_formulas_of_rules_below_the_cells_are_no_formulas_of_cells(tmp_path):
    rules = '<dataValidation><formula1>A1</formula1></dataValidation><extLst xmlns:xm="m"><xm:f>A1</xm:f></extLst>'
    (tmp_path / "a.xlsx").write_bytes(workbook(sheet('<row r="1"><c r="A1" t="str"><f>B1</f><v>x</v></c><c r="B1"><v></v></c></row>', after=rules)))
    assert not read(tmp_path / "a.xlsx")[0].uncached


def test_a_zero_that_a_program_wrote_for_a_formula_is_no_value(tmp_path):
    # xlsxwriter documents it: "the default formula result is 0", and the workbook asks to be computed on opening.
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    book.add_worksheet().write_row(0, 0, [2, "=A1*3", 0])
    book.close()
    found = read(tmp_path / "a.xlsx")[0]
    assert found.rows == [[2.0, None, 0.0]] and found.uncached == {(0, 1)}
    assert raw(tmp_path, '<row><c r="A1"><f>B1</f><v>0</v></c></row>').rows == [[0.0]]


def test_fonts_are_told_by_column_and_only_where_a_font_of_before_unicode_is_used(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["STT", "Hä vµ tªn", "X·"])
    for i in range(80):
        book.active.append([i, to_tcvn3("Hoàng Văn An"), "Cao Lộc"])
        book.active.cell(i + 2, 2).font = Font(name=".VnTime" if i < 50 else "Arial")
        book.active.cell(i + 2, 3).font = Font(name="Times New Roman")
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx")[0].fonts == {0: "Calibri", 1: ".VnTime", 2: "Times New Roman"}
    book = openpyxl.Workbook()
    book.active["A1"] = "Cao Lộc"
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx")[0].fonts == {}


def test_unusual_but_sound_workbooks_are_read(tmp_path):
    assert raw(tmp_path, f"<row r='3'><c r='B3' ><v>1</v></c></row><row r=\"1\">{number('A1')}</row>").rows == [[1.0, None], [None, None], [None, 1.0]]
    assert raw(tmp_path, "<row><c t='inlineStr'><is><t>Xã</t></is></c></row>").rows == [["Xã"]]
    texts = f'<sst xmlns="{MAIN}"><si><r><t>Bình</t></r><r><t xml:space="preserve"> Gia</t></r></si><si/><si><t>c</t></si></sst>'.encode()
    rows = "".join(f'<c r="{c}1" t="s"><v>{i}</v></c>' for i, c in enumerate("ABC"))
    assert raw(tmp_path, f'<row r="1">{rows}</row>', replace={"xl/sharedStrings.xml": texts}).rows == [["Bình Gia", None, "c"]]
    assert raw(tmp_path, ROW, replace={"xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:q="http://schemas.openxmlformats.org/officeDocument/2006/'
               'relationships"><workbookPr date1904="1"/><sheets><sheet q:id="rId1" name="A&amp;B &lt;1&gt;"/></sheets></workbook>'.encode()}).name == "A&B <1>"  # fmt: skip


# Text with separators


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1258"])
@pytest.mark.parametrize("separator", list(",;\t|"))
def test_a_text_in_each_encoding_and_with_each_separator_is_read_back(tmp_path, encoding, separator):
    rows = [["STT", "Họ và tên", "Tỷ lệ", "Ghi chú"], *([str(i), name, "19,07", None] for i, name in enumerate(NAMES, 1))]
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator).writerows(rows)
    text = stream.getvalue()
    data = windows_1258(text) if encoding == "cp1258" else text.encode(encoding)
    (tmp_path / "Hộ.csv").write_bytes(b"\xfe\xff" + data if encoding == "utf-16-be" else data)
    found = read(tmp_path / "Hộ.csv")
    assert [(s.name, s.rows, s.fonts, s.merged, s.uncached, s.hidden) for s in found] == [("Hộ", rows, {}, [], frozenset(), False)]


@pytest.mark.parametrize("encode", [to_tcvn3, to_vni])
def test_letters_of_old_fonts_keep_their_code_points(encode):
    for names in (NAMES, *([name] for name in NAMES)):
        text = encode("\n".join(names))
        assert decode(text.encode("latin-1"), shown="a") == text, names


def test_windows_1258_is_told_from_few_words():
    for name in NAMES:
        assert decode(windows_1258(name), shown="a") == name


def test_typographic_quotes_of_windows_survive_beside_old_letters():
    assert decode("“Cao Léc” – X· ".encode("cp1252"), shown="a") == "“Cao Léc” – X· "


def test_one_damaged_letter_does_not_turn_all_names_into_another_code():
    data = "\n".join(NAMES).encode().replace("Lộc".encode(), b"L\xe9c")
    with pytest.raises(InputError) as caught:
        decode(data, shown="a.csv")
    assert (caught.value.code, caught.value.facts["where"], caught.value.facts["found"]) == ("csv_damaged", "a.csv:10", "0xe9")


def test_a_record_is_a_row_whatever_lines_it_takes():
    text = 'Huyện Bình Gia\n\nXã,Ghi chú\n"Chi\nLăng","a, ""b"""\r\nTân Văn\n'
    assert read_records(text, shown="a") == [["Huyện Bình Gia", None], [None, None], ["Xã", "Ghi chú"], ["Chi\nLăng", 'a, "b"'], ["Tân Văn", None]]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("BIỂU 1\na;b;c\n1,5;2,5;3,5\n4,5;5,5;6,5\n", ["BIỂU 1", "a", "1,5", "4,5"]),
        ("a;b,c;d\n1;2,3;4\n", ["a", "1"]),
        ("a\tb, c\n1\t2, 3\n", ["a", "1"]),
        ("sep=|\na,b|c,d\n", ["sep=", "a,b"]),
        ("một cột\nhai\n", ["một cột", "hai"]),
    ],
)
def test_the_separator_is_the_one_that_splits_rows_alike(text, rows):
    assert [row[0] for row in read_records(text, shown="a")] == rows


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ('a,b\n"x,1\ny,2\n', "csv_quote", 2),
        ('a,b\nx,"1\ny,2\nz,"3"\n', "csv_quote", 2),
        ('a,b\n"x"y,1\n', "csv_quote", 2),
        ('a,b,c\n1,"x,3\n4,5,6\n7,8,9\n10,11"\n12,13,14\n', "csv_swallowed", 2),
        ("a,b\n" + '"' + "x" * 200_000 + '"\n', "csv_quote", 2),
    ],
)
def test_an_open_quote_is_told_with_the_line_where_it_opens(text, code, line):
    with pytest.raises(InputError) as caught:
        read_records(text, shown="a.csv")
    assert (caught.value.code, caught.value.facts["where"]) == (code, f"a.csv:{line}")


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


@given(st.lists(st.lists(texts, min_size=2, max_size=5), min_size=1, max_size=10), st.sampled_from(",;\t|"))
def test_every_record_that_is_written_with_quotes_is_read(table, separator):
    stream = io.StringIO()
    stream.write(f"sep={separator}\r\n")
    csv.writer(stream, delimiter=separator, quoting=csv.QUOTE_ALL).writerows(table)
    width = max(map(len, table))
    assert read_records(stream.getvalue(), shown="a")[1:] == [[c or None for c in row] + [None] * (max(width, 2) - len(row)) for row in table]


# Parquet


def test_parquet_is_a_sheet_whose_first_row_are_the_names(tmp_path):
    path = tmp_path / "hộ [2012] *.parquet"
    other = str(tmp_path / "a.parquet")
    duckdb.execute(f'''COPY (SELECT * FROM (VALUES ('Chi Lăng', 5, 2.5::DECIMAL(9,2), DATE '2012-03-04', TIMESTAMP '2012-03-04 05:06:07', true, [1, 2], 0.1::DOUBLE),
                   ('', NULL, NULL, NULL, NULL, NULL, NULL, 'nan'::DOUBLE)) AS t("Xã ""x""", n, m, d, t, b, l, f)) TO '{other}' (FORMAT parquet)''')
    (tmp_path / "a.parquet").rename(path)
    found = read(path)[0]
    assert found.name == "hộ [2012] *"
    assert found.rows == [
        ['Xã "x"', "n", "m", "d", "t", "b", "l", "f"],
        ["Chi Lăng", 5, 2.5, dt.date(2012, 3, 4), dt.datetime(2012, 3, 4, 5, 6, 7), True, "[1, 2]", 0.1],
        [None] * 8,
    ]


def test_parquet_that_unpacks_to_too_many_cells_is_refused(tmp_path):
    duckdb.execute(f"COPY (SELECT 1 AS a, 2 AS b FROM range(11_000_000)) TO '{tmp_path / 'a.parquet'}'")
    with pytest.raises(InputError) as caught:
        read(tmp_path / "a.parquet")
    assert caught.value.code == "table_too_large"


# Noise


def only_refused(path) -> None:
    try:
        for found in read(path):
            assert len({len(row) for row in found.rows}) <= 1
    except InputError as refused:
        assert all(refused.sentence(lang).strip() and "{" not in refused.sentence(lang) for lang in ("vi", "en"))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400), st.sampled_from(["xlsx", "csv", "tsv", "parquet"]), st.sampled_from([b"", b"PK\x03\x04", b"PAR1", b"\xff\xfe", b"\xef\xbb\xbf"]))
def test_random_bytes_are_read_or_refused(tmp_path, data, ending, head):
    (tmp_path / f"a.{ending}").write_bytes(head + data + (head if head == b"PAR1" else b""))
    only_refused(tmp_path / f"a.{ending}")


def _sound() -> bytes:
    book = openpyxl.Workbook()
    for i, name in enumerate(NAMES):
        book.active.append([i, name, "=A1", dt.date(2012, 1, 1)])
    book.active.merge_cells("A1:B2")
    book.active["B3"].font = Font(name=".VnTime")
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


SOUND = _sound()
changes = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255), st.integers(0, 20)), min_size=1, max_size=6)


def _changed(data: bytes, changes: list[tuple[float, int, int]]) -> bytes:
    """``data`` with some bytes overwritten and some spans cut out."""
    for place, byte, cut in changes:
        at = int(place * len(data))
        data = data[:at] + (b"" if cut > 10 else bytes([byte])) + data[at + max(1, cut - 10) :]
    return data


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes)
def test_a_workbook_with_damaged_bytes_is_read_or_refused(tmp_path, changes):
    (tmp_path / "a.xlsx").write_bytes(_changed(SOUND, changes))
    only_refused(tmp_path / "a.xlsx")


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes, st.sampled_from(zipfile.ZipFile(io.BytesIO(SOUND)).namelist()))
def test_a_workbook_with_damaged_parts_is_read_or_refused(tmp_path, changes, damaged):
    source = zipfile.ZipFile(io.BytesIO(SOUND))
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, _changed(source.read(name), changes) if name == damaged else source.read(name))
    only_refused(tmp_path / "a.xlsx")
