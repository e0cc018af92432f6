"""The parts of a two-way fixed effects coefficient, against a library, least squares with dummies, and double differences."""

import numpy as np
import pandas as pd
import pytest
from benchmarks import benchmarks

from mne.errors import InputError
from mne.impact.decomposition import goodman_bacon

ASK = {"outcome": "y", "unit": "unit", "time": "year", "first_treated": "first"}


def panel(*, never: bool = True, always: bool = True) -> pd.DataFrame:
    draw = np.random.default_rng(4)
    first = [2012.0] * 5 + [2014.0] * 7 + [np.nan] * (6 if never else 0) + [2010.0] * (4 if always else 0)
    rows = pd.DataFrame([(u, t, f) for u, f in enumerate(first) for t in range(2010, 2017)], columns=["unit", "year", "first"])
    late = (rows["year"] - rows["first"]).clip(lower=-1).fillna(-1) + 1
    return rows.assign(y=draw.normal(0, 1, len(rows)) + 0.5 * late, w=rows["unit"] % 3 + 1.0)


def two_way(rows: pd.DataFrame, weight: pd.Series | None = None) -> float:
    treated = (rows["year"] >= rows["first"]).astype(float)
    design = pd.concat([treated, pd.get_dummies(rows["unit"]), pd.get_dummies(rows["year"], drop_first=True)], axis=1).to_numpy(float)
    root = np.sqrt(np.ones(len(rows)) if weight is None else weight.to_numpy())[:, None]
    return float(np.linalg.lstsq(design * root, rows["y"].to_numpy() * root[:, 0], rcond=None)[0][0])


@pytest.mark.parametrize("kinds", [{}, {"never": False}, {"always": False}, {"never": False, "always": False}])
@pytest.mark.parametrize("weighted", [False, True])
def test_adds_up_to_the_coefficient(kinds, weighted):
    rows = panel(**kinds)
    found = goodman_bacon(rows, **ASK, weights="w" if weighted else None)
    assert found["weight"].sum() == pytest.approx(1, abs=1e-12)
    assert (found["weight"] > 0).all()
    assert found["weight"] @ found["estimate"] == pytest.approx(two_way(rows, rows["w"] if weighted else None), abs=1e-10)


def test_kinds_and_cohorts():
    found = goodman_bacon(panel(), **ASK)
    named = {(k, *("none" if np.isnan(v) else int(v) for v in (t, c))) for k, t, c in found[["kind", "treated", "comparison"]].itertuples(index=False)}
    assert named == {("treated_vs_never", 2012, "none"), ("treated_vs_never", 2014, "none"), ("earlier_vs_later", 2012, 2014),
                     ("later_vs_earlier", 2014, 2012), ("later_vs_always", 2012, "none"), ("later_vs_always", 2014, "none")}  # fmt: skip
    assert len(found) == 6


def test_estimates_are_double_differences():
    rows = panel()
    mean = rows.assign(first=rows["first"].fillna(0)).groupby(["first", "year"])["y"].mean().unstack()
    gap = mean.loc[2014] - mean.loc[2012]
    found = goodman_bacon(rows, **ASK).set_index(["kind", "treated"])["estimate"]
    assert found["later_vs_earlier", 2014] == pytest.approx(gap.loc[2014:].mean() - gap.loc[2012:2013].mean())
    assert found["earlier_vs_later", 2012] == pytest.approx(-(gap.loc[2012:2013].mean() - gap.loc[:2011].mean()))


def test_minimum_wages():
    """mpdta: diff-diff 3.13.0, BaconDecomposition().fit(...).to_dataframe(); the sum is the coefficient -0.03655."""
    found = goodman_bacon(pd.read_csv(benchmarks("mpdta") / "mpdta.csv"), outcome="lemp", unit="countyreal", time="year", first_treated="first.treat")
    wanted = {("treated_vs_never", 2004, 0): (0.081780, -0.079749), ("treated_vs_never", 2006, 0): (0.245339, -0.022570),
              ("treated_vs_never", 2007, 0): (0.535656, -0.043106), ("earlier_vs_later", 2004, 2006): (0.005293, -0.045608),
              ("later_vs_earlier", 2006, 2004): (0.010586, 0.054287), ("earlier_vs_later", 2004, 2007): (0.026003, -0.091055),
              ("later_vs_earlier", 2007, 2004): (0.026003, -0.019605), ("earlier_vs_later", 2006, 2007): (0.052005, 0.018480),
              ("later_vs_earlier", 2007, 2006): (0.017335, 0.010575)}  # fmt: skip
    ours = {(r.kind, int(r.treated), 0 if np.isnan(r.comparison) else int(r.comparison)): (r.weight, r.estimate) for r in found.itertuples()}
    assert set(ours) == set(wanted)
    for key, pair in wanted.items():
        assert ours[key] == pytest.approx(pair, abs=6e-7)
    assert found["weight"] @ found["estimate"] == pytest.approx(-0.03654893667, abs=1e-10)


def test_zero_missing_and_a_start_after_the_end_are_never():
    rows = panel(always=False)
    wanted = goodman_bacon(rows, **ASK)
    for never in (0, 2017, 3000):
        pd.testing.assert_frame_equal(goodman_bacon(rows.assign(first=rows["first"].fillna(never)), **ASK), wanted)
    event = rows.assign(year=rows["year"] - 2012, first=rows["first"] - 2012)  # now 0 is a period
    assert goodman_bacon(event, **ASK)["estimate"].tolist() == pytest.approx(wanted["estimate"].tolist())


def test_dates_serve_as_well():
    rows = panel()
    dates = rows.assign(**{c: rows[c].map(lambda year: pd.Timestamp(int(year), 1, 1), na_action="ignore") for c in ("year", "first")})
    there, here = goodman_bacon(dates, **ASK), goodman_bacon(rows, **ASK)
    assert there["weight"].tolist() == pytest.approx(here["weight"].tolist())
    assert there["treated"].dt.year.tolist() == here["treated"].tolist()


@pytest.mark.parametrize(("change", "options", "code"), [
    (lambda d: d, {"first_treated": "start"}, "impact_column_missing"),
    (lambda d: d.assign(first="2012"), {}, "impact_not_numeric"),
    (lambda d: d.assign(first=np.where(d.index == 0, 2013, d["first"])), {}, "impact_start_differs"),
    (lambda d: d.assign(w=d.index * 1.0), {"weights": "w"}, "impact_weights_change"),
    (lambda d: d.assign(w=-d["w"]), {"weights": "w"}, "impact_weights"),
    (lambda d: d[1:], {}, "impact_unbalanced"),
    (lambda d: d.assign(first=np.nan), {}, "impact_one_arm"),
    (lambda d: d.assign(first=d["first"].where(d["first"] == 2010)), {}, "impact_one_arm"),
])  # fmt: skip
def test_mistakes_are_told(change, options, code):
    with pytest.raises(InputError) as told:
        goodman_bacon(change(panel()), **ASK | options)
    assert told.value.code == code
    assert all(told.value.sentence(lang) for lang in ("vi", "en"))
