"""Event studies: the table is that of the estimator, the wrappers are the functions of parallel trends, pictures draw what is in the table."""

import math
import warnings

import matplotlib
import numpy as np
import pandas as pd
import pytest
from impact_worlds import means_by_cell, study, world
from matplotlib.axes import Axes
from pytest import approx
from scipy import stats

from mne.errors import InputError
from mne.impact import Refusal, parallel_trends
from mne.impact.effect import Effect
from mne.impact.estimators import NAMES
from mne.impact.pooling import pool

FRAME = world((2012, 2013, 2013, 2012, 2013, 2012, *(None,) * 9), periods=5)
STAGED = [name for name in NAMES if name != "two_way"]
BOUNDS = [0.0, 0.5, 1.0]
SHAPE = {"before": 2, "after": 3, "df": 14}


@pytest.fixture(scope="module", params=STAGED)
def events(request):
    return study(FRAME).event_study(request.param)


@pytest.fixture(scope="module")
def whole():
    return study(FRAME).event_study("callaway_santanna")


@pytest.fixture(autouse=True)
def picture():
    """Pictures on no screen, closed after each test."""
    before = matplotlib.get_backend()
    matplotlib.use("Agg")
    yield
    from matplotlib import pyplot

    pyplot.close("all")
    matplotlib.use(before)


def test_the_table_is_that_of_the_effect_by_event_time(events):
    parts = study(FRAME).effect(events.method, way="event_time").parts
    parts = parts[(parts["label"] != -1) & parts["estimate"].notna()].rename(columns={"label": "event_time"}).reset_index(drop=True)
    pd.testing.assert_frame_equal(events.table.drop(columns="units"), parts, check_dtype=False)
    assert np.sqrt(np.diag(events.covariance)) == approx(events.table["std_error"].to_numpy())
    reach = stats.t.ppf(0.975, events.df) * events.table["std_error"]
    assert (events.table["conf_high"] - events.table["estimate"]).tolist() == approx(reach.tolist())


def test_effects_by_event_time_are_means_of_cells_by_hand(whole):
    cells = means_by_cell(FRAME, pd.Series(1.0, FRAME.index)).assign(event=lambda c: (c["year"] - c["first"]).astype(int))
    by_hand = cells[cells["event"] != -1].groupby("event")[["effect", "weight"]].apply(
        lambda c: pd.Series({"estimate": np.average(c["effect"], weights=c["weight"]), "units": c["weight"].sum()}))  # fmt: skip
    found = whole.table.set_index("event_time")[["estimate", "units"]]
    assert found.index.tolist() == by_hand.index.tolist() == [-3, -2, 0, 1, 2]
    assert found.to_numpy() == approx(by_hand.to_numpy())


def test_the_covariance_is_that_of_leaving_out_each_cluster(whole):
    without = []
    for place in range(15):
        rest = FRAME[FRAME["place"] != place]
        cells = means_by_cell(rest, pd.Series(1.0, rest.index)).assign(event=lambda c: c["year"] - c["first"])
        without.append([np.average(c["effect"], weights=c["weight"]) for e in whole.table["event_time"] for c in [cells[cells["event"] == e]]])
    off = np.array(without) - whole.table["estimate"].to_numpy()
    assert whole.covariance == approx(14 / 15 * off.T @ off, rel=1e-8)
    assert whole.df == 14


def test_the_shape_is_what_the_table_says(events):
    before = (events.table["event_time"] < 0).sum()
    assert events.before == before == (0 if events.method == "imputation" else 2)
    assert events.table["event_time"].tolist() == ([-3, -2] if before else []) + [0, 1, 2]


def test_tidy_names_outcome_and_method(events):
    tidy = events.tidy()
    assert set(tidy["method"]) == {events.method} and set(tidy["outcome"]) == {"y"}
    pd.testing.assert_frame_equal(tidy[events.table.columns], events.table)


def test_wrappers_are_the_functions_called_by_hand(whole):
    values, covariance = whole.table["estimate"], whole.covariance
    for name in ("smoothness", "relative_magnitudes"):
        by_hand = getattr(parallel_trends, name)(values, covariance, bounds=BOUNDS, **SHAPE)
        pd.testing.assert_frame_equal(getattr(whole, name)(BOUNDS), by_hand)
    pd.testing.assert_frame_equal(whole.pretrend_power(power=(0.6, 0.9)), parallel_trends.pretrend_power(covariance, power=(0.6, 0.9), **SHAPE))
    pd.testing.assert_frame_equal(whole.pretrend_power(), parallel_trends.pretrend_power(covariance, power=(0.5, 0.8), **SHAPE))
    assert whole.pretrend_p() == parallel_trends.pretrend_p(values, covariance, **SHAPE)


def test_the_joint_test_is_hotelling_s(whole):
    early, cov = whole.table["estimate"].to_numpy()[:2], whole.covariance[:2, :2]
    statistic = early @ np.linalg.inv(cov) @ early
    assert whole.pretrend_p() == approx(stats.f.sf(statistic * 13 / (2 * 14), 2, 13))


def test_intervals_widen_with_the_bound_and_start_at_the_effect_s_own_scale(whole):
    for table in (whole.smoothness(BOUNDS), whole.relative_magnitudes(BOUNDS)):
        width = table["conf_high"] - table["conf_low"]
        assert width.is_monotonic_increasing and width.iloc[0] < width.iloc[-1]
        assert (table["conf_low"] < table["conf_high"]).all()
    own = whole.table.set_index("event_time").loc[0]
    nearest = whole.relative_magnitudes([0.0]).iloc[0]
    # Without any violation the interval of the first effect is its own.
    assert (nearest["conf_low"], nearest["conf_high"]) == approx((own["conf_low"], own["conf_high"]), abs=0.15 * own["std_error"])


def test_a_drift_before_the_start_is_found():
    drifting = FRAME.assign(y=FRAME["y"] + 1.5 * (FRAME["year"] - 2010) * FRAME["first"].notna())
    assert study(drifting).event_study().pretrend_p() < 0.01
    assert study(FRAME).event_study().pretrend_p() > 0.1


def test_nothing_before_the_start_leaves_no_test_of_it():
    events = study(FRAME).event_study("imputation")
    assert math.isnan(events.pretrend_p())
    for asked in (events.pretrend_power, lambda: events.smoothness([0.0]), lambda: events.relative_magnitudes([0.0])):
        with pytest.raises(InputError) as told:
            asked()
        assert all("{" not in told.value.sentence(lang) for lang in ("vi", "en"))


def test_more_periods_before_than_clusters_carry_is_refused():
    frame = world((2018, 2018, 2018, None, None, None), periods=10)
    events = study(frame).event_study()
    assert (events.before, events.df) == (7, 5)
    with pytest.raises(Refusal):
        events.pretrend_p()


def test_a_year_before_the_start_in_which_nobody_treated_is_seen_is_no_silent_gap():
    # Functions of parallel trends take coefficients as evenly spaced: -4, -3 must not pass for -3, -2.
    frame = FRAME[~(FRAME["first"] - FRAME["year"]).eq(2)]
    events = study(frame).event_study()
    assert -2 not in events.table["event_time"].tolist()
    for asked in (events.pretrend_power, lambda: events.smoothness([0.0]), lambda: events.relative_magnitudes([0.0])):
        with pytest.raises(InputError):
            asked()


@pytest.mark.parametrize(("estimator", "named"), [("two_way", "two_way"), ("imputatoin", "imputation"), ("doubly_robust", "doubly_robust")])
def test_an_estimator_without_event_times_is_told(estimator, named):
    with pytest.raises(InputError, match=named) as told:
        study(FRAME).event_study(estimator)
    assert estimator in told.value.sentence("vi")


def test_a_design_that_cannot_answer_is_refused():
    with pytest.raises(Refusal):
        study(world((2012, 2012, None, None, None))).event_study()


def drawn(plot) -> Axes:
    """The axes that a plot returns; any warning is a fault."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        axes = plot()
        axes.figure.canvas.draw()
    assert isinstance(axes, Axes)
    return axes


def points(axes: Axes) -> np.ndarray:
    return np.asarray(axes.collections[0].get_offsets())


def bars(axes: Axes) -> np.ndarray:
    """Left and right ends of the drawn intervals, from the lowest up."""
    segments = [segment for c in axes.collections if hasattr(c, "get_segments") for segment in c.get_segments()]
    return np.array([np.sort(segment[:, 0]) for segment in sorted(segments, key=lambda s: s[0, 1])])


def test_an_event_study_is_drawn_with_its_intervals(whole):
    axes = drawn(whole.plot)
    assert points(axes) == approx(whole.table[["event_time", "estimate"]].to_numpy())
    heights = sorted(segment[:, 1].tolist() for c in axes.collections if hasattr(c, "get_segments") for segment in c.get_segments())
    assert np.array(heights) == approx(np.array(sorted(whole.table[["conf_low", "conf_high"]].to_numpy().tolist())))
    assert axes.get_ylabel() == "y"
    assert {tuple(line.get_xdata()) for line in axes.lines if line.get_linestyle() == ":"} == {(-0.5, -0.5)}


def test_a_picture_may_be_drawn_into_given_axes(whole):
    from matplotlib.figure import Figure

    axes = Figure().subplots()
    assert whole.plot(ax=axes) is axes and len(points(axes)) == len(whole.table)


def test_an_effect_is_drawn_above_its_parts():
    effect = study(FRAME).effect("imputation", way="group")
    axes = drawn(effect.plot)
    assert [t.get_text() for t in axes.get_yticklabels()] == ["2013", "2012", "imputation"]
    assert points(axes)[:, 0] == approx([*effect.parts["estimate"][::-1], effect.estimate])
    assert bars(axes) == approx(np.array([*effect.parts[["conf_low", "conf_high"]][::-1].to_numpy(), effect.conf_int()]))
    assert axes.get_xlabel() == "y"


def test_an_effect_without_parts_or_interval_is_drawn():
    assert len(points(drawn(Effect(estimate=1.0, se=0.5, method="linear", outcome="y").plot))) == 1
    assert len(points(drawn(Effect(estimate=1.0, se=math.nan, method="linear", outcome="y").plot))) == 1


def test_an_interval_that_is_not_symmetric_is_drawn_as_it_is():
    axes = drawn(Effect(estimate=-3.0, se=1.5, method="regression_discontinuity", interval=(-9.0, 1.0), p=0.2).plot)
    assert bars(axes) == approx(np.array([[-9.0, 1.0]]))


def test_a_specification_curve_is_drawn_smallest_first():
    found = study(FRAME).sensitivity(placebo_outcomes=["x"])
    axes = drawn(found.plot)
    curve = found.curve()
    assert points(axes)[:, 0] == approx(curve["estimate"].to_numpy())
    assert [t.get_text() for t in axes.get_yticklabels()] == (curve["family"] + ": " + curve["specification"]).tolist()
    assert bars(axes) == approx(curve[["conf_low", "conf_high"]].to_numpy())


def test_a_curve_of_refusals_only_is_drawn_empty():
    refused = study(world((2012, 2012, None, None, None))).sensitivity()
    assert len(points(drawn(refused.plot))) == 0


def test_a_forest_is_drawn_with_the_pooled_effect_below():
    found = pool([1.0, 2.0, 4.0], [0.5, 0.4, 0.8], labels=["a", "b", "c"])
    axes = drawn(found.plot)
    assert [t.get_text() for t in axes.get_yticklabels()] == ["pooled", "c", "b", "a"]
    assert points(axes)[:, 0] == approx([found.estimate, 4.0, 2.0, 1.0])
    assert bars(axes)[0] == approx(np.array(found.interval))
