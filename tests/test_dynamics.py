"""Poverty over time: the panel of Bangladesh, cases by hand, and sums that must close."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from benchmarks import benchmarks
from mne.measurement.dynamics import chronic_and_transient, duration_headcount, duration_poverty, relapse, transitions
from mne.measurement.poverty import fgt

TWO = ("poor", "not_poor")
LINE = 1000
panels = st.integers(1, 5).flatmap(lambda rounds: st.lists(st.lists(st.integers(0, 2500), min_size=rounds, max_size=rounds), min_size=1, max_size=15))
statuses = st.lists(st.tuples(*2 * [st.sampled_from(["poor", "near_poor", "not_poor", None])], st.integers(1, 9)), min_size=1, max_size=30)


@pytest.fixture(scope="module")
def bangladesh():
    """Incomes (826 households, 2 rounds) and the persons that a household stood for in 1991."""
    table = pd.read_stata(benchmarks("khandker_bd") / "hh_9198.dta").astype({"exptot": float, "weight": float, "famsize": float})
    table["persons"] = table["weight"] * table["famsize"]
    income = table.pivot(index="nh", columns="year", values="exptot")
    return income, table[table["year"] == 0].set_index("nh")["persons"].loc[income.index]


def status(income, line):
    return pd.Series(np.where(income <= line, "poor", "not_poor"), index=income.index)


def test_moves_of_households_in_bangladesh(bangladesh):
    income, persons = bangladesh
    found = transitions(status(income[0], 4000), status(income[1], 4000), statuses=TWO, weight=persons)
    # benchmarks/khandker_bd/README.md: n unweighted, shares weighted with weight*famsize of 1991
    assert found.counts == ((239, 255), (98, 234))
    assert found.exit().value == approx(0.4923189569, abs=6e-11)
    assert found.entry().value == approx(0.2506848747, abs=6e-11)
    of_all = found.tidy().set_index(["before", "after"])["share_of_all"]
    assert of_all["poor", "poor"] == approx(0.2792375289, abs=6e-11)
    assert of_all["not_poor", "not_poor"] == approx(0.3371726851, abs=6e-11)


@pytest.mark.parametrize("alpha, expected", [(2, (0.0383108188, 0.0247663980, 0.0135444208)), (1, (0.1191192883, 0.0883499462, 0.0307693421))])
def test_chronic_and_transient_poverty_in_bangladesh(bangladesh, alpha, expected):
    found = chronic_and_transient(bangladesh[0], 4000, alpha=alpha)
    assert (found.total, found.chronic, found.transient) == approx(expected, abs=6e-11)


@pytest.mark.parametrize("tau, k0, k1, ever", [(0.5, 0.5030266344, 0.1191192883, 0.7167070218), (1, 0.2893462470, 0.0749011258, 0.2893462470)])
def test_lasting_poverty_in_bangladesh(bangladesh, tau, k0, k1, ever):
    income = bangladesh[0]
    assert duration_poverty(income, 4000, alpha=0, tau=tau).value == approx(k0, abs=6e-11)
    assert duration_poverty(income, 4000, alpha=1, tau=tau).value == approx(k1, abs=6e-11)
    assert duration_headcount(income, 4000, tau=tau).value == approx(ever, abs=6e-11)


def test_an_exit_says_where_it_led():
    before = ["poor", "poor", "poor", "poor", "near_poor", "not_poor"]
    after = ["poor", "near_poor", "near_poor", "not_poor", "poor", "not_poor"]
    found = transitions(before, after)
    assert (found.exit().value, found.exit(to="near_poor").value, found.exit(to="not_poor").value) == (0.75, 0.5, 0.25)
    assert (found.entry().value, found.entry().n) == (0.5, 2)
    assert found.entry("near_poor").value == approx(2 / 5)
    assert found.matrix().loc["near_poor"].tolist() == [1, 0, 0]


@given(statuses)
def test_moves_add_up_and_unknown_statuses_leave(rows):
    before, after, persons = (list(c) for c in zip(*rows, strict=True))
    found = transitions(before, after, weight=persons)
    known = [(b, a, w) for b, a, w in rows if b and a]
    assert found.n_missing == len(rows) - len(known)
    assert np.sum(found.counts) == len(known)
    assert np.sum(found.sums) == sum(w for *_, w in known)
    from_poor = [(a, w) for b, a, w in known if b == "poor"]
    exits = found.exit()
    if from_poor:
        assert exits.value == approx(sum(w for a, w in from_poor if a != "poor") / sum(w for _, w in from_poor))
        assert exits.value == approx(found.exit(to="near_poor").value + found.exit(to="not_poor").value)
        assert found.matrix().loc["poor"].sum() == approx(1)
    else:
        assert (np.isnan(exits.value), exits.reason) == (True, "no_rows")
        assert found.matrix().loc["poor"].isna().all()


@given(statuses, st.randoms())
def test_order_of_rows_and_scale_of_weights_do_not_change_shares(rows, random):
    before, after, persons = zip(*rows, strict=True)
    plain = transitions(before, after, weight=persons).matrix()
    random.shuffle(rows)
    before, after, persons = zip(*rows, strict=True)
    pd.testing.assert_frame_equal(transitions(before, after, weight=np.array(persons) / 7).matrix(), plain)


def test_relapse_counts_those_with_a_known_past_in_poverty():
    seen = pd.DataFrame([
        (1, 0, 1),     # fell back
        (1, 0, 0),     # stayed out
        (0, 0, 1),     # newly poor: never left poverty
        (None, 0, 1),  # past unknown
        (1, None, 1),  # not known to have left
        (1, 0, None),  # left, then unseen
    ], dtype="Float64")  # fmt: skip
    found = relapse(seen, weight=pd.Series([1, 2, 3, 4, 5, 6]))
    assert (found.value, found.n, found.n_missing) == (approx(1 / 3), 2, 1)
    assert relapse(seen.iloc[2:3]).reason == "no_rows"


def test_relapse_looks_back_over_all_rounds():
    seen = pd.DataFrame([(True, False, False, True), (False, True, False, False)], columns=[2009, 2010, 2011, 2012])
    assert relapse(seen).value == 0.5


@given(panels, st.sampled_from([1, 2]))
def test_transient_and_chronic_poverty_add_up_and_swings_only_add(rows, alpha):
    income = np.array(rows, dtype=float)
    found = chronic_and_transient(income, LINE, alpha=alpha)
    assert found.chronic + found.transient == approx(found.total, abs=1e-15)
    assert found.total == approx(np.mean([fgt(c, LINE, alpha=alpha).value for c in income.T]), abs=1e-12)
    assert found.transient >= -1e-12  # the gap is convex in income


@given(panels, st.sampled_from([0, 1, 2]))
def test_lasting_poverty_falls_as_more_rounds_are_asked_for(rows, alpha):
    income = np.array(rows, dtype=float)
    rounds = income.shape[1]
    values = [duration_poverty(income, LINE, alpha=alpha, tau=k / rounds).value for k in range(1, rounds + 1)]
    assert values == sorted(values, reverse=True)
    assert values[0] == approx(np.mean([fgt(c, LINE, alpha=alpha).value for c in income.T]), abs=1e-12)  # whoever was ever poor
    always = (income <= LINE).all(axis=1)
    assert values[-1] == approx(sum(fgt(r, LINE, alpha=alpha).value for r in income[always]) / len(income), abs=1e-12)


@given(panels, st.lists(st.integers(1, 9), min_size=15, max_size=15))
def test_weights_mean_repeated_households(rows, weights):
    income, weights = np.array(rows, dtype=float), np.array(weights[: len(rows)])
    repeated = np.repeat(income, weights, axis=0)
    weighted, plain = (chronic_and_transient(i, LINE, weight=w) for i, w in ((income, weights), (repeated, None)))
    assert (weighted.total, weighted.chronic) == (approx(plain.total, abs=1e-12), approx(plain.chronic, abs=1e-12))
    for alpha in (0, 1):
        found = duration_poverty(income, LINE, alpha=alpha, tau=0.5, weight=weights).value
        assert found == approx(duration_poverty(repeated, LINE, alpha=alpha, tau=0.5).value, abs=1e-12)


def test_three_of_five_rounds_are_a_share_of_six_tenths():
    income = [[1, 1, 1, 9, 9], [1, 1, 9, 9, 9]]
    assert duration_headcount(income, 5, tau=0.6).value == 0.5
    assert duration_poverty(income, 5, alpha=0, tau=0.6).value == approx(0.3)
    assert duration_headcount([[1] * 7 + [9] * 18], 5, tau=0.28).value == 1  # 0.28 * 25 > 7 in floating point


def test_an_income_on_the_line_is_a_round_in_poverty():
    assert duration_headcount([[LINE, LINE]], LINE, tau=1).value == 1
    assert duration_poverty([[LINE, LINE]], LINE, alpha=0, tau=1).value == 1


def test_lines_may_differ_by_round_and_by_household():
    income = pd.DataFrame({2011: [90.0, 300.0], 2012: [180.0, 300.0]}, index=["a", "b"])
    by_round = chronic_and_transient(income, pd.Series({2011: 100.0, 2012: 200.0}), alpha=1)
    assert (by_round.total, by_round.transient) == (approx(0.05), approx(0))
    by_household = pd.DataFrame({2011: [100.0, 400.0], 2012: [200.0, 400.0]}, index=["a", "b"])
    assert chronic_and_transient(income, by_household, alpha=1).total == approx((0.1 + 0.25) / 2)


def test_households_unknown_in_a_round_leave_and_are_counted():
    income = pd.DataFrame({1: [50.0, 50.0, None], 2: [50.0, 150.0, 50.0]})
    found = chronic_and_transient(income, 100, alpha=1, weight=pd.Series([1.0, 1.0, 1.0]))
    assert (found.n, found.n_missing, found.total, found.chronic) == (2, 1, approx(0.375), approx(0.25))
    assert found.tidy().loc[0, "transient_share"] == approx(1 / 3)
    assert duration_headcount(income, 100, tau=1).n_missing == 1


@pytest.mark.parametrize("call", [
    lambda: transitions(["poor"], ["rich"]),
    lambda: transitions(["poor"], ["poor"]).exit("rich"),
    lambda: transitions(["poor"], ["poor"]).exit(to="rich"),
    lambda: transitions(pd.Series(["poor"], index=[1]), pd.Series(["poor"], index=[2])),
    lambda: relapse(pd.DataFrame({1: [1], 2: [0]})),
    lambda: chronic_and_transient([1, 2], 1),
    lambda: chronic_and_transient([[1, 2]], [1, 2, 3]),
    lambda: chronic_and_transient([[1, 2]], 0),
    lambda: chronic_and_transient(pd.DataFrame({1: [1], 2: [1]}), pd.Series({2: 1, 1: 1})),
    lambda: duration_poverty([[1, 2]], 1, alpha=0, tau=60),
])  # fmt: skip
def test_what_makes_no_sense_is_refused(call):
    with pytest.raises(ValueError):
        call()
