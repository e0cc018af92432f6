"""Figures of transitions, exits and gaps: what is drawn is what the results say, and nothing where they are silent."""

import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

import mne
from mne.pages import canvas
from mne.pages.dynamics_figures import exits, transitions
from mne.pages.equity_figures import group_rates
from mne.pages.wording import Writer

STATUSES = ("poor", "near_poor", "not_poor")


@pytest.fixture(scope="module")
def writer(project):
    return Writer(mne.open(project / "parameters" / "lang_son.yml"), "en")


def drawn(draw, results: pd.DataFrame, writer, *, width: float = canvas.WIDE):
    figure = Figure(figsize=(width, 3), layout="constrained")
    return draw(results, figure.add_subplot(), writer)


def texts(ax) -> list[str]:
    return [t.get_text() for t in ax.texts]


def shares(rows) -> pd.DataFrame:
    """Transition shares from a matrix of three rows."""
    return pd.DataFrame([
        {"indicator": "transition_share", "period": "2012-2013", "group": f"{b}-{a}", "estimate": value, "n": 1234.0}
        for b, line in zip(STATUSES, rows, strict=True) for a, value in zip(STATUSES, line, strict=True)])  # fmt: skip


def rates(indicator: str, values: dict, **more) -> pd.DataFrame:
    return pd.DataFrame([{"indicator": indicator, "area": area, "estimate": value, **more} for area, value in values.items()])


@pytest.mark.parametrize("width", [canvas.WIDE, canvas.NARROW])
def test_every_share_is_printed_once_and_bars_have_its_width(writer, width):
    ax = drawn(transitions, shares([(70, 20, 10), (22, 30, 48), (1.2, 4.7, 94.1)]), writer, width=width)
    assert sorted(texts(ax), key=float) == ["1.2", "4.7", "10.0", "20.0", "22.0", "30.0", "48.0", "70.0", "94.1"]
    widths = sorted(round(p.get_width(), 1) for p in ax.patches)
    assert widths == [1.2, 4.7, 10, 20, 22, 30, 48, 70, 94.1]
    names = [t.get_text() for t in ax.get_yticklabels()]
    assert [n.split("\n")[-1] for n in names] == ["n = 1,234"] * 3 and names[0].startswith("Poor in 2012")


@pytest.mark.parametrize("width", [canvas.WIDE, canvas.NARROW])
def test_numbers_above_narrow_parts_do_not_cover_each_other(writer, width):
    ax = drawn(transitions, shares([(1, 1, 98), (1, 98, 1), (98, 1, 1)]), writer, width=width)
    ax.figure.draw_without_rendering()
    for row in range(3):
        boxes = sorted((t.get_window_extent() for t in ax.texts if round(t.get_position()[1] + 0.2) == row), key=lambda b: b.x0)
        assert len(boxes) == 3
        assert all(not (a.x1 > b.x0 and a.y0 < b.y1 and b.y0 < a.y1) for a, b in zip(boxes, boxes[1:], strict=False))


def test_withheld_share_is_not_drawn(writer):
    ax = drawn(transitions, shares([(70, 20, 10), (22, 30, 48), (None, None, 94.1)]), writer)
    assert len(ax.patches) == 7 and len(ax.texts) == 7


def test_districts_stand_by_exits_and_a_withheld_return_has_no_circle(writer):
    exit_rate = rates("exit_rate", {"20": 25.0, "181": 20.0, "183": 40.0, "184": None})
    back = rates("reentry_rate", {"20": 15.0, "181": 30.0, "183": None, "184": 5.0})
    ax = drawn(exits, pd.concat([exit_rate, back]), writer)
    assert [t.get_text() for t in ax.get_yticklabels()] == [writer.place("183"), writer.place("181")]
    dots = [(line.get_xdata()[0], line.get_ydata()[0], to_hex(line.get_color())) for line in ax.lines if line.get_marker() == "o"]
    assert [(x, y) for x, y, color in dots if color == canvas.BLUE] == [(40.0, 0), (20.0, 1)]
    assert len(dots) == 3
    assert sorted(texts(ax)) == sorted(["40.0", "20.0", "30.0", f"{writer.place('20')} 25.0", f"{writer.place('20')} 15.0"])


def test_groups_stand_by_question_and_rate_with_both_years(writer):
    now = {"": 17.0, "region-region_3": 27.0, "region-region_1": 9.0, "sex-male": 16.0, "sex-female": 18.0, "ethnicity_group-minority": 17.5}
    later = {"2009": 10, "2011": 5, "2013": 0}
    rows = [{"indicator": "poor_rate", "group": g, "period": y, "estimate": v + extra} for g, v in now.items() for y, extra in later.items()]
    rows += [{"indicator": "poor_rate", "group": "area-urban", "period": "2013", "estimate": 8.0}]  # unknown in the first year: no row
    ax = drawn(group_rates, pd.DataFrame(rows), writer)
    assert [t.get_text() for t in ax.get_yticklabels()] == ["All", "Ethnic minority", "Male", "Female", "Region I", "Region III"]
    assert texts(ax)[:4] == ["17.0", "27.0", "17.5", "27.5"] and len(ax.texts) == 12


def test_a_group_of_another_question_is_refused(writer):
    rows = [{"group": "route-poor", "period": year, "estimate": 1.0} for year in ("2009", "2013")]
    with pytest.raises(ValueError):
        drawn(group_rates, pd.DataFrame(rows), writer)
