"""What a design can carry, looked at before any effect: clusters, timing, balance, attrition, power, reasons to refuse."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from mne.errors import InputError
from mne.impact.few_clusters import residuals
from mne.impact.balance import balance_table, joint_balance_p
from mne.impact.refusal import Refusal
from mne.impact.variation import vary
from mne.text import number, texts

FEWEST = 3  # treated clusters below which no test is right (MacKinnon & Webb 2020; docs/few_clusters.md)
SPREAD, SHARE, BALANCE, CHANCE, ATTRITION = 2.0, 0.33, 0.25, 0.10, 0.05


@dataclass(frozen=True, eq=False)
class Design:
    """The design of a study in numbers and sentences.

    Attributes
    ----------
    clusters : one row a cluster: ``cluster``, ``treated``, ``first``, ``places``, ``units``, ``weight``, ``leverage`` (its share of
        the treatment's variation that is left after unit and period effects).
    timing : one row a start: ``first``, ``clusters``, ``places``, ``units``.
    balance : one row a variable before the first start; see :func:`mne.impact.balance.balance_table`.
    balance_p : p-value that all of them differ by chance, over all assignments; NaN without variables.
    attrition : one row an arm: ``arm``, ``units`` (of the first period), ``kept`` (of these, seen in the last), ``share``, ``missing``.
    effective_clusters : number of equal clusters with the same concentration of leverage (Carter, Schnepel & Steigerwald 2017).
    spread_ratio : variance of outcomes of treated over that of untreated clusters, after unit and period effects within each arm.
    mde : effect that would be found with 80 % power at 5 %, from the standard error and t(df); NaN where refused. df : of that t.
    refusals, cautions : sentences by language (``.sentence(lang)``).
    """

    clusters: pd.DataFrame
    timing: pd.DataFrame
    balance: pd.DataFrame
    balance_p: float
    attrition: pd.DataFrame
    effective_clusters: float
    spread_ratio: float
    mde: float
    df: int
    refusals: tuple[Refusal, ...]
    cautions: tuple[InputError, ...]

    def tidy(self) -> pd.DataFrame:
        """The single numbers of the design: ``measure``, ``value``."""
        treated = self.clusters["treated"]
        held = {"clusters": len(treated), "treated_clusters": int(treated.sum()), "effective_clusters": self.effective_clusters,
                "largest_leverage": self.clusters["leverage"].max(), "spread_ratio": self.spread_ratio, "balance_p": self.balance_p,
                "mde": self.mde, "df": self.df}  # fmt: skip
        return pd.DataFrame({"measure": list(held), "value": [float(v) for v in held.values()]})

    def summary(self, lang: str = "en") -> str:
        """The design in sentences of ``lang``; refusals first."""
        words = texts("mne.texts", "impact.yml")["design"]
        shown = {r.measure: number(r.value, lang, digits=0 if float(r.value).is_integer() else 2) if np.isfinite(r.value) else "–" for r in self.tidy().itertuples()}
        lines = [*(r.sentence(lang) for r in self.refusals), words["clusters"][lang].format(**shown), words["power"][lang].format(**shown)]
        return "\n".join([*lines, *(c.sentence(lang) for c in self.cautions)])


def describe(study) -> Design:
    """The design of a :class:`mne.impact.study.Study`."""
    panel, cells = study.panel, study.cells
    leverage = _leverage(panel, cells)
    clusters = _clusters(panel, cells, leverage)
    balance = balance_table(panel, study.frame, study.covariates, study.columns["outcome"])
    attrition, spread = _attrition(panel), _spread(panel, cells)
    df, mde, told, balance_p = 0, np.nan, np.nan, np.nan
    if not study.refusals:
        totals = study.totals("callaway_santanna")
        found = vary(totals)
        df, mde = found.df, float((stats.t.ppf(0.975, found.df) + stats.t.ppf(0.8, found.df)) * found.errors[0])
        told = _told(panel, totals)
        balance_p = joint_balance_p(panel, study.frame, study.covariates, study.assignments)
    effective = float(leverage.sum() ** 2 / (leverage**2).sum()) if leverage.sum() > 0 else np.nan
    cautions = _cautions(panel, clusters, balance, balance_p, attrition, spread, told)
    return Design(clusters, _timing(panel, cells), balance, balance_p, attrition, effective, spread, mde, df, study.refusals, cautions)


def refusals(panel, columns: dict) -> tuple[Refusal, ...]:
    """Reasons for which a design cannot answer by any estimator."""
    level = columns["cluster"] or columns["assignment"]
    if not panel.compared:
        return (Refusal("impact_no_comparison", where="Study", level=columns["strata"] or "–"),)
    inside = np.isin(panel.stratum, panel.compared)
    found = []
    treated = np.unique(panel.cluster[inside & panel.treated])
    untreated = np.setdiff1d(panel.cluster[inside & ~panel.treated], treated)
    for code, members in (("impact_few_treated", treated), ("impact_few_untreated", untreated)):
        if len(members) < FEWEST:
            found.append(Refusal(code, where="Study", found=len(members), level=level))
    spans = pd.Series(panel.stratum).groupby(panel.cluster).nunique()
    if (spans > 1).any():
        found.append(Refusal("impact_strata_clusters", where="Study", found=panel.clusters[spans.idxmax()]))
    if not (panel.seen.sum(1) > 1).any():
        found.append(Refusal("impact_no_repeat", where="Study", level=columns["unit"]))
    before = panel.seen & (np.arange(len(panel.times)) < panel.start[panel.group][:, None]) & panel.treated[panel.group][:, None]
    if not before.any():
        found.append(Refusal("impact_no_before", where="Study", found=columns["first_treated"] or columns["treated"]))
    return tuple(found)


def unknown(found) -> tuple[Refusal, ...]:
    """Reasons that show only when an estimate is tried: nothing to measure, or no way to know its error."""
    if np.isnan(found.values[0]):
        return (Refusal("impact_no_after", where="Study"),)
    return () if found.errors[0] > 1e-12 * max(abs(found.values[0]), 1e-300) else (Refusal("impact_no_spread", where="Study"),)


def _told(panel, totals) -> float:
    """Share of treated unit-periods that can be compared."""
    inside = np.isin(panel.stratum, panel.compared)[panel.group]
    on = panel.seen & (np.arange(len(panel.times)) >= panel.start[panel.group][:, None])
    below = totals.parts(totals.clusters[:0])[1][0]
    return float(below[totals.after].sum() / (panel.weight[:, None] * on)[inside].sum())


def _leverage(panel, cells) -> np.ndarray:
    """(K,) each cluster's share of the variation of the treatment after unit and period effects within strata."""
    left = residuals(panel, cells)[..., 1]
    own = np.bincount(panel.cluster[cells.group], (cells.weight[:, None] * left**2).sum(1), len(panel.clusters))
    return own / own.sum() if own.sum() > 0 else own


def _clusters(panel, cells, leverage: np.ndarray) -> pd.DataFrame:
    count, of_cell = len(panel.clusters), panel.cluster[cells.group]
    first = np.full(count, len(panel.times))
    np.minimum.at(first, panel.cluster, panel.start)
    return pd.DataFrame({
        "cluster": panel.clusters, "treated": first < len(panel.times), "first": _dates(panel, first), "places": np.bincount(panel.cluster, minlength=count),
        "units": np.bincount(of_cell, cells.units, count).astype(int), "weight": np.bincount(of_cell, cells.weight, count), "leverage": leverage,
    })  # fmt: skip


def _dates(panel, start: np.ndarray) -> pd.Series:
    """The period of each start; missing where there is none."""
    return pd.Series(panel.times[np.minimum(start, len(panel.times) - 1)]).where(start < len(panel.times))


def _timing(panel, cells) -> pd.DataFrame:
    rows = []
    for start in np.unique(panel.start):
        places = panel.start == start
        rows.append({"first": start, "clusters": len(np.unique(panel.cluster[places])), "places": int(places.sum()),
                     "units": int(cells.units[places[cells.group]].sum())})  # fmt: skip
    found = pd.DataFrame(rows)
    return found.assign(first=_dates(panel, found["first"].to_numpy()))


def _attrition(panel) -> pd.DataFrame:
    treated = panel.treated[panel.group]
    rows = []
    for arm, inside in (("treated", treated), ("untreated", ~treated)):
        there = panel.seen[inside, 0]
        kept = there & panel.seen[inside, -1]
        rows.append({"arm": arm, "units": int(there.sum()), "kept": int(kept.sum()), "share": kept.sum() / there.sum() if there.any() else np.nan,
                     "missing": panel.counts[f"missing_{arm}"]})  # fmt: skip
    return pd.DataFrame(rows)


def _spread(panel, cells) -> float:
    """Do treated clusters move more than others? Their variance within the arm over that of the untreated."""
    count, of_cell = len(panel.clusters), panel.cluster[cells.group]
    weight = cells.weight[:, None] * cells.seen
    sums = [np.stack([np.bincount(of_cell, c, count) for c in part.T], 1) for part in (weight * cells.mean, weight)]
    means = np.where(sums[1] > 0, sums[0] / np.where(sums[1] > 0, sums[1], 1), np.nan)
    first = np.full(count, len(panel.times))
    np.minimum.at(first, panel.cluster, panel.start)
    variances = []
    for inside in (first < len(panel.times), first == len(panel.times)):
        own = means[inside][:, ~np.isnan(means[inside]).any(0)]
        if len(own) < 2 or own.shape[1] < 2:
            return np.nan
        own = own - own.mean(1, keepdims=True)
        own = own - own.mean(0)
        variances.append((own**2).sum() / ((len(own) - 1) * (own.shape[1] - 1)))
    return float(variances[0] / variances[1]) if variances[1] > 0 else np.nan


def _cautions(panel, clusters: pd.DataFrame, balance: pd.DataFrame, balance_p: float, attrition: pd.DataFrame,
              spread: float, told: float) -> tuple[InputError, ...]:
    found = []

    def add(code: str, value: object, **facts) -> None:
        found.append(InputError(f"impact_caution_{code}", found=value, **facts))

    if not 1 / SPREAD <= spread <= SPREAD and not np.isnan(spread):
        add("spread", lambda lang: number(spread, lang, digits=1), place=lambda lang: texts("mne.texts", "impact.yml")["arms"]["treated" if spread > 1 else "untreated"][lang])
    if clusters["leverage"].max() > SHARE:
        add("leverage", lambda lang: number(100 * clusters["leverage"].max(), lang), place=clusters.loc[clusters["leverage"].idxmax(), "cluster"])
    if balance_p < CHANCE and (worst := balance["normalised_difference"].abs().max()) > BALANCE:
        name = balance.loc[balance["normalised_difference"].abs().idxmax(), "variable"]
        add("balance", lambda lang: number(worst, lang, digits=2), place=name)
    apart = attrition["share"].diff().abs().max()
    if apart > ATTRITION:
        add("attrition", lambda lang: number(100 * apart, lang, digits=1))
    if told < 0.999:
        add("left_out", lambda lang: number(100 * told, lang, digits=1))
    if (clusters["places"].max() > 1) and pd.Series(panel.start).groupby(panel.cluster).nunique().max() == 1:
        add("level", clusters["places"].max())
    for name, counted in (("always", "always_treated_rows"), ("periods", "empty_periods"), ("movers", "movers")):
        if panel.counts[counted]:
            add(name, panel.counts[counted])
    return tuple(found)
