"""Other specifications: each row is the study made by hand with that change; placebos find nothing; mistakes are told, refusals kept."""

import numpy as np
import pandas as pd
import pytest
from impact_worlds import SMALL, STRATA, STRATUM, study, world
from pytest import approx

from mne.errors import InputError
from mne.impact import Refusal
from mne.impact.estimators import NAMES

ROW = ["estimate", "std_error", "df", "p_value", "conf_low", "conf_high", "n", "clusters", "treated_clusters"]
FRAME = world(STRATA, strata=STRATUM, periods=5, lost=0.1).assign(
    z=lambda f: 3 * f["y"] + f["unit"], flat=lambda f: (f["unit"] * 7 + f["year"] * 3) % 11)  # fmt: skip
FRAME["y"] = FRAME["y"].where(FRAME.index % 13 != 5)  # some outcomes are unknown
OPTIONS = {"strata": "stratum", "weights": "w", "covariates": ["x"], "comparison": "never"}
EVEN = FRAME["unit"] % 2 == 0


def asked(**options):
    return study(FRAME, **OPTIONS | options).sensitivity(
        estimator="imputation", outcomes={"thrice": "z"}, placebo_outcomes=["flat"], samples={"even": EVEN, "since 2011": FRAME["year"] > 2010})  # fmt: skip


@pytest.fixture(scope="module")
def found():
    return asked()


def by_hand_placebo(lead: int) -> pd.DataFrame:
    """Rows before the start, with a start ``lead`` years earlier; places that would then be treated from the first year on are out."""
    known = FRAME[FRAME["y"].notna()]
    early = known["first"] - lead
    kept = known["first"].isna() | ((known["year"] < known["first"]) & (early > 2010))
    return known.assign(early=early)[kept]


def equal() -> pd.DataFrame:
    """Every place sums to one over the units that are seen, who keep their share."""
    units = FRAME[FRAME["y"].notna() & (FRAME["year"] < 2015)].drop_duplicates("unit")
    return FRAME.assign(equal=FRAME["w"] / FRAME["place"].map(units.groupby("place")["w"].sum()))


BY_HAND = {
    ("main", "imputation"): lambda: (study(FRAME, **OPTIONS), "imputation"),
    **{("estimator", name): lambda name=name: (study(FRAME, **OPTIONS), name) for name in NAMES if name != "imputation"},
    ("comparison", "not_yet"): lambda: (study(FRAME, **OPTIONS | {"comparison": "not_yet"}), "callaway_santanna"),
    ("covariates", "none"): lambda: (study(FRAME, **OPTIONS | {"covariates": ()}), "imputation"),
    ("weights", "equal_places"): lambda: (study(equal(), **OPTIONS | {"weights": "equal"}), "imputation"),
    ("outcome", "thrice"): lambda: (study(FRAME, **OPTIONS, outcome="z"), "imputation"),
    ("placebo_outcome", "flat"): lambda: (study(FRAME, **OPTIONS, outcome="flat"), "imputation"),
    ("sample", "even"): lambda: (study(FRAME[EVEN], **OPTIONS), "imputation"),
    ("sample", "since 2011"): lambda: (study(FRAME[FRAME["year"] > 2010], **OPTIONS), "imputation"),
    ("placebo_date", "-1"): lambda: (study(by_hand_placebo(1), **OPTIONS, first_treated="early"), "imputation"),
}  # fmt: skip


def test_all_specifications_are_there_once(found):
    keys = list(zip(found.table["family"], found.table["specification"], strict=True))
    assert keys == list(dict.fromkeys(keys)) and set(keys) == set(BY_HAND)
    assert list(found.table) == ["family", "specification", *ROW]


@pytest.mark.parametrize("key", BY_HAND, ids=" ".join)
def test_each_row_is_the_study_made_by_hand(found, key):
    row = found.table.set_index(["family", "specification"]).loc[key]
    own, estimator = BY_HAND[key]()
    try:
        by_hand = own.effect(estimator).tidy()[ROW].iloc[0].to_dict()
    except Refusal as refusal:
        assert found.refusals[key].code == refusal.code and row.isna().all()
        return
    assert row.to_dict() == approx(by_hand, rel=1e-9)
    assert key not in found.refusals


def test_at_least_nine_of_them_have_an_answer(found):
    # Else the comparison above would be one of refusals only.
    assert found.table["estimate"].notna().sum() >= 9
    assert found.table["estimate"].nunique() == found.table["estimate"].notna().sum()


def test_a_study_of_the_other_kind_turns_the_comparison_and_has_no_covariates_to_drop():
    found = asked(comparison="not_yet", covariates=()).table.set_index(["family", "specification"])
    assert ("comparison", "never") in found.index and ("comparison", "not_yet") not in found.index
    assert "covariates" not in found.index.get_level_values("family")


def test_variants_keep_the_comparison_of_the_study():
    found = study(FRAME, strata="stratum", comparison="not_yet").sensitivity(outcomes={"thrice": "z"}, samples={"even": EVEN}).table
    rows = found.set_index(["family", "specification"])["estimate"]
    for key, frame, outcome in ((("outcome", "thrice"), FRAME, "z"), (("sample", "even"), FRAME[EVEN], "y")):
        by_hand = {c: study(frame, strata="stratum", comparison=c, outcome=outcome).effect().estimate for c in ("never", "not_yet")}
        assert rows[key] == approx(by_hand["not_yet"]) != approx(by_hand["never"])


@pytest.mark.parametrize("lead", [1, 2])
def test_a_placebo_date_is_the_study_on_rows_before_the_start(lead):
    frame = world((2013, 2013, 2014, 2014, 2014, None, None, None, None), periods=6)
    known = frame[frame["first"].isna() | ((frame["year"] < frame["first"]) & (frame["first"] - lead > 2010))]
    by_hand = study(known.assign(first=known["first"] - lead)).effects()
    made = study(frame).placebo_date(lead)
    for name, effect in made.effects().items():
        pd.testing.assert_frame_equal(effect.tidy(), by_hand[name].tidy())
    # It needs no first_treated: a treatment by row comes to the same.
    by_row = study(frame.assign(d=(frame["year"] >= frame["first"]).astype(int)), first_treated=None, treated="d").placebo_date(lead)
    assert by_row.effect().estimate == approx(made.effect().estimate)


def test_dates_may_be_dates():
    frame = world((2013, 2013, 2014, None, None, None, None), periods=5)
    as_dates = frame.assign(year=pd.to_datetime(frame["year"], format="%Y"), first=pd.to_datetime(frame["first"], format="%Y"))
    years, dates = (study(f).sensitivity().table for f in (frame, as_dates))
    pd.testing.assert_frame_equal(years, dates)


def test_leads_go_as_far_back_as_some_start_has_a_year_before_it():
    found = study(world((2013, 2013, 2014, 2014, 2014, None, None, None, None), periods=6)).sensitivity()
    leads = found.table.loc[found.table["family"] == "placebo_date", "specification"].tolist()
    assert leads == ["-1", "-2", "-3"]  # 2014 less 3 is 2011, which has 2010 before it


def test_equal_places_weigh_the_same():
    own = study(FRAME, **OPTIONS).with_equal_places()
    sums = np.bincount(own.panel.group, own.panel.weight)
    assert sums == approx(np.ones(12))
    assert study(FRAME[EVEN]).with_equal_places().panel.weight.tolist() != study(FRAME[EVEN]).panel.weight.tolist()
    # Who repeats the households of one place changes nothing.
    copied = pd.concat([FRAME, FRAME[FRAME["place"] == 2].assign(unit=lambda f: f["unit"] + 10_000)])
    twice = study(copied, strata="stratum").with_equal_places().effect()
    assert twice.estimate == approx(study(FRAME, strata="stratum").with_equal_places().effect().estimate)
    assert study(copied, strata="stratum").effect().estimate != approx(study(FRAME, strata="stratum").effect().estimate, abs=1e-4)


def planted(size: float) -> pd.DataFrame:
    """Parallel trends but for little noise, and an effect of ``size`` from the start on."""
    frame = world((2013, 2013, 2013, 2014, 2014, 2014, None, None, None, None), periods=6, seed=3)
    rng = np.random.default_rng(1)
    level = frame["unit"] % 7 + 0.3 * (frame["year"] - 2010) ** 2 + rng.normal(0, 0.01, len(frame))
    return frame.assign(y=level + size * (frame["year"] >= frame["first"]), untouched=level + rng.normal(0, 0.01, len(frame)))


def test_placebos_find_nothing_and_other_scales_are_scales():
    frame = planted(2.0).assign(tenfold=lambda f: 10 * f["y"], turned=lambda f: 5 - f["y"])
    found = study(frame).sensitivity(outcomes={"tenfold": "tenfold", "turned": "turned"}, placebo_outcomes=["untouched"])
    assert not found.refusals
    table = found.table.set_index(["family", "specification"])
    real = table[~table.index.get_level_values(0).str.startswith("placebo")].drop([("outcome", "tenfold"), ("outcome", "turned")])
    assert real["estimate"].between(1.95, 2.05).all() and (real["p_value"] < 1e-6).all()
    placebo = table[table.index.get_level_values(0).str.startswith("placebo")]
    assert len(placebo) == 4 and placebo["estimate"].abs().max() < 0.03
    main, ten, turned = (table.loc[k] for k in (("main", "callaway_santanna"), ("outcome", "tenfold"), ("outcome", "turned")))
    assert ten[["estimate", "std_error"]].tolist() == approx((10 * main[["estimate", "std_error"]]).tolist())
    assert (turned["estimate"], turned["conf_low"], turned["std_error"]) == approx((-main["estimate"], -main["conf_high"], main["std_error"]))
    assert ten["p_value"] == approx(main["p_value"]) == approx(turned["p_value"])


def test_a_trend_before_the_start_is_found_by_the_placebo():
    frame = planted(0.0)
    drifting = frame.assign(y=frame["y"] + 0.5 * (frame["year"] - 2010) * frame["first"].notna())
    table = study(drifting).sensitivity().table.set_index(["family", "specification"])
    # Callaway-Sant'Anna one year early: the change of one year, half a point.
    assert table.loc[("placebo_date", "-1"), "estimate"] == approx(0.5, abs=0.03)
    assert table.loc[("placebo_date", "-1"), "p_value"] < 0.001


def test_the_curve_holds_every_answer_but_placebos_smallest_first(found):
    curve = found.curve()
    assert curve["estimate"].is_monotonic_increasing and curve["estimate"].notna().all()
    assert not curve["family"].str.startswith("placebo").any()
    rest = found.table[~found.table["family"].str.startswith("placebo")].dropna(subset="estimate")
    assert sorted(curve["specification"]) == sorted(rest["specification"])
    assert curve.index.tolist() == list(range(len(curve)))


def test_the_table_handed_out_is_a_copy(found):
    found.tidy().loc[0, "estimate"] = 99.0
    assert found.tidy().equals(found.table) and found.table.loc[0, "estimate"] != 99.0


def test_refusals_are_kept_and_not_raised():
    few = FRAME["first"].isna() | FRAME["place"].isin([0, 6])
    found = study(FRAME, strata="stratum").sensitivity(samples={"two treated": few, "even": EVEN})
    key = ("sample", "two treated")
    assert isinstance(found.refusals[key], Refusal)
    row = found.table.set_index(["family", "specification"]).loc[key]
    assert row.isna().all()
    assert "two treated" not in found.curve()["specification"].tolist() and "even" in found.curve()["specification"].tolist()
    assert all(sentence.strip() for sentence in (found.refusals[key].sentence(lang) for lang in ("vi", "en")))


def test_a_study_that_cannot_answer_at_all_is_a_table_of_reasons():
    refused = study(world((2011, 2012, None, None, None, None))).sensitivity()
    assert refused.table["estimate"].isna().all() and len(refused.refusals) == len(refused.table) and refused.curve().empty


MISTAKES = {
    "an outcome that is not there": {"outcomes": {"a": "yy"}}, "a placebo that is not there": {"placebo_outcomes": ["yy"]},
    "an estimator that is not there": {"estimator": "imputatoin"}, "an outcome in words": {"outcomes": {"a": "word"}},
    "a sample of another length": {"samples": {"a": EVEN.iloc[:-1]}}, "a sample in words": {"samples": {"a": pd.Series("yes", FRAME.index)}},
    "a sample with unknown rows": {"samples": {"a": EVEN.astype("boolean").where(FRAME.index != 3)}},
    "a sample of other rows": {"samples": {"a": EVEN.rename(lambda i: i + 1)}},
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_told_at_once(mistake):
    with pytest.raises(InputError) as told:
        study(FRAME.assign(word="a"), strata="stratum").sensitivity(**MISTAKES[mistake])
    assert not isinstance(told.value, Refusal)
    assert all("{" not in told.value.sentence(lang) for lang in ("vi", "en"))


def test_the_table_is_not_changed_and_the_same_question_has_the_same_answer(found):
    before, mask = FRAME.copy(deep=True), EVEN.copy(deep=True)
    again = asked()
    pd.testing.assert_frame_equal(FRAME, before)
    pd.testing.assert_series_equal(EVEN, mask)
    pd.testing.assert_frame_equal(again.table, found.table)


def test_any_index_will_do():
    moved = FRAME.set_axis([f"r{i % 50}" for i in range(len(FRAME))])  # not even unique
    samples = {"even": pd.Series(EVEN.to_numpy(), moved.index)}
    one, other = study(FRAME, strata="stratum").sensitivity(samples={"even": EVEN}), study(moved, strata="stratum").sensitivity(samples=samples)
    pd.testing.assert_frame_equal(one.table, other.table)
