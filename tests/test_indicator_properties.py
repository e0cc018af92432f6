"""What holds of the indicators of households whatever the lists say: no order, no spelling of codes, no unit of money changes a rate.

The lists are small and drawn at random, with all that makes real ones awkward: unknown values, moves, households that split off or merge,
codes that another household got, communes that did not report. Codes are those of the intake, which has already made one form of each.
"""

import dataclasses
import datetime as dt

import narwhals as nw
import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from engines import ENGINES, on_polars, table
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from mne.indicators.definition import read_definitions
from mne.indicators.distribution import finished
from mne.indicators.engine import by_value, collected
from mne.indicators.measure import Measures
from mne.indicators.rows import ROWS
from mne.indicators.setting import Setting

CATALOGUE = read_definitions(ROOT / "parameters" / "catalogue", shown="parameters/catalogue")
ROW_SETS = ("household_years", "commune_years", "key_rows", "pairs_forward", "pairs_back", "triples", "cohort", "panel", "flows")
INDICATORS = [d.id for d in CATALOGUE.values() if d.rows in ROW_SETS or d.id in ("yearly_fall", "ethnic_gap")]
SUMS = [name for name in INDICATORS if CATALOGUE[name].aggregation == "ratio"]
RATES = [name for name in SUMS if CATALOGUE[name].factor == 100 and name != "flow_residual"]
FIRST, PLACES = 2009, [(f"D{i // 2}", f"C{i}") for i in range(6)]
_STATUSES, _PEOPLES, _SEXES = ["poor", "near_poor", "not_poor"], ["kinh", "tay", "dao"], ["male", "female"]
_UNSURE = ("income", "head", "born_year", "sex", "ethnicity", "status", "persons")
_AMOUNTS = ["numerator", "denominator", "n", "n_missing"]
SEEDS = st.integers(0, 2**32 - 1)


def some(examples: int) -> settings:
    """So many lists; a smaller seed is no simpler list, so none is looked for."""
    return settings(max_examples=examples, phases=[Phase.explicit, Phase.reuse, Phase.generate])


@dataclasses.dataclass(frozen=True)
class Lists:
    """Households and communes of a few reviews, and their setting."""

    households: pd.DataFrame
    communes: pd.DataFrame
    setting: Setting

    def measures(self, put=on_polars) -> Measures:
        """The catalogue over these lists."""
        return Measures(CATALOGUE, {"households": put(self.households), "communes": put(self.communes)}, self.setting)

    def measured(self, *by: str, names=INDICATORS, put=on_polars) -> pd.DataFrame:
        """Indicators by year and the given columns."""
        return self.measures(put)(names, by=by)

    def rows(self, name: str) -> pd.DataFrame:
        """A row set."""
        return collected(ROWS[name]({"households": on_polars(self.households), "communes": on_polars(self.communes)}, self.setting))


def lists(seed: int, *, unknown: float = 0.1) -> Lists:
    """Three to five reviews of about thirty households; ``unknown`` is the share of values of households that nobody knows."""
    random = np.random.default_rng(seed)
    years = range(FIRST, FIRST + int(random.integers(3, 6)))
    alive = {f"H{i:03}": _household(random) for i in range(26)}
    rows, communes = [], []
    for year in years:
        merged = {} if year == FIRST else _a_year_later(random, alive, year)
        silent = {commune for _, commune in PLACES if random.random() < 0.06}
        listed = [{"year": year, "household": code, **_seen(random, household, unknown), "merged_from": merged.get(code)}
                  for code, household in alive.items() if household["commune"] not in silent and random.random() < 0.94]  # fmt: skip
        rows += listed
        for district, commune in PLACES:
            known = sum(row["commune"] == commune for row in listed)
            communes.append({"year": year, "district": district, "commune": commune, "area": random.choice(["rural", "urban"]),
                             "region": f"region_{random.integers(1, 4)}", "households": known + 1 + int(random.integers(3)),
                             "new_rural": bool(random.random() < 0.4)})  # fmt: skip
    setting = Setting(FIRST, years[-1], FIRST + 1, dt.date(years[-1] + 1, 6, 30), {"rural": 400_000, "urban": 500_000})
    return Lists(table("households", rows), table("communes", communes), setting)


def _household(random, **known) -> dict:
    district, commune = PLACES[random.integers(len(PLACES))]
    return {"district": district, "commune": commune, "head": f"Tên {random.integers(9)}", "born_year": int(random.integers(1940, 1990)),
            "sex": _SEXES[random.integers(2)], "ethnicity": _PEOPLES[random.integers(3)], "persons": int(random.integers(1, 7)),
            "status": _STATUSES[random.integers(3)], "movement": "stayed", "parent": None, **known}  # fmt: skip


def _a_year_later(random, alive: dict, year: int) -> dict:
    """Change the households that live on; gives who was merged into whom."""
    merged = {}
    for code in list(alive):
        fate, household = random.random(), alive[code] | {"movement": "stayed"}
        if fate < 0.05:
            del alive[code]
            merged[list(alive)[random.integers(len(alive))]] = code
            continue
        if fate < 0.13:
            household["district"], household["commune"] = PLACES[random.integers(len(PLACES))]
        elif fate < 0.18:  # the code goes to another household
            household = _household(random, district=household["district"], commune=household["commune"])
        elif fate < 0.28:
            alive[f"{code}-{year}"] = household | {"head": "Tên mới", "status": _STATUSES[random.integers(3)], "movement": "split", "parent": code}
        if random.random() < 0.5:
            household["status"] = _STATUSES[random.integers(3)]
        alive[code] = household
    return merged


def _seen(random, household: dict, unknown: float) -> dict:
    """What the list says of a household."""
    row = household | {"income": float(random.integers(1, 90)) * 10_000}
    return {name: None if name in _UNSURE and random.random() < unknown else value for name, value in row.items()}


def assert_same(found: pd.DataFrame, expected: pd.DataFrame, *keys: str, times: int = 1) -> None:
    """The same values and counts; ``times`` as many rows stand behind them."""
    columns = ["indicator", "year", *keys, "value", "reason", "n", "n_missing"]
    sides = [t[columns].sort_values(columns[: 2 + len(keys)], ignore_index=True) for t in (found, expected)]
    sides[1][["n", "n_missing"]] *= times
    if times > 1:  # with more rows a value is no longer too thin
        sides = [t.assign(reason=t["reason"].replace("few_units", "")) for t in sides]
    assert len(sides[0]) > 40
    pd.testing.assert_frame_equal(*sides, rtol=1e-9, atol=1e-9, check_dtype=False)


@ENGINES
@some(2)
@given(seed=SEEDS)
def test_neither_order_of_rows_nor_parts_of_a_table_matter(put, seed):
    one = lists(seed)

    def in_parts(frame: pd.DataFrame):
        mixed = frame.sample(frac=1, random_state=seed % 1000)
        return nw.concat([put(mixed.iloc[start::3].reset_index(drop=True)) for start in range(3)])

    assert_same(one.measured("district", put=in_parts), one.measured("district", put=put), "district")


@some(3)
@given(seed=SEEDS)
def test_names_of_places_and_households_are_only_names(seed):
    one = lists(seed)
    # The order of the new names is the reverse of that of the old ones.
    new = {c: {old: f"N{len(values) - i:04}" for i, old in enumerate(sorted(values))} for c, values in {
        "district": {d for d, _ in PLACES}, "commune": {c for _, c in PLACES},
        "household": set(one.households[["household", "parent", "merged_from"]].stack().dropna())}.items()}  # fmt: skip
    new |= {"parent": new["household"], "merged_from": new["household"]}
    households = one.households.assign(**{c: one.households[c].map(names).astype("string") for c, names in new.items()})
    communes = one.communes.assign(**{c: one.communes[c].map(new[c]).astype("string") for c in ("district", "commune")})
    expected = one.measured("district").assign(district=lambda t: t["district"].map(new["district"]))
    assert_same(dataclasses.replace(one, households=households, communes=communes).measured("district"), expected, "district")


@some(3)
@given(seed=SEEDS)
def test_the_unit_of_money_changes_nothing(seed):
    one = lists(seed)
    setting = dataclasses.replace(one.setting, lines={area: line / 1000 for area, line in one.setting.lines.items()})
    thousands = dataclasses.replace(one, households=one.households.assign(income=one.households["income"] / 1000), setting=setting)
    assert_same(thousands.measured("district"), one.measured("district"), "district")


@some(3)
@given(seed=SEEDS)
def test_a_province_twice_as_large_with_the_same_fates_has_the_same_rates(seed):
    one = lists(seed)
    copies = one.households.assign(**{c: one.households[c] + "-copy" for c in ("household", "parent", "merged_from")})
    twice = Lists(pd.concat([one.households, copies], ignore_index=True), one.communes.assign(households=one.communes["households"] * 2), one.setting)
    found, expected = twice.measured("district"), one.measured("district")
    assert found["numerator"].fillna(0).tolist() == pytest.approx((2 * expected["numerator"].fillna(0)).tolist())
    communes = found["indicator"] == "registry_completeness"  # of communes there are no more than before
    assert_same(found[~communes], expected[~communes], "district", times=2)


@some(15)
@given(seed=SEEDS)
def test_rows_in_two_parts_that_share_their_weight_are_the_same_distribution(seed):
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({"year": FIRST, "programme": "rice", "income": random.integers(1, 8, 12) * 100.0, "persons": random.integers(1, 7, 12) * 1.0,
                          "benefit": random.integers(0, 4, 12) * 30.0}).astype({"year": "Int64", "programme": "string"})  # fmt: skip
    # All rows in halves; and only some of them, in parts that are not equal: a count of rows shows itself there.
    for share in (np.full(12, 0.5), np.where(random.random(12) < 0.5, random.random(12), 1)):
        parts = [frame.assign(persons=frame["persons"] * part, benefit=frame["benefit"] * part) for part in (share, 1 - share)]
        divided = pd.concat(parts, ignore_index=True).query("persons > 0")
        for name, by in (("income_gini", []), ("targeting_index", ["programme"])):
            one, two = (finished(by_value(on_polars(t), CATALOGUE[name], by=by), CATALOGUE[name], by=by)["value"].tolist() for t in (frame, divided))
            assert two == pytest.approx(one, nan_ok=True)


@some(3)
@given(seed=SEEDS)
def test_sums_of_the_parts_are_the_sums_of_the_whole(seed):
    measures = lists(seed, unknown=0).measures()
    total = measures(SUMS).set_index(["indicator", "year"])[_AMOUNTS]
    ways = {("district",): SUMS, ("commune",): [n for n in SUMS if CATALOGUE[n].finest == "commune"]}
    ways |= {(g,): [n for n in SUMS if g in CATALOGUE[n].groups] for g in ("area", "region", "ethnicity_group", "sex")}
    for by, names in ways.items():
        parts = measures(names, by=by).groupby(["indicator", "year"])[_AMOUNTS].sum()
        pd.testing.assert_frame_equal(parts, total[total.index.isin(names, level="indicator")], check_dtype=False)


@some(15)
@given(seed=SEEDS)
def test_every_poor_household_comes_from_somewhere_and_goes_somewhere(seed):
    """Communes that reported twice: the poor now are those before less who left and with who came, and nothing is left over."""
    one = lists(seed, unknown=0)
    h = one.households
    poor = h.assign(poor=(h["status"] == "poor").astype(int)).groupby(["year", "commune"])["poor"].sum()
    now, before = poor, poor.rename(lambda year: year + 1, level="year")
    both = now.index.intersection(before.index)
    terms = ["poor_before", "exits", "merged", "moved_out", "entries", "splits", "moved_in", "residual"]
    flows = one.rows("flows").groupby(["year", "commune"])[terms].sum()
    assert flows.index.isin(both).all()
    flows = flows.reindex(both, fill_value=0)
    assert (flows["residual"] == 0).all()
    assert flows["poor_before"].tolist() == before[both].tolist()
    account = flows["poor_before"] - flows[["exits", "merged", "moved_out"]].sum(axis=1) + flows[["entries", "splits", "moved_in"]].sum(axis=1)
    assert account.tolist() == now[both].tolist()


@some(12)
@given(seed=SEEDS)
def test_exits_lead_to_near_poverty_or_above_it(seed):
    one = lists(seed)
    found = one.measured("commune", names=["exit_rate", "exit_to_near_poor", "exit_above_near_poor"])
    table = found.pivot(index=["year", "commune"], columns="indicator", values="numerator")
    assume(table["exit_rate"].sum() > 0)
    assert (table["exit_to_near_poor"] + table["exit_above_near_poor"]).tolist() == table["exit_rate"].tolist()
    assert found.groupby(["year", "commune"])["denominator"].nunique().eq(1).all()


@some(8)
@given(seed=SEEDS)
def test_a_rate_of_households_is_a_part_of_a_whole(seed):
    value = lists(seed).measured("district", names=RATES)["value"].dropna()
    assert len(value) > 40 and value.between(-1e-9, 100 + 1e-9).all()


@some(3)
@given(seed=SEEDS)
def test_households_of_unknown_status_add_to_no_sum(seed):
    one = lists(seed)
    strangers = one.households.assign(household=one.households["household"] + "-unknown", status=None, income=np.nan, parent=None, merged_from=None)
    more = dataclasses.replace(one, households=pd.concat([one.households, strangers.astype(one.households.dtypes)], ignore_index=True))
    # What asks whether a row is there, not what is known of it: the next list, and keys that stand twice.
    names = [n for n in SUMS if n not in ("panel_match_rate", "duplicate_keys")]
    found, expected = (t.measured("district", names=names).set_index(["indicator", "year", "district"]) for t in (more, one))
    for column in ("numerator", "denominator"):
        assert found[column].reindex(expected.index).tolist() == pytest.approx(expected[column].tolist())
        assert found[column].drop(expected.index).eq(0).all()


@some(3)
@given(seed=SEEDS)
def test_the_near_poor_are_not_poor(seed):
    """Whether a household that is not poor is near-poor is nothing to the measures of the poor."""
    one = lists(seed)
    changed = one.households.assign(status=one.households["status"].replace("near_poor", "not_poor"))
    names = [n for n in SUMS if n not in ("near_poor_rate", "exit_to_near_poor", "exit_above_near_poor", "robust_exit_rate", "status_income_disagreement")]
    assert_same(dataclasses.replace(one, households=changed).measured("district", names=names), one.measured("district", names=names), "district")


@some(8)
@given(seed=SEEDS)
def test_a_status_that_gets_unknown_leaves_the_denominator_alone(seed):
    one, names = lists(seed), ["poor_rate", "near_poor_rate"]
    lost = (one.households["status"] == "not_poor") & (np.random.default_rng(seed).random(len(one.households)) < 0.3)
    less = dataclasses.replace(one, households=one.households.assign(status=one.households["status"].mask(lost)))
    found, expected = (t.measured(names=names) for t in (less, one))
    assert found["numerator"].tolist() == expected["numerator"].tolist()
    gone = lost.groupby(one.households["year"]).sum()
    assert (expected["denominator"] - found["denominator"]).tolist() == [*gone, *gone] == (found["n_missing"] - expected["n_missing"]).tolist()


@ENGINES
def test_who_gets_a_code_does_not_get_the_poverty_of_whom_it_was_before(put):
    """Poor in 2009 under the code; another household has it since 2010 and becomes poor in 2012: that is new poverty, no return."""
    place = {"district": "D0", "commune": "C0", "household": "H0", "persons": 4, "movement": "stayed"}
    heads = {2009: ("A", 1950, "poor"), 2010: ("B", 1980, "not_poor"), 2011: ("B", 1980, "not_poor"), 2012: ("B", 1980, "poor")}
    rows = [{**place, "year": year, "head": head, "born_year": born, "status": status} for year, (head, born, status) in heads.items()]
    found = collected(ROWS["pairs_back"]({"households": put(table("households", rows))}, lists(0).setting)).sort_values("year")
    assert found["year"].tolist() == [2011, 2012]
    assert found[["out_and_poor_before", "poor_again"]].to_numpy().tolist() == [[0, 0], [0, 0]]
    assert found[["never_poor_before", "newly_poor"]].to_numpy().tolist() == [[1, 0], [1, 1]]
