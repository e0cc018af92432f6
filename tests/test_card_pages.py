"""The chapter on duplicate cards: words follow what is known, both languages print the same numbers, no person is on any page."""

import dataclasses
import json
import re

import html_rules
import matplotlib
import nbclient
import nbformat
import pandas as pd
import pytest
from matplotlib.figure import Figure

from conftest import ROOT
from mne.errors import InputError
from mne.linkage import find_duplicates
from mne.linkage.explain import sentence
from mne.pages import browse as browsing
from mne.pages import canvas, card_figures, card_words
from mne.pages.wording import Writer
from mne.results import Results
from mne.review import Review, open_review
from mne.text import label, number, texts

LANGUAGES = ("vi", "en")
WORDS = texts("mne.texts", "card_words.yml")
ESTIMATED = (r"^(duplicate_precision|duplicate_recall)\.|^(duplicates|duplicates_share|duplicate_money|duplicate_months)\.X7\d*\.2013$"
             r"|^people_covered\.X7\.2013\.after$")  # fmt: skip


@pytest.fixture(scope="module")
def review(demo):
    return open_review(demo / "parameters/demo.yml")


@pytest.fixture(scope="module")
def undecided(review):
    """The review as it is before anybody has decided on pairs."""
    return altered(review, {}, ESTIMATED)


@pytest.fixture(scope="module")
def found(review):
    return find_duplicates(review.tables["cards"])


def altered(review, changes: dict, drop: str = "^$"):
    """The same review with some results changed, and those that match a pattern left out."""
    kept = {row["result_id"]: row for row in review.results.frame.to_dict("records") if not re.search(drop, row["result_id"])}
    for key, fields in changes.items():
        kept[key] = kept[key] | fields
    made = open_review(review.edition.path)
    made.__dict__ |= {"_computed": dataclasses.replace(review._computed, results=Results.of(pd.DataFrame(kept.values()))), "office": review.office}
    return made


def passage(review, key: str, lang: str) -> str:
    return " ".join(html_rules.parse(str(review.chapter("cards", lang=lang).text(key).html)).get_text().split())


def listed(review, key: str, lang: str) -> list[list[str]]:
    parsed = html_rules.parse(str(review.chapter("cards", lang=lang).listing(key).html))
    return [[" ".join(c.get_text().split()) for c in row.select("th, td")] for row in parsed.select("tr")]


def chapter(review, lang: str):
    """The chapter as its notebook shows it."""
    page = review.chapter("cards", lang=lang)
    cells = json.loads((ROOT / "notebooks/cards.ipynb").read_text("utf-8"))["cells"][3:]
    shown = [eval("".join(c["source"]), {"page": page})._repr_html_() for c in cells]  # noqa: S307 - our own notebook
    return html_rules.parse(f'<html lang="{lang}"><body>{"".join(shown)}</body></html>')


@pytest.fixture(scope="module")
def chapters(review) -> dict:
    return {lang: chapter(review, lang) for lang in LANGUAGES}


@pytest.fixture(scope="module")
def undecided_chapters(undecided) -> dict:
    return {lang: chapter(undecided, lang) for lang in LANGUAGES}


def test_both_languages_print_the_same_results_in_the_same_order(chapters, undecided_chapters):
    for pages in (chapters, undecided_chapters):
        ids = {lang: [i for i, _, _ in html_rules.printed_numbers(page)] for lang, page in pages.items()}
        assert ids["vi"] == ids["en"] and len(ids["vi"]) > 200
        assert html_rules.number_multiset(pages["vi"]) == html_rules.number_multiset(pages["en"])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_printed_number_is_its_result_rounded_and_marked(review, chapters, lang):
    assert html_rules.unlike_results(chapters[lang], review.results, of=abs) == []
    for rule in (html_rules.numbers_are_marked, html_rules.figures, html_rules.tables):
        assert rule(chapters[lang]) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_number_of_an_alternative_text_is_one_of_its_results(review, chapters, lang):
    assert html_rules.strange_alt_numbers(chapters[lang], review.results) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_person_card_or_village_is_on_the_page(review, chapters, lang):
    cards, text = review.tables["cards"], " ".join(chapters[lang].get_text(" ").split())
    names = {n for n in cards["name"].dropna().unique() if len(n.split()) > 2}
    assert len(names) > 500 and "Hoàng Thị Mẫu" in text
    assert not [n for n in names if n in text and re.search(rf"\b{re.escape(n)}\b", text)]
    assert not re.search(r"\b[A-Z]{2}\d{13}\b", str(chapters[lang]))
    assert not [n for n in cards["household"].dropna().unique() if n in text]
    assert not [v for v in cards["village"].dropna().unique() if len(v.split()) > 2 and v in text and re.search(rf"\b{re.escape(v)}\b", text)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_list_never_cancels_and_never_takes_the_only_card(review, chapters, lang):
    answer, order = passage(review, "answer", lang), passage(review, "order_text", lang)
    never = {"vi": ("không huỷ thẻ nào", "Thẻ duy nhất của một hộ không bao giờ được đề nghị thu"),
             "en": ("cancels no card", "The only card of a household is never proposed for withdrawal")}[lang]  # fmt: skip
    assert all(words in answer and words in order for words in never)
    proposed = [row[0].lower() for row in listed(review, "card_proposals", lang)[1:]]
    assert proposed[0] == WORDS["proposals"]["withdraw"][lang].lower() and len(proposed) >= 2


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_estimate_is_said_only_where_people_have_decided(review, undecided, undecided_chapters, lang):
    estimate, extremes = 'data-result="duplicates.X7.2013"', ("duplicates.X7.2013.least", "duplicates.X7.2013.most")
    before, after = (str(r.chapter("cards", lang=lang).text("answer").html) for r in (undecided, review))
    assert estimate in after and 'data-field="ci_low"' in after and estimate not in before
    assert all(f'data-result="{key}"' in text for key in extremes for text in (before, after))
    none = {"vi": "Chưa ai xem", "en": "Nobody has looked"}[lang]
    assert none in before and none not in after
    assert "mne cards export" in passage(undecided, "sure_text", lang) and "mne cards export" not in passage(review, "sure_text", lang)
    assert undecided.chapter("cards", lang=lang).listing("band_quality").html == "" and len(listed(review, "band_quality", lang)) == 4
    assert len(listed(undecided, "by_district", lang)[0]) + 1 == len(listed(review, "by_district", lang)[0])
    never = {"duplicates.X7.2013", "duplicate_money.X7.2013", "people_covered.X7.2013.after"}
    assert not [n for n in undecided_chapters[lang].find_all("data") if n["data-result"] in never]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_withheld_is_said_and_not_printed(review, lang):
    key = "duplicates_probable.X705.2013"
    hidden = altered(review, {key: {"estimate": float("nan"), "reason": "suppressed"}}, r"^duplicates_share\.X705\.")
    row = next(r for r in listed(hidden, "by_district", lang) if r[0] == review.edition.places["X705"].name(lang))
    assert label("withheld", lang) == row[2]
    assert "X705" not in [r["area"] for r in card_words.shares(Writer(hidden, lang))]
    page = hidden.chapter("cards", lang=lang)
    assert html_rules.figures(html_rules.parse(str(page.figure("duplicate_districts", page.latest("duplicates_share")).html))) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_chapter_whose_steps_have_no_days_still_reads(review, lang):
    bare = altered(review, {}, r"^card_step_(days|days_most|error)\.X7\.2013\.step-(exchange|report)|^card_example_weight\..*thin|^people_covered"
                               r"|^card_inclusion_error")  # fmt: skip
    page = bare.chapter("cards", lang=lang)
    blocks = [page.figure("card_process", page.latest("card_step_days", "card_step_error")),
              page.figure("pair_weights", page.pick("card_example_weight")),
              *map(page.text, ("how_text", "stake_text", "way_text"))]  # fmt: skip
    told = html_rules.parse("".join(str(block.html) for block in blocks))
    assert html_rules.figures(told) == [] and not {"None", "nan"} & set(told.get_text(" ").split())
    row = next(r for r in listed(bare, "card_steps", lang) if r[0] == WORDS["steps"]["exchange"][lang])
    assert row[1:] == ["–"] * 6


@pytest.mark.parametrize("lang", LANGUAGES)
def test_whether_cards_are_valid_before_or_after_the_report_is_said(review, lang):
    key = "card_step_days.X7.2013.step-valid"
    words = {"vi": ("trước khi huyện báo cáo", "sau khi huyện báo cáo"), "en": ("before the district reports", "after the district's report")}[lang]
    for days, said in ((-13.0, words[0]), (9.0, words[1])):
        told = passage(altered(review, {key: {"estimate": days}}), "way_text", lang)
        assert said in told and number(abs(days), lang) in told


@pytest.mark.parametrize("lang", LANGUAGES)
def test_titles_stand_in_the_order_of_the_law(review, lang):
    rows = listed(review, "title_order", lang)[1:]
    assert [int(row[0]) for row in rows] == list(range(1, 10)) and [row[1] for row in rows][2] == WORDS["titles"]["HN"][lang]
    groups = [int(row[3]) for row in rows]
    assert groups == sorted(groups)
    assert ("chưa đối chiếu" if lang == "vi" else "not checked") in passage(review, "order_text", lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_rows_of_a_grouping_add_up_to_the_band_where_nothing_is_withheld(review, lang):
    rows = listed(review, "causes", lang)
    places = {WORDS["place"][k][lang].lower(): k for k in ("same", "other")}
    shown = [row[1] for row in rows if row[0].lower() in places]
    if all(re.fullmatch(r"[\d.,]+", s) for s in shown):
        total = sum(int(re.sub(r"\D", "", s)) for s in shown)
        assert total == review.results["duplicates_probable.X7.2013"]["estimate"]
    assert len(shown) == 2


def drawn(name: str, review, results, width: float, lang: str = "en"):
    with matplotlib.rc_context(canvas.STYLE):
        return getattr(card_figures, name)(results, Figure(figsize=(width, 4)).add_subplot(), Writer(review, lang))


@pytest.mark.parametrize("width", [canvas.WIDE, canvas.NARROW])
def test_the_process_is_a_row_on_wide_screens_and_a_column_on_a_phone(review, width):
    results = pd.concat([review.indicator(name) for name in ("card_step_days", "card_step_days_most", "card_step_error")])
    ax = drawn("card_process", review, results, width)
    boxes = [patch.get_bbox() for patch in ax.patches if hasattr(patch, "get_bbox")]
    across, down = ({round(getattr(b, side), 3) for b in boxes} for side in ("x0", "y0"))
    assert (len(across), len(down)) == ((1, 6) if width == canvas.NARROW else (6, 1))
    told = [t.get_text() for t in ax.texts]
    handed = review.results["card_step_days.X7.2013.step-handed"]["estimate"]
    assert WORDS["figure"]["days"]["en"].format(days=number(handed, "en")) in told and told.count(WORDS["figure"]["none"]["en"]) == 1


@pytest.mark.parametrize("width", [canvas.WIDE, canvas.NARROW])
def test_the_bar_of_a_pair_ends_where_its_weights_add_up(review, width):
    results = review.indicator("card_example_weight")
    ax = drawn("pair_weights", review, results, width)
    sums = sorted(results[results["group"].str.endswith("-sum")]["estimate"])
    marks = sorted(line.get_xdata()[0] for line in ax.lines if line.get_color() == canvas.ORANGE)
    assert marks == pytest.approx(sums)
    ends = {round(p.get_y(), 3): 0.0 for p in ax.patches}
    for patch in ax.patches:
        ends[round(patch.get_y(), 3)] += patch.get_width()
    assert sorted(ends.values()) == pytest.approx(sums)


def test_districts_are_drawn_between_both_extremes(review, undecided):
    for told, colours in ((review, 1), (undecided, 0)):
        results = told.indicator("duplicates_share")
        ax = drawn("duplicate_districts", told, results, canvas.WIDE)
        names = [t.get_text() for t in ax.get_yticklabels()]
        assert len(names) == len(card_words.shares(Writer(told, "en"))) + 1 and names[-1] == review.edition.places["X7"].name("en")
        assert sum(line.get_color() == canvas.ORANGE for line in ax.lines) == colours


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_edition_without_lists_says_not_reported_and_asks(lang):
    real = open_review(ROOT / "parameters/lang_son.yml")
    settings = real.edition.settings.model_copy(update={"chapters": [*real.edition.chapters, "cards"]})
    told = Review(dataclasses.replace(real.edition, settings=settings))
    said = passage(told, "answer", lang)
    assert {"vi": "Chưa được báo cáo", "en": "Not reported"}[lang] in said and ("không có nghĩa" if lang == "vi" else "does not mean") in said
    shown = chapter(told, lang)
    assert not shown.find_all("table") and not shown.find_all("figure") and not shown.find_all("data")


# -- looking through pairs ---------------------------------------------------------------------
@pytest.mark.parametrize("lang", LANGUAGES)
def test_pairs_are_looked_through_one_by_one(review, found, lang):
    look = browsing.browse(found, review.tables["cards"], places=review.edition.places, lang=lang)
    own = found.pairs[found.pairs["band"] == "review"]
    assert len(look.pairs) == len(own) > 5 and look.told.value.startswith("1 / ") and look.back.disabled
    weights = []
    for _ in range(3):
        pair = look.pairs.iloc[look.position]
        assert pair["first"] in look.shown.value and pair["second"] in look.shown.value
        assert " ".join(sentence(pair, lang).split()) in " ".join(html_rules.parse(look.shown.value).get_text(" ").split())
        weights.append(pair["weight"])
        look.forward.click()
    assert weights == sorted(weights, reverse=True)
    look.back.click()
    assert look.position == 2
    look.commune.value = own["commune_second"].iloc[0]
    assert look.position == 0 and set(look.pairs["commune_second"]) == {own["commune_second"].iloc[0]}
    look.band.value = ""
    assert len(look.pairs) == (found.pairs["commune_second"] == look.commune.value).sum()


def test_only_known_fields_that_differ_are_marked(review, found):
    look = browsing.browse(found, review.tables["cards"], places=review.edition.places, lang="en")
    cards = review.tables["cards"].set_index("number")
    for _ in range(min(len(look.pairs), 20)):
        pair = look.pairs.iloc[look.position]
        sides = [cards.loc[pair[s]] for s in ("first", "second")]
        rows = {row.th.get_text(): row.find_all("td") for row in html_rules.parse(look.shown.value).select("tbody tr")}
        for head, field in (("Name", "name"), ("Household", "household"), ("Sex", "sex")):
            known = all(pd.notna(s[field]) for s in sides)
            assert bool(rows[head][0].find("mark")) == (known and sides[0][field] != sides[1][field]), (head, pair["first"])
        assert not rows["Card number"][0].find("mark")
        look.forward.click()


def test_what_lists_hold_is_shown_as_text_and_not_run(review, found):
    pair = found.pairs[found.pairs["band"] == "probable"].iloc[0]
    cards = review.tables["cards"]
    cards = cards.assign(name=cards["name"].mask(cards["number"] == pair["first"], "<img src=x onerror=alert(1)>"))
    one = dataclasses.replace(found, pairs=found.pairs[(found.pairs["first"] == pair["first"]) & (found.pairs["second"] == pair["second"])])
    look = browsing.browse(one, cards, places=review.edition.places, lang="vi")
    assert WORDS["browse"]["none"]["vi"] in look.shown.value  # the filter begins with pairs to review
    look.band.value = "probable"
    assert "<img" not in look.shown.value and "&lt;img" in look.shown.value


def test_the_static_bar_adds_up(found):
    pair = found.pairs.iloc[0]
    rects = html_rules.parse(str(browsing.bar(pair, "en"))).find_all("rect")
    parts = [float(r["width"]) * (1 if r["fill"] == "#0b5c8a" else -1) for r in rects[:-1]]
    assert sum(parts) / 8 == pytest.approx(pair["weight"], abs=0.1) and float(rects[-1]["x"]) == pytest.approx(320 + 8 * pair["weight"], abs=0.1)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_run_that_nobody_watches_shows_no_pair(tmp_path, lang):
    cell = nbformat.v4.new_code_cell("from mne.pages.browse import browse\nbrowse(None, None, places=None)")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    with pytest.raises(nbclient.exceptions.CellExecutionError) as stopped:
        nbclient.NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert stopped.value.ename == InputError.__name__
    assert "JupyterLab" in InputError("pairs_show_persons").sentence(lang)
    assert not [o for o in notebook.cells[0].outputs if o.output_type != "error"] and "widgets" not in notebook.metadata
