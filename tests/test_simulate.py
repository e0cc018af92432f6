"""The fictional province: the same bytes for one seed, a key that knows every row, and planted facts that are really there."""

import collections
import csv
import hashlib
import json
import os
import re
import subprocess
import sys

import duckdb
import numpy as np
import pandas as pd
import pytest
import yaml
from python_calamine import CalamineWorkbook

from conftest import ROOT
from mne import evidence
from mne.document import load
from mne.errors import InputError
from mne.intake.rules import broken
from mne.intake.schema import schemas
from mne.simulate import World, facts, make, simulate
from mne.simulate.hands import new_tones, plain
from mne.simulate.land import listed_places
from mne.simulate.panel import ABSENT
from mne.simulate.plan import files
from mne.simulate.province import make_province
from mne.simulate.reviews import account
from mne.simulate.rollout import treated
from mne.simulate.world import REVIEWS, YEARS
from mne.vietnamese import from_tcvn3, tidy

SEED, SMALL = 2013, 0.02  # those of the shared project
SIZES = [0.1, 1.0]


def tree(folder):
    """Digests of the files that the province is; decisions of clerks are made after it (test_card_review.py)."""
    files = [p for p in folder.rglob("*") if p.is_file() and "decisions" not in p.relative_to(folder).parts]
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


@pytest.fixture(scope="module")
def made(demo):
    """A small province, written once."""
    told = yaml.safe_load((demo / "parameters" / "demo.yml").read_text("utf-8"))["simulation"]
    assert (told["seed"], told["size"]) == (SEED, SMALL)
    return demo / told["folder"]


@pytest.fixture(scope="module", params=SIZES, ids=lambda s: f"size {s}")
def province(request):
    """The province in memory, at the size of the demonstration and of the real one."""
    return make_province(World(), 11, request.param)


@pytest.fixture(scope="module")
def planted(province):
    return facts.planted(province)


def clean(folder, table):
    return duckdb.connect().execute("select * from read_parquet(?)", [str(folder / "key" / "clean" / f"{table}.parquet")]).df()


def key_rows(folder):
    """Rows that the key knows, by file and sheet, with how often."""
    found = collections.defaultdict(collections.Counter)
    lists = [pd.read_csv(folder / "key" / name) for name in ("quarantine.csv", "non_data.csv")]
    for rows in [*lists, *(clean(folder, table)[["file", "sheet", "row"]] for table in schemas())]:
        for file, sheet, row in rows[["file", "sheet", "row"]].itertuples(index=False):
            found[file, sheet][row] += 1
    return found


def sheets(path):
    """Sheets of a file with their rows, read without any code of ours."""
    if path.suffix == ".xlsx":
        book = CalamineWorkbook.from_path(str(path))
        return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    if path.suffix == ".parquet":
        frame = duckdb.connect().execute("select * from read_parquet(?)", [str(path)]).fetchall()
        return {path.stem: [["heading"], *frame]}
    data = path.read_bytes()
    modern = data.startswith(b"\xef\xbb\xbf") or "kobo" in path.name
    encoding = "utf-16" if data.startswith(b"\xff\xfe") else "utf-8-sig" if modern else "cp1252"
    separator = {"utf-16": "\t", "utf-8-sig": ","}.get(encoding, ";")
    return {path.stem: list(csv.reader(data.decode(encoding).splitlines(), delimiter=separator))}


def test_same_seed_gives_same_bytes_in_any_process_and_on_any_number_of_them(made, tmp_path):
    script = tmp_path / "again.py"
    call = f"simulate(Path(__file__).parent / 'again', seed={SEED}, size={SMALL}, processes=2)"
    script.write_text(f"from pathlib import Path\nfrom mne.simulate import simulate\nif __name__ == '__main__':\n    {call}\n", "utf-8")
    environment = os.environ | {"PYTHONHASHSEED": "4242", "TZ": "Asia/Ho_Chi_Minh", "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, str(script)], check=True, env=environment, cwd=tmp_path)
    assert tree(tmp_path / "again") == tree(made)


def test_another_seed_gives_other_people_in_the_same_places():
    one, other = (make_province(World(), seed, SMALL) for seed in (1, 2))
    assert one.land.communes["code"].tolist() == other.land.communes["code"].tolist()
    assert one.land.communes["name"].tolist() == other.land.communes["name"].tolist()
    assert not np.array_equal(one.people.names(np.arange(200)), other.people.names(np.arange(200)))


def test_what_is_already_there_is_left_alone(made):
    before = {p: p.stat().st_mtime_ns for p in made.rglob("*")}
    simulate(made, seed=SEED, size=SMALL)
    assert {p: p.stat().st_mtime_ns for p in made.rglob("*")} == before


def test_a_folder_of_somebody_else_is_refused(tmp_path):
    (tmp_path / "mine.xlsx").write_bytes(b"work")
    with pytest.raises(InputError, match=r"\S") as refused:
        simulate(tmp_path, seed=SEED, size=SMALL)
    assert refused.value.code == "folder_not_made" and [p.name for p in tmp_path.iterdir()] == ["mine.xlsx"]


def test_a_run_that_breaks_leaves_the_older_province_whole(tmp_path, monkeypatch):
    folder = tmp_path / "province"
    folder.mkdir()
    (folder / "made.json").write_text(json.dumps({"code": "older", "seed": 0, "size": 0}), "utf-8")
    monkeypatch.setattr(make, "write_registers", lambda folder: (_ for _ in ()).throw(RuntimeError("power cut")))
    monkeypatch.setattr(make, "files", lambda province: files(province)[-2:])
    monkeypatch.setattr(make, "write_key", lambda *arguments: None)
    with pytest.raises(RuntimeError, match="power cut"):
        simulate(folder, seed=SEED, size=SMALL)
    assert [p.name for p in tmp_path.iterdir()] == ["province"] and [p.name for p in folder.iterdir()] == ["made.json"]


def test_every_row_of_every_file_is_in_the_key_once_and_no_other(made):
    known, seen = key_rows(made), 0
    for path in sorted((made / "files").rglob("*.*")):
        if path.name == "sources.yml":
            continue
        for name, rows in sheets(path).items():
            filled = {number for number, row in enumerate(rows, 1) if any(c is not None and str(c).strip() for c in row)}
            counted = known.pop((path.relative_to(made / "files").as_posix(), name), {})
            assert set(counted) == filled, f"{path.name}, {name}"
            assert set(counted.values()) == {1}, f"{path.name}, {name}"
            seen += len(filled)
    assert not known and seen > 20_000


def test_key_tables_have_the_fields_of_their_schema_and_break_no_hard_rule(made):
    for table, schema in schemas().items():
        rows = clean(made, table)
        assert list(rows) == [*schema.fields, "file", "sheet", "row"]
        assert len(rows) > 5, table
        faults = broken(rows[list(schema.fields)].astype(schema.fields), schema)
        assert not [rule for rule in faults if schema.rules[rule].severity == "hard"], table
        for name, column in schema.columns.items():
            if column.required:
                assert rows[name].notna().all(), (table, name)
            for bound, beyond in ((column.least, "lt"), (column.most, "gt")):
                assert bound is None or not getattr(rows[name].dropna(), beyond)(bound).any(), (table, name)


def test_texts_of_the_key_are_tidy(made):
    for table, schema in schemas().items():
        rows = clean(made, table)
        for name, column in schema.columns.items():
            if column.type in ("text", "name"):
                texts = rows[name].dropna().unique()
                assert [t for t in texts if tidy(t) != t] == [], (table, name)


def test_about_three_rows_in_a_thousand_are_to_be_refused_and_for_every_reason(made):
    refused = pd.read_csv(made / "key" / "quarantine.csv", keep_default_na=False)
    total = sum(len(clean(made, table)) for table in schemas())
    # Small sheets have at least one, so that the share is higher in small provinces.
    assert 0.003 < len(refused) / total < 0.03
    assert set(refused["rule_kind"]) == {"impossible_date", "text_in_count", "negative", "required_missing", "choice_unknown", "code_wrong",
                                         "place_unknown", "more_workers_than_persons", "percentage_in_count"}  # fmt: skip
    assert (refused["rule_kind"] == "percentage_in_count").sum() == 1


def test_no_real_place_has_a_name_or_code_of_the_province(made):
    real = pd.read_csv(ROOT / "data" / "published" / "places.csv", dtype=str)
    ours = pd.read_csv(made / "published" / "places.csv", dtype=str)
    assert not set(real["code"]) & set(ours["code"]) and not ours["code"].str.fullmatch(r"\d+").any()
    names = {plain(n).lower() for n in ours["name_vi"]}
    assert not names & {plain(n).lower() for n in real["name_vi"]}


def test_places_have_the_shape_and_the_homonyms_of_the_real_province(made):
    # Counts of the real one: domain note 8 (GSO list): 226 communes, 207 xã, 14 thị trấn, 5 phường; names x4, x4, x3, x3.
    ours = pd.read_csv(made / "published" / "places.csv", dtype=str)
    communes = ours[ours["level"] == "commune"]
    assert communes["type_vi"].value_counts().to_dict() == {"Xã": 207, "Thị trấn": 14, "Phường": 5}
    assert (ours["level"] == "district").sum() == 11
    alone = communes[communes["type_vi"] == "Xã"]["name_vi"].value_counts()
    assert sorted(alone[alone > 1]) == [3, 3, 4, 4]
    twice = communes.groupby(["parent", "name_vi"])["type_vi"].agg(set)
    assert sum(kinds == {"Xã", "Thị trấn"} for kinds in twice) == 3
    folded = communes.assign(folded=communes["name_vi"].map(plain)).groupby("folded")
    by_accents = [rows for _, rows in folded if rows["name_vi"].nunique() > 1]
    assert len(by_accents) == 3 and all(rows["parent"].nunique() == len(rows) for rows in by_accents)
    assert (listed_places()["province"]["vi"] == ours[ours["level"] == "province"]["name_vi"]).all()


def test_tiles_of_communes_are_their_own():
    communes = make_province(World(), SEED, SMALL).land.communes
    assert not communes.duplicated(["column", "row"]).any()


def test_poverty_follows_its_path(planted):
    rates = {int(y): v for y, v in planted["poverty"].items()}
    assert rates[2009]["poor_rate"] == pytest.approx(27, abs=0.5)
    # 2.4 points a year, and a little more once models work in two of the districts.
    assert 2.2 < (rates[2009]["poor_rate"] - rates[2013]["poor_rate"]) / 4 < 2.9
    assert all(8.5 < rates[y]["near_poor_rate"] < 13 for y in REVIEWS)


def test_the_account_closes_but_for_moves_splits_and_deaths(province):
    panel, t = province.panel, YEARS.index(2012)
    stock = account(province, 0, t)
    residual = stock["closing"] - (stock["opening"] - stock["exits"] + stock["returns"] + stock["arisen"])
    now, before = panel.commune[:, t], panel.commune[:, t - 1]
    elsewhere = now != before
    came, left = elsewhere & (now != ABSENT) & (panel.status[:, t] == 0), elsewhere & (before != ABSENT) & (panel.status[:, t - 1] == 0)
    by_moves = np.bincount(now[came], minlength=226) - np.bincount(before[left], minlength=226)
    assert np.array_equal(residual, by_moves)
    assert 0 < (residual != 0).sum() < 226


def test_cards_and_their_duplicates_are_those_promised(province, planted):
    cards, world = planted["cards"], province.world
    assert cards["cards"] == pytest.approx(world.cards * province.size, abs=2)
    assert cards["second_cards"] / cards["persons"] == pytest.approx(0.06, abs=1e-3)
    assert cards["third_cards"] / cards["second_cards"] == pytest.approx(0.12, abs=1e-3)
    true = facts.true_persons(province)
    assert true["number"].is_unique
    held = true.groupby("person").size()
    assert int((held * (held - 1) // 2).sum()) == cards["true_pairs"]
    assert cards["namesake_pairs"] >= 100


def test_rice_balances_but_for_the_loss_of_one_district(province, planted):
    rice = planted["rice"]
    assert rice["received_kg"] == sum(rice["allocated_kg"].values())
    assert rice["received_kg"] == pytest.approx(province.world.rice_kg * province.size, abs=15)
    assert rice["received_kg"] - rice["delivered_kg"] == rice["lost_kg"] == pytest.approx(6_000 * province.size, abs=15)
    assert rice["lost_tonnes"] == rice["lost_kg"] / 1000 and rice["listed_without_rice"] > 10 and rice["rice_without_listing"] > 20


def test_rice_of_the_files_shows_the_loss_where_it_is_planted(made):
    rice, flow = json.loads((made / "key" / "planted.json").read_text("utf-8"))["rice"], clean(made, "rice_flow")
    kg = flow.groupby(["stage", "district"], dropna=False)["kg"].sum().unstack(0)
    gap = (kg["allocated"] - kg["delivered"]).dropna()
    assert gap[gap != 0].to_dict() == {rice["district"]: rice["lost_kg"]}
    assert kg["received"].sum() == kg["allocated"].sum() == rice["received_kg"]


def test_models_come_commune_by_commune_in_four_districts(province, planted):
    assert len(planted["models"]["districts"]) == 4
    for entry in planted["models"]["districts"].values():
        years = collections.Counter(entry["first_treated"].values())
        assert dict(years) == dict(province.world.rollout)
        assert len(entry["first_treated"]) < 19  # some communes never get one
    # Poorer ones first: what they were in 2010.
    chosen = [e["regression_to_the_mean"]["chosen_2010"] - e["regression_to_the_mean"]["not_chosen_2010"]
              for e in planted["models"]["districts"].values()]
    assert min(chosen) > 0


def test_the_choice_takes_passing_shocks_for_need(planted):
    # Incomes of the chosen communes were low for a year: they recover by themselves, which no model does.
    entries = [e["regression_to_the_mean"] for e in planted["models"]["districts"].values()]
    gap = [e["chosen_passing_shock_2010"] - e["not_chosen_passing_shock_2010"] for e in entries]
    assert np.mean(gap) < -0.03


def test_effects_are_those_planted_and_none_in_the_other_two_districts(province, planted):
    panel, world = province.panel, province.world
    since = treated(panel.rollout.first)[np.maximum(panel.commune, 0), np.arange(len(YEARS))]
    district = province.land.communes["district"].to_numpy()[np.maximum(panel.commune, 0)]
    for order, name in enumerate(world.treated_districts):
        number = province.land.district(name)
        entry = planted["models"]["districts"][province.land.districts["code"][number]]
        here = (district == number) & (panel.commune != ABSENT)
        if order > 1:
            assert np.array_equal(panel.status[here], panel.without[here]) and not panel.rollout.change[here].any()
            assert set(entry["att_by_event_time"].values()) == {0.0}
            continue
        for event in range(3):
            plainly = here & (since == event) & ~panel.rollout.selected[:, None]
            assert np.allclose(panel.rollout.change[plainly], world.effect[event])
            # Between 0.3 and 0.9 points of the poor rate for one hundredth of log income, participants included.
            assert 0.3 < -entry["att_by_event_time"][str(event)] / (100 * world.effect[event]) < 1.2
            assert entry["att_participants_by_event_time"][str(event)] < entry["att_by_event_time"][str(event)]


def test_untreated_neighbours_lose_in_one_district_only(province, planted):
    spill = planted["models"]["spill_over"]
    inside = province.land.districts["code"][province.land.district(province.world.spill_district)]
    codes = {code for listed in spill["communes"].values() for code in listed}
    assert codes and all(code.startswith(inside) for code in codes)
    assert 2 < spill["points_of_poor_rate"] < 15
    first = planted["models"]["districts"][inside]["first_treated"]
    assert all(first.get(code, 9999) > int(year) for year, listed in spill["communes"].items() for code in listed)


def test_incomes_of_one_commune_stop_at_the_line_and_those_of_others_do_not(province, planted):
    bunching = planted["bunching_commune"]
    assert bunching["just_below_2013"] >= 3 * bunching["just_above_2013"] + 5
    t = YEARS.index(2013)
    others = province.panel.commune[:, t] != province.land.commune(*province.world.bunching_commune)
    income = province.panel.income[others, t]
    assert 0.7 < ((income >= 380_000) & (income < 400_000)).sum() / ((income > 400_000) & (income <= 420_000)).sum() < 1.4


def test_one_list_repeats_the_year_before(made):
    copied = json.loads((made / "key" / "planted.json").read_text("utf-8"))["copied_commune"]
    rows = clean(made, "households").query("commune == @copied['commune']")
    fields = [f for f in schemas()["households"].fields if f != "year"]
    of_year = {year: part[fields].reset_index(drop=True) for year, part in rows.groupby("year")}
    pd.testing.assert_frame_equal(of_year[copied["year"]], of_year[copied["year"] - 1])
    assert not of_year[copied["year"] - 1].equals(of_year[copied["year"] - 2])


def test_one_commune_did_not_report_in_one_year(made):
    missing = json.loads((made / "key" / "planted.json").read_text("utf-8"))["unreported_commune"]
    for table in ("households", "review_summary"):
        rows = clean(made, table)
        sent = rows.groupby("year")["commune"].agg(set)
        assert [year for year, codes in sent.items() if missing["commune"] not in codes] == [missing["year"]]


def test_one_district_signs_months_after_the_others_every_year(made):
    late = json.loads((made / "key" / "planted.json").read_text("utf-8"))["late"]
    number = [p["name"] for p in listed_places()["districts"]].index("Kéo Tấu") + 1
    assert late["district"] == f"X7{number:02}"
    for year in REVIEWS:
        found = {}
        for path in [*(made / "files" / "mau_3").glob(f"*_{year}.xlsx"), made / "files" / "ra_soat_ho" / f"keo_tau_{year}.xlsx"]:
            cells = [str(c) for rows in sheets(path).values() for row in rows for c in row]
            # "ngày 15 tháng 01 năm 2013", in whatever letters.
            days = {m.groups() for c in cells if (m := re.search(r" ng\S+ (\d\d) th\S+ (\d\d) n\S+ (20\d\d)$", c))}
            assert len(days) == 1, path.name
            found[path.stem.removesuffix(f"_{year}")] = "-".join(reversed(next(iter(days))))
        assert found.pop("keo_tau") == late["signed"][str(year)] > f"{year + 1}-03-31"
        assert max(found.values()) <= late["last_of_the_others"][str(year)] < f"{year + 1}-01-31"


def test_files_come_in_the_letters_of_their_time(made):
    old = made / "files" / "ra_soat_ho" / "khau_vai_2012.csv"
    with pytest.raises(UnicodeDecodeError):
        old.read_text("utf-8")
    first = old.read_bytes().decode("cp1252").split(";")[0]
    assert from_tcvn3(first).lower() == "ủy ban nhân dân huyện khau vài"
    assert (made / "files" / "lien_nganh" / "trao_doi.csv").read_bytes().startswith(b"\xff\xfe")
    texts = {name: next(iter(sheets(made / "files" / "ra_soat_ho" / f"{name}_2012.xlsx").values()))[0][0]
             for name in ("loc_trach", "phia_luong", "thuong_dam")}
    assert texts["loc_trach"].endswith("huyÖn Léc Tr¹ch")  # TCVN3
    assert texts["thuong_dam"].endswith("huyeän Thöôïng Ñaøm")  # VNI
    assert "\u0302" in texts["phia_luong"]  # decomposed Unicode
    assert plain(new_tones("Hòa thúy khỏe ủy quý hoàn")) == "Hoa thuy khoe uy quy hoan"
    assert tidy(new_tones("Hòa thúy khỏe ủy quý hoàn")) == "Hòa thúy khỏe ủy quý hoàn"
    assert tidy(new_tones("Hòa")) != new_tones("Hòa")


def test_formulas_keep_their_value_and_totals_add_up(made):
    rows = next(iter(sheets(made / "files" / "ra_soat_ho" / "phia_luong_2012.xlsx").values()))
    totals = [row for row in rows if any(isinstance(c, str) and plain(c).startswith("Cong ") for c in row)]
    assert len(totals) == 23 and all(any(isinstance(c, float) and c > 0 for c in row[2:]) for row in totals)


def test_settings_name_files_that_exist_and_only_a_few(made):
    said = yaml.safe_load((made / "files" / "sources.yml").read_text("utf-8"))
    assert all((made / "files" / path).is_file() for path in said) and len(said) < 20
    assert {key for entry in said.values() for key in entry} == {"year", "district", "decimal", "unit", "received", "note"}


def test_there_are_fewer_than_two_hundred_files(made):
    assert 100 < len([p for p in (made / "files").rglob("*") if p.is_file()]) < 200


def test_registers_can_be_read_and_quote_the_minutes(made):
    folder = made / "evidence"
    models = {"offices": evidence.Office, "register": evidence.Statement, "requests": evidence.Request, "targets": evidence.Target,
              "sources": evidence.Document}
    found = {name: load(folder / f"{name}.yml", list[model], shown=name) for name, model in models.items()}
    minutes = (folder / "minutes.txt").read_text("utf-8")
    assert all(minutes[slice(*s.span)] == s.quote for s in found["register"])
    assert all(s.requests and set(s.requests) <= {r.id for r in found["requests"]} for s in found["register"])
    assert {o for s in found["register"] for o in s.owner} <= {o.id for o in found["offices"]}
    assert found["sources"][0].sha256 == hashlib.sha256(minutes.encode()).hexdigest()
    first, revised = found["targets"]
    assert first.measure == revised.measure == "poor_rate" and revised.supersedes == first.id and first.value < revised.value and first.set_on < revised.set_on
    shown = [*found["offices"], *found["targets"]]
    assert all("mô phỏng" in row.name.vi and "synthetic" in row.name.en for row in shown)
