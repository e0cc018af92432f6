"""Published figures: what is committed is what the reference holds, and every row read is kept."""

import csv
import importlib.util
import os
import random
import shutil
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mne.edition import read_edition
from mne.errors import InputError
from mne.intake.published import COLUMNS, read_catalogue, read_published
from mne.review import open_review

ROOT = Path(__file__).parents[1]
DATA = ROOT / "data/published"
REFERENCE = Path(os.environ.get("MNE_REFERENCE", ROOT.parent / "shared/reference"))
FILES = sorted(p.name for p in DATA.glob("*.csv") if p.name != "places.csv")


def committed(name: str) -> list[list[str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.fixture(scope="module")
def edition():
    return read_edition(ROOT / "parameters/lang_son.yml")


@pytest.fixture(scope="module")
def published(edition) -> pd.DataFrame:
    return read_published(edition, read_catalogue(edition))


@pytest.fixture(scope="module")
def carry():
    if not REFERENCE.is_dir():
        pytest.skip("the reference folder is absent; name it in MNE_REFERENCE")
    spec = importlib.util.spec_from_file_location("carry", ROOT / "tests/reference/carry.py")
    carry = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(carry)
    return carry


@pytest.fixture(scope="module")
def carried(carry) -> dict[str, pd.DataFrame]:
    return carry.carry(REFERENCE)


def test_the_gazetteer_is_what_the_reference_gives(carry, tmp_path):
    # Places above the communes are typed by hand: without its communes the file is made whole again.
    lines = (DATA / "places.csv").read_text("utf-8").splitlines(keepends=True)
    (tmp_path / "above.csv").write_text("".join(line for line in lines if ",commune," not in line), "utf-8")
    carry.places(REFERENCE, tmp_path / "above.csv").to_csv(tmp_path / "places.csv", index=False, lineterminator="\n")
    assert (tmp_path / "places.csv").read_bytes() == (DATA / "places.csv").read_bytes()


def test_the_reference_is_carried_into_files_that_are_committed(carried):
    # press_cases is typed by hand from two press pages: no reference file holds them.
    assert {f"{name}.csv" for name in carried} == set(FILES) - {"press_cases.csv"}


@pytest.mark.parametrize("name", [n for n in FILES if n != "press_cases.csv"])
def test_every_committed_row_is_what_the_reference_gives(carried, name, tmp_path):
    carried[name.removesuffix(".csv")].to_csv(tmp_path / name, index=False, lineterminator="\n")
    assert (DATA / name).read_bytes() == (tmp_path / name).read_bytes()


@pytest.mark.parametrize("name", FILES)
def test_every_row_of_a_file_is_in_the_table_with_its_line(published, name):
    part = published[published["file"] == f"data/published/{name}"]
    rows = committed(name)
    assert len(part) == len(rows) - 1
    # A cell may hold a line break; then lines and rows would differ, and the line must still be right.
    lines = (DATA / name).read_text("utf-8").split("\n")
    for row, line in zip(rows[1:], part["line"], strict=True):
        assert lines[line - 1].startswith(",".join(row[:3]))


def test_every_figure_read_is_in_the_result_store(published):
    review = open_review(ROOT / "parameters/lang_son.yml")
    stored = review.results.frame
    stored = stored[(stored["inputs"] == "") & stored["method"].str.startswith("published; ")]
    assert len(stored) == len(published)
    assert set(stored["source"]) == set(published["file"] + ":" + published["line"].astype(str))
    assert stored["estimate"].sum() == pytest.approx(published["value"].sum(), rel=1e-12)


def test_no_figure_is_from_memory():
    for name in FILES:
        assert not [row for row in committed(name) if "from_memory" in row], name


def test_missing_is_declared_and_never_zero(published):
    missing = published["value"].isna()
    assert (published.loc[missing, "status"] == "not_published").all()
    assert missing.sum() == sum(row[5] == "not_published" for name in FILES for row in committed(name)[1:]) > 0


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """An edition in a project that holds one short file, to be written anew by each test."""
    folder = tmp_path_factory.mktemp("copied")
    shutil.copytree(ROOT / "parameters", folder / "parameters")
    (folder / "notebooks").mkdir()
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        (folder / "notebooks" / notebook.name).touch()
    (folder / "data/published").mkdir(parents=True)
    for name in ("places.csv", "sources.yml"):
        shutil.copy(DATA / name, folder / "data/published" / name)
    return read_edition(folder / "parameters/lang_son.yml")


def read_rows(edition, rows: list[list[str]]) -> pd.DataFrame:
    path = edition.file("data/published/papi.csv")
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    return read_published(edition, read_catalogue(edition))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), size=st.integers(2, 60))
def test_the_order_of_rows_changes_only_their_lines(copied, seed, size):
    header, *rows = committed("papi.csv")
    chosen = random.Random(seed).sample(rows, size)
    shuffled = random.Random(seed + 1).sample(chosen, size)
    first, second = read_rows(copied, [header, *chosen]), read_rows(copied, [header, *shuffled])

    def figures(table: pd.DataFrame) -> pd.DataFrame:
        return table[COLUMNS].sort_values(COLUMNS[:4], ignore_index=True)

    pd.testing.assert_frame_equal(figures(first), figures(second))
    assert sorted(first["line"]) == sorted(second["line"]) == list(range(2, size + 2))


def test_the_order_of_columns_does_not_matter(copied):
    rows = committed("papi.csv")[:20]
    turned = [row[::-1] for row in rows]
    pd.testing.assert_frame_equal(read_rows(copied, rows).drop(columns="sha256"), read_rows(copied, turned).drop(columns="sha256"))


def test_empty_lines_are_no_rows_and_keep_the_line_numbers_true(copied):
    header, first, second = committed("papi.csv")[:3]
    table = read_rows(copied, [header, first, [], second])
    assert list(table["line"]) == [2, 4]


def test_a_folder_without_figures_is_refused(copied):
    copied.file("data/published/papi.csv").unlink(missing_ok=True)
    with pytest.raises(InputError) as caught:
        read_published(copied, read_catalogue(copied))
    assert caught.value.sentence("en") == "data/published: this folder holds no .csv file of data."


def test_the_gazetteer_holds_the_country_its_provinces_and_the_districts_and_communes_of_lang_son(edition):
    places = edition.places
    assert (len(places.codes("province")), len(edition.districts), len(places.codes("commune"))) == (63, 11, 226)
    assert places.chain("181") == ["181", "20", places["20"].parent, "VN"]
    assert places.nearest("Cao Bang") == "04 (Cao Bằng)"
    assert places.nearest("zzzz") == ""
