"""What a sample says about a figure: the value, how sure it is, and on how many cases and clusters that rests."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtrit

CV_LIMIT = 0.30  # above it an estimate is flagged: the rule of most statistical offices


@dataclass(frozen=True, eq=False)
class Estimate:
    """One estimate, or one for each domain of ``by``.

    Attributes
    ----------
    statistic : str
        What was estimated, in words.
    table : pandas.DataFrame
        One row a domain (a single row ``all`` without ``by``): ``estimate``, ``se`` (standard error), ``df`` (degrees of
        freedom: PSUs minus strata that have cases in the domain), ``n`` (cases), ``n_missing`` (cases of the domain left out
        because the value is unknown or undefined), ``deff`` (variance over that of a simple random sample of n; missing for
        totals and for measures of distribution).
    covariance : pandas.DataFrame
        Sampling covariance of the estimates, domain by domain.
    by : tuple of str
        The columns that make the domains; empty for a single estimate.
    share : bool
        The estimate is a share of cases: intervals are then made on the logit scale, so that they stay within 0 and 1.
    census : bool
        Everything was observed (sampling fraction 1 in all strata): standard errors are exactly 0.

    Notes
    -----
    ``estimate``, ``se``, ``df``, ``n``, ``n_missing``, ``cv``, ``deff``, ``reliable`` are single numbers, or a series by
    domain where there is ``by``. The estimate is missing where the domain is empty or its denominator is zero.
    """

    statistic: str
    table: pd.DataFrame
    covariance: pd.DataFrame
    by: tuple[str, ...] = ()
    share: bool = False
    census: bool = False

    def _field(self, values: pd.Series):
        return values if self.by else values.item()

    @property
    def estimate(self):
        """The value, in the unit of the variable."""
        return self._field(self.table["estimate"])

    @property
    def se(self):
        """Standard error, in the unit of the variable."""
        return self._field(self.table["se"])

    @property
    def df(self):
        """Degrees of freedom of the variance: PSUs minus strata with cases in the domain."""
        return self._field(self.table["df"])

    @property
    def n(self):
        """Cases with a known value and a positive weight."""
        return self._field(self.table["n"])

    @property
    def n_missing(self):
        """Cases of the domain that were left out: value unknown, or undefined for this measure."""
        return self._field(self.table["n_missing"])

    @property
    def deff(self):
        """Design effect: variance over that of a simple random sample of the same number of cases."""
        return self._field(self.table["deff"])

    @property
    def cv(self):
        """Coefficient of variation: standard error over the size of the estimate; missing where a sample gives zero."""
        return self._field(self._cv())

    @property
    def reliable(self):
        """False where the coefficient of variation is over 0.30 or unknown: not to be published as a figure."""
        return self._field(self._cv() <= CV_LIMIT)

    def _cv(self) -> pd.Series:
        if self.census:
            return self.table["se"]  # all zero, also for an estimate of zero
        size = self.table["estimate"].abs()
        return self.table["se"] / size.where(size > 0)

    def conf_int(self, level: float = 0.95, *, interval: str | None = None):
        """Lower and upper end of the confidence interval: two numbers, or two series by domain.

        Parameters
        ----------
        level : float
            Confidence level, between 0 and 1.
        interval : {"t", "logit"}, optional
            ``t``: estimate -/+ quantile of Student's t times the standard error. ``logit``: the same on the logit scale, taken back
            (Korn & Graubard 1999). Default: logit for shares, else t.

        Notes
        -----
        A share of exactly 0 or 1 in a sample has no logit interval: both ends are missing. So has an estimate without degrees of freedom.
        """
        if not 0 < level < 1:
            raise ValueError(f"the level of a confidence interval lies between 0 and 1; got {level}")
        interval = interval or ("logit" if self.share else "t")
        if interval not in ("t", "logit"):
            raise ValueError(f"interval is 't' or 'logit'; got {interval!r}")
        value, se, df = self.table["estimate"], self.table["se"], self.table["df"]
        quantile = pd.Series(0.0 if self.census else stdtrit(df.where(df > 0).astype(float), (1 + level) / 2), value.index)
        if interval == "logit" and not self.census:
            inside = value.where((value > 0) & (value < 1))
            centre, half = np.log(inside / (1 - inside)), quantile * se / (inside * (1 - inside))
            low, high = (1 / (1 + np.exp(-(centre + sign * half))) for sign in (-1, 1))
        else:
            low, high = value - quantile * se, value + quantile * se
        return self._field(low), self._field(high)

    def difference(self, first, second) -> "Estimate":
        """Second domain minus first, with the covariance of the two; degrees of freedom: the smaller of the two (cautious).

        ``first`` and ``second`` are values of ``by`` (tuples where it has several columns).
        """
        for name in (first, second):
            if name not in self.table.index:
                raise ValueError(f"no domain {name!r}; there are: {', '.join(map(str, self.table.index))}")
        places = [self.table.index.get_loc(first), self.table.index.get_loc(second)]
        pair = self.table.iloc[places]
        covariance = self.covariance.to_numpy()[np.ix_(places, places)]
        variance = max(np.array([-1, 1]) @ covariance @ np.array([-1, 1]), 0.0)
        return assemble(
            f"{self.statistic}: {second} minus {first}", pd.Index(["all"]), [pair["estimate"].iloc[1] - pair["estimate"].iloc[0]],
            np.array([[variance]]), n=[pair["n"].sum()], n_missing=[pair["n_missing"].sum()], df=[pair["df"].min()], census=self.census,
        )  # fmt: skip

    def tidy(self, level: float = 0.95) -> pd.DataFrame:
        """One row a domain: its keys, the statistic, the estimate and everything that says how sure it is."""
        low, high = (np.atleast_1d(end) for end in self.conf_int(level))
        keys = self.table.index.to_frame(index=False) if self.by else pd.DataFrame(index=range(len(self.table)))
        values = self.table.reset_index(drop=True)
        return keys.assign(
            statistic=self.statistic, estimate=values["estimate"], se=values["se"], ci_low=low, ci_high=high, df=values["df"], n=values["n"],
            n_missing=values["n_missing"], cv=self._cv().to_numpy(), deff=values["deff"], reliable=(self._cv() <= CV_LIMIT).to_numpy(),
        )  # fmt: skip

    def summary(self, level: float = 0.95) -> str:
        """The table in words for a reader at a screen: estimates, intervals, and which are too uncertain to publish."""
        rows = self.tidy(level)
        names = rows[list(self.by)].astype(str).agg(", ".join, axis=1) if self.by else pd.Series(["all"])
        lines = [f"{self.statistic} ({level:.0%} interval)"]
        for name, row in zip(names, rows.itertuples(), strict=True):
            flag = "" if row.reliable else "  too uncertain to publish"
            lines.append(f"  {name}: {row.estimate:.6g} (SE {row.se:.4g}; {row.ci_low:.6g} to {row.ci_high:.6g}); n {row.n}, df {row.df}{flag}")
        return "\n".join(lines)


def assemble(statistic, labels, values, covariance, *, n, n_missing, df, deff=None, by=(), share=False, census=False) -> Estimate:
    """An estimate from its parts: values (one a domain) and their covariance matrix; no value has no standard error."""
    values, known = np.asarray(values, float), ~np.isnan(np.asarray(values, float))
    covariance = np.where(known[:, None] & known, covariance, np.nan)
    table = pd.DataFrame({
        "estimate": values, "se": np.sqrt(np.maximum(np.diag(covariance), 0.0)), "df": np.asarray(df, int), "n": np.asarray(n, int),
        "n_missing": np.asarray(n_missing, int), "deff": np.full(len(values), np.nan) if deff is None else deff,
    }, index=labels)  # fmt: skip
    return Estimate(statistic, table, pd.DataFrame(covariance, labels, labels), tuple(by), share, census)
