"""Panels: every mistake is told in one sentence of either language, and what is left out is counted."""

import numpy as np
import pandas as pd
import pytest
from impact_worlds import SINGLE, SMALL, on, study, world
from pytest import approx

from mne.errors import InputError
from mne.impact import Refusal, Study
from mne.impact.estimators import NAMES

FRAME = world(SMALL)
DATES = pd.to_datetime(FRAME["year"], format="%Y")
NEVER = FRAME["first"].isna()


def by_row(values) -> dict:
    return {"frame": FRAME.assign(d=values), "first_treated": None, "treated": "d"}


# What is wrong: (code of the sentence, what it must name, arguments). Arguments are those of a study of FRAME unless another is given.
WRONG = {
    "a treatment that ends": ("impact_switches_off", "2013", by_row((on(FRAME) & ~((FRAME["place"] == 0) & (FRAME["year"] == 2013))).astype(int))),
    "a place treated in part": ("impact_mixed_place", "2011", by_row((on(FRAME) & (FRAME["unit"] != 0)).astype(int))),
    "a treatment of 0 and 2": ("impact_not_binary", "2", by_row(on(FRAME) * 2)),
    "a treatment in words": ("impact_not_numeric", "no", by_row(np.where(on(FRAME), "yes", "no"))),
    "a treatment unknown in a row": ("impact_missing_values", "1", by_row(pd.Series(on(FRAME) * 1.0).where(FRAME.index != 3))),
    "a unit twice in a year": ("impact_seen_twice", "2010", {"frame": pd.concat([FRAME, FRAME.iloc[:1]])}),
    "a constant outcome": ("impact_constant", "y", {"y": 1.0}),
    "an unknown outcome": ("impact_constant", "y", {"y": np.nan}),
    "an infinite outcome": ("impact_not_numeric", "inf", {"y": FRAME["y"].where(FRAME.index != 3, np.inf)}),
    "an outcome in words": ("impact_not_numeric", "poor", {"y": "poor"}),
    "an outcome as text": ("impact_not_numeric", "9.76", {"y": FRAME["y"].astype(str)}),
    "complex outcomes": ("impact_not_numeric", "1j", {"y": FRAME["y"] + 1j}),
    "the treated unmeasured": ("impact_arm_unmeasured", "y", {"y": FRAME["y"].where(NEVER)}),
    "the untreated unmeasured": ("impact_arm_unmeasured", "y", {"y": FRAME["y"].where(~NEVER)}),
    "negative weights": ("impact_weights", "-1", {"w": -1.0, "weights": "w"}),
    "weights of zero": ("impact_weights", "0", {"w": 0.0, "weights": "w"}),
    "infinite weights": ("impact_weights", "inf", {"w": np.inf, "weights": "w"}),
    "weights that change": ("impact_weights_change", "w", {"w": 1.0 + FRAME.index, "weights": "w"}),
    "weights as text": ("impact_not_numeric", "a", {"w": "a", "weights": "w"}),
    "weights unknown in a row": ("impact_missing_values", "1", {"w": FRAME["w"].where(FRAME.index != 3), "weights": "w"}),
    "years as text": ("impact_time_text", "2010", {"year": FRAME["year"].astype(str)}),
    "dates as text": ("impact_time_text", "2010-01-01", {"year": DATES.dt.strftime("%Y-%m-%d")}),
    "years as categories": ("impact_time_text", "2010", {"year": FRAME["year"].astype("category")}),
    "an infinite year": ("impact_not_numeric", "inf", {"year": FRAME["year"].where(FRAME["year"] < 2013, np.inf)}),
    "one year": ("impact_one_period", "year", {"frame": FRAME[FRAME["year"] == 2012]}),
    "one year that is measured": ("impact_one_period", "year", {"y": FRAME["y"].where(FRAME["year"] == 2012)}),
    "never written as 0": ("impact_never_zero", "first", {"first": FRAME["first"].fillna(0)}),
    "a start as text": ("impact_not_numeric", "2011", {"first": FRAME["first"].astype(str)}),
    "an infinite start": ("impact_not_numeric", "inf", {"first": FRAME["first"].fillna(np.inf)}),
    "starts as dates, years as numbers": ("impact_not_numeric", "2011-01-01", {"first": pd.to_datetime(FRAME["first"], format="%Y")}),
    "starts as years, dates": ("impact_start_kind", "2011", {"year": DATES}),
    "starts as years, periods": ("impact_start_kind", "2011", {"year": DATES.dt.to_period("Y")}),
    "starts as dates, periods": ("impact_start_kind", "2011", {"year": DATES.dt.to_period("Y"), "first": pd.to_datetime(FRAME["first"], format="%Y")}),
    "starts without a time zone": ("impact_start_kind", "2011", {"year": DATES.dt.tz_localize("UTC"), "first": pd.to_datetime(FRAME["first"], format="%Y")}),
    "starts that differ within a place": ("impact_start_differs", "first", {"first": FRAME["first"].mask(FRAME["unit"] == 0, 2012)}),
    "clusters below the assignment": ("impact_cluster_below", "place", {"cluster": "unit"}),
    "strata below the assignment": ("impact_strata_below", "place", {"strata": "unit"}),
    "no start and no treatment": ("impact_one_of_two", "first_treated", {"first_treated": None}),
    "both a start and a treatment": ("impact_one_of_two", "treated", {"treated": "w"}),
    "a place unknown in a row": ("impact_missing_values", "place", {"place": FRAME["place"].where(FRAME.index != 3)}),
    "treated in every row": ("impact_nothing_left", "108", by_row(1)),
    "an empty table": ("impact_constant", "y", {"frame": FRAME.iloc[:0]}),
    "a table without columns": ("impact_column_missing", "y", {"frame": pd.DataFrame()}),
    "no table": ("impact_no_table", "dict", {"frame": {"y": [1]}}),
    "nothing at all": ("impact_no_table", "NoneType", {"frame": None}),
    "two columns of one name": ("impact_column_twice", "place", {"frame": pd.concat([FRAME, FRAME[["place"]]], axis=1)}),
    "a list for a name": ("impact_no_name", "y", {"outcome": ["y"]}),
    "a covariate that is not there": ("impact_column_missing", "lpop", {"covariates": "lpop"}),
    "a covariate in words": ("impact_not_numeric", "a", {"x": "a", "covariates": ["x"]}),
    "a covariate unknown in a row": ("impact_missing_values", "1", {"x": FRAME["x"].where(FRAME.index != 3), "covariates": ["x"]}),
    "an infinite covariate": ("impact_not_numeric", "inf", {"x": FRAME["x"].where(FRAME.index != 3, np.inf), "covariates": ["x"]}),
    "the outcome as covariate": ("impact_covariate_outcome", "y", {"covariates": ["y"]}),
    "an unknown comparison": ("impact_option", "not_yet", {"comparison": "notyet"}),
}  # fmt: skip

REFUSED = {
    "no place is treated": ("impact_no_comparison", {"first": np.nan}),
    "no date is known": ("impact_no_comparison", {"year": DATES, "first": pd.NaT}),
    "all start after the window": ("impact_no_comparison", {"first": FRAME["first"].mask(~NEVER, 2050)}),
    "all are treated at some time": ("impact_no_comparison", {"first": FRAME["first"].fillna(2013)}),
    "all are treated at some time, not yet": ("impact_no_comparison", {"first": FRAME["first"].fillna(2013), "comparison": "not_yet"}),
    "treated from the first year on": ("impact_no_comparison", {"first": FRAME["first"].mask(~NEVER, 2010)}),
    "treated in no row": ("impact_no_comparison", by_row(0)),
    "an arm in each stratum": ("impact_no_comparison", {"s": NEVER, "strata": "s"}),
    "two treated places": ("impact_few_treated", {"frame": world((2012, 2012) + (None,) * 4)}),
    "two treated places beside one that was from the start": ("impact_few_treated", {"first": FRAME["first"].mask(FRAME["place"] == 0, 2010)}),
    "two treated places that have weight": ("impact_few_treated", {"w": np.where(FRAME["place"] == 0, 0.0, 1.0), "weights": "w"}),
    "two untreated places": ("impact_few_untreated", {"frame": world((2012,) * 4 + (None,) * 2)}),
    "one cluster": ("impact_few_treated", {"c": 1, "cluster": "c"}),
    "clusters treated in part": ("impact_few_untreated", {"c": FRAME["place"].replace({3: 0, 4: 1, 5: 2}), "cluster": "c"}),
    "a cluster in two strata": ("impact_strata_clusters", {"frame": world((2012, None) * 5 + (None,) * 6).assign(
        c=lambda f: f["place"].replace({15: 14}), s=lambda f: (f["place"] > 14).astype(int)), "cluster": "c", "strata": "s"}),
    "treated places unseen before": ("impact_no_before", {"y": FRAME["y"].where(NEVER | on(FRAME))}),
    "every unit seen once": ("impact_no_repeat", {"unit": range(len(FRAME))}),
}  # fmt: skip

# What shows only when an effect is tried.
UNTOLD = {
    "untreated places unseen after": ("impact_no_after", {"y": FRAME["y"].where(~NEVER | (FRAME["year"] < 2011))}),
    "all change alike": ("impact_no_spread", {"y": FRAME["year"] + FRAME["unit"] + on(FRAME)}),
}


def asked(changes: dict) -> Study:
    """A study of FRAME, or of ``frame`` among the changes, with columns and arguments changed."""
    changes = dict(changes)
    frame = changes.pop("frame", FRAME)
    columns = {k: changes.pop(k) for k in list(changes) if k in {*FRAME, "s", "c"}}
    return study(frame.assign(**columns) if columns else frame, **changes)


def told(error: InputError) -> dict[str, str]:
    """Its sentences, checked: filled in, on one line, one in each language."""
    found = {lang: error.sentence(lang) for lang in ("vi", "en")}
    assert found["vi"] != found["en"]
    for sentence in found.values():
        assert sentence.endswith(".") and "\n" not in sentence and "{" not in sentence and "nan" not in sentence.lower(), sentence
        assert len(sentence) < 400, sentence
    return found


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_is_told_in_a_sentence(name):
    code, names, changes = WRONG[name]
    with pytest.raises(InputError) as found:
        asked(changes).effects()
    assert found.value.code == code and not isinstance(found.value, Refusal)
    assert all(names in sentence for sentence in told(found.value).values())


@pytest.mark.parametrize("name", REFUSED)
def test_a_design_that_cannot_answer_says_why(name):
    code, changes = REFUSED[name]
    refused = asked(changes)
    design = refused.design()  # which is shown nevertheless
    assert design.refusals[0].code == code and np.isnan(design.mde)
    for lang, sentence in told(design.refusals[0]).items():
        assert sentence in design.summary(lang)
    design.tidy()
    for ask in (refused.effect, refused.effects, refused.event_study, lambda: refused.inference(draws=9)):
        with pytest.raises(Refusal) as found:
            ask()
        assert found.value.code == code


@pytest.mark.parametrize("name", UNTOLD)
def test_an_effect_that_cannot_be_told_says_why(name):
    code, changes = UNTOLD[name]
    refused = asked(changes)
    assert np.isnan(refused.design().mde)
    for ask in (refused.effect, lambda: refused.effects(["sun_abraham"]), lambda: refused.inference(["callaway_santanna"], draws=9)):
        with pytest.raises(Refusal) as found:
            ask()
        assert found.value.code == code and told(found.value)


@pytest.mark.parametrize("argument", ["outcome", "unit", "time", "assignment", "first_treated", "cluster", "strata", "weights"])
def test_of_an_unknown_column_the_nearest_is_offered(argument):
    with pytest.raises(InputError, match="the nearest is “place”") as found:
        study(FRAME, **{argument: "plase"})
    assert found.value.code == "impact_column_missing" and "plase" in told(found.value)["vi"]


SAME = {
    "0/1 by row": by_row(on(FRAME).astype(int)),
    "truth values by row": by_row(pd.array(on(FRAME), dtype="boolean")),
    "dates": {"year": DATES, "first": pd.to_datetime(FRAME["first"], format="%Y")},
    "starts within the year before": {"year": DATES, "first": pd.to_datetime(FRAME["first"], format="%Y") - pd.Timedelta(days=200)},
    "dates with a zone": {"year": DATES.dt.tz_localize("Asia/Bangkok"), "first": pd.to_datetime(FRAME["first"], format="%Y").dt.tz_localize("Asia/Bangkok")},
    "periods": {"year": DATES.dt.to_period("Y"), "first": pd.to_datetime(FRAME["first"], format="%Y").dt.to_period("Y")},
    "nullable numbers": {"frame": FRAME.convert_dtypes()},
    "years from zero": {"year": FRAME["year"] - 2011, "first": FRAME["first"] - 2011},
    "starts between years": {"first": FRAME["first"] - 0.5},
    "never as after the window": {"first": FRAME["first"].fillna(2050)},
    "names": {"place": "p" + FRAME["place"].astype(str), "unit": ("u" + FRAME["unit"].astype(str)).astype("category")},
    "another index": {"frame": FRAME.set_index("unit", drop=False).rename_axis("i")},
    "constant covariate": {"x": 1.0, "covariates": "x"},
    "weights of one": {"w": True, "weights": "w"},
}  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_the_same_data_otherwise_written(name):
    own, other = study(FRAME).effects(), asked(SAME[name]).effects()
    for estimator in NAMES:
        assert (own[estimator].estimate, own[estimator].se) == (approx(other[estimator].estimate), approx(other[estimator].se))


@pytest.mark.parametrize("scale", [1e-90, 1e-30, 1e30, 1e90])
def test_very_large_and_small_outcomes(scale):
    found = study(FRAME.assign(y=FRAME["y"] * scale)).effects()
    for name, effect in study(FRAME).effects().items():
        assert (found[name].estimate / scale, found[name].se / scale) == (approx(effect.estimate), approx(effect.se)), name


def test_the_table_is_not_changed():
    before = FRAME.copy(deep=True)
    study(FRAME, weights="w", covariates=["x"]).inference(draws=9)
    pd.testing.assert_frame_equal(FRAME, before)


def test_a_later_change_of_the_table_changes_nothing():
    frame = FRAME.copy(deep=True)
    found = study(frame, covariates=["x"])
    frame["x"] = 0.0
    assert found.effect().estimate == study(FRAME, covariates=["x"]).effect().estimate


def test_rows_without_outcome_are_left_out_and_counted_by_arm():
    gone = FRAME.sample(frac=0.2, random_state=1).index
    found = study(FRAME.assign(y=FRAME["y"].mask(FRAME.index.isin(gone))))
    effect, kept = found.effect("imputation"), study(FRAME.drop(index=gone)).effect("imputation")
    assert (effect.estimate, effect.se) == (approx(kept.estimate), approx(kept.se))
    assert (effect.n, effect.n_missing) == (len(FRAME) - len(gone), len(gone))
    missing = found.design().attrition.set_index("arm")["missing"]
    assert missing.to_dict() == {"treated": (~NEVER[gone]).sum(), "untreated": NEVER[gone].sum()}


@pytest.mark.parametrize("year", [2010, 2011, 2012, 2013])
@pytest.mark.parametrize("covariates", [[], ["x"]])
def test_a_year_without_outcomes_is_no_year(year, covariates):
    frame = world(SINGLE, periods=5)
    found = study(frame.assign(y=frame["y"].mask(frame["year"] == year)), covariates=covariates)
    kept = study(frame[frame["year"] != year], covariates=covariates).effects()
    for name, effect in found.effects().items():
        assert effect.estimate == approx(kept[name].estimate), name
    assert "impact_caution_periods" in [c.code for c in found.design().cautions]


def test_places_treated_from_the_start_are_left_out_and_said():
    frame = world((2011, 2012, 2012, 2012, None, None, None))
    always = frame.assign(first=frame["first"].mask(frame["place"] == 0, 2010))
    found = study(always)
    for name, effect in study(frame[frame["place"] > 0]).effects().items():
        assert (found.effect(name).estimate, found.effect(name).se) == (approx(effect.estimate), approx(effect.se)), name
    said = {c.code: c for c in found.design().cautions}["impact_caution_always"]
    assert str((frame["place"] == 0).sum()) in told(said)["en"]


def test_a_unit_that_moves_starts_anew():
    # Unit 0 of a treated place moves to an untreated one: as if it were another unit there.
    moves = (FRAME["unit"] == 0) & (FRAME["year"] > 2011)
    moved = FRAME.assign(place=FRAME["place"].mask(moves, 3), first=FRAME["first"].mask(moves))
    found = study(moved)
    split = study(moved.assign(unit=FRAME["unit"].mask(moves, 999)))
    for name in NAMES:
        assert (found.effect(name).estimate, found.effect(name).se) == (approx(split.effect(name).estimate), approx(split.effect(name).se))
    assert "impact_caution_movers" in [c.code for c in found.design().cautions]


def test_rows_of_weight_zero_are_as_if_not_there():
    weight = FRAME["w"].where(FRAME["unit"] % 4 > 0, 0.0)
    found, kept = study(FRAME.assign(w=weight), weights="w"), study(FRAME[weight > 0], weights="w")
    for name in NAMES:
        assert (found.effect(name).estimate, found.effect(name).se) == (approx(kept.effect(name).estimate), approx(kept.effect(name).se))
        assert found.effect(name).n == (weight > 0).sum()


def test_cautions_are_sentences_of_either_language():
    frame = world((2011, 2012, 2012, 2012) + (None,) * 5, units=6, lost=0.1)
    frame["y"] += 9 * frame["first"].notna() + (frame["place"] == 1) * 9 * (frame["year"] % 2)
    frame = frame[~((frame["year"] == 2013) & frame["first"].isna() & (frame["unit"] % 2 == 0))]
    frame["first"] = frame["first"].mask(frame["place"] == 0, 2010)
    cautions = study(frame).design().cautions
    assert {"impact_caution_balance", "impact_caution_attrition", "impact_caution_spread", "impact_caution_always"} <= {c.code for c in cautions}
    for caution in cautions:
        told(caution)
