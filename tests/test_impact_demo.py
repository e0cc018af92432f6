"""The province of the demonstration: its models are studied as the review would, against what was planted; and regression to the mean."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
import study_demo_province as demo

from mne.errors import InputError
from mne.impact import Refusal, Study
from mne.impact.regression_to_mean import regression_to_the_mean
from mne.simulate import facts
from mne.simulate.panel import ABSENT
from mne.simulate.rollout import NEVER
from mne.simulate.world import YEARS

SEED = 2013  # that of the edition


@pytest.fixture(scope="module")
def province():
    return demo.made(SEED)


@pytest.fixture(scope="module")
def rows(province):
    return demo.studied(province)


@pytest.fixture(scope="module")
def effects(rows):
    """The main specification and the naive one, by target."""
    estimators = {name: demo.SPECIFICATIONS[name] for name in (demo.MAIN, "Callaway–Sant'Anna")}
    return {(name, target): demo.study(keep(own), **options).effect(estimator)
            for name, (estimator, keep, options) in estimators.items() for target, own in demo.targets(rows).items()}  # fmt: skip


def test_truth_is_that_of_the_key(province, rows):
    since = rows["year"] - rows["first_treated"]
    for district, planted in facts._models(province)["districts"].items():
        for event, points in planted["att_by_event_time"].items():
            assert demo.truth(rows, rows["district"].eq(district) & since.eq(int(event))) == pytest.approx(points, abs=1e-4)


def test_exposed_communes_are_those_of_the_simulation(province, rows):
    listed = rows.groupby(["commune", "year"])["beside"].first()
    spilled = pd.DataFrame(province.panel.rollout.spilled, index=province.land.communes["code"], columns=YEARS).stack()
    assert (listed == spilled.reindex(listed.index)).all()
    assert listed.sum() > 20


def test_lists_of_2009_tell_the_status_of_2008(province, rows):
    early = demo.earliest(rows)
    assert sorted(early["year"].unique()) == [2008, 2011, 2012, 2013]
    panel, first = province.panel, early[early["year"] == 2008]
    assert (first["poor"].to_numpy() == 100.0 * (panel.status[first["household"], 0] == 0)).all()
    assert (panel.commune[first["household"], 0] != ABSENT).all()


def test_intervals_hold_what_was_planted(rows, effects):
    for target, own in demo.targets(rows).items():
        low, high = effects[demo.MAIN, target].conf_int()
        assert low < demo.truth(own, own["first_treated"] <= own["year"]) < high, target


def test_districts_with_and_without_an_effect_are_told_apart(effects):
    assert effects[demo.MAIN, "with an effect"].conf_int()[1] < 0
    assert effects[demo.MAIN, "X705"].conf_int()[1] < 0
    for target in ("X707", "X709", "without one"):
        low, high = effects[demo.MAIN, target].conf_int()
        assert low < 0 < high, target
    # Who forgets why communes were chosen finds an effect where there is none.
    assert effects["Callaway–Sant'Anna", "without one"].conf_int()[1] < 0


def test_neighbours_lose(rows):
    found = {row["specification"]: row for row in demo.other_questions(rows)}
    spill = found["spill-over"]
    assert 0 < spill["low"] < spill["truth"] < spill["high"]
    # By district nothing can be told, and it is said beforehand: the smallest effect that could be found is many times the true one.
    assert found["by district"]["low"] < found["by district"]["truth"] < 0 < found["by district"]["high"]
    assert found["by district"]["mde"] > 5 * abs(found["by district"]["truth"])


def test_chosen_communes_recover_by_themselves(province, rows):
    without = Study(rows, outcome="without", first_treated="first_treated", **demo.COLUMNS)
    table = regression_to_the_mean(without, before=[2009, 2010]).table.set_index("period")
    assert table.loc[2010, "difference_low"] > 0  # they had just risen, before any model
    assert (table.loc[2011:, "expected_high"] < 0).all()  # and fall by themselves after it
    chosen = province.panel.rollout.first != NEVER
    assert regression_to_the_mean(without, before=[2009, 2010]).chosen == chosen.sum()


def test_results_are_summed_up_by_hand():
    row = {"specification": "a", "se": 1.0, "low": -1.0, "high": 3.0}
    results = pd.DataFrame([{**row, "estimate": 1.0, "truth": 0.0}, {**row, "estimate": 2.5, "low": 0.5, "high": 4.5, "truth": 0.0}, {"specification": "a"}])
    table = demo.summary(results, ["specification"]).iloc[0]
    assert (table["asked"], table["answered"], table["estimate"], table["bias"]) == (3, 2, 1.75, 1.75)
    assert (table["covered"], table["found"], table["width"]) == (0.5, 0.5, 4.0)
    assert table["root"] == pytest.approx(np.sqrt((1 + 6.25) / 2))


def places(seed=1, *, effect=0.0, noise=1.0) -> pd.DataFrame:
    """Forty-five places of three districts over five years; two districts choose some of the highest in the second year."""
    draw = np.random.default_rng(seed)
    need = draw.normal(20, 5, 45)
    frame = pd.DataFrame([{"place": f"p{g:02}", "district": "abc"[g // 15], "year": 2009 + t, "size": 1 + g % 4,
                           "rate": need[g] * (1 - 0.05 * t) + noise * draw.normal(0, 4)} for g in range(45) for t in range(5)])  # fmt: skip
    rank = frame[frame["year"] == 2010].groupby("district")["rate"].rank(ascending=False)
    start = frame.loc[rank.index, "place"].where((rank <= 6) & frame.loc[rank.index, "district"].ne("c"))
    frame["start"] = frame["place"].map(dict.fromkeys(start.dropna(), 2011.0))
    return frame.assign(rate=frame["rate"] + effect * (frame["year"] >= frame["start"]))


def decomposed(frame: pd.DataFrame, before=(2009, 2010)):
    study = Study(frame, outcome="rate", unit="place", time="year", first_treated="start", assignment="place", strata="district", weights="size")
    return regression_to_the_mean(study, before=before)


def by_hand(frame: pd.DataFrame, year: int) -> tuple[float, float]:
    """Difference and what was to be expected, by statsmodels with dummies for districts."""
    wide = frame.pivot(index=["place", "district", "size"], columns="year", values="rate").add_prefix("y").reset_index()
    wide = wide.assign(change=wide[f"y{year}"] - wide["y2010"], chosen=wide["place"].map(frame.groupby("place")["start"].first()).notna())
    slopes = smf.wls("change ~ C(district) + y2009 + y2010", wide[~wide["chosen"]], weights=wide.loc[~wide["chosen"], "size"]).fit().params
    gaps, sizes = [], []
    for _, own in wide[wide["district"] != "c"].groupby("district"):
        mean = own.groupby("chosen")[["change", "y2009", "y2010", "size"]].apply(lambda g: pd.Series(np.average(g, axis=0, weights=g["size"]), g.columns))
        gaps.append(mean.loc[True] - mean.loc[False])
        sizes.append(own.loc[own["chosen"], "size"].sum())
    gap = pd.DataFrame(gaps).mul(np.array(sizes) / sum(sizes), axis=0).sum()
    return gap["change"], slopes["y2009"] * gap["y2009"] + slopes["y2010"] * gap["y2010"]


def test_parts_and_intervals_are_those_of_statsmodels_without_each_place():
    frame = places()
    found = decomposed(frame)
    assert (found.places, found.chosen, found.missing, found.df) == (30, 12, 0, 28)
    for row in found.table[found.table["period"] > 2010].itertuples():
        assert (row.difference, row.expected) == pytest.approx(whole := by_hand(frame, row.period))
        assert row.left == pytest.approx(whole[0] - whole[1])
    apart = np.array([by_hand(frame[frame["place"] != place], row.period) for place in frame["place"].unique()]) - whole
    error = np.sqrt(44 / 45 * (np.column_stack([apart, apart[:, 0] - apart[:, 1]]) ** 2).sum(0))
    reach = 2.0484071417952445 * error  # t of 28 degrees of freedom at 97.5 %, from tables to all digits
    assert [row.difference_high, row.expected_high, row.left_high] == pytest.approx(np.array([*whole, whole[0] - whole[1]]) + reach)
    assert [row.difference_low, row.expected_low, row.left_low] == pytest.approx(np.array([*whole, whole[0] - whole[1]]) - reach)


def test_nothing_is_left_where_rates_follow_from_before():
    table = decomposed(places(noise=0.0)).table
    assert table["left"].dropna().to_numpy() == pytest.approx(0, abs=1e-9)
    assert (table.loc[table["period"] > 2010, "expected"] < -0.1).all()  # high rates fall by more points
    assert decomposed(places(noise=0.0, effect=-3.0)).table["left"].dropna().to_numpy() == pytest.approx(-3)


def test_before_the_treatment_nothing_is_expected_and_the_rise_is_shown():
    first = decomposed(places()).table.iloc[0]
    assert (first["period"], first["since"]) == (2010, 2009)
    assert first["difference"] > 0
    assert np.isnan(first["expected"])
    assert first["chosen"] - first["others"] == pytest.approx(first["difference"])


def test_a_place_that_is_not_known_before_is_left_out_and_counted():
    frame = places()
    frame = frame[~((frame["place"] == "p44") & (frame["year"] == 2009))]
    assert decomposed(frame).missing == 1
    without = places()
    expected = decomposed(without[without["place"] != "p44"]).table
    pd.testing.assert_frame_equal(decomposed(frame).table, expected)


def test_a_place_that_is_not_known_in_one_later_period_serves_in_the_others():
    frame = places()
    found = decomposed(frame[~((frame["place"] == "p44") & (frame["year"] == 2012))])
    assert found.missing == 0
    same = found.table["period"] != 2012
    assert found.table.loc[same, "left"].dropna().to_numpy() == pytest.approx(decomposed(frame).table.loc[same, "left"].dropna().to_numpy())
    assert found.table.loc[~same, "left"].item() != pytest.approx(decomposed(frame).table.loc[~same, "left"].item())


@pytest.mark.parametrize(("change", "before", "code"), [
    (lambda f: f, [2008, 2010], "impact_unit_absent"),
    (lambda f: f, [], "impact_option"),
    (lambda f: f.assign(start=f["start"] - 1), [2009, 2010], "impact_chosen_early"),
    (lambda f: f[f["year"] <= 2010].assign(start=f["start"]), [2009, 2010], "impact_no_after"),
    (lambda f: f.assign(start=f["start"].where(f["place"].isin(["p00", *f.loc[f["start"].notna(), "place"].unique()[:2]]))), [2010], "impact_few_treated"),
])  # fmt: skip
def test_a_mistake_is_told_in_both_languages(change, before, code):
    with pytest.raises((InputError, Refusal)) as raised:
        decomposed(change(places()), before)
    assert raised.value.code == code
    assert all(raised.value.sentence(lang) for lang in ("vi", "en"))
