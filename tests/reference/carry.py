"""Carry the rows the editions need from the reference folder into data/published.

Run once, when the reference changes:  python tests/reference/carry.py REFERENCE_FOLDER
Every row keeps its source and confidence. Rows marked ``from_memory`` are left out. All files
share one layout: indicator, area, period, group, value, status, confidence, source. Communes are
carried into places.csv; its other rows are typed by hand and stay. ``tests/test_published.py`` runs
this again and compares it with what is committed.
"""

import sys
from pathlib import Path

import pandas as pd

COLUMNS = ["indicator", "area", "period", "group", "value", "status", "confidence", "source"]
GSO = "GSO via choisy/gso"
LINES = {"2006-2010 line": "line_2006", "2011-2015 line": "line_2011", "2016-2020 line": "line_2016"}
REGIONS = {
    "Red River Delta": "R1", "Northern midlands and mountain areas": "R2",
    "Northern Central area and Central coastal area": "R3", "Central Highlands": "R4",
    "South East": "R5", "Mekong River Delta": "R6",
}  # fmt: skip
# PAPI spells provinces its own way; the codes are those of the GSO list.
PAPI_SPELLING = {"BRVT": "Ba Ria - Vung Tau", "TP HCM": "Ho Chi Minh city", "Thua Thien Hue": "Thua Thien-Hue"}
PROVINCE_SERIES = {
    "average population: Total": ("gso_population", "population", ""),
    "monthly income per capita: General average": ("gso_income", "income_per_head", ""),
    **{f"monthly income per capita: Quintile {q}": ("gso_income", "income_per_head", f"fifth_{q}") for q in range(1, 6)},
    "households using electricity": ("gso_services", "electricity_use", ""),
    "trained employed workers 15+": ("gso_services", "trained_workers", ""),
    "production of cereals per capita": ("gso_services", "cereals_per_head", ""),
    "pupils of general education: Total": ("gso_services", "pupils", ""),
    "ethnic minority pupils of general education: Total": ("gso_services", "minority_pupils", ""),
}


def _read(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / name, dtype=str, keep_default_na=False)


def _tidy(frame: pd.DataFrame, **columns) -> pd.DataFrame:
    frame = frame.assign(**{"group": "", "status": "final", "confidence": "seen", **columns})
    return frame[COLUMNS]


def poverty(folder: Path) -> pd.DataFrame:
    raw = _read(folder, "gso_poverty_rate_by_province_2006_2016.csv")
    raw = raw[raw["level"] != "province_merged_2008"]
    area = raw["province_code"].where(raw["level"] != "region", raw["name_en"].map(REGIONS))
    return _tidy(raw, indicator="survey_poor_rate", area=area, period=raw["year"],
                 value=raw["poverty_rate_pct"], status=raw["status"], source=f"{GSO}: Poverty rate by province")  # fmt: skip


def province_series(folder: Path) -> dict[str, pd.DataFrame]:
    raw = _read(folder, "gso_province_indicators_2010_2016.csv")
    older = _read(folder, "gso_lang_son_indicators_2008_2016.csv")
    older = older[older["year"].astype(int) < 2010].assign(source="")
    raw = pd.concat([raw, older])[lambda d: d["indicator"].isin(PROVINCE_SERIES) & (d["value"] != "")]
    keys = raw["indicator"].map(PROVINCE_SERIES)
    tidy = _tidy(raw, indicator=keys.str[1], area=raw["province_code"], period=raw["year"], group=keys.str[2],
                 status=raw["status"], source=GSO + ": " + raw["indicator"])  # fmt: skip
    return {name: part for name, part in tidy.groupby(keys.str[0].to_numpy())}


def papi(folder: Path, poverty_raw: pd.DataFrame) -> pd.DataFrame:
    raw = _read(folder, "papi_transparency_poverty_lists_2011_2016.csv")
    names = poverty_raw[poverty_raw["level"] == "province"].drop_duplicates("name_en")
    codes = names.set_index("name_en")["province_code"]
    area = raw["prov"].replace(PAPI_SPELLING).map(codes)
    return _tidy(raw, indicator="papi_poverty_lists", area=area, period=raw["year"],
                 value=raw["papi_transparency_povertylists"],
                 status=raw["papi_transparency_povertylists"].map(lambda v: "final" if v else "not_published"))  # fmt: skip


def district_census(folder: Path) -> pd.DataFrame:
    raw = _read(folder, "lang_son_district_population_2009_2019.csv")
    raw = raw[raw["basis"] == "census"]
    parts = [
        _tidy(raw, indicator="population_census", area=raw["district_code"], period=raw["year"],
              value=raw[f"population_{part}"], group="" if part == "total" else part)
        for part in ("total", "urban", "rural")
    ]  # fmt: skip
    return pd.concat(parts)


def series_examples(folder: Path) -> pd.DataFrame:
    raw = _read(folder, "published_series_examples.csv")
    names = {
        "households": "households", "poor_households": "list_poor_households",
        "exits_published": "list_exits", "poor_rate_published": "list_poor_rate",
    }  # fmt: skip
    parts = [
        _tidy(raw, indicator=indicator, area=raw["province_code"], period=raw["year"],
              group=raw["standard"].map(LINES), value=raw[column])
        for column, indicator in names.items()
    ]  # fmt: skip
    return pd.concat(parts)[lambda d: d["value"] != ""]


def poverty_lines(folder: Path) -> pd.DataFrame:
    raw = _read(folder, "poverty_lines.csv")
    raw = raw[raw["category"] == "poor"]
    return _tidy(raw, indicator="poverty_line", area="VN", period=raw["period"], group=raw["area"],
                 value=raw["upper_vnd_per_person_month"], confidence=raw["confidence"],
                 source=raw["legal_basis"] + "; " + raw["source"])  # fmt: skip


def rice_allocation(folder: Path) -> pd.DataFrame:
    raw = _read(folder, "rice_allocation_lang_son_2019.csv")
    return _tidy(raw, indicator="rice_allocated", area=raw["district_code"], period="2019", value=raw["kg"])


# (topic, indicator, area, period) of the reference row → our keys; the value may stand inside the unit text.
OFFICIAL = {
    ("poverty", "poor-household rate", "Viet Nam", "2010"): [("list_poor_rate", "VN", "2010", "", None)],
    ("poverty", "poor-household rate", "Viet Nam", "2013"): [
        ("list_poor_rate", "VN", "2013", "", None), ("list_poor_rate", "VN", "2012", "", "9.6")],
    ("poverty", "poor-household rate", "Viet Nam", "2014"): [("list_poor_rate", "VN", "2014", "", None)],
    ("poverty", "poor-household rate", "Lang Son", "2016"): [("list_poor_rate", "20", "2016", "line_2016", None)],
    ("poverty", "poor-household rate", "Lang Son", "2017"): [("list_poor_rate", "20", "2017", "line_2016", None)],
    ("areas", "communes of region I", "Lang Son", "2012-2015"): [("communes_by_region", "20", "2013", "region_1", None)],
    ("areas", "communes of region II", "Lang Son", "2012-2015"): [("communes_by_region", "20", "2013", "region_2", None)],
    ("areas", "communes of region III", "Lang Son", "2012-2015"): [("communes_by_region", "20", "2013", "region_3", None)],
    ("areas", "extremely difficult villages", "Lang Son", "2012-2015"): [
        ("villages_extremely_difficult", "20", "2013", "approved", None)],
    ("areas", "extremely difficult villages proposed by the province", "Lang Son", "2013-03"): [
        ("villages_extremely_difficult", "20", "2013", "proposed", None)],
    ("health_insurance", "cards issued, all categories", "Lang Son", "2012-12"): [("cards_issued", "20", "2012", "", None)],
    ("models", "poor households in the maize-sheller model", "Lang Son", "2010"): [
        ("model_households", "20", "2010", "maize_sheller", None), ("model_money", "20", "2010", "maize_sheller", "700")],
    ("models", "poor households in the breeding-sow model", "Lang Son", "2010"): [
        ("model_households", "20", "2010", "breeding_sow", None), ("model_money", "20", "2010", "breeding_sow", "819")],
    ("rice", "hunger-relief rice", "Lang Son", "2013-H1"): [("rice_received", "20", "2013-H1", "", None)],
}  # fmt: skip
LAW = {
    ("electricity", "support for lighting, poor household"): [("electricity_support", "2013", "", None)],
    ("electricity", "payment frequency"): [("electricity_support_quarter", "2012", "", None)],
    ("electricity", "consumption supported"): [("electricity_kwh", "2013", "", None)],
    ("hunger_relief_rice", "norm"): [("rice_norm", "2007", "", None)],
    ("hunger_relief_rice", "national release for 12 provinces, Tet and lean season 2013"): [
        ("rice_release", "2013", "", None), ("rice_release_provinces", "2013", "", "12")],
    ("education", "semi-boarding pupil, meals"): [("pupil_meals", "2013", "", None)],
    ("education", "rice for pupils in extremely difficult areas"): [("pupil_rice", "2013", "", None)],
    ("vocational_training", "course cost ceiling (poor, ethnic minority, merit, disabled, land recovered)"): [
        ("training_cost_ceiling", "2013", "", None)],
    ("vocational_training", "meal support"): [("training_meals", "2013", "", None)],
    ("vocational_training", "travel support, home >= 15 km away"): [("training_travel", "2013", "", None)],
    ("direct_support_102", "poor person, commune of region II"): [("direct_support", "2013", "region_2", None)],
    ("direct_support_102", "poor person, commune of region III"): [("direct_support", "2013", "region_3", None)],
    ("ntp_spr", "programme budget 2012-2015"): [("programme_budget", "2012-2015", "", None)],
}  # fmt: skip


def official(folder: Path) -> pd.DataFrame:
    raw = _read(folder, "lang_son_official_figures.csv").set_index(["topic", "indicator", "area", "period"])
    return _pick(raw, {key: [(i, a, p, g, v) for i, a, p, g, v in rows] for key, rows in OFFICIAL.items()})


def law(folder: Path) -> pd.DataFrame:
    raw = _read(folder, "policy_parameters.csv").drop_duplicates(["policy", "parameter"]).set_index(["policy", "parameter"])
    raw["source"] = raw["legal_basis"] + "; " + raw["source"]
    return _pick(raw, {key: [(i, "VN", p, g, v) for i, p, g, v in rows] for key, rows in LAW.items()})


def _pick(raw: pd.DataFrame, wanted: dict) -> pd.DataFrame:
    rows = []
    for key, keys in wanted.items():
        row = raw.loc[key]
        row = row.iloc[0] if isinstance(row, pd.DataFrame) else row
        for indicator, area, period, group, value in keys:
            derived = row["confidence"] == "derived" or (value is not None and value == "9.6")
            rows.append([indicator, area, period, group, value or row["value"], "final",
                         "derived" if derived else row["confidence"], row["source"]])  # fmt: skip
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame["source"] = frame["source"].str.replace("stored page without address: ", "press page without address: ")
    assert not frame["confidence"].eq("from_memory").any()
    return frame


PLACE_COLUMNS = ["code", "level", "name_vi", "name_en", "type_vi", "parent", "column", "row", "valid_from", "valid_to", "source"]
LATER_LIST = "GSO list of 02/02/2020 (same repository, commit fb0a4af)"


def places(folder: Path, committed: Path) -> pd.DataFrame:
    """places.csv: the rows above the communes as they are, then the communes of the reference.

    A commune ends on the day before the list of 02/02/2020 where that list no longer has its code,
    or has it under another name: the code then means other people. What came after is not carried.
    """
    above = pd.read_csv(committed, dtype=str, keep_default_na=False)
    above = above[above["level"] != "commune"].reindex(columns=PLACE_COLUMNS, fill_value="")
    raw = _read(folder, "admin_units.csv")[lambda d: d["level"] == "commune"]
    typed = zip(raw["name_vi"], raw["type_vi"], strict=True)
    names = pd.Series([name.removeprefix(kind + " ") for name, kind in typed], raw.index)
    # The list says "Đồng ý": its ý came from a font that has no capital one.
    names = names.map(lambda name: " ".join(word[0].upper() + word[1:] for word in name.split()))
    fate = raw["status_in_gso_list_2020"]
    later = fate.map(lambda f: "" if f == "same" else "not in" if f == "code_not_in_list" else f"called {f.removeprefix('renamed:')} in")
    return pd.concat([above, pd.DataFrame({
        "code": raw["commune_code"], "level": "commune", "name_vi": names, "name_en": names, "type_vi": raw["type_vi"],
        "parent": raw["district_code"], "column": "", "row": "",
        "valid_from": "", "valid_to": later.map(lambda x: "2020-02-01" if x else ""),
        "source": raw["source"] + later.map(lambda x: f"; {x} {LATER_LIST}" if x else ""),
    })])  # fmt: skip


def carry(folder: Path) -> dict[str, pd.DataFrame]:
    """All files by name, sorted, ready to be written."""
    folder = Path(folder)
    poverty_raw = _read(folder, "gso_poverty_rate_by_province_2006_2016.csv")
    frames = {
        "gso_poverty": poverty(folder), **province_series(folder), "papi": papi(folder, poverty_raw),
        "census_districts": district_census(folder), "published_series": series_examples(folder),
        "poverty_lines": poverty_lines(folder), "official": official(folder), "law": law(folder), "rice_allocation": rice_allocation(folder),
    }  # fmt: skip
    return {
        name: frame.sort_values(COLUMNS[:4], kind="stable").reset_index(drop=True)
        for name, frame in sorted(frames.items())
    }


if __name__ == "__main__":
    target = Path(__file__).parents[2] / "data" / "published"
    for name, frame in carry(Path(sys.argv[1])).items():
        frame.to_csv(target / f"{name}.csv", index=False, lineterminator="\n")
        print(f"{name}.csv: {len(frame)} rows")
    found = places(Path(sys.argv[1]), target / "places.csv")
    found.to_csv(target / "places.csv", index=False, lineterminator="\n")
    print(f"places.csv: {len(found)} rows")
