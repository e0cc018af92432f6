"""Synthetic people with several cards, their workbooks, and the hands through which a workbook goes."""

import datetime as dt
import shutil
import subprocess
import tempfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from conftest import ROOT
from mne.errors import InputError
from mne.linkage.workbook import export, read_decisions
from mne.linkage.workbook_cards import sheet_name, word
from mne.linkage.workbook_sheet import COLUMNS
from mne.places import read_places
from mne.simulate.land import make_land, places_table
from mne.simulate.world import World
from mne.text import LANGUAGES

PAIRS, EARLIER = sheet_name("pairs"), sheet_name("earlier")
FILE, OTHER_FILE = "the_trung_X70102.xlsx", "the_trung_X70103.xlsx"
REFERENCE = ROOT / "tests" / "reference"
# guides/intake.md 4: cells starting with these run as formulas where a program lets them.
INJECTIONS = [start + payload for start in ("=", "+", "-", "@", "\t=", "\r=", "＝", "＋", "－", "＠", "\ufeff=")
              for payload in ('HYPERLINK("http://x.y","z")', "1+1", "cmd|'/C calc'!A0", "SUM(A1:A9)")]  # fmt: skip
HEADING = 3  # row of the headings
FIRST = 4  # row of the first card of the first pair


def gazetteer():
    """The places of the fictional province, which need not have been made."""
    with tempfile.TemporaryDirectory() as folder:
        places_table(make_land(World(), 2013)).to_csv(Path(folder) / "places.csv", index=False)
        return read_places(Path(folder) / "places.csv", shown="places.csv")


@pytest.fixture(scope="module")
def places():
    return gazetteer()


def card(number: str, **changed) -> dict:
    about = {"title": number[:2], "name": "Hoàng Thị Huệ", "sex": "female", "born": pd.Timestamp("1990-03-05"), "born_year": 1990, "ethnicity": "tay",
             "district": "X701", "commune": "X70102", "village": "Khối phố 2", "household": "002000007",
             "valid_from": pd.Timestamp("2013-01-01"), "valid_to": pd.Timestamp("2013-12-31"), "handed": pd.NaT, "year": 2013}  # fmt: skip
    return {"number": number, **about, **changed}


def table(*rows: dict) -> pd.DataFrame:
    return pd.DataFrame(rows).astype({"born_year": "Int64", "born": "datetime64[s]"})


@pytest.fixture(scope="module")
def cards():
    """Synthetic people: two pairs and a triple in one commune, two pairs in another, one pair over both."""
    unknown = {"born": pd.NaT, "born_year": pd.NA, "sex": None, "village": None, "household": None, "ethnicity": None}
    return table(
        card("HN3970100200001"), card("DT3970100200002", name="Hoàng Thị Hụê", born=pd.NaT, village="Khối phố 3"),
        card("HN3970100200003", name="Nông Văn An", sex="male"), card("GD4970100200004", name="Nông Văn An", **unknown),
        card("TE1970100200005", name="Vi Pà", born=pd.Timestamp("2009-05-03"), born_year=2009),
        card("HS4970100200006", name="VI PÀ", born=pd.Timestamp("2009-03-05"), born_year=2009, valid_from=pd.Timestamp("2012-10-01")),
        card("GD4970100200007", name="Vi Pà", born=pd.NaT, born_year=2010, commune="X70103"),
        card("CN4970100300008", commune="X70103"), card("GD4970100300009", commune="X70103", sex="male"),
        card("CC2970100300010", commune="X70103", name="Lý Dần"), card("BT3970100300011", commune="X70103", name="Lý Giần", ethnicity="nung"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def pairs():
    """Candidates of several bands; their columns of weights must not reach the reviewer."""
    numbers = [("HN3970100200001", "DT3970100200002"), ("HN3970100200003", "GD4970100200004"), ("TE1970100200005", "HS4970100200006"),
               ("TE1970100200005", "GD4970100200007"), ("CN4970100300008", "GD4970100300009"), ("CC2970100300010", "BT3970100300011")]  # fmt: skip
    frame = pd.DataFrame(numbers, columns=["first", "second"])
    return frame.assign(weight=[9.0, 7.0, 3.0, 1.0, -4.0, -12.0], band=["probable"] * 2 + ["review"] * 2 + ["no"] * 2,
                        reason="Cùng tên, cùng ngày sinh.", stays=["first", "second", "both", None, "first", "first"])  # fmt: skip


@pytest.fixture
def sent(tmp_path, pairs, cards, places):
    """Makes workbooks in a folder of their own."""
    def make(lang: str = "vi", name: str = "sent", *, chosen=pairs, listed=cards) -> Path:
        export(chosen, listed, tmp_path / name, places=places, lang=lang)
        return tmp_path / name

    return make


def at(column: str, row: int = FIRST) -> str:
    return f"{openpyxl.utils.get_column_letter(COLUMNS.index(column) + 1)}{row}"


def edit(path: Path, *changes) -> None:
    """Write a workbook again, as a program other than ours does, with cells set or with a change made by a function."""
    book = openpyxl.load_workbook(path)
    for change in changes:
        if callable(change):
            change(book[PAIRS])
        else:
            book[PAIRS][change[0]] = change[1]
    book.save(path)


def decide(path: Path, pair: int = 1, decision: str = "trùng", *, reviewer: str = "Nông Thị Lan", day: object = dt.date(2013, 7, 2), note: str = ""):
    row = FIRST + 3 * (pair - 1)
    said = {"decision": decision, "reviewer": reviewer, "day": day, "note": note or None}
    edit(path, *((at(column, row), value) for column, value in said.items()))


def cells(path: Path, sheet: str = PAIRS):
    return openpyxl.load_workbook(path)[sheet]


def numbers_of(path: Path, pair: int = 1) -> tuple[str, str]:
    sheet = cells(path)
    return tuple(sheet[at("number", FIRST + 3 * (pair - 1) + row)].value for row in (0, 1))


def read(folder: Path, pairs, cards, places) -> pd.DataFrame:
    return read_decisions(folder, pairs, cards, places=places)


def typed(cell, text: str) -> None:
    """A text as a person types it into a cell for texts, whatever it begins with."""
    cell.value = "x"
    cell._value = text  # openpyxl would make a formula of it


def told(folder: Path, pairs, cards, places) -> InputError:
    with pytest.raises(InputError) as error:
        read(folder, pairs, cards, places)
    return error.value


def check(error: InputError, code: str, *names: str) -> None:
    """One sentence in each language, on one line, that names all it has to."""
    assert error.code == code, error
    sentences = {lang: error.sentence(lang) for lang in LANGUAGES}
    assert sentences["vi"] != sentences["en"]
    for sentence in sentences.values():
        assert "\n" not in sentence and "{" not in sentence and sentence.endswith(".")
        for name in names:
            assert name in sentence, (name, sentence)


def filled_in(folder: Path) -> Path:
    """Both workbooks of the folder with decisions, as the kept files hold them."""
    decide(folder / FILE, 1, word("duplicate", "vi"), note="Hỏi trưởng thôn: đúng là một người")
    decide(folder / FILE, 2, word("different", "vi"), day="02/07/2013")
    decide(folder / OTHER_FILE, 2, word("cannot_tell", "vi"))
    edit(folder / OTHER_FILE, lambda sheet: typed(sheet[at("note", FIRST + 3)], INJECTIONS[0]))
    return folder


def written_by_libreoffice(folder: Path, target: Path, soffice: str, *, kinds: tuple[str, ...] = ("xlsx",)) -> Path:
    """The workbooks of ``folder`` as LibreOffice saves them, one kind after the other; returns where they lie."""
    profile = f"-env:UserInstallation={(target / 'profile').as_uri()}"
    for kind in kinds:
        files = sorted(map(str, folder.iterdir()))
        folder = target / f"as_{kind}"
        command = [soffice, profile, "--headless", "--convert-to", kind, "--outdir", str(folder), *files]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder


if __name__ == "__main__":  # makes the kept files anew
    with tempfile.TemporaryDirectory() as made:
        here = Path(made)
        export(pairs.__wrapped__(), cards.__wrapped__(), here / "sent", places=gazetteer(), lang="vi")
        filled_in(here / "sent")
        for name, kinds in ((FILE, ("xlsx",)), (OTHER_FILE, ("ods", "xlsx"))):
            written = written_by_libreoffice(here / "sent", here / name, shutil.which("soffice"), kinds=kinds) / name
            shutil.copy(written, REFERENCE / name.replace("the_trung", "cards_libreoffice"))
