"""What people decided about pairs of cards, and what follows for all pairs: how precise, how complete, how many duplicates.

A few hundred pairs were drawn from all strata of the weight and decided; the others are estimated. The tool counts and lists;
it cancels no card.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np
import pandas as pd

from mne.errors import InputError, listed, nearest
from mne.linkage.calibration import DRAWS, TAILS, Calibration, calibrate
from mne.linkage.clerical_sample import KEYS, cells_of, in_cells
from mne.linkage.duplicates import Duplicates
from mne.linkage.missed import Missed, missed_share
from mne.linkage.precision import stratified
from mne.linkage.workbook_cards import DECISIONS
from mne.text import number, texts

EXTREMES = {"told": None, "different": 0.0, "duplicate": 1.0}  # what "cannot_tell" is taken for
NEARLY_ALL = 0.95  # chance from which pairs show how true pairs agree, decided or not


def assess(found: Duplicates, sample: pd.DataFrame, decisions: pd.DataFrame, *, seed: int = 1) -> "Clerical":
    """What the decisions on a sample say of all pairs.

    Parameters
    ----------
    sample : rows as :func:`mne.linkage.clerical_sample.draw_sample` gave them; only ``first`` and ``second`` are read.
    decisions : DataFrame with ``first``, ``second`` and ``decision`` ("duplicate", "different", "cannot_tell"; missing where not yet decided),
        one row a pair. Decisions on pairs outside the sample count only where all pairs of their cell are decided.
    seed : of the draws behind the intervals.

    Raises
    ------
    InputError
        For a decision of another word, on a pair that is not in ``found.pairs``, twice on one pair, or where nothing at all is decided.

    Notes
    -----
    Pairs that a reviewer leaves empty are taken to be like the decided ones of their cell. "cannot_tell" is unknown: estimates leave such pairs
    out; bounds are the widest of leaving them out, taking all for different and taking all for duplicates. A reviewer who errs moves every
    result, and no interval shows it: among 10,000 pairs of strangers, one wrong "duplicate" in a sample of 100 stands for 100 duplicates
    that are none. Let a second person decide a part again.
    """
    pairs = _decided(in_cells(found), sample, decisions)
    cells, fits = cells_of(found, pairs), {}
    for name in EXTREMES if pairs["unknown"].any() else ("told",):
        counts = _answers(pairs, name).groupby(pairs["cell"]).agg(["count", "sum"]).astype(int)
        fits[name] = calibrate(cells.assign(decided=counts["count"], true=counts["sum"]), seed=seed)
    return Clerical(pairs=pairs, fits=fits, missed=_missed(pairs, fits["told"], found.model.rules, seed), seed=seed)


def _decided(pairs: pd.DataFrame, sample: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    """The pairs with ``answer`` (1 duplicate, 0 different, NaN none that counts) and ``unknown`` (people could not tell)."""
    told = decisions.loc[decisions["decision"].notna(), [*KEYS, "decision"]]
    strange = sorted(set(told["decision"]) - set(DECISIONS))
    if strange:
        raise InputError("clerical_decision", found=strange[0], allowed=listed(DECISIONS))
    for code, rows in (("clerical_twice", told[told.duplicated(KEYS)]),
                       ("clerical_pair", told[~pd.MultiIndex.from_frame(told[KEYS]).isin(pd.MultiIndex.from_frame(pairs[KEYS]))])):  # fmt: skip
        if len(rows):
            raise InputError(code, found=" / ".join(rows.sort_values(KEYS)[KEYS].iloc[0]))
    if not len(told):
        raise InputError("clerical_empty")
    decision = pairs[KEYS].merge(told, on=KEYS, how="left")["decision"].set_axis(pairs.index)
    drawn = pd.MultiIndex.from_frame(pairs[KEYS]).isin(pd.MultiIndex.from_frame(sample[KEYS]))
    counts = drawn | decision.notna().groupby(pairs["cell"]).transform("all")
    return pairs.assign(answer=decision.map({"duplicate": 1.0, "different": 0.0}).where(counts).astype(float),
                        unknown=(decision == "cannot_tell") & counts)  # fmt: skip


def _answers(pairs: pd.DataFrame, extreme: str) -> pd.Series:
    """Answers with those who could not tell taken for what the extreme says."""
    taken = EXTREMES[extreme]
    return pairs["answer"] if taken is None else pairs["answer"].mask(pairs["unknown"], taken)


def _missed(pairs: pd.DataFrame, fit: Calibration, rules: Sequence[Sequence[str]], seed: int) -> Missed | None:
    """Share of true pairs that no rule proposes, from pairs that stand for all true ones.

    Where nearly all pairs are true, each counts by its answer or its chance; elsewhere those decided as true stand for the others.
    """
    if not (pairs["answer"] == 1).any():
        return None
    cells = fit.cells.assign(chance=fit.chance.mean(0)).loc[pairs["cell"]].set_axis(pairs.index)
    every = pairs["answer"].fillna(cells["chance"]) * cells["pairs"] / cells["kept"]
    drawn = (pairs["answer"] == 1) * cells["pairs"] / cells["decided"].clip(lower=1)
    weight = every.where(cells["chance"] >= NEARLY_ALL, drawn)
    return missed_share(pairs[weight > 0], weight[weight > 0], rules, draws=DRAWS, seed=seed)


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class Clerical:
    """Results of a clerical review; all intervals are at 95 %.

    Attributes
    ----------
    pairs : DataFrame, ``found.pairs`` with ``cell``, ``answer`` (1 duplicate, 0 different, NaN) and ``unknown`` (nobody could tell).
    fits : calibrations with "cannot_tell" left out ("told"), and where there are such, taken for "different" and for "duplicate".
    missed : share of true pairs that no rule proposes; None where no pair was decided duplicate.
    seed : of the draws.
    """

    pairs: pd.DataFrame
    fits: dict[str, Calibration]
    missed: Missed | None
    seed: int

    def refit(self) -> Calibration:
        """What the weights are worth by the decisions; its ``weight_at`` suggests limits of bands."""
        return self.fits["told"]

    def precision(self) -> pd.DataFrame:
        """Share of true pairs, one row a band: ``band``, ``pairs``, ``decided``, ``unknown``, ``estimate``, ``conf_low``, ``conf_high`` (0-1).

        Only decisions count, not weights: see :func:`mne.linkage.precision.stratified`. A cell without any decision has the calibrated chance, with
        bounds of 0 and 1.
        """
        rows, unknown = [], self.pairs["unknown"].groupby(self.pairs["cell"]).sum()
        for band, part in self.refit().cells.groupby("band", sort=False):
            found = [stratified(*(fit.cells.loc[part.index, c].to_numpy() for c in ("true", "decided", "pairs")), fit.chance.mean(0)[part.index])
                     for fit in self.fits.values()]  # fmt: skip
            rows.append({"band": band, **part[["pairs", "decided"]].sum().to_dict(), "unknown": unknown[part.index].sum(), **_widest(found)})
        return pd.DataFrame(rows)

    def recall(self, cut: float | None = None) -> pd.DataFrame:
        """Share of all true pairs at or above a weight: ``cut``, ``estimate``, ``conf_low``, ``conf_high`` (0-1); NaN where the missed are unknown.

        Parameters
        ----------
        cut : one weight; default the lower limit of each stratum.

        Notes
        -----
        All true pairs are those in the strata and those that blocking never proposed (:mod:`mne.linkage.missed`). Pairs that nobody decided are
        drawn from the calibrated chance of their cell, so that no true pair among 50 light ones does not stand for thousands that may be true.
        """
        rows, lows = [], self.refit().cells["low"].drop_duplicates()
        for limit in lows[np.isfinite(lows)] if cut is None else [cut]:
            found = []
            for counts in self._counts(self.pairs["weight"] >= limit):
                above, below = (sum((c[1] for (side, _), c in counts.items() if side == wanted), np.zeros(DRAWS, int)) for wanted in (True, False))
                every = above + below + self._never_found(above + below, together=self.missed.together if self.missed else 1.0)
                share = above / np.maximum(every, 1)
                found.append((share.mean(), *np.quantile(share, TAILS)))
            rows.append({"cut": limit, **_widest(found)})
        return pd.DataFrame(rows)

    def duplicates(self, by: str | None = None) -> pd.DataFrame:
        """Estimated number of duplicate cards, those beyond the first of each person.

        Parameters
        ----------
        by : column of ``found.pairs``, such as ``district_second``; one row a value, the missing one last. Any other name is an InputError.

        Returns
        -------
        DataFrame
            ``group`` (None without ``by``), ``estimate``, ``conf_low``, ``conf_high`` (cards), ``found`` (of these, those whose best pair was
            compared) and ``missed`` (those that no rule proposes). NaN but for ``found`` where no pair was decided duplicate.

        Notes
        -----
        A card is a duplicate where its best pair is true. Decided pairs count as decided, the others are drawn from the calibrated chance of their
        cell; all groups share the chances and the share missed. Estimates of groups add up to the whole, bounds do not. A card with several
        true pairs is not missed when one of them is, so only cards with one are raised by the share missed. A duplicate whose best pair is
        false while a lighter one is true is not counted (1 in 1,000 duplicates of the synthetic province).
        """
        if by is not None and by not in self.pairs:
            raise InputError("option_wrong", key="by", found=by, nearest=nearest(by, self.pairs.columns), allowed=listed(self.pairs.columns))
        groups = pd.Series("", self.pairs.index) if by is None else self.pairs[by].astype("str")
        rows: dict[object, list] = {}
        odds = (self.missed.share / (1 - self.missed.share)).mean() if self.missed else np.nan
        for counts in self._counts(groups):
            for group in dict.fromkeys(group for group, best in counts if best):
                (mean, draws), (more, others) = (counts.get((group, best), (0.0, 0)) for best in (True, False))
                missed = odds * max(mean - more, 0)
                total = draws + self._never_found(np.maximum(draws - others, 0))
                rows.setdefault(group, []).append((mean + missed, *np.quantile(total, TAILS), mean, missed))
        table = pd.DataFrame([{"group": group if by else None, **_widest(found), "found": found[0][3], "missed": found[0][4]}
                              for group, found in rows.items()])  # fmt: skip
        return table.sort_values("group", ignore_index=True, na_position="last")

    def _counts(self, group: pd.Series) -> list[dict]:
        """For each extreme, by group and whether pairs are the best: mean and draws of the number of true ones."""
        keys = pd.MultiIndex.from_arrays([group, self.pairs["best"].astype(bool)])
        code, own = keys.factorize(sort=True)
        found = []
        for name, fit in self.fits.items():
            cells, draw, counts = fit.cells, np.random.default_rng(self.seed), {}
            answer = _answers(self.pairs, name).to_numpy()
            place, shape = code * len(cells) + self.pairs["cell"].to_numpy(), (len(own), len(cells))
            size, told, true = (np.bincount(place, weights=weights, minlength=len(own) * len(cells)).reshape(shape)
                                for weights in (np.ones(len(code)), ~np.isnan(answer), np.nan_to_num(answer)))  # fmt: skip
            left = size * (cells["pairs"] / cells["kept"]).to_numpy() - told
            for row, key in enumerate(own):
                open_cells = np.flatnonzero(left[row])
                number = np.floor(left[row, open_cells] + draw.random((DRAWS, 1))).astype(int)
                drawn = draw.binomial(number, fit.chance[:, open_cells]).sum(1)
                counts[key] = true[row].sum() + float(fit.chance.mean(0) @ left[row]), int(true[row].sum()) + drawn
            found.append(counts)
        return found

    def _never_found(self, found: np.ndarray, *, together: float = 1.0) -> np.ndarray:
        """Draws of the number that no rule proposes, beside so many that were found; so many are found or missed as one."""
        if self.missed is None:
            return np.full(len(found), np.nan)
        draw = np.random.default_rng(self.seed)
        return np.where(found > 0, together * draw.negative_binomial(np.maximum(found / together, 0.5), 1 - self.missed.share), 0)

    def conf_int(self) -> tuple[float, float]:
        """Bounds of the number of duplicate cards."""
        return tuple(self.duplicates()[["conf_low", "conf_high"]].iloc[0])

    def tidy(self) -> pd.DataFrame:
        """All results, with columns ``term`` (precision, recall, duplicates, intercept, slope), ``group`` (band or cut), ``estimate``, ``conf_*``."""
        recall = self.recall()
        parts = {"precision": self.precision().rename(columns={"band": "group"}), "duplicates": self.duplicates(),
                 "recall": recall.assign(group=[f"{cut:g}" for cut in recall["cut"]])}  # fmt: skip
        rows = [*(part.assign(term=term) for term, part in parts.items()), self.refit().tidy().assign(group=None)]
        return pd.concat(rows, ignore_index=True)[["term", "group", "estimate", "conf_low", "conf_high"]]

    def summary(self, lang: str = "en") -> str:
        """The results in sentences of ``lang``: what was decided, precision by band, completeness from each band on, duplicates."""
        words, precision = texts("mne.texts", "clerical.yml"), self.precision()
        counted = {c: number(precision[c].sum(), lang) for c in ("decided", "unknown")}
        lines = [words["decided"][lang].format(**counted)]
        for row in precision.to_dict("records"):
            lines.append(words["precision"][lang].format(band=words["bands"][row["band"]][lang], **_shown(row, lang, 100, 1)))
        limits = self.refit().cells.groupby("band", sort=False)["low"].min()
        for limit in limits[np.isfinite(limits)]:
            lines.append(words["recall"][lang].format(cut=number(limit, lang), **_shown(self.recall(limit).iloc[0], lang, 100, 1)))
        return "\n".join([*lines, words["duplicates"][lang].format(**_shown(self.duplicates().iloc[0], lang, 1, 0))])


def _widest(found: list[tuple]) -> dict[str, float]:
    """The first estimate with the widest of all bounds."""
    return {"estimate": found[0][0], "conf_low": min(f[1] for f in found), "conf_high": max(f[2] for f in found)}


def _shown(row, lang: str, scale: float, digits: int) -> dict[str, str]:
    return {key: number(scale * row[key], lang, digits=digits) if np.isfinite(row[key]) else "–" for key in
            ("estimate", "conf_low", "conf_high", "found", "missed") if key in row}  # fmt: skip
