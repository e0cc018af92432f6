"""Figures on support: what is drawn and printed is what the results say, in the order that the reader expects."""

import pandas as pd
import pytest
from matplotlib.figure import Figure

import mne
from mne.pages import canvas
from mne.pages.page import Page
from mne.pages.support_figures import benefit_fifths, rice_steps
from mne.pages.wording import Writer, chapter_texts

RICE = pd.DataFrame([("relief_rice_received", 40.0, 40_000.0), ("relief_rice_allocated", 40.0, 40_000.0), ("relief_rice_delivered", 37.5, 37_500.0),
                     ("rice_per_person", 15.0, 36_300.0)], columns=["indicator", "estimate", "numerator"])  # fmt: skip
FIFTHS = {"rice": (60.0, 20.0, 10.0, 6.0, 4.0), "tet": (95.0, 5.0, 0.0, 0.0, 0.0)}


@pytest.fixture(scope="module")
def review(project):
    return mne.open(project / "parameters" / "lang_son.yml")


def drawn(draw, results, review, lang, width=canvas.WIDE):
    return draw(results, Figure(figsize=(width, 3)).add_subplot(), Writer(review, lang))


def shares() -> pd.DataFrame:
    return pd.DataFrame([{"group": f"programme-{name}_fifth-{i}", "period": "2013", "estimate": value}
                         for name, values in FIFTHS.items() for i, value in enumerate(values, 1)])  # fmt: skip


def words(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


@pytest.mark.parametrize(("lang", "printed"), [("vi", ["40,0", "40,0", "37,5", "−2,5", "36,3", "−1,2"]), ("en", ["40.0", "40.0", "37.5", "−2.5", "36.3", "−1.2"])])
def test_rice_shows_a_shortfall_exactly_where_there_is_one(review, lang, printed):
    ax = drawn(rice_steps, RICE, review, lang)
    assert words(ax) == printed
    ends = sorted((bar.get_y(), bar.get_x(), bar.get_width()) for bar in ax.patches)
    assert [(round(x, 9), round(width, 9)) for _, x, width in ends] == [(0, 40), (0, 40), (0, 37.5), (37.5, 2.5), (0, 36.3), (36.3, 1.2)]


def test_rice_that_is_on_no_list_is_not_coloured_as_lost(review):
    lost, unlisted = [bar.get_facecolor() for bar in drawn(rice_steps, RICE, review, "vi").patches if bar.get_x() > 0]
    assert lost != unlisted
    assert len(drawn(rice_steps, RICE[:3], review, "vi").patches) == 4  # without lists there is no fourth step


@pytest.mark.parametrize("width", [canvas.WIDE, canvas.NARROW])
def test_fifths_stand_from_the_poorest_on_and_fill_the_bar(review, width):
    ax = drawn(benefit_fifths, shares(), review, "en", width)
    bars = [[bar.get_width() for bar in ax.patches[at : at + 5]] for at in (0, 5, 10)]
    assert bars == [pytest.approx(FIFTHS["tet"]), pytest.approx(FIFTHS["rice"]), pytest.approx([20] * 5)]
    assert [t.replace("\n", " ") for t in words(ax) if t] == ["95.0", "60.0", "20.0", "10.0", "poorest", "2", "3", "4", "richest"]
    assert [t.get_text().replace("\n", " ") for t in ax.get_yticklabels()] == ["Tết gifts 2013", "Relief rice 2013", "if shared equally by person"]


def test_newest_keeps_the_last_year_with_a_value_of_each_group():
    rows = [("a", "", "2012", 1.0), ("a", "", "2013", None), ("a", "g", "2013", 3.0), ("a", "g", "2012", 2.0), ("b", "", "2011", None)]
    found = Page.newest(None, pd.DataFrame(rows, columns=["indicator", "group", "period", "estimate"]).assign(area="X"))
    assert list(found[["indicator", "group", "period"]].itertuples(index=False, name=None)) == [("a", "", "2012"), ("a", "g", "2013")]


def test_a_withheld_number_is_told_from_one_that_nobody_knows(review):
    row = {"indicator": "no_policy", "estimate": None, "unit_of_measure": "percent"}
    said = {reason: Writer(review, "en").shown({**row, "reason": reason}) for reason in ("suppressed", "zero_denominator", "")}
    assert said["suppressed"] != said["zero_denominator"] == said[""]


@pytest.mark.parametrize("short", [[], [2], [0, 5]])
def test_the_districts_that_fall_short_of_rice_are_named_from_the_results(project, short):
    review = mne.open(project / "parameters" / "lang_son.yml")
    districts, year = review.frame.districts, str(review.frame.latest)
    for at, area in enumerate([*districts, review.frame.area]):
        given = 800.0 if at in short else 1000.0
        review.results.add(indicator="rice_delivered_share", area=area, period=year, estimate=given / 10, numerator=given, denominator=1000.0,
                           unit_of_measure="percent", kind="register", grade="A", source="a", sha256="b", method="c")  # fmt: skip
    for lang in ("vi", "en"):
        writer = Writer(review, lang)
        title = writer.html(chapter_texts("delivery")["rice_steps"]["title"][lang]).striptags()
        assert [d for d in districts if writer.place(d) in title] == [districts[at] for at in short]
