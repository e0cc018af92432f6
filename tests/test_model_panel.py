"""From checked tables to the panel of the models: who is in it, what is left out, and what was known when communes were chosen."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx

from mne.model_panel import exposed, model_panel

LINES = {"rural": 400_000.0, "urban": 500_000.0}
COMMUNES = pd.DataFrame([{"commune": f"{d}{c}", "district": d, "year": year, "area": "urban" if c == 4 else "rural"}
                         for d in "AB" for c in (1, 2, 3, 4) for year in (2009, 2011)])  # fmt: skip
MODELS = pd.DataFrame({"commune": ["A1", "A1", "B2", "B3", "A2"], "started": pd.to_datetime(["2012-05-01", "2011-12-31", "2012-01-01", None, None])})
NEIGHBOURS = pd.DataFrame({"commune": ["A1", "A2", "B1", "A3"], "neighbour": ["A2", "A3", "B2", "B2"]})


def household(number: int, commune: str, year: int, status="not_poor", **more) -> dict:
    return {"household": f"h{number}", "year": year, "commune": commune, "district": commune[0], "status": status, "income": 600_000.0,
            "ethnicity": "kinh", "sex": "male"} | more  # fmt: skip


def lists() -> pd.DataFrame:
    """Four households a commune in four years; the first ``k`` of commune number ``k`` are poor in 2009, one fewer in 2010."""
    rows = []
    for i, commune in enumerate(f"{d}{c}" for d in "AB" for c in (1, 2, 3, 4)):
        for k in range(4):
            for year in (2009, 2010, 2011, 2012):
                poor = k < int(commune[1]) - (year == 2010)
                rows.append(household(4 * i + k, commune, year, "poor" if poor else "near_poor" if k == 3 else "not_poor"))
    return pd.DataFrame(rows)


def made(households=None, **more):
    options = {"communes": COMMUNES, "models": MODELS, "neighbours": NEIGHBOURS} | more
    tables = [options.pop(name) for name in ("communes", "models")]
    return model_panel(lists() if households is None else households, *tables, **({"lines": LINES, "selected_on": [2009, 2010], "eligible": "rural"} | options))


def test_columns_are_what_is_promised():
    assert list(made().rows) == ["household", "year", "commune", "district", "income", "rate_2009", "rate_2010", "first_treated", "district_first",
                                 "poor", "poor_or_near_poor", "line", "minority", "female_head", "exposed"]  # fmt: skip
    assert "exposed" not in made(neighbours=None).rows


@pytest.mark.parametrize(("eligible", "communes", "out"), [("rural", 6, 32), ("urban", 2, 96), ("all", 8, 0)])
def test_communes_that_could_not_be_chosen_are_left_out_and_counted(eligible, communes, out):
    panel = made(eligible=eligible)
    assert panel.rows["commune"].nunique() == communes
    assert panel.left_out == {"not_eligible": out, "repeated": 0, "rate_unknown": 0}


def test_the_area_is_the_last_that_is_known():
    changed = COMMUNES.assign(area=COMMUNES["area"].mask(COMMUNES["commune"].eq("A1") & COMMUNES["year"].eq(2011), "urban"))
    assert "A1" not in set(made(communes=changed).rows["commune"])
    assert "A1" not in set(made(communes=changed[::-1]).rows["commune"])
    early = COMMUNES.assign(area=COMMUNES["area"].mask(COMMUNES["commune"].eq("A1") & COMMUNES["year"].eq(2009), "urban"))
    assert "A1" in set(made(communes=early).rows["commune"])


@pytest.mark.parametrize("eligible", ["rural", "all"])
def test_a_commune_of_unknown_area_could_not_be_chosen(eligible):
    panel = made(communes=COMMUNES[COMMUNES["commune"] != "B1"], eligible=eligible)
    assert "B1" not in set(panel.rows["commune"]) and panel.left_out["not_eligible"] == (32 if eligible == "rural" else 0) + 16


def test_a_household_twice_in_a_year_is_left_out_of_that_year_only():
    twice = pd.concat([lists(), pd.DataFrame([household(0, "A1", 2010, "poor"), household(4, "A2", 2011), household(4, "B1", 2012)])])
    panel = made(twice)
    years = panel.rows.groupby("household")["year"].apply(sorted)
    assert years["h0"] == [2009, 2011, 2012] and years["h4"] == [2009, 2010]
    assert panel.left_out == {"not_eligible": 32, "repeated": 6, "rate_unknown": 0}
    # Nor does it count in the rate of its commune: of three others of A1 none was poor in 2010, of four one would be with it.
    assert panel.rows.loc[panel.rows["commune"] == "A1", "rate_2010"].unique() == approx([0.0])


def test_rates_are_those_of_the_years_that_the_choice_looked_at():
    rates = made().rows.groupby("commune")[["rate_2009", "rate_2010"]].first()
    assert rates["rate_2009"].to_dict() == {"A1": 25.0, "A2": 50.0, "A3": 75.0, "B1": 25.0, "B2": 50.0, "B3": 75.0}
    assert rates["rate_2010"].to_dict() == {"A1": 0.0, "A2": 25.0, "A3": 50.0, "B1": 0.0, "B2": 25.0, "B3": 50.0}
    other = made(selected_on=[2011]).rows
    assert [c for c in other if c.startswith("rate_")] == ["rate_2011"]
    # A commune has one value, in all years.
    assert (made().rows.groupby("commune")[["rate_2009", "rate_2010"]].nunique() == 1).all(axis=None)


def test_later_years_do_not_move_the_rates():
    later = lists()
    later["status"] = later["status"].mask(later["year"] > 2010, "poor")
    pd.testing.assert_frame_equal(made(later).rows.filter(like="rate_"), made().rows.filter(like="rate_"))


def test_unknown_status_counts_in_no_rate_and_a_commune_without_rate_is_left_out():
    unknown = lists()
    unknown.loc[unknown["household"].eq("h8") & unknown["year"].eq(2009), "status"] = None  # a poor one of A3
    assert made(unknown).rows.loc[lambda r: r["commune"] == "A3", "rate_2009"].iloc[0] == approx(100 * 2 / 3)
    unknown.loc[unknown["commune"].eq("A3") & unknown["year"].eq(2010), "status"] = None
    panel = made(unknown)
    assert "A3" not in set(panel.rows["commune"])
    assert panel.left_out == {"not_eligible": 32, "repeated": 0, "rate_unknown": 16}


def test_status_is_counted_in_points_and_unknown_is_not_poor_nor_rich():
    rows = lists()
    rows.loc[rows["household"].eq("h1") & rows["year"].eq(2012), "status"] = None
    kept = made(rows).rows.merge(rows[["household", "year", "status"]], on=["household", "year"])
    told = kept.dropna(subset="status").groupby("status")[["poor", "poor_or_near_poor"]].agg(["min", "max"]).to_numpy().tolist()
    assert told == [[0, 0, 100, 100], [0, 0, 0, 0], [100, 100, 100, 100]]  # near poor, not poor, poor
    missing = kept[kept["status"].isna()]
    assert len(missing) == 1 and missing[["poor", "poor_or_near_poor"]].isna().all(axis=None)


def test_incomes_and_lines_are_thousands_a_month():
    rows = lists()
    rows.loc[0, "income"] = np.nan
    kept = made(rows, eligible="all").rows
    assert kept["income"].dropna().unique() == approx([600.0]) and kept["income"].isna().sum() == 1
    assert kept.groupby("commune")["line"].first().to_dict() == {c: 500.0 if c[1] == "4" else 400.0 for c in kept["commune"].unique()}


def test_groups_of_the_head_of_household():
    rows = lists()
    rows.loc[[0, 1, 2, 3], "ethnicity"] = ["tay", "kinh", "nung", None]
    rows.loc[[0, 1, 2, 3], "sex"] = ["female", "male", None, "female"]
    kept = made(rows).rows.iloc[:4]
    assert kept["minority"].tolist() == approx([1, 0, 1, np.nan], nan_ok=True)
    assert kept["female_head"].tolist() == approx([1, 0, np.nan, 1], nan_ok=True)


def test_the_start_is_the_year_of_the_first_model_that_began():
    first = made().rows.groupby("commune")[["first_treated", "district_first"]].first()
    assert first["first_treated"].dropna().to_dict() == {"A1": 2011.0, "B2": 2012.0}  # B3 and A2 never began
    assert first["district_first"].to_dict() == {c: 2011.0 if c[0] == "A" else 2012.0 for c in first.index}


def test_a_model_in_a_commune_that_could_not_be_chosen_starts_nothing():
    models = pd.concat([MODELS, pd.DataFrame({"commune": ["A4"], "started": [pd.Timestamp("2010-06-01")]})])
    kept = made(models=models).rows
    assert kept.loc[kept["district"] == "A", "district_first"].unique() == [2011.0]
    assert made(models=models, eligible="all").rows.loc[lambda r: r["district"] == "A", "district_first"].unique() == [2010.0]


def test_no_model_at_all():
    kept = made(models=MODELS.iloc[:0]).rows
    assert kept["first_treated"].isna().all() and kept["district_first"].isna().all() and (kept["exposed"] == 0).all()
    only = made(models=MODELS[MODELS["started"].isna()]).rows
    pd.testing.assert_frame_equal(only, kept)


def exposure(neighbours, models=MODELS) -> set[tuple[str, int]]:
    kept = made(neighbours=neighbours, models=models).rows
    return set(kept.loc[kept["exposed"] == 1, ["commune", "year"]].itertuples(index=False, name=None))


def test_neighbours_are_exposed_from_the_start_on_within_their_district():
    # A1 starts in 2011 and borders A2; B2 starts in 2012 and borders B1, and A3 across the district's border.
    assert exposure(NEIGHBOURS) == {("A2", 2011), ("A2", 2012), ("B1", 2012)}


@pytest.mark.parametrize("turned", ["one row the other way", "two rows", "mixed order"])
def test_a_border_may_be_written_in_one_row_or_two(turned):
    back = NEIGHBOURS.rename(columns={"commune": "neighbour", "neighbour": "commune"})
    tables = {"one row the other way": back, "two rows": pd.concat([NEIGHBOURS, back]), "mixed order": pd.concat([back.iloc[2:], NEIGHBOURS.iloc[:2]])}
    assert exposure(tables[turned][["commune", "neighbour"]]) == exposure(NEIGHBOURS)


def test_a_place_with_a_model_is_exposed_only_until_it_has_its_own():
    models = pd.DataFrame({"commune": ["A1", "A2"], "started": pd.to_datetime(["2010-01-01", "2012-01-01"])})
    assert exposure(NEIGHBOURS, models) == {("A2", 2010), ("A2", 2011), ("A3", 2012)}


def test_of_several_neighbours_the_first_counts_and_towns_do_not_spill():
    borders = pd.DataFrame({"commune": ["A3", "A3", "B3"], "neighbour": ["A1", "A2", "B4"]})
    models = pd.DataFrame({"commune": ["A1", "A2", "B4"], "started": pd.to_datetime(["2012-01-01", "2011-01-01", "2011-01-01"])})
    assert exposure(borders, models) == {("A3", 2011), ("A3", 2012)}


def test_exposed_says_nothing_of_places_without_neighbours():
    rows = pd.DataFrame({"commune": ["a", "b", "c"], "district": "d", "year": [2012, 2012, 2012]})
    found = exposed(rows, pd.Series({"a": 2011.0}), pd.DataFrame({"commune": ["b"], "neighbour": ["a"]}))
    assert found.tolist() == [0.0, 1.0, 0.0]


def test_tables_are_not_changed():
    tables = [lists(), COMMUNES.copy(), MODELS.copy(), NEIGHBOURS.copy()]
    copies = [t.copy(deep=True) for t in tables]
    model_panel(tables[0], tables[1], tables[2], lines=LINES, selected_on=[2009], eligible="all", neighbours=tables[3])
    for table, copy in zip(tables, copies, strict=True):
        pd.testing.assert_frame_equal(table, copy)


ROWS = st.lists(st.tuples(st.integers(0, 12), st.sampled_from([f"{d}{c}" for d in "AB" for c in (1, 2, 4)]), st.integers(2009, 2012),
                          st.sampled_from(["poor", "near_poor", "not_poor", None]), st.sampled_from([250_000.0, 700_000.0, None])), min_size=4, max_size=40)  # fmt: skip


@settings(max_examples=60)
@given(ROWS, st.randoms(use_true_random=False), st.sampled_from(["rural", "urban", "all"]))
def test_order_of_rows_does_not_matter_and_no_row_is_lost(drawn, random, eligible):
    rows = pd.DataFrame([household(n, commune, year, status, income=income) for n, commune, year, status, income in drawn])
    order = list(range(len(rows)))
    random.shuffle(order)
    one, other = made(rows, eligible=eligible), made(rows.iloc[order], eligible=eligible)
    assert one.left_out == other.left_out
    assert len(one.rows) + sum(one.left_out.values()) == len(rows)
    assert not one.rows.duplicated(["household", "year"]).any()
    by = ["household", "year"]
    pd.testing.assert_frame_equal(one.rows.sort_values(by, ignore_index=True), other.rows.sort_values(by, ignore_index=True))
