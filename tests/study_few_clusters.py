"""Do tests and intervals hold what they say when 4 of 11 districts are treated? Nine simulated situations, 2,000 draws each.

``make study``; not part of the suite. Writes ``docs/few_clusters.md`` with the date it is given. Everything is
asked of :class:`mne.impact.Study` on means of commune and year; seeds are fixed, so the same command gives the same bytes.
"""

import concurrent.futures
import dataclasses
import datetime as dt
import multiprocessing
import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import studies
from scipy import stats

from mne.impact import few_clusters
from mne.impact.headline import HEADLINE
from mne.impact.study import Study
from mne.impact.totals import Totals
from mne.impact.variation import factors

FILE = Path(__file__).parents[1] / "docs" / "few_clusters.md"
ESTIMATORS = ("two_way", "callaway_santanna", "imputation")
YEARS = np.arange(2011, 2016)
SHOCK, MEMORY, COMMUNE, HOUSEHOLD = 1.0, 0.6, 0.8, 8.0  # sd of district-year, its share left a year later, sd of commune-year and household
EFFECT = 2.5  # of power and of the effect that intervals must cover: in true standard errors
LEVEL, SIZE, COVERAGE = 0.05, (3.5, 7.0), (93.0, 97.0)  # nominal level; per cent allowed
BOOTSTRAP = 399
TESTS = (*HEADLINE, "worst", "wild_unrestricted", "collapse", "commune")
SAID = ["refused", "spread", "leverage", "balance"]  # by the design: no answer, or a caution
REFUSED = ("F", "G")  # situations in which no test is right
CHUNK = 50  # draws a process takes at once
LARGE = np.array([20, 26, 20, 24, 23, 24, 20, 19, 22, 20, 8])  # communes of each district: 226

INTRODUCTION = """\
11 huyện, 226 xã, 5 năm, 4 huyện có mô hình (trừ F, G); {number} lần mô phỏng mỗi tình huống. Độ lệch chuẩn của biến động: huyện theo
năm 1 (năm sau còn 0,6), xã theo năm 0,8, hộ 8. Khi không có tác động, phép kiểm định ở mức 5 % báo nhầm bao nhiêu lần; khoảng tin cậy
95 % có chứa tác động thật (2,5 sai số chuẩn) không? Giới hạn cho con số chính (CRV3 với t(K−1)) ở {judged}: báo nhầm {size_vi} %,
chứa tác động {coverage[0]:g}–{coverage[1]:g} %. Trong ngoặc: sai số chuẩn do số lần mô phỏng. WCR, WCU: bootstrap theo cụm, có và không áp giả thuyết
({bootstrap} lần rút); RI-t: mọi cách phân mô hình cho huyện; xấu nhất: p lớn nhất của CRV3, WCR, RI-t; collapse: mỗi huyện một thay đổi.
SE: sai số chuẩn thật, từ các phương sai đã cho. F, G: `Study` từ chối trả lời; đây là điều các kiểm định sẽ nói nếu không từ chối.
spread, leverage, balance: cảnh báo của `Study.design()`. Cột cuối: cụm là xã dù huyện quyết định; `Study` chỉ nhận khi người dùng khai
sai cấp quyết định (`assignment`).

11 districts, 226 communes, 5 years, 4 districts treated (but in F, G); {number} draws a situation. Standard deviation of shocks: district
and year 1 (0.6 is left a year later), commune and year 0.8, household 8. How often does a test at 5 % find an effect where there is none;
does the 95 % interval hold a true effect (of 2.5 standard errors)? Limits for the headline (CRV3 with t(K−1)) in {judged}: false positives
{size[0]:g}–{size[1]:g} %, coverage {coverage[0]:g}–{coverage[1]:g} %. In brackets: the standard error due to the number of draws. WCR, WCU: wild cluster bootstrap with
and without the hypothesis imposed ({bootstrap} draws); RI-t: every way to give the programme to districts; worst: the largest p of CRV3,
WCR, RI-t; collapse: one change a district. SE: the true standard error, from the variances simulated. F, G: `Study` refuses to answer; this
is what the tests would say if it did not. spread, leverage, balance: cautions of `Study.design()`. Last column: clusters are communes
though the district decided; `Study` takes that only from a user who misstates who decided (`assignment`)."""


@dataclasses.dataclass(frozen=True)
class Situation:
    """Households of the communes of each district, first treated year by district (0: never), sd of shocks, and their ratio if treated."""

    vi: str
    en: str
    households: tuple[np.ndarray, ...]
    first: tuple[int, ...]
    shock: float = SHOCK
    treated_shocks: float = 1.0
    judged: bool = True


def _situations() -> dict[str, Situation]:
    rng = np.random.default_rng(226)
    equal = tuple(np.full(21 if district < 6 else 20, 200) for district in range(11))
    unequal = tuple(rng.integers(80, 420, number) for number in LARGE)
    smallest = tuple(unequal[d] for d in (10, 7, 0, 2, 1, 3, 4, 5, 6, 8, 9))
    one = (2013,) * 4 + (0,) * 7
    return {
        "A": Situation("các huyện bằng nhau", "equal districts", equal, one),
        "B": Situation("các huyện to nhỏ khác nhau", "unequal districts", unequal, one),
        "C": Situation("như B, bắt đầu 2012 và 2013", "as B, starts in 2012 and 2013", unequal, (2012, 2012, 2013, 2013, *one[4:])),
        "D": Situation("như B, biến động ở huyện có mô hình gấp đôi", "as B, treated districts' shocks x 2", unequal, one, treated_shocks=2.0, judged=False),
        "E": Situation("như B, biến động ở huyện có mô hình bằng nửa", "as B, treated districts' shocks x 0.5", unequal, one, treated_shocks=0.5),
        "F": Situation("như B, một huyện có mô hình", "as B, one treated district", unequal, (2013,) + (0,) * 10, judged=False),
        "G": Situation("như B, hai huyện có mô hình", "as B, two treated districts", unequal, (2013,) * 2 + (0,) * 9, judged=False),
        "H": Situation("như B, không có biến động chung của huyện", "as B, no district shocks", unequal, one, shock=0.0),
        "I": Situation("mô hình ở bốn huyện nhỏ nhất", "the four smallest districts are treated", smallest, one),
    }  # fmt: skip


SITUATIONS = _situations()


def panel(situation: Situation) -> pd.DataFrame:
    """One row a commune and year: commune, district, year, households, first, treated."""
    district = np.repeat(np.arange(11), [len(h) for h in situation.households])
    place = pd.DataFrame({"commune": np.arange(len(district)), "district": district, "households": np.concatenate(situation.households)})
    rows = place.assign(first=np.array(situation.first, float)[district]).merge(pd.DataFrame({"year": YEARS}), how="cross")
    treated = (rows["first"] > 0) & (rows["year"] >= rows["first"])
    return rows.assign(first=rows["first"].where(rows["first"] > 0), treated=treated.astype(int))


def outcomes(situation: Situation, rows: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Means of the outcome by row of :func:`panel`, without any effect."""
    communes, size = len(rows) // len(YEARS), len(YEARS)
    district = rows["district"].to_numpy()[::size]
    shock = rng.standard_normal((11, size))
    for t in range(1, size):
        shock[:, t] = MEMORY * shock[:, t - 1] + np.sqrt(1 - MEMORY**2) * shock[:, t]
    shock *= situation.shock * np.where(np.array(situation.first) > 0, situation.treated_shocks, 1.0)[:, None]
    noise = HOUSEHOLD / np.sqrt(rows["households"].to_numpy()).reshape(communes, size)
    found = shock[district] + COMMUNE * rng.standard_normal((communes, size)) + noise * rng.standard_normal((communes, size))
    return found.ravel()


def study(rows: pd.DataFrame, values: np.ndarray, *, assignment: str = "district", seed: int = 0) -> Study:
    """The study of these values."""
    return Study(rows.assign(value=values), outcome="value", unit="commune", time="year", treated="treated", assignment=assignment,
                 weights="households", seed=seed)  # fmt: skip


def true_errors(situation: Situation, rows: pd.DataFrame) -> dict[str, float]:
    """The standard error that each estimator truly has, from its weights on districts and years and the variances simulated."""
    own = study(rows, np.arange(len(rows), dtype=float))
    districts, size = len(own.panel.groups), len(YEARS)
    reach = situation.shock * np.where(own.panel.treated, situation.treated_shocks, 1.0)
    memory = MEMORY ** np.abs(np.subtract.outer(np.arange(size), np.arange(size)))
    number = [h.astype(float) for h in situation.households]
    alone = np.array([(h**2 * COMMUNE**2 + h * HOUSEHOLD**2).sum() / h.sum() ** 2 for h in number])
    variance = (reach**2)[:, None, None] * memory + alone[:, None, None] * np.eye(size)
    units = np.eye(districts * size).reshape(districts, size, -1)
    errors = {}
    for name in ESTIMATORS:
        weights = Totals(own.totals(name).estimator, own.panel, own.cells, units).estimates(own.panel.start[None], np.arange(0))[0, 0]
        each = weights.reshape(districts, size)
        errors[name] = float(np.sqrt(np.einsum("dt,dts,ds->", each, variance, each)))
    return errors


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class Shared(Totals):
    """Totals of one outcome whose two long computations were made for many outcomes at once."""

    everywhere: np.ndarray
    alone: np.ndarray

    def estimates(self, starts: np.ndarray, left: np.ndarray) -> np.ndarray:
        """Under all assignments, or the first of them, which is the actual one."""
        return self.everywhere[: len(starts)]

    def of_clusters(self, means: np.ndarray, left: np.ndarray) -> np.ndarray:
        """Of the residuals of each cluster."""
        return self.alone


def shared(studies: list[Study], name: str) -> list[Shared]:
    """The totals of studies that differ in their outcomes only."""
    first, own = studies[0], [one.totals(name) for one in studies]
    left = [few_clusters.residuals(one.panel, one.cells) for one in studies]
    many = dataclasses.replace(own[0], means=np.concatenate([*(one.means[..., :1] for one in own), own[0].means[..., 1:]], -1))
    everywhere = many.estimates(first.assignments.starts, many.compared)
    alone = many.of_clusters(np.concatenate([*(part[..., :1] for part in left), left[0][..., 1:]], -1), many.compared)
    fields = [field.name for field in dataclasses.fields(Totals)]
    return [Shared(**{f: getattr(one, f) for f in fields}, everywhere=everywhere[..., [k, -1]], alone=alone[..., [k, -1]]) for k, one in enumerate(own)]


def p_values(studies: list[Study], name: str, effect: float) -> list[dict]:
    """p-values of no effect by test, and (``_power``) of the hypothesis of ``effect``; NaN where a test is not defined.

    To reject a hypothesis ``effect`` away from the truth is to find an effect of that size: outcomes enter linearly. These are
    the p-values of :meth:`mne.impact.Study.inference`, but no design is refused.
    """
    found = []
    for own, totals in zip(studies, shared(studies, name), strict=True):
        wild = few_clusters.wild_bootstrap(totals, draws=BOOTSTRAP, seed=own.seed)
        chance = few_clusters.randomisation(totals, own.assignments)
        row = {"estimator": name, "estimate": wild.estimate, "se": wild.se, "wild_unrestricted": few_clusters.unrestricted(wild, 1 - LEVEL)[0]}
        for end, value in (("", 0.0), ("_power", effect)):
            row[f"crv3{end}"] = float(2 * stats.t.sf(abs(wild.estimate - value) / wild.se, factors(own.panel, totals.compared)[1]))
            row[f"wild_restricted{end}"], row[f"randomisation{end}"] = wild.p_value(value), chance.p_value(value)
            row[f"worst{end}"] = float(np.max([row[f"{test}{end}"] for test in HEADLINE]))
        found.append(row)
    return found


def told(own: Study) -> dict:
    """What the design says, and the tests that do not depend on the estimator: collapsed, and clusters below who decided."""
    design = own.design()
    cautions = {caution.code.removeprefix("impact_caution_") for caution in design.cautions}
    simple = few_clusters.collapsed(own.panel, own.cells, level=1 - LEVEL).set_index("test")["p_value"]
    communes = np.nan if design.refusals else own.variant(assignment="commune").effect("two_way").p_value
    return {"refused": bool(design.refusals), **{name: name in cautions for name in SAID[1:]}, "collapse": simple.get("collapse", np.nan),
            "commune": communes}  # fmt: skip


def covers(own: Study, effect: float) -> dict[str, float]:
    """Whether the interval of each estimator holds the effect; NaN where the design is refused."""
    if own.refusals:
        return dict.fromkeys(ESTIMATORS, np.nan)
    bounds = {name: found.conf_int(1 - LEVEL) for name, found in own.effects(ESTIMATORS).items()}
    return {name: float(low <= effect <= high) for name, (low, high) in bounds.items()}


def draws(letter: str, numbers: range) -> pd.DataFrame:
    """Draws of a situation: one row a draw and estimator. Intervals are asked of other draws, in which there is an effect."""
    situation = SITUATIONS[letter]
    rows = panel(situation)
    errors, effect = true_errors(situation, rows), rows["treated"].to_numpy()
    calm, moved = ([study(rows, kind * EFFECT * errors["two_way"] * effect + outcomes(situation, rows, np.random.default_rng([ord(letter), kind, n])), seed=n)
                    for n in numbers] for kind in (0, 1))  # fmt: skip
    alone = [{"situation": letter, "draw": n, **told(own)} for n, own in zip(numbers, calm, strict=True)]
    covered = [covers(own, EFFECT * errors["two_way"]) for own in moved]
    tests = [p_values(calm, name, EFFECT * errors[name]) for name in ESTIMATORS]
    return pd.DataFrame([alone[k] | {"covered": covered[k][of[k]["estimator"]]} | of[k] for k in range(len(numbers)) for of in tests])


def simulated(number: int, jobs: int) -> pd.DataFrame:
    """All draws of all situations, by ``jobs`` processes; the order and the figures do not depend on how many."""
    parts = [(letter, range(at, min(at + CHUNK, number))) for letter in SITUATIONS for at in range(0, number, CHUNK)]
    # Matrices are small: threads within a process only wait for each other. Processes that start anew read this.
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with concurrent.futures.ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        return pd.concat(pool.map(draws, *zip(*parts, strict=True)), ignore_index=True)


def table(found: pd.DataFrame) -> pd.DataFrame:
    """Per cent of draws by situation and estimator, each with its Monte Carlo standard error in ``_se``; NaN where not defined.

    ``mean_se`` is what the study claims for its standard error and ``drawn_se`` what estimates really vary by, both as a share
    of ``true_se``, which is known from the variances simulated.
    """
    truth = {letter: true_errors(situation, panel(situation)) for letter, situation in SITUATIONS.items()}
    tests = [c for c in found if c.removesuffix("_power") in TESTS]
    rows = []
    for (letter, name), part in found.groupby(["situation", "estimator"], sort=False):
        row = {"situation": letter, "estimator": name, "draws": len(part), "true_se": truth[letter][name]}
        rejected = (part[tests] <= LEVEL).astype(float).where(part[tests].notna())
        for column, values in rejected.join(part[["covered", *SAID]].astype(float)).items():
            row |= {column: 100 * values.mean(), f"{column}_se": 100 * np.sqrt(values.mean() * (1 - values.mean()) / len(part))}
        rows.append(row | {"drawn_se": part["estimate"].std(ddof=0) / row["true_se"], "mean_se": np.sqrt((part["se"] ** 2).mean()) / row["true_se"]})
    return pd.DataFrame(rows)


def outside(rates: pd.DataFrame) -> list[str]:
    """What lies outside the limits, in words; empty where all holds."""
    found = []
    for row in rates.to_dict("records"):
        where = f"{row['situation']}, {row['estimator']}"
        if SITUATIONS[row["situation"]].judged:
            for column, what, (low, high) in (("crv3", "false positives", SIZE), ("covered", "coverage", COVERAGE)):
                if not low <= row[column] <= high:
                    found.append(f"{where}: {what} {row[column]:.1f} % ({row[f'{column}_se']:.1f})")
        if row["refused"] != (100 if row["situation"] in REFUSED else 0):
            found.append(f"{where}: refused in {row['refused']:.1f} % of draws")
    return found


def _lines(title: str, rates: pd.DataFrame, columns: dict[str, str]) -> list[str]:
    """A table of shares with Monte Carlo standard errors in brackets."""
    lines = [f"## {title}", "", f"| | estimator | {' | '.join(columns.values())} |", "| --- | --- |" + " ---: |" * len(columns)]
    for row in rates.to_dict("records"):
        lines.append(f"| {row['situation']} | {row['estimator']} | {' | '.join(_shown(row[c], row.get(f'{c}_se')) for c in columns)} |")
    return [*lines, ""]


def _shown(value: float, error: float | None) -> str:
    if np.isnan(value):
        return "–"
    return f"{value:.2f}" if error is None else f"{value:.1f} ({error:.1f})"


def written(rates: pd.DataFrame, *, date: dt.date, command: str) -> str:
    """The page: how it was made, what was asked, the tables."""
    number, far = int(rates["draws"].min()), outside(rates)
    judged = ", ".join(letter for letter, situation in SITUATIONS.items() if situation.judged)
    headline = {"crv3": "CRV3, t(K−1)", "wild_restricted": "WCR", "randomisation": "RI-t", "worst": "xấu nhất / worst"}
    lines = [
        "# Ít cụm / Few clusters", "", f"Lập ngày {date} / made on {date}: `{command}`.", "",
        *INTRODUCTION.format(number=number, judged=judged, bootstrap=BOOTSTRAP, size=SIZE, size_vi="{:g}–{:g}".format(*SIZE).replace(".", ","), coverage=COVERAGE).splitlines(), "",
        *(["Ngoài giới hạn / outside the limits:", "", *(f"* {line}" for line in far)] if far else ["Ngoài giới hạn: không có / outside the limits: none."]), "",
        "| | tình huống | situation |", "| --- | --- | --- |", *(f"| {k} | {s.vi} | {s.en} |" for k, s in SITUATIONS.items()), "",
        *_lines("Báo nhầm (%), không có tác động / false positives (%), no effect", rates,
                headline | {"wild_unrestricted": "WCU", "collapse": "collapse, t(K−2)"}),
        *_lines("Khoảng tin cậy 95 % có chứa tác động (%) / 95 % intervals that hold the effect (%)", rates[rates["covered"].notna()],
                {"covered": "chứa / coverage", "true_se": "SE", "drawn_se": "SE mô phỏng / drawn : SE", "mean_se": "CRV3 : SE"}),
        *_lines("Phát hiện tác động 2,5 sai số chuẩn (%) / an effect of 2.5 standard errors is found (%)", rates,
                {f"{test}_power": words for test, words in headline.items()}),
        *_lines("Thiết kế cảnh báo gì (%) / what the design says (%)", rates.drop_duplicates("situation"),
                {"refused": "từ chối / refused", **{name: name for name in SAID[1:]}, "commune": "CRV3 xã / commune"}),
    ]  # fmt: skip
    return "\n".join(lines).rstrip() + "\n"


def main() -> int:
    """Write the dated tables; 1 where something lies outside the limits."""
    return studies.run(Path(__file__), FILE, unit="draws", number=2000, made=lambda number, jobs: table(simulated(number, jobs)),
                       written=written, outside=outside, good="all within the limits")  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
