"""The long study of few clusters in small: its draws, its figures and its page. The study itself is part of ``make study``."""

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest
import study_few_clusters as study
from pytest import approx

NUMBER = 60


@pytest.fixture(scope="module")
def found():
    return pd.concat([study.draws(letter, range(NUMBER)) for letter in "AG"], ignore_index=True)


@pytest.fixture(scope="module")
def rates(found):
    return study.table(found)


def one(letter: str):
    rows = study.panel(study.SITUATIONS[letter])
    return rows, study.outcomes(study.SITUATIONS[letter], rows, np.random.default_rng([ord(letter), 0, 0]))


# From a separate program for weighted two-way fixed effects by district sums (numpy, regression without each district run anew):
# estimate, CRV3 standard error, p by t(10), p of one unweighted change a district by t(9), for draw 0 of each situation.
STORED = {
    "A": (-0.4304989780, 0.5763785516, 0.4723177554, 0.5538102735), "B": (0.2216858466, 0.8242237543, 0.7934256859, 0.7053976843),
    "C": (0.1067930488, 0.4169941323, 0.8030633214, math.nan), "E": (0.4949135691, 0.4181601287, 0.2639626456, 0.2134499045),
    "I": (0.0756244812, 0.8734531750, 0.9327136503, 0.9030914340),
}  # fmt: skip


@pytest.mark.parametrize("letter", STORED)
def test_first_draw_is_what_another_program_makes_of_it(letter):
    drawn = study.draws(letter, range(1)).set_index("estimator").loc["two_way"]
    assert drawn[["estimate", "se", "crv3", "collapse"]].tolist() == approx(STORED[letter], abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("letter", "BC")
def test_p_values_are_those_that_a_user_is_shown(letter):
    rows, values = one(letter)
    own = study.study(rows, values, seed=7)
    for name, effect in own.inference(study.ESTIMATORS, draws=study.BOOTSTRAP).items():
        shown = effect.tests.set_index("test")["p_value"]
        asked = study.p_values([own], name, 1.0)[0]
        assert {t: asked[t] for t in (*study.HEADLINE, "wild_unrestricted")} == approx({t: shown[t] for t in (*study.HEADLINE, "wild_unrestricted")}, abs=1e-12)
        assert asked["worst"] == approx(effect.worst_p, abs=1e-12)
        assert (asked["estimate"], asked["se"], asked["crv3"]) == approx((effect.estimate, effect.se, effect.p_value), abs=1e-12)


def test_power_is_that_of_finding_an_effect_which_is_there():
    rows, values = one("C")
    plain = study.study(rows, values, seed=7)
    moved = study.study(rows, values - 1.3 * rows["treated"].to_numpy(), seed=7)
    for name in study.ESTIMATORS:
        power, there = (study.p_values([own], name, size)[0] for own, size in ((plain, 1.3), (moved, 0.0)))
        for test in (*study.HEADLINE, "worst"):
            assert power[f"{test}_power"] == approx(there[test], abs=1e-9), (name, test)


def test_true_standard_error_is_that_of_a_difference_of_changes():
    # One date: the weighted mean change of treated districts less that of others; the variance of a change in closed form.
    situation = study.SITUATIONS["D"]
    number = [h.astype(float) for h in situation.households]
    change = np.array([-1 / 2, -1 / 2, 1 / 3, 1 / 3, 1 / 3])
    memory = sum(a * b * 0.6 ** abs(s - t) for s, a in enumerate(change) for t, b in enumerate(change))
    each = [(4 if d < 4 else 1) * memory + (change**2).sum() * sum(0.8**2 * h**2 + 64 * h) / h.sum() ** 2 for d, h in enumerate(number)]
    size = np.array([h.sum() for h in number])
    parts = [((size[arm] / size[arm].sum()) ** 2 * np.array(each)[arm]).sum() for arm in (slice(0, 4), slice(4, 11))]
    errors = study.true_errors(situation, study.panel(situation))
    assert errors["two_way"] == approx(math.sqrt(sum(parts)), rel=1e-10)
    # With one date and all places seen, imputation is the same difference.
    assert errors["imputation"] == approx(errors["two_way"], rel=1e-10)
    assert errors["callaway_santanna"] > errors["two_way"]


def test_outcomes_have_the_variances_that_are_claimed():
    # Weighted district means over 400 draws, treated districts' shocks doubled: variance within 4 Monte Carlo standard errors.
    situation = study.SITUATIONS["D"]
    rows = study.panel(situation)
    rng = np.random.default_rng(3)
    district, weight = rows["district"].to_numpy(), rows["households"].to_numpy()
    means = []
    for _ in range(400):
        total = np.bincount(district * 5 + rows["year"].to_numpy() - 2011, weight * study.outcomes(situation, rows, rng), 55)
        means.append(total.reshape(11, 5) / (np.bincount(district, weight)[:, None] / 5))
    means = np.stack(means)
    own = np.array([(0.64 * h**2 + 64 * h).sum() / h.sum() ** 2 for h in situation.households])
    claimed = np.where(np.arange(11) < 4, 4, 1) + own
    assert means.var(axis=(0, 2)) == approx(claimed, rel=4 * math.sqrt(2 / 800))
    after = (means[:, :, 1:] * means[:, :, :-1]).mean((0, 2))
    assert after == approx(0.6 * np.where(np.arange(11) < 4, 4, 1), rel=0.35)


def test_draws_do_not_depend_on_how_they_are_shared_out(found):
    alone = study.draws("A", range(3, 4)).reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, found.query("situation == 'A'").iloc[9:12].reset_index(drop=True)[alone.columns])


def test_intervals_are_asked_of_draws_of_their_own(found):
    # On the same draw an interval holds the effect exactly where the test does not reject: outcomes enter linearly.
    usual = found.query("situation == 'A'")
    assert not ((usual["covered"] == 1) == (usual["crv3"] > 0.05)).all()


def test_headline_is_near_its_level_and_communes_are_not(rates):
    equal = rates[rates["situation"] == "A"]
    # Of 60 draws at 5 %: 10 or more in one of a thousand.
    assert equal["crv3"].between(0, 100 * 9 / NUMBER).all()
    assert equal["covered"].between(100 * 51 / NUMBER, 100).all()
    assert equal["drawn_se"].between(0.7, 1.3).all()
    assert equal["mean_se"].between(0.8, 1.2).all()
    assert equal["crv3_power"].between(30, 85).all()
    assert 30 < equal["commune"].max() < 85


def test_table_counts_draws(found, rates):
    own = found.query("situation == 'A' and estimator == 'imputation'")
    row = rates.query("situation == 'A' and estimator == 'imputation'").iloc[0]
    for column in ("crv3", "wild_unrestricted", "worst_power"):
        assert row[column] == approx(100 * sum(p <= 0.05 for p in own[column]) / NUMBER)
    share = sum(own["spread"]) / NUMBER
    assert (row["spread"], row["spread_se"]) == (approx(100 * share), approx(100 * math.sqrt(share * (1 - share) / NUMBER)))
    assert row["mean_se"] * row["true_se"] == approx(math.sqrt(sum(own["se"] ** 2) / NUMBER))


def test_worst_of_three_rejects_least(found):
    usual = found[found["se"].notna()]
    assert (usual["worst"] >= usual[list(study.HEADLINE)].max(axis=1)).all()
    assert usual["worst"].between(0, 1).all()


def test_two_treated_districts_are_always_refused(rates):
    share = rates.set_index(["situation", "estimator"])["refused"]
    assert (share["G"] == 100).all()
    assert (share["A"] == 0).all()
    assert rates.query("situation == 'G'")["covered"].isna().all()


def test_what_lies_outside_is_told(rates):
    good = rates.assign(crv3=5.0, covered=95.0)
    assert study.outside(good) == []
    bad = good.assign(crv3=np.where(good["estimator"] == "imputation", 7.2, 5.0), covered=np.where(good["estimator"] == "two_way", 92.0, 95.0))
    assert [line.split(":")[0] for line in study.outside(bad)] == ["A, two_way", "A, imputation"]
    allowed = good.assign(refused=np.where(good["situation"] == "G", 99.0, 0.0))
    assert len(study.outside(allowed)) == 3


def test_page_has_its_date_its_command_and_a_row_for_everything(rates):
    page = study.written(rates, date=dt.date(2026, 1, 2), command="python study --draws 60")
    assert "2026-01-02" in page
    assert "`python study --draws 60`" in page
    assert f"{NUMBER} draws a situation" in page
    assert page.count("| A | two_way |") == page.count("| G | two_way |") + 1 == 4  # no interval where refused
    row = rates.iloc[0]
    assert f"| A | two_way | {row['crv3']:.1f} ({100 * math.sqrt(row['crv3'] / 100 * (1 - row['crv3'] / 100) / NUMBER):.1f}) |" in page
    assert "nan" not in page
    tables = [block.splitlines() for block in page.split("\n\n") if block.startswith("|")]
    assert len(tables) == 5
    assert all(len({line.count("|") for line in lines}) == 1 for lines in tables)
