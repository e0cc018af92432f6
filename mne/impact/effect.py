"""One estimated effect: how large, how sure, on how many clusters it rests; and how sure the words about it may be."""

import math
from dataclasses import dataclass, field

import pandas as pd
from scipy import stats

from mne.text import number, texts


@dataclass(frozen=True, eq=False, kw_only=True)
class Effect:
    """An estimate with its uncertainty, in the unit of the outcome.

    Attributes
    ----------
    estimate, se : float
        The effect and its standard error. ``se`` is NaN where none can be given.
    method : str
        Key of ``mne/texts/impact.yml`` under ``methods``: how it was estimated.
    estimand : {"ATT", "ATE", "ITT", "LATE", "cutoff", "difference"}
        What the number means: effect on the treated, on all, of the offer, on compliers, at the cutoff, or no effect at all.
    outcome : str
        Name of the outcome.
    df : float
        Degrees of freedom of the interval; infinite for a normal one.
    n : int
        Rows that the estimate rests on. n_missing: rows left out because a value is unknown.
    clusters, treated_clusters : int or None
        Number of clusters, and of clusters with a treated unit; None where every row stands for itself.
    interval : tuple of float or None
        Bounds that were not made as estimate ± t × se (inverted tests, robust bias correction); at ``level``.
    p : float or None
        p-value of the hypothesis of no effect where it was not made from t.
    level : float
        Level of the interval.
    tests : pandas.DataFrame
        Tests of the same hypothesis, one a row: ``test``, ``p_value``, ``conf_low``, ``conf_high``, ``number`` (of clusters, draws or
        assignments), ``headline``; maybe empty.
    parts : pandas.DataFrame
        What the effect is made of (group-time effects, event times, weights of donors); maybe empty.
    without : pandas.DataFrame
        The estimate without each cluster: ``cluster``, ``estimate``, ``moves``; maybe empty.
    """

    estimate: float
    se: float
    method: str
    estimand: str = "ATT"
    outcome: str = ""
    df: float = math.inf
    n: int = 0
    n_missing: int = 0
    clusters: int | None = None
    treated_clusters: int | None = None
    interval: tuple[float, float] | None = None
    p: float | None = None
    level: float = 0.95
    tests: pd.DataFrame = field(default_factory=pd.DataFrame)
    parts: pd.DataFrame = field(default_factory=pd.DataFrame)
    without: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def worst_p(self) -> float:
        """The largest p-value of the headline tests, which decides how sure words may be; that of t where no others were made."""
        if "headline" not in self.tests:
            return self.p_value
        return float(self.tests.loc[self.tests["headline"], "p_value"].max(skipna=False))

    @property
    def p_value(self) -> float:
        """p-value of no effect: two-sided, by t with ``df`` unless another test was made."""
        if self.p is not None:
            return self.p
        return float(2 * stats.t.sf(abs(self.estimate / self.se), self.df)) if self.se > 0 else math.nan

    def conf_int(self, level: float | None = None) -> tuple[float, float]:
        """Bounds of the confidence interval, in the unit of the outcome.

        Raises
        ------
        ValueError
            For a level outside of 0-1, or other than the one at which an interval of inverted tests was made.
        """
        if level is not None and not 0 < level < 1:
            raise ValueError(f"the level of an interval lies between 0 and 1; got {level}")
        if self.interval is not None:
            if level not in (None, self.level):
                raise ValueError(f"this interval was made by inverting a test at {self.level}; ask for that level, not {level}")
            return self.interval
        reach = float(stats.t.ppf((1 + (level or self.level)) / 2, self.df)) * self.se
        return self.estimate - reach, self.estimate + reach

    def tidy(self) -> pd.DataFrame:
        """One row: outcome, method, estimand, estimate, std_error, df, p_value, conf_low, conf_high, n, n_missing, clusters, treated_clusters."""
        low, high = self.conf_int()
        row = {"outcome": self.outcome, "method": self.method, "estimand": self.estimand, "estimate": self.estimate, "std_error": self.se,
               "df": self.df, "p_value": self.p_value, "conf_low": low, "conf_high": high, "n": self.n, "n_missing": self.n_missing,
               "clusters": self.clusters, "treated_clusters": self.treated_clusters}  # fmt: skip
        return pd.DataFrame([row]).astype({"clusters": "Int64", "treated_clusters": "Int64"})

    def summary(self, lang: str = "en", *, digits: int = 3) -> str:
        """The effect in sentences of ``lang``, as sure as the evidence is: method, size, interval, clusters, tests."""
        words = texts("mne.texts", "impact.yml")
        low, high = self.conf_int()
        shown = {k: number(v, lang, digits=digits) if math.isfinite(v) else "–" for k, v in
                 {"estimate": self.estimate, "low": low, "high": high, "se": self.se, "p": self.p_value}.items()}  # fmt: skip
        counted = "clusters" if self.clusters is not None else "rows"
        facts = {"method": words["methods"].get(self.method, {}).get(lang, self.method), "estimand": words["estimands"][self.estimand][lang],
                 "outcome": self.outcome, "n": number(self.n, lang), "clusters": self.clusters, "treated": self.treated_clusters,
                 "level": number(100 * self.level, lang, digits=0 if (100 * self.level).is_integer() else 1), **shown}  # fmt: skip
        lines = [words["effect"]["headline"][lang].format(**facts), words["effect"][counted][lang].format(**facts)]
        for row in self.tests.to_dict("records"):
            name = words["tests"].get(row["test"], {}).get(lang, row["test"])
            lines.append(f"  {name}: p = {number(row['p_value'], lang, digits=3) if math.isfinite(row['p_value']) else '–'}")
        return "\n".join(lines)

    def plot(self, **options):
        """The effect and its parts as points with intervals; returns the axes of pandas' own plotting."""
        whole = self.tidy()[["estimate", "conf_low", "conf_high"]].assign(label=self.method)
        parts = self.parts if {"label", "conf_low"} <= set(self.parts) else self.parts.iloc[:0]
        frame = pd.concat([whole, parts], ignore_index=True)[::-1].reset_index(drop=True)
        reach = [frame["estimate"] - frame["conf_low"], frame["conf_high"] - frame["estimate"]]
        axes = frame.reset_index().plot.scatter(x="estimate", y="index", **options)
        axes.errorbar(frame.reset_index()["estimate"], frame.reset_index()["index"], xerr=reach, fmt="none")
        axes.set_yticks(range(len(frame)), frame["label"])
        axes.axvline(0, linewidth=0.8)
        axes.set(ylabel="", xlabel=self.outcome)
        return axes
