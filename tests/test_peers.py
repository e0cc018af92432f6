"""Peers by brute force, and what weighted mixes can tell: enumeration, closed forms, planted truths."""

import itertools
import math
import statistics

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pytest import approx
from scipy.optimize import nnls
from test_results import ROOT, published_figures, put

import mne
from mne.indicators import peers
from mne.results import Results

YEARS = ("2006", "2008", "2010")
RATE, INCOME = "survey_poor_rate", "income_per_head"


@pytest.fixture(scope="module")
def review():
    return mne.open(str(ROOT / "parameters/lang_son.yml"))


def distances(own: str, table: dict[str, tuple[list[float], float]]) -> dict[str, float]:
    """Distance of each area to ``own``, nearest first, with nothing but arithmetic."""
    measures = {a: (statistics.fmean(r), r[-1] - r[0], income) for a, (r, income) in table.items()}
    others = [a for a in table if a != own]
    spread = [statistics.pstdev(measures[a][m] for a in others) for m in range(3)]

    def distance(area: str) -> float:
        return math.sqrt(sum(((measures[area][m] - measures[own][m]) / spread[m]) ** 2 for m in range(3) if spread[m] > 1e-9))

    return {a: distance(a) for a in sorted(others, key=distance)}


def test_the_peers_of_the_edition_are_the_five_nearest_northern_provinces(review):
    figures = published_figures()
    north = [c for c in review.edition.places.codes("province") if review.edition.places[c].parent == "R2"]
    table = {a: ([float(figures[f"{RATE}.{a}.{y}"]) for y in YEARS], float(figures[f"{INCOME}.{a}.2010"])) for a in north}
    assert len(north) == 14
    expected = distances("20", table)
    assert review.peers == list(expected)[:5]
    assert {a: review.results.value("peer_distance", a, "2006-2010", "to_20") for a in expected} == approx(expected)
    means = [statistics.fmean(float(figures[f"{RATE}.{a}.{y}"]) for a in review.peers) for y in ("2010", "2013")]
    assert [review.results.value(RATE, "20", y, "peers") for y in ("2010", "2013")] == approx(means)
    assert review.results.value(f"{RATE}_change", "20", "2010-2013", "peers") == approx(means[1] - means[0])


def store(table: dict[str, tuple[list[float], float]]) -> Results:
    results = Results()
    for area, (rates, income) in table.items():
        for year, rate in zip(YEARS, rates, strict=True):
            put(results, RATE, area, year, rate)
        put(results, INCOME, area, YEARS[-1], income, unit_of_measure="thousand_vnd")
    return results


def chosen(table, candidates=None, number=3) -> list[str]:
    candidates = candidates or [a for a in table if a != "own"]
    return peers.choose(store(table), "own", candidates, years=YEARS, number=number)


whole = st.integers(0, 60)
tables = st.lists(st.tuples(st.tuples(whole, whole, whole).map(list), st.integers(300, 3000)), min_size=5, max_size=9).map(
    lambda rows: {f"a{i}" if i else "own": (list(map(float, r)), float(y)) for i, (r, y) in enumerate(rows)}
)


def without_ties(table) -> bool:
    results = store(table)
    peers.choose(results, "own", [a for a in table if a != "own"], years=YEARS, number=3)
    found = sorted(results.frame[results.frame["indicator"] == "peer_distance"]["estimate"])
    return all(b - a > 1e-6 for a, b in itertools.pairwise(found))


@settings(deadline=None, max_examples=50)
@given(tables, st.randoms())
def test_the_choice_is_that_of_brute_force_and_depends_on_no_unit_order_or_name(table, random):
    assume(without_ties(table))
    expected = list(distances("own", table))[:3]
    assert chosen(table) == expected
    assert chosen({a: (r, y * 1000) for a, (r, y) in table.items()}) == expected
    assert chosen({a: (r, y + 500) for a, (r, y) in table.items()}) == expected
    assert chosen(table, random.sample([a for a in table if a != "own"], len(table) - 1)) == expected
    renamed = {a if a == "own" else f"z{99 - i}": row for i, (a, row) in enumerate(table.items())}
    back = dict(zip(renamed, table, strict=True))
    assert [back[a] for a in chosen(renamed)] == expected


def test_an_area_without_all_measures_is_neither_a_peer_nor_compared():
    table = {"own": ([30.0, 28.0, 25.0], 900.0), "a": ([30.0, float("nan"), 25.0], 900.0), "b": ([40.0, 35.0, 31.0], 700.0), "c": ([10.0, 9.0, 8.0], 1500.0)}
    assert chosen(table, number=5) == ["b", "c"]
    assert chosen({**table, "own": table["a"]}) == []
    assert peers.choose(store(table), "own", ["b", "nowhere"], years=YEARS, number=5) == ["b"]


def test_a_measure_in_which_all_candidates_are_alike_is_left_out():
    table = {"own": ([30.0, 28.0, 25.0], 900.0), "b": ([40.0, 35.0, 31.0], 700.0), "c": ([29.0, 28.0, 27.0], 700.0)}
    results = store(table)
    assert peers.choose(results, "own", ["b", "c"], years=YEARS, number=1) == ["c"]
    assert all(math.isfinite(v) for v in results.frame["estimate"])


def test_a_distance_rests_on_all_candidates_because_all_make_its_unit(review):
    row = review.results[f"peer_distance.{review.peers[0]}.2006-2010.to_20"]
    assert {i.split(".")[1] for i in row["inputs"].split()} == set(review.edition.places.codes("province", parent="R2"))


def test_the_mean_of_peers_counts_the_unknown_and_is_nothing_for_nobody():
    results = Results()
    for area, value in (("a", 10.0), ("b", float("nan")), ("c", 13.0)):
        put(results, RATE, area, "2013", value)
    peers.mean(results, "own", ["a", "b", "c", "d"], ["2013", "2014"])
    row = results[f"{RATE}.own.2013.peers"]
    assert (row["estimate"], row["n"], row["n_missing"]) == (11.5, 2, 2)
    assert f"{RATE}.own.2014.peers" not in results


# -- ranges of weighted mixes --------------------------------------------------------------

three = st.tuples(whole, whole, whole)
GRID = [(i, j, 24 - i - j) for i in range(25) for j in range(25 - i)]


@settings(deadline=None)
@given(three, three, st.sampled_from(GRID))
def test_with_one_period_and_three_donors_the_range_is_that_of_brute_force(before, after, weights):
    own = sum(w * b for w, b in zip(weights, before, strict=True)) / 24
    low, high = peers.weighted_range(np.array([before], float), np.array([own]), np.array(after, float))
    # Every mix on a fine grid of the simplex that matches the past exactly lies inside.
    matching = [sum(w * a for w, a in zip(g, after, strict=True)) / 24 for g in GRID if sum(w * b for w, b in zip(g, before, strict=True)) == 24 * own]
    assert matching and low - 1e-5 <= min(matching) and max(matching) <= high + 1e-5
    # The extremes of a linear programme with two constraints lie on mixes of at most two donors.
    corners = [float(after[i]) for i in range(3) if before[i] == own]
    for i, j in itertools.combinations(range(3), 2):
        if before[i] != before[j] and min(before[i], before[j]) <= own <= max(before[i], before[j]):
            share = (own - before[j]) / (before[i] - before[j])
            corners.append(share * after[i] + (1 - share) * after[j])
    assert (low, high) == approx((min(corners), max(corners)), abs=1e-4)


@settings(deadline=None)
@given(three, three, three, st.sampled_from(GRID))
def test_with_as_many_constraints_as_donors_the_range_is_the_one_solution(first, second, after, weights):
    before = np.array([first, second], float)
    system = np.vstack([before, np.ones(3)])
    assume(abs(np.linalg.det(system)) > 1)
    own = before @ np.array(weights) / 24
    expected = np.array(after) @ np.linalg.solve(system, [*own, 1.0])
    assert peers.weighted_range(before, own, np.array(after, float)) == approx((expected, expected), abs=1e-3)


@settings(deadline=None)
@given(st.lists(three, min_size=1, max_size=3), three, st.integers(1, 20))
def test_no_mix_that_matches_gives_not_a_number_twice(before, after, beyond):
    before = np.array(before, float)
    for own in (before.max(axis=1) + beyond, before.min(axis=1) - beyond):
        assert all(math.isnan(v) for v in peers.weighted_range(before, own, np.array(after, float)))


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000))
def test_more_past_never_widens_the_range_and_a_mix_lies_inside_its_own(seed):
    random = np.random.default_rng(seed)
    before, after = random.uniform(0, 60, (6, 9)), random.uniform(0, 60, 9)
    weights = random.dirichlet(np.ones(9))
    ranges = [peers.weighted_range(before[:k], before[:k] @ weights, after) for k in range(1, 7)]
    for (low, high), (narrower_low, narrower_high) in itertools.pairwise(ranges):
        assert low - 1e-4 <= narrower_low and narrower_high <= high + 1e-4
    assert all(low - 1e-4 <= after @ weights <= high + 1e-4 for low, high in ranges)
    assert ranges[-1][1] - ranges[-1][0] < ranges[0][1] - ranges[0][0]


def country(periods: int, *, drop: float, dropped: str = "a20") -> tuple[Results, list[str], list[str]]:
    """Thirty areas driven by six common forces, 20 of them mixes of the other ten; one drops at the end."""
    random = np.random.default_rng(7)
    corners = random.uniform(0, 10, (10, 6))
    loadings = np.vstack([corners, random.dirichlet(np.ones(10) * 3, 20) @ corners])
    years = [str(2000 + t) for t in range(periods + 1)]
    values = loadings @ random.uniform(0, 1, (6, 13))[:, -len(years) :]
    results, areas = Results(), [f"a{i}" for i in range(30)]
    for area, line in zip(areas, values, strict=True):
        for year, value in zip(years, line, strict=True):
            put(results, RATE, area, year, value - drop * (area == dropped and year == years[-1]))
    return results, areas, years


STATED = {"source": "parameters/test.yml", "sha256": "0" * 64}


def synthetic(periods: int, *, area: str = "a20", **planted) -> dict[str, dict]:
    results, areas, years = country(periods, **planted)
    peers.synthetic(results, area, areas, years=years[:-1], end=years[-1], within=(0.0,), most_width=1.0, stated_in=STATED)
    return {r["result_id"].replace(f".{area}.{years[-1]}", ""): r for r in results.frame.to_dict("records") if r["inputs"]}


def test_with_a_long_past_a_planted_drop_is_the_first_of_the_placebos():
    stored = synthetic(12, drop=3.0)
    assert stored["synthetic_width.within_0"]["estimate"] < 0.01
    assert stored["synthetic_gap_rank"]["estimate"] == 1
    assert stored["synthetic_gap_rank"]["n"] >= 20
    assert stored["synthetic_gap_rank"]["kind"] == "model"


@pytest.mark.parametrize("drop", [0.0, -3.0])
def test_an_area_that_did_not_drop_is_the_last_of_the_placebos(drop):
    rank = synthetic(12, drop=drop)["synthetic_gap_rank"]
    assert rank["estimate"] == rank["n"] >= 20


def test_with_three_points_before_no_placebo_rank_is_given_however_large_the_drop():
    stored = synthetic(3, drop=3.0)
    assert stored["synthetic_width.within_0"]["estimate"] > 1.0
    assert "synthetic_gap_rank" not in stored


def test_an_area_that_no_mix_matches_gets_no_range():
    results, areas, years = country(12, drop=0.0)
    for year in years:
        put(results, RATE, "outside", year, 90.0)
    peers.synthetic(results, "outside", [*areas, "outside"], years=years[:-1], end=years[-1], within=(0.0,), most_width=1.0, stated_in=STATED)
    assert not (results.frame["inputs"] != "").any()


def test_placebos_are_only_areas_matched_as_narrowly_as_the_area():
    # Corners a and b make c exactly; d has one free direction that reaches far below it.
    results = Results()
    rows = {"a": (0, 0, 0), "b": (10, 0, 10), "c": (5, 0, 4), "e": (4, 10, 0), "f": (6, 10, 60), "g": (5, 10, 31), "h": (5, 10, 30), "i": (5, 20, 0)}
    for area, line in rows.items():
        for year, value in zip(("2006", "2008", "2010"), line, strict=True):
            put(results, RATE, area, year, float(value))
    peers.synthetic(results, "c", list(rows), years=("2006", "2008"), end="2010", within=(0.0,), most_width=1.0, stated_in=STATED)
    row = results["synthetic_gap_rank.c.2010"]
    assert (row["estimate"], row["n"]) == (1, 1)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), st.floats(0, 3), st.floats(0, 3))
def test_a_looser_match_never_narrows_the_range(seed, first, second):
    random = np.random.default_rng(seed)
    before, after = random.uniform(0, 60, (3, 12)), random.uniform(0, 60, 12)
    own = before @ random.dirichlet(np.ones(12)) + random.uniform(-1, 1, 3)
    tight, loose = (peers.weighted_range(before, own, after, within=w) for w in sorted((first, second)))
    if not math.isnan(tight[0]):
        assert loose[0] <= tight[0] + 1e-4 and tight[1] <= loose[1] + 1e-4


@pytest.mark.parametrize(("within", "expected"), [(0.0, (50, 50)), (1.0, (40, 60)), (2.5, (25, 75)), (9.0, (0, 100))])
def test_the_tolerance_lets_a_mix_miss_by_as_much_on_either_side(within, expected):
    # Two donors at 0 and 10 before, 0 and 100 after: a share of one tenth is a point before and ten after.
    found = peers.weighted_range(np.array([[0.0, 10.0]]), np.array([5.0]), np.array([0.0, 100.0]), within=within)
    assert found == approx(expected, abs=1e-4)


def test_the_loosest_tolerance_decides_on_a_placebo_rank_in_whatever_order_they_are_given():
    stored = []
    for within in ((0.0, 2.5), (2.5, 0.0)):
        results, areas, years = country(12, drop=3.0)
        peers.synthetic(results, "a20", areas, years=years[:-1], end=years[-1], within=within, most_width=1.0, stated_in=STATED)
        width = {w: results.value("synthetic_width", "a20", years[-1], f"within_{w}") for w in (0, 250)}
        assert width[0] < 1 < width[250]
        stored.append(results.frame)
    assert stored[0].equals(stored[1]) and not stored[0]["indicator"].eq("synthetic_gap_rank").any()


def test_the_edition_gives_ranges_that_random_mixes_respect_and_no_placebo_rank(review):
    figures = published_figures()
    others = [c for c in review.edition.places.codes("province") if c != "20"]
    table = np.array([[float(figures[f"{RATE}.{a}.{y}"]) for a in ("20", *others)] for y in (*YEARS, "2013")])
    own, donors = table[:, 0], table[:, 1:]
    # Non-negative least squares (Lawson & Hanson): even the nearest mix misses, so no mix matches exactly.
    weights, distance = nnls(np.vstack([donors[:3], 1000 * np.ones(62)]), [*own[:3], 1000.0])
    assert weights.sum() == approx(1, abs=1e-3) and distance > 0.3
    ranges = {w: (review.results.value("synthetic_low", "20", "2013", f"within_{w}"),
                  review.results.value("synthetic_high", "20", "2013", f"within_{w}")) for w in (25, 50, 100)}  # fmt: skip
    # Mixes found by chance around the nearest one: each that matches lies inside its range.
    random, tried = np.random.default_rng(1), 0
    for _ in range(20_000):
        mix = weights / weights.sum() + random.dirichlet(np.full(62, 0.05)) * random.uniform(0, 0.1)
        mix /= mix.sum()
        miss = np.abs(donors[:3] @ mix - own[:3]).max()
        for tolerance, (low, high) in ranges.items():
            if miss <= tolerance / 100:
                tried += 1
                assert low - 1e-6 <= donors[3] @ mix <= high + 1e-6
    assert tried > 500
    assert ranges[25][0] > own[3] > ranges[100][0], "the answer depends on the tolerance, which is why none is given"
    assert "synthetic_gap_rank.20.2013" not in review.results
