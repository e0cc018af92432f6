"""Every wrong edition is told in one sentence: where, what was written, what is allowed.

Each case makes ONE change to a copy of ``parameters/lang_son.yml`` or of a file it names.
"""

import contextlib
import dataclasses
import functools
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from mne import document
from mne.cli import main
from mne.edition import read_edition
from mne.errors import InputError

ROOT = Path(__file__).parents[1]
EDITION = "parameters/x.yml"
BASE = (ROOT / "parameters/lang_son.yml").read_text("utf-8").replace("name: lang_son", "name: x")
REGISTER = "parameters/evidence/lang_son/register.yml"
# Words of the libraries and of Python that no person should meet, outside quotes and file names.
FOREIGN = re.compile(r"Traceback|pydantic|Error|\b(str|dict|NoneType|validation|expected|input should)\b", re.IGNORECASE)
ENGLISH = re.compile(r"\b(the|is|and|or|string|integer|float|list|mapping|value|text|type|key|allowed|nearest|folder|results)\b")


@dataclasses.dataclass(frozen=True)
class Case:
    """One mistake: where it is made, how, and what both sentences must name."""

    name: str
    file: str
    change: Callable[[bytes], bytes | None]
    says: tuple[str, ...]


def swap(name: str, old: str, new: str, *says: str, file: str = EDITION, line: int | None = 0) -> Case:
    """Replace ``old``, once; the sentence names its line (``line`` lines further down; None: no line)."""
    text = BASE if file == EDITION else (ROOT / file).read_text("utf-8")
    assert text.count(old) == 1, f"{name}: «{old}» stands {text.count(old)} times in {file}"
    number = text[: text.index(old)].count("\n") + 1
    where = file if line is None else f"{file}:{number + line}"
    return Case(name, file, lambda raw: raw.replace(old.encode(), new.encode()), (where, *says))


def whole(name: str, content: bytes | str | None, *says: str, file: str = EDITION) -> Case:
    """Replace the whole file, or remove it (None)."""
    raw = content.encode() if isinstance(content, str) else content
    return Case(name, file, lambda _: raw, (file, *says))


SPELLING = [
    swap("top_key_misspelt", "commissioner:", "comissioner:", "«comissioner»", "«commissioner»"),
    swap("nested_key_misspelt", "on_track_ratio:", "on_trak_ratio:", "«thresholds.on_trak_ratio»", "«on_track_ratio»"),
    swap("language_key_misspelt", "  vi: Ban Chỉ đạo", "  vn: Ban Chỉ đạo", "«commissioner.vn»", "en, vi"),
    swap("unknown_key", "cutoff:", "donor: World Bank\ncutoff:", "«donor»", "boundary"),
    swap("missing_key", 'area: "20" ', "# ", "«area»", line=None),
    swap("missing_nested_key", "  same_region: true", "  # none", "«peers.same_region»", line=-3),
    swap("missing_title_en", "  en: Mid-term review", "  # Mid-term review", "«title.en»", line=-2),
    swap("lang_key_no", "languages: [vi, en]", "languages: [vi, en]\nlangs: no", "«langs»", "«languages»", line=1),
    swap("key_that_is_no_text", "cutoff:", "no: 1\ncutoff:", "«no»"),
    swap("duplicate_key", "cutoff:", "area: x\ncutoff:", "«area»"),
    swap("duplicate_nested_key", "  end: 2015", "  end: 2015\n  end: 2016", "«programme.end»", line=1),
]
TITLE = BASE[BASE.index("title:") : BASE.index("commissioner:")]
TYPES = [
    swap("text_for_whole_number", "number: 5 ", "number: five ", "«peers.number»", "«five»"),
    swap("quoted_year", "start: 2011", 'start: "2011"', "«programme.start»", '«"2011"»'),
    swap("number_for_text", "Ban Chỉ đạo giảm nghèo tỉnh Lạng Sơn", "2013", "«commissioner.vi»", "«2013»"),
    swap("decimal_for_whole_number", "fewest_points: 5", "fewest_points: 5.5", "«thresholds.fewest_points»", "«5.5»"),
    swap("year_with_decimals", "  end: 2015", "  end: 2015.0", "«programme.end»", "«2015.0»"),
    swap("yes_for_whole_number", "number: 5 ", "number: true ", "«peers.number»", "«true»"),
    swap("number_for_yes", "same_region: true", "same_region: 1", "«peers.same_region»", "«1»", "true"),
    swap("list_for_text", 'area: "20" ', "area: [20] ", "«area»"),
    swap("text_for_list", "chapters: [summary, poverty, progress, dynamics, delivery, cards, targeting, equity, models, budget, outlook, quality, evidence, method]", "chapters: summary",
         "«chapters»", "«summary»"),
    swap("mapping_for_text", "data: data/published", "data: {path: data/published}", "«data»"),
    swap("text_for_mapping", TITLE, "title: Review\n", "«title»", "«Review»"),
    swap("list_for_mapping", TITLE, "title: [a, b]\n", "«title»"),
    swap("languages_list_no", "[vi, en]", "[no]", "«languages»", "«no»", "en, vi"),
    swap("languages_no", "[vi, en]", "no", "«languages»", "«no»"),
    swap("language_unknown", "[vi, en]", "[vi, fr]", "«languages»", "«fr»", "en, vi"),
    swap("languages_empty", "[vi, en]", "[]", "«languages»"),
    swap("language_twice", "[vi, en]", "[vi, vi]", "«languages»", "«vi»"),
    swap("emptied_text", 'area: "20" ', "area: ", "«area»"),
    swap("null_number", "number: 5 ", "number: ", "«peers.number»"),
    swap("empty_title_en", "Mid-term review of poverty reduction in Lạng Sơn province", '""', "«title.en»"),
    swap("blank_title_en", "Mid-term review of poverty reduction in Lạng Sơn province", '"   "', "«title.en»"),
    swap("absent_title_en", "Mid-term review of poverty reduction in Lạng Sơn province", "", "«title.en»"),
]
NAMES = [
    swap("name_differs", "name: x", "name: y", "«name»", "«y»", "«x»"),
    swap("name_with_space", "name: x", "name: lang son", "«name»", "«lang son»", "lang_son"),
    swap("name_in_capitals", "name: x", "name: X", "«name»", "«X»"),
    swap("name_with_marks", "name: x", "name: lạng_sơn", "«name»", "«lạng_sơn»"),
    swap("name_of_failed_runs", "name: x", "name: failed", "«name»", "«failed»"),
    swap("name_decomposed", "name: x", "name: la\u0323ng_so\u031bn", "NFD"),
    swap("title_decomposed", "Đánh giá giữa kỳ công tác", "Đánh giá giữa ky\u0300 công tác", "NFD"),
    swap("kind_in_capitals", "kind: real ", "kind: Real ", "«kind»", "«Real»", "real, synthetic"),
    swap("kind_fake", "kind: real ", "kind: fake ", "«kind»", "«fake»", "real, synthetic"),
    Case("kinds_mixed", EDITION, lambda raw: raw.replace(b"kind: real ", b"kind: synthetic "),
         ("data/published/sources.yml:5", "«synthetic»", "«real»", "«gso_poverty»")),
    swap("area_octal", 'area: "20" ', "area: 020 ", "«area»", "«020»"),
    swap("area_number", 'area: "20" ', "area: 20 ", "«area»", "«20»"),
    swap("area_unknown", 'area: "20" ', 'area: "99" ', "«area»", "«99»"),
    swap("area_with_zero", 'area: "20" ', 'area: "020" ', "«area»", "«020»", "20 (Lạng Sơn)"),
    swap("area_by_name", 'area: "20" ', "area: Lạng Sơn ", "«area»", "«Lạng Sơn»", "20 (Lạng Sơn)"),
    swap("area_is_district", 'area: "20" ', 'area: "181" ', "«area»", "«181»"),
    swap("area_is_country", 'area: "20" ', "area: VN ", "«area»", "«VN»"),
    swap("focus_is_province", '"184", ', '"24", ', "«focus_areas»", "«24»", "Bắc Giang"),
    swap("focus_unknown", '"184", ', '"999", ', "«focus_areas»", "«999»"),
    swap("focus_by_name", '"184", ', '"Binh Gia", ', "«focus_areas»", "«Binh Gia»", "(Bình Gia)"),
    swap("focus_of_other_province", 'area: "20" ', 'area: "04" ', "«focus_areas»", "«181»", line=1),
    swap("focus_twice", '"184", ', '"181", ', "«focus_areas»", "«181»"),
    swap("chapter_misspelt", "[summary, poverty,", "[summary, povrty,", "«chapters»", "«povrty»", "«poverty»"),
    swap("chapter_unknown", "[summary, poverty,", "[summary, weather,", "«chapters»", "«weather»", "delivery"),
    swap("chapter_twice", "[summary, poverty,", "[summary, summary,", "«chapters»", "«summary»"),
    swap("chapter_is_path", "[summary, poverty,", "[../notebooks/summary, poverty,", "«chapters»"),
    swap("chapters_empty", "[summary, poverty, progress, dynamics, delivery, cards, targeting, equity, models, budget, outlook, quality, evidence, method]", "[]", "«chapters»"),
]
DATES_AND_NUMBERS = [
    swap("day_that_is_none", "cutoff: 2013-12-31", "cutoff: 2013-02-30", "«cutoff»", "«2013-02-30»"),
    swap("month_that_is_none", "cutoff: 2013-12-31", "cutoff: 2013-13-01", "«cutoff»", "«2013-13-01»"),
    swap("date_as_text", "cutoff: 2013-12-31", 'cutoff: "31/12/2013"', "«cutoff»", '«"31/12/2013"»'),
    swap("date_the_vietnamese_way", "cutoff: 2013-12-31", "cutoff: 31/12/2013", "«cutoff»", "«31/12/2013»", "2013-07-02"),
    swap("date_with_clock", "cutoff: 2013-12-31", "cutoff: 2013-12-31 10:00:00", "«cutoff»", "«2013-12-31 10:00:00»"),
    swap("cutoff_before_start", "cutoff: 2013-12-31", "cutoff: 2010-12-31", "«cutoff»", "2010-12-31", "2013-07-02 ≤ … ≤ 2015-12-31"),
    swap("cutoff_after_end", "cutoff: 2013-12-31", "cutoff: 2016-01-01", "«cutoff»", "2016-01-01", "2011–2015"),
    swap("cutoff_before_meeting", "cutoff: 2013-12-31", "cutoff: 2013-07-01", "«cutoff»", "2013-07-01", "«programme.meeting»"),
    swap("meeting_before_start", "meeting: 2013-07-02", "meeting: 2003-07-02", "«programme.meeting»", "2003-07-02"),
    swap("end_before_start", "  end: 2015", "  end: 2009", "«programme.end»", "2009", "≥ 2012"),
    swap("baseline_after_start", "baseline: 2010 ", "baseline: 2012 ", "«programme.baseline»", "2012", "2006 ≤ … ≤ 2011"),
    swap("baseline_far_too_early", "baseline: 2010 ", "baseline: 1995 ", "«programme.baseline»", "1995"),
    swap("year_out_of_range", "  end: 2015", "  end: 20155", "«programme.end»", "«20155»", "1990 ≤ … ≤ 2100"),
    swap("level_from_after_baseline", "level_from: 2006", "level_from: 2012", "«peers.level_from»", "2012", "≤ 2009"),
    swap("thresholds_crossed", "off_track_ratio: 0.60", "off_track_ratio: 0.99", "«thresholds.off_track_ratio»", "0.99", "< 0.95"),
    swap("ratio_negative", "on_track_ratio: 0.95", "on_track_ratio: -1", "«thresholds.on_track_ratio»", "«-1»", "0 < … ≤ 2"),
    swap("tolerance_negative", "tolerance_share: 0.05", "tolerance_share: -0.05", "«thresholds.tolerance_share»", "«-0.05»", "0 ≤ … ≤ 1"),
    swap("confidence_in_percent", "confidence: 0.95", "confidence: 95", "«thresholds.confidence»", "«95»", "0.5 < … < 1"),
    swap("decimal_comma", "confidence: 0.95", "confidence: 0,95", "«thresholds.confidence»", "«0,95»"),
    swap("not_a_number", "confidence: 0.95", "confidence: .nan", "«thresholds.confidence»", "«.nan»"),
    swap("infinite", "most_width: 1.0", "most_width: .inf", "«peers.most_width»", "«.inf»"),
    swap("width_zero", "most_width: 1.0", "most_width: 0", "«peers.most_width»", "«0»", "> 0"),
    swap("points_too_few", "fewest_points: 5", "fewest_points: 1", "«thresholds.fewest_points»", "«1»", "≥ 2"),
    swap("share_above_one", "[0.0, 0.01, 0.05, 0.1]", "[0.0, 1.5]", "«duplicate_shares»", "«1.5»", "0 ≤ … < 1"),
    swap("share_negative", "[0.0, 0.01, 0.05, 0.1]", "[0.0, -0.1]", "«duplicate_shares»", "«-0.1»", "0 ≤ … < 1"),
    swap("shares_empty", "[0.0, 0.01, 0.05, 0.1]", "[]", "«duplicate_shares»"),
    swap("share_twice", "[0.0, 0.01, 0.05, 0.1]", "[0.05, 0.05]", "«duplicate_shares»", "«0.05»"),
    swap("peers_none", "number: 5 ", "number: 0 ", "«peers.number»", "«0»", "1 ≤ … ≤ 20"),
    swap("peers_too_many", "number: 5 ", "number: 100 ", "«peers.number»", "«100»", "1 ≤ … ≤ 20"),
]
PATHS = [
    swap("data_above_project", "data: data/published", "data: ../published", "«data»", "«../published»"),
    swap("data_absolute", "data: data/published", "data: /published", "«data»", "«/published»"),
    swap("data_windows", "data: data/published", r"data: data\published", "«data»", r"«data\published»"),
    swap("data_link_out", "data: data/published", "data: data/link", "«data»", "«data/link»"),
    swap("data_missing", "data: data/published", "data: data/publishd", "«data»", "«data/publishd»", "«data/published»"),
    swap("data_is_file", "data: data/published", "data: README.md", "«data»", "«README.md»"),
    swap("data_name_too_long", "data: data/published", "data: " + "a" * 5000, "«data»", "…»"),
    swap("data_with_zero_byte", "data: data/published", r'data: "a\0b"', "«data»"),
    swap("evidence_missing", "lang_son\nindicators:", "lang_sonn\nindicators:", "«evidence»", "«parameters/evidence/lang_son»"),
    swap("indicators_missing", "indicators: parameters/indicators.yml", "indicators: parameters/indicator.yml", "«indicators»",
         "«parameters/indicators.yml»"),
    swap("indicators_is_folder", "indicators: parameters/indicators.yml", "indicators: parameters", "«indicators»", "«parameters»"),
    swap("boundary_missing", "boundary: null", "boundary: map.geojson", "«boundary»", "«map.geojson»"),
    Case("boundary_is_not_json", EDITION, lambda raw: raw.replace(b"boundary: null", b"boundary: README.md"), ("README.md", "GeoJSON")),
    Case("boundary_has_no_codes", EDITION, lambda raw: raw.replace(b"boundary: null", b"boundary: points.geojson"),
         ("points.geojson", "district_code")),
    Case("data_without_places", EDITION, lambda raw: raw.replace(b"data: data/published", b"data: notebooks"), ("notebooks/places.csv",)),
]
YAML = [
    swap("tab", "  number: 5 ", "\tnumber: 5 "),
    swap("quote_open", 'area: "20" ', "area: '20 "),
    swap("bracket_open", "[vi, en]", "[vi, en"),
    swap("two_colons", "cutoff: 2013", "cutoff: on: 2013"),
    swap("indentation", "  start: 2011", " start: 2011\n   x: 1", line=None),
    swap("python_tag", "name: x", "name: !!python/object:os.system x", "«!!python/object:os.system»"),
    swap("own_tag", "name: x", "name: !x x", "«!x»"),
    swap("alias", "name: x", "name: *x", "«*x»"),
    swap("merge", "peers:", "<<: {}\npeers:", "«<<»"),
    whole("empty", b""),
    whole("only_comments", "# không có gì\n# nothing\n"),
    whole("list_on_top", "- name: x\n- kind: real\n"),
    whole("text_on_top", "hello\n", "«hello»"),
    whole("two_documents", BASE + "---\n" + BASE),
    whole("binary", bytes(range(256)) * 4, "0x80"),
    whole("zero_bytes", b"name: x\nkind: \0\n", f"{EDITION}:2", "0x00"),
    whole("utf_16", BASE.encode("utf-16"), "UTF-8"),
    whole("latin_1", BASE.encode().replace("Lạng".encode(), "Láng".encode("latin-1")), "UTF-8", "0xe1"),
    whole("billion_laughs", "a: &a [x, x]\n" + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{(f'*{chr(97 + i)}, ' * 9)[:-2]}]\n" for i in range(20)), "«*a»"),
    whole("bottomless", "[" * 200_000, f"{EDITION}:1"),
    whole("recursive", "name: &a [*a]\n", "«*a»"),
]
POVERTY, OFFICIAL, PLACES = (f"data/published/{name}.csv" for name in ("gso_poverty", "official", "places"))
ROW = "survey_poor_rate,20,2010,,27.5,final"
SOURCES = "data/published/sources.yml"
HEADER = "indicator,area,period,group,value,status,confidence,source"
PLACE = "20,province,Lạng Sơn,Lang Son,"


def poverty(name: str, new: str, *says: str, line: int | None = 0) -> Case:
    return swap(name, ROW, new, *says, file=POVERTY, line=line)


DATA = [
    swap("column_missing", HEADER, HEADER.replace("area,", ""), "«area»", file=POVERTY),
    swap("column_misspelt", HEADER, HEADER.replace("area", "aria"), "«aria»", "«area»", file=POVERTY),
    swap("column_unknown", HEADER, HEADER + ",remark", "«remark»", file=POVERTY),
    swap("column_twice", HEADER, HEADER.replace("group", "area"), "«area»", file=POVERTY),
    swap("semicolons", HEADER, HEADER.replace(",", ";"), file=POVERTY),
    poverty("indicator_unknown", ROW.replace("survey_poor_rate", "survey_por_rate"), "«indicator»", "«survey_por_rate»", "«survey_poor_rate»"),
    poverty("row_area_unknown", ROW.replace(",20,", ",020,"), "«area»", "«020»", "20 (Lạng Sơn)"),
    poverty("period_bad", ROW.replace("2010", "2010-Q5"), "«period»", "«2010-Q5»", "2013-H1"),
    poverty("period_half_of_a_survey", ROW.replace("2010", "2010-H1"), "«period»", "«2010-H1»"),
    poverty("period_backwards", ROW.replace("2010", "2010-2006"), "«period»", "«2010-2006»"),
    poverty("group_with_space", ROW.replace("2010,,", "2010,a b,"), "«group»", "«a b»"),
    poverty("value_text", ROW.replace("27.5", "n/a"), "«value»", "«n/a»", "1234.5"),
    poverty("value_comma", ROW.replace("27.5", '"27,5"'), "«value»", "«27,5»", "1234.5"),
    poverty("value_infinite", ROW.replace("27.5", "inf"), "«value»", "«inf»"),
    poverty("value_emptied", ROW.replace("27.5", ""), "«value»", "not_published"),
    poverty("value_and_not_published", ROW.replace("final", "not_published"), "«value»", "«27.5»", "not_published"),
    poverty("status_unknown", ROW.replace("final", "finl"), "«status»", "«finl»", "«final»"),
    poverty("row_twice", ROW + ",seen,GSO\n" + ROW, POVERTY, line=1),
    poverty("row_too_long", ROW + ",extra", "9", "8"),
    poverty("row_quote_open", ROW.replace("27.5", '"27.5')),
    whole("data_not_utf8", b"indicator,\xff\n", "UTF-8", file=POVERTY),
    whole("data_emptied", b"", file=POVERTY),
    whole("data_undeclared", HEADER + "\n", SOURCES, "«gso_povert»", "«gso_poverty»", file="data/published/gso_povert.csv"),
    whole("grade_unknown", (ROOT / SOURCES).read_text("utf-8").replace("grade: B", "grade: E", 1), "«gso_poverty.grade»", "«E»", "A, B, C, D", file=SOURCES),
    whole("source_without_title", (ROOT / SOURCES).read_text("utf-8").replace("  title:", "  titel:", 1), "«gso_poverty.titel»", "«title»", file=SOURCES),
    whole("sources_missing", None, file=SOURCES),
    whole("sources_empty", b"# nothing\n", file=SOURCES),
    whole("places_missing", None, file=PLACES),
    swap("places_column_missing", "type_vi,parent,column,row,valid_from,valid_to,source", "type_vi,parent,row,valid_from,valid_to,source",
         "«column»", file=PLACES),
    swap("place_tile_not_whole", (tile := re.search(r"^181,.*$", (ROOT / PLACES).read_text("utf-8"), re.MULTILINE)[0]),
         re.sub(r",\d+,(\d+,,,[^,]*)$", r",1.5,\1", tile), "«column»", "«1.5»", file=PLACES),
    swap("place_parent_unknown", tile, tile.replace(",20,", ",2O,"), "«parent»", "«2O»", file=PLACES),
    swap("place_level_unknown", tile, tile.replace("district", "distrikt"), "«level»", "«distrikt»", "«district»", file=PLACES),
    swap("place_twice", tile, tile.replace("181,", "180,", 1), "«code»", "«180»", file=PLACES),
    swap("place_date_not_iso", tile, re.sub(r",,,", ",2011-1-1,,", tile), "«valid_from»", "«2011-1-1»", "2013-07-02", file=PLACES),
    swap("place_day_that_is_none", tile, re.sub(r",,,", ",,2019-02-29,", tile), "«valid_to»", "«2019-02-29»", file=PLACES),
    swap("place_ends_before_it_begins", tile, re.sub(r",,,", ",2012-01-01,2011-12-31,", tile), "«valid_to»", "«2011-12-31»", "≥ 2012-01-01", file=PLACES),
    swap("commune_outside_districts", (commune := re.search(r"^06064,.*$", (ROOT / PLACES).read_text("utf-8"), re.MULTILINE)[0]),
         commune.replace(",181,", ",20,"), "«parent»", "«20»", file=PLACES),
    swap("place_without_name", tile, re.sub(r"(181,district,)[^,]*", r"\1", tile), "«name_vi»", file=PLACES),
    whole("unit_unknown", (ROOT / "parameters/indicators.yml").read_text("utf-8").replace("unit: percent", "unit: procent", 1),
          "«survey_poor_rate.unit»", "«procent»", "«percent»", file="parameters/indicators.yml"),
    whole("indicator_id_with_space", (ROOT / "parameters/indicators.yml").read_text("utf-8").replace("survey_poor_rate:", "survey poor rate:", 1),
          "«survey poor rate»", file="parameters/indicators.yml"),
    Case("no_baseline_figure", POVERTY, lambda raw: raw.replace(ROW.encode(), ROW.replace("2010", "2009").encode()),
         (EDITION, "«survey_poor_rate»", "«2010»")),
]
# The first row of the register, as text, so that each change below is made in that row alone.
FIRST = (ROOT / REGISTER).read_text("utf-8").split("\n- id: R2")[0]


def register(name: str, old: str, new: str, *says: str, line: int = 0) -> Case:
    """One change in the first row of the register."""
    assert FIRST.count(old) == 1, name
    number = FIRST[: FIRST.index(old)].count("\n") + 1 + line
    return Case(name, REGISTER, lambda raw: raw.replace(old.encode(), new.encode(), 1), (f"{REGISTER}:{number}", *says))


EVIDENCE = "survey_poor_rate_change.20.2010-2013"
REGISTERS = [
    register("office_unknown", "    - committee", "    - comittee", "«owner»", "«comittee»", "offices.yml", "«committee»"),
    register("request_unknown", "    - DR-01", "    - DR-99", "«requests»", "«DR-99»", "requests.yml", "R1"),
    register("link_unknown", "    - C12", "    - C99", "«links»", "«C99»", "register.yml"),
    register("orphan", "  requests:\n    - DR-01", "  requests: []", "«R1»", line=-13),
    register("id_twice", "- id: R1", "- id: R2", "«id»", "«R2»", line=FIRST.count("\n") + 1 - FIRST[: FIRST.index("- id")].count("\n")),
    register("id_with_dot", "- id: R1", "- id: R.1", "«id»", "«R.1»"),
    register("span_of_one", "span: [695, 735]", "span: [695]", "«span»", "1", "2"),
    register("claim_with_criteria", "  question:", "  criteria: {owner: true, deadline: true, resource: true, measurable: true}\n  question:",
             "«R1»", "«criteria»", line=FIRST[: FIRST.index("- id")].count("\n") - FIRST[: FIRST.index("  question")].count("\n")),
    Case("evidence_unknown", REGISTER, lambda raw: raw.replace(EVIDENCE.encode(), EVIDENCE.replace("poor", "por").encode(), 1),
         (REGISTER, "(R2)", f"«{EVIDENCE.replace('poor', 'por')}»", f"«{EVIDENCE}»")),
    Case("evidence_of_later_figures", REGISTER, lambda raw: raw.replace(EVIDENCE.encode(), b"survey_poor_rate.20.2016", 1),
         (REGISTER, "(R2)", "«survey_poor_rate.20.2016»")),
    whole("target_area_unknown", (ROOT / REGISTER.replace("register", "targets")).read_text("utf-8").replace('["20", VN]', '["20", VNM]'),
          "«areas»", "«VNM»", "VN (Việt Nam)", file=REGISTER.replace("register", "targets")),
    whole("target_ends_before_it_starts", (ROOT / REGISTER.replace("register", "targets")).read_text("utf-8").replace("to_year: 2015", "to_year: 2011", 1),
          "«to_year»", "2011", "≥ 2012", file=REGISTER.replace("register", "targets")),
    whole("register_missing", None, file=REGISTER),
    whole("register_is_mapping", "id: R1\n", file=REGISTER),
]
INTAKE = (
    "intake:\n  files: data/published\n  first_year: 2009\n  last_year: 2013\n  due_days: 45\n  lines: {rural: 400000, urban: 500000}\n"
    "  norms: {electricity: [], card_premium: [], review_minutes: [1, 2, 3], review_day: [1, 2, 3], review_rounds: 1}\n"
)


def intake(name: str, old: str, new: str, *says: str) -> Case:
    """An edition with office files, and one mistake in what it says of them."""
    assert INTAKE.count(old) == 1, name
    block = INTAKE.replace(old, new)
    line = INTAKE[: INTAKE.index(old)].count("\n") + new[: len(new) - len(new.lstrip("\n"))].count("\n")
    return swap(name, "duplicate_shares:", block + "duplicate_shares:", *says, line=line)


OFFICES = [
    intake("files_missing", "files: data/published", "files: data/publishd", "«intake.files»", "«data/publishd»", "«data/published»"),
    intake("files_outside", "files: data/published", "files: ../elsewhere", "«intake.files»", "«../elsewhere»"),
    intake("years_backwards", "last_year: 2013", "last_year: 2008", "«intake.last_year»", "2008", "≥ 2009"),
    intake("due_never", "due_days: 45", "due_days: 0", "«intake.due_days»", "«0»", "1 ≤ … ≤ 365"),
    intake("line_missing", ", urban: 500000", "", "«intake.lines.urban»"),
    intake("line_negative", "rural: 400000", "rural: -1", "«intake.lines.rural»", "«-1»", "> 0"),
    intake("intake_key_misspelt", "due_days:", "due_day:", "«intake.due_day»", "«due_days»"),
    swap("simulation_in_a_real_edition", "duplicate_shares:", "simulation: {folder: data/x, seed: 1, size: 0.1}\nduplicate_shares:",
         f"{EDITION}:5: ", "«kind»", line=None),
    swap("simulation_too_large", "duplicate_shares:", "simulation: {folder: data/x, seed: 1, size: 2}\nduplicate_shares:", "«simulation.size»", "«2»", "0 < … ≤ 1"),
]
CASES = OFFICES + SPELLING + TYPES + NAMES + DATES_AND_NUMBERS + PATHS + YAML + DATA + REGISTERS
BY_NAME = {case.name: case for case in CASES}
REVIEWED = ["top_key_misspelt", "area_octal", "cutoff_before_start", "data_link_out", "quote_open", "value_comma", "orphan", "evidence_unknown"]
BY_PROCESS = ["nested_key_misspelt", "utf_16", "evidence_of_later_figures"]


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    """A project as small as ``check`` allows: settings, data and the names of the notebooks."""
    folder = tmp_path_factory.mktemp("small")
    shutil.copytree(ROOT / "parameters", folder / "parameters")
    shutil.copytree(ROOT / "data/published", folder / "data/published")
    (folder / "notebooks").mkdir()
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        (folder / "notebooks" / notebook.name).touch()
    (folder / EDITION).write_text(BASE, "utf-8")
    (folder / "README.md").write_text("x\n", "utf-8")
    point = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [0, 0]}}
    (folder / "points.geojson").write_text(json.dumps({"features": [point]}), "utf-8")
    (folder / "data/link").symlink_to(tmp_path_factory.mktemp("elsewhere"), target_is_directory=True)
    return folder


@pytest.fixture(scope="module", autouse=True)
def each_text_is_parsed_once():
    """Every case changes one file of many: the others, the catalogue above all, need not be parsed anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(document, "_compose", functools.cache(document._compose))
        yield


@contextlib.contextmanager
def spoilt(folder: Path, case: Case):
    """The project with one file changed, put back afterwards."""
    path = folder / case.file
    before = path.read_bytes() if path.exists() else None
    after = case.change(before)
    assert after != before, "the case changes nothing"
    path.unlink() if after is None else path.write_bytes(after)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        if before is not None:
            path.write_bytes(before)


def tree(folder: Path) -> list[tuple]:
    return sorted((str(p), p.lstat().st_size, p.lstat().st_mtime_ns) for p in folder.rglob("*"))


def unquoted(sentence: str) -> str:
    """The sentence without quoted facts and file names, where any word may stand."""
    return re.sub(r"«.*?»|“.*?”|\([^)]*\)|\S*[/_.]\S+|cho phép: .*", " ", sentence)


def assert_one_sentence(stderr: str, says: tuple[str, ...], lang: str) -> None:
    sentence = stderr.removesuffix("\n")
    assert sentence and "\n" not in sentence, stderr
    assert re.search(r"[^.…]\.$", sentence), sentence
    assert not FOREIGN.search(unquoted(sentence)), sentence
    if lang == "vi":
        assert not ENGLISH.search(unquoted(sentence)), sentence
    for fact in says:
        fact = fact if lang == "vi" else fact.replace("«", "“").replace("»", "”")
        assert fact in sentence, f"{fact} is not named in: {sentence}"


def in_process(verb: str, lang: str, edition: str = EDITION):
    return CliRunner().invoke(main, ["--lang", lang, verb, edition])


def test_the_unspoilt_edition_passes(small, monkeypatch):
    monkeypatch.chdir(small)
    result = in_process("check", "en")
    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_check_tells_a_mistake_in_one_sentence_and_writes_nothing(small, monkeypatch, case):
    monkeypatch.chdir(small)
    told, sentence = [], InputError.sentence
    monkeypatch.setattr(InputError, "sentence", lambda error, lang: told.append(error) or sentence(error, lang))
    with spoilt(small, case):
        before = tree(small)
        result = in_process("check", "vi")
        english = sentence(told[-1], "en")
        assert tree(small) == before
    assert result.exit_code == 2, result.output + repr(result.exception)
    assert result.stdout == ""
    assert_one_sentence(result.stderr, case.says, "vi")
    assert_one_sentence(english, case.says, "en")


@pytest.mark.parametrize(("names", "sentence"), [
    (("data_above_project", "data_absolute", "data_windows", "data_link_out"), "nhưng đường dẫn phải nằm trong thư mục dự án, viết tương đối và dùng dấu /."),
    (("tab",), "dòng này thụt vào bằng phím Tab; hãy thụt bằng dấu cách."),
    (("quote_open",), "dấu nháy mở ở dòng này không được đóng."),
    (("bracket_open",), "dấu ngoặc mở ở dòng này không được đóng."),
    (("row_quote_open",), "dấu nháy kép mở ở dòng này không được đóng, hoặc có chữ đứng ngay sau dấu đóng."),
    (("semicolons",), "các cột phải cách nhau bằng dấu phẩy."),
    (("emptied_text", "blank_title_en", "empty_title_en", "absent_title_en"), "để trống; hãy điền vào."),
    (("empty", "only_comments", "data_emptied"), "tệp không có nội dung."),
    (("list_for_text", "area_octal", "area_number"), "nhưng cần một dòng chữ (đặt trong dấu nháy nếu trông giống số, ngày, yes hoặc no)."),
    (("area_is_district", "area_is_country"), "nhưng cần mã cấp tỉnh."),
    (("evidence_of_later_figures",), "bằng chứng chỉ được dùng số liệu đến ngày chốt."),
])  # fmt: skip
def test_the_sentence_says_what_to_do(small, monkeypatch, names, sentence):
    monkeypatch.chdir(small)
    for name in names:
        with spoilt(small, BY_NAME[name]):
            assert in_process("check", "vi").stderr.endswith(sentence + "\n"), name


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("name", REVIEWED)
def test_review_refuses_what_check_refuses_and_writes_nothing(small, monkeypatch, name, lang):
    monkeypatch.chdir(small)
    with spoilt(small, BY_NAME[name]):
        before = tree(small)
        checked, reviewed = in_process("check", lang), in_process("review", lang)
        assert tree(small) == before
    assert reviewed.exit_code == 2
    assert reviewed.stderr == checked.stderr
    assert_one_sentence(reviewed.stderr, BY_NAME[name].says, lang)


@pytest.mark.parametrize("name", BY_PROCESS)
def test_the_real_command_tells_the_same_sentence(small, monkeypatch, name):
    monkeypatch.chdir(small)
    with spoilt(small, BY_NAME[name]):
        told = in_process("check", "vi").stderr
        command = [sys.executable, "-m", "mne", "--lang", "vi", "check", EDITION]
        done = subprocess.run(command, cwd=small, capture_output=True, encoding="utf-8", env=_with_package())
    assert (done.returncode, done.stdout, done.stderr) == (2, "", told)


def _with_package() -> dict:
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(("given", "says"), [
    ("parameters/lang_sn.yml", ("parameters/lang_sn.yml", "«parameters/lang_son.yml»")),
    ("parameters", ("parameters",)),
    ("parameters/x.yml/y.yml", ("parameters/x.yml/y.yml",)),
    ("a" * 5000, ()),
])  # fmt: skip
def test_an_edition_that_is_no_file_is_told(small, monkeypatch, given, says, lang):
    monkeypatch.chdir(small)
    result = in_process("check", lang, given)
    assert result.exit_code == 2, repr(result.exception)
    assert_one_sentence(result.stderr, says, lang)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_an_edition_outside_any_project_is_told(tmp_path, monkeypatch, lang):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.yml").write_text(BASE, "utf-8")
    result = in_process("check", lang, "x.yml")
    assert result.exit_code == 2
    assert_one_sentence(result.stderr, ("x.yml", "parameters/", "notebooks/"), lang)


@pytest.mark.parametrize("name", ["billion_laughs", "bottomless", "recursive"])
def test_a_hostile_file_is_refused_before_anything_is_built_from_it(small, monkeypatch, name):
    monkeypatch.chdir(small)
    built, events, compose, parse = [], [], yaml.compose, yaml.parse
    monkeypatch.setattr(yaml, "compose", lambda text, **more: built.append(text) or compose(text, **more))
    monkeypatch.setattr(yaml, "parse", lambda text, **more: (events.append(event) or event for event in parse(text, **more)))
    with spoilt(small, BY_NAME[name]):
        result = in_process("check", "en")
    assert result.exit_code == 2
    assert built == [] and 0 < len(events) < 100


def test_an_edition_is_found_from_a_folder_below_and_by_its_full_path(small, monkeypatch, tmp_path):
    monkeypatch.chdir(small / "notebooks")
    below = read_edition(EDITION)
    monkeypatch.chdir(tmp_path)
    above = read_edition(small / EDITION)
    assert (above.path, above.settings) == (below.path, below.settings)
    assert above.shown == below.shown == EDITION


def test_a_boundary_of_areas_with_codes_is_accepted(small, monkeypatch):
    monkeypatch.chdir(small)
    square = {"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1], [0, 0]]]}
    feature = {"type": "Feature", "properties": {"district_code": "181"}, "geometry": square}
    change = Case("boundary", EDITION, lambda raw: raw.replace(b"boundary: null", b"boundary: b.geojson"), ())
    (small / "b.geojson").write_text(json.dumps({"features": [feature]}), "utf-8")
    with spoilt(small, change):
        assert read_edition(EDITION).boundary == "b.geojson"
