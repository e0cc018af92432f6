"""Results on health-insurance cards: duplicates by place, title and cause, what they cost, how cards are issued; nothing that names a person."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from mne.cards.causes import BANDS, counted, second_cards
from mne.cards.process import OFFICE_OF, list_gaps, step_days, step_errors
from mne.disclosure import WITHHELD, suppress
from mne.cards.costs import add_costs
from mne.cards.estimates import add_estimates
from mne.cards.example import add_example
from mne.from_tables import setting
from mne.intake.published import digest
from mne.linkage import find_duplicates
from mne.linkage import titles as law
from mne.results import Results, result_id
from mne.text import period_end

TABLES = ("cards",)


@dataclasses.dataclass(frozen=True)
class Store:
    """Stores results of one list year.

    Attributes
    ----------
    review, results : the edition and where its results are kept. put : gives kind, grade, source and hash of some tables.
    year : of the list of cards. decided : whether people have decided on a sample of pairs.
    rates : premium of a card, (from day, VND a month).
    """

    review: object
    results: Results
    put: Callable[[tuple[str, ...]], dict]
    year: int
    decided: bool
    rates: Sequence[tuple[dt.date, float]]

    @property
    def modelled(self) -> dict:
        """Kind and grade of what rests on the linkage: bands were tried on synthetic lists only, until people have decided on pairs of these."""
        return {"kind": "model", "grade": max(self.put(TABLES)["grade"], "B" if self.decided else "C")}

    @property
    def ends(self) -> list[str]:
        """Groups of the number of duplicates: both extremes, and "" for the estimate where there is one."""
        return [end for end in ("least", "most", "") if np.isfinite(self.known("duplicates", end))]

    def add(self, indicator: str, value: float, unit: str, method: str, *, tables: tuple[str, ...] = TABLES, **more) -> str:
        """Store one number; unknown numbers are stored as missing. Returns its id."""
        period = str(self.year)
        later = period_end(period) > self.review.edition.cutoff
        row = {"area": self.review.frame.area, "period": period, **self.put(tables), "hindsight": later, **more}
        value = float(value)
        return self.results.add(indicator=indicator, estimate=value if np.isfinite(value) else None, unit_of_measure=unit, method=method, **row)

    def add_counts(self, counts: pd.DataFrame, unit: str, method: str, **more) -> None:
        """Store counts, or their share of a denominator in per cent, without those from which few persons would follow.

        Parameters
        ----------
        counts : ``indicator, area, group, numerator``, with ``denominator`` for shares.
        """
        frame = counts.assign(year=self.year, counts=True, reason="", denominator=counts.get("denominator", float("nan")))
        for row in self._guarded(frame).to_dict("records"):
            share = pd.notna(row["denominator"]) and row["denominator"] > 0
            ends = {"numerator": row["numerator"], "denominator": row["denominator"], "n": row["denominator"]} if share else {}
            value = 100 * row["numerator"] / row["denominator"] if share else row["numerator"]
            self.add(row["indicator"], value, unit, method, area=row["area"], group=row["group"], reason=row["reason"], **ends, **more)

    def _guarded(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Small counts withheld: first in the districts, then in the communes of each, none of which is shown where its district is not."""
        fewest, area = self.review.edition.thresholds.fewest_cases, self.review.frame.area
        parent = frame["area"].map(lambda code: self.review.edition.places[code].parent)
        inside = parent.isin(self.review.frame.districts)
        upper = suppress(frame[~inside], province=area, fewest=fewest)
        parts = [upper]
        for (district, indicator), communes in frame[inside].groupby([parent[inside], "indicator"]):
            total = upper[(upper["area"] == district) & (upper["indicator"] == indicator) & (upper["group"] == "")]
            guarded = suppress(pd.concat([total, communes]), province=district, fewest=fewest)
            own = guarded.loc[communes.index]
            parts.append(own.assign(numerator=float("nan"), reason=WITHHELD) if (guarded.loc[total.index, "reason"] == WITHHELD).any() else own)
        return pd.concat(parts)

    def known(self, indicator: str, group: str = "", *, area: str | None = None, field: str = "estimate") -> float:
        """A number of this year stored before; not-a-number where it is missing."""
        key = result_id(indicator, area or self.review.frame.area, str(self.year), group)
        value = self.results[key][field] if key in self.results else None
        return float("nan") if value is None else float(value)


def compute(review, results: Results, put: Callable[[tuple[str, ...]], dict], *, assessed: Callable[[int, object], object] | None = None) -> None:
    """Store every result on cards, for each year of which there is a list.

    Parameters
    ----------
    put : gives kind, grade, source and hash of some tables.
    assessed : ``assessed(year, found)`` gives what people decided on a sample of the pairs found
        (:class:`mne.linkage.clerical.Clerical`), or None; without it there are only extremes.
    """
    for year, cards in review.tables["cards"].groupby("year"):
        found = find_duplicates(cards)
        clerical = assessed(int(year), found) if assessed else None
        store = Store(review, results, put, int(year), clerical is not None, setting(review.edition).premium)
        second = second_cards(found.pairs)
        _found(store, cards, second, found)
        _exact(store, find_duplicates(cards, method="exact"))
        _titles(store, found, cards)
        add_example(store, found)
        _process(store, cards)
        add_estimates(store, cards, second, clerical)
        add_costs(store)


def _found(store: Store, cards: pd.DataFrame, second: pd.DataFrame, found) -> None:
    """What was listed: cards, second cards by band, place and cause, and pairs to decide on."""
    area, districts = store.review.frame.area, store.review.frame.districts
    store.add_counts(counted(second, area, districts), "cards", "second cards whose heaviest pair lies in the band", **store.modelled)
    store.add_counts(_by_district("cards_listed", cards["district"], store), "cards", "cards on the list of the year")
    work = found.pairs[found.pairs["band"] == "review"]
    places = work.groupby("commune_second").size().reindex(sorted(cards["commune"].dropna().unique()), fill_value=0)
    communes = pd.DataFrame({"indicator": "pairs_to_review", "area": places.index, "group": "", "numerator": places.astype(float).to_numpy()})
    whole = _by_district("pairs_to_review", work["district_second"], store)
    store.add_counts(pd.concat([whole, communes], ignore_index=True), "pairs", "pairs that people have to decide on", **store.modelled)
    for group, value in (("median", places.median()), ("highest", places.max())):
        store.add("pairs_per_commune", value, "pairs", "pairs that people have to decide on", group=group, n=len(places), **store.modelled)
    model = f"{found.method['model']} {found.method['version']} {found.method['sha256']}"
    for band, count in found.strata.groupby("band")["pairs"].sum().items():
        store.add("pairs_compared", count, "pairs", "pairs of cards that were compared", group=f"band-{band}", reason=model, **store.modelled)
    for band in BANDS:
        told = {"group": f"band-{band}", "reason": model, **store.modelled}
        store.add("card_weight_limit", found.model.bands[band], "count", "limit of a band in the model of linkage", **told)


def _by_district(indicator: str, places: pd.Series, store: Store) -> pd.DataFrame:
    """Rows of the province and each district, a zero where there is none."""
    counts, districts = places.groupby(places).size(), store.review.frame.districts
    rows = [(store.review.frame.area, len(places)), *((code, counts.get(code, 0)) for code in districts)]
    return pd.DataFrame([(indicator, area, "", float(count)) for area, count in rows], columns=["indicator", "area", "group", "numerator"])


def _exact(store: Store, found) -> None:
    """What the exact key finds: sure, and less than there is."""
    how = "second cards by an exact key: name without accents, day of birth, commune"
    store.add_counts(_by_district("duplicates_exact", found.pairs.loc[found.pairs["best"], "district_second"], store), "cards", how, **store.modelled)


def _titles(store: Store, found, cards: pd.DataFrame) -> None:
    """The order of titles in the law, and what the list proposes for each probable second card."""
    # Grade D: the file was written from memory and not checked against the text of the law.
    stated = {"kind": "norm", "grade": "D", "source": "mne/linkage/titles.yml", "sha256": digest(Path(law.__file__).with_name("titles.yml"))}
    for place, (title, about) in enumerate(law.titles().items(), start=1):
        said = {"group": f"title-{title}", "reason": OFFICE_OF.get(title, ""), **stated}
        for indicator, value, unit in (("order", place, "rank"), ("group", about["group"], "rank"), ("benefit", about["benefit"], "percent")):
            store.add(f"card_title_{indicator}", value, unit, "order of titles in the law, from memory", **said)
    proposed = law.proposals(found.pairs, cards)["proposal"]
    rows = [("", len(proposed)), *((f"proposal-{name}", count) for name, count in proposed.groupby(proposed).size().items())]
    counts = pd.DataFrame([("card_proposals", store.review.frame.area, group, float(count)) for group, count in rows],
                          columns=["indicator", "area", "group", "numerator"])  # fmt: skip
    store.add_counts(counts, "cards", "what is proposed for each probable second card", **store.modelled)


def _process(store: Store, cards: pd.DataFrame) -> None:
    """Days and errors of each step of issuing, and what the lists of each office leave out."""
    tables, year = store.review.tables, store.year
    sources = {"report": ("documents",), "exchange": ("agency_exchange",), "valid": ("cards", "documents"), "handed": ("cards",)}
    for row in step_days(tables, year).to_dict("records"):
        for indicator, value in (("card_step_days", row["days"]), ("card_step_days_most", row["most"])):
            store.add(indicator, value, "days", "days of a step of issuing", group=f"step-{row['step']}", n=row["n"], n_missing=row["n_missing"],
                      tables=sources[row["step"]])  # fmt: skip
    for row in step_errors(tables, year).to_dict("records"):
        share = 100 * row["numerator"] / row["denominator"] if row["denominator"] else np.nan
        store.add("card_step_error", share, "percent", "errors of a step of issuing", group=f"step-{row['step']}", n=row["denominator"],
                  n_missing=row["n_missing"], numerator=row["numerator"], denominator=row["denominator"], tables=sources[row["step"]])  # fmt: skip
    gaps = list_gaps(cards)
    group = ("office-" + gaps["office"]).where(gaps["office"] != "", "")
    counts = gaps.assign(indicator="list_without_" + gaps["gap"], area=store.review.frame.area, group=group)
    store.add_counts(counts, "percent", "rows of a list that leave something out")
    _refused(store)


def _refused(store: Store) -> None:
    """Rows of the lists of cards that could not be read, of all years."""
    area, span = store.review.frame.area, f"{store.review.edition.intake.first_year}-{store.review.edition.intake.last_year}"
    ids = [result_id(f"office_{part}", area, span, "cards") for part in ("quarantined", "rows_read")]
    if all(i in store.results for i in ids):
        refused, read = (store.results[i]["estimate"] for i in ids)
        store.results.derive("card_step_error", area, str(store.year), 100 * refused / read if read else np.nan, unit="percent", group="step-list",
                             method="rows refused divided by rows read", inputs=ids, numerator=refused, denominator=read, n=read)  # fmt: skip
