"""Health Insurance Subsidy Program, the data of "Impact Evaluation in Practice" (Gertler and others, World Bank 2016)."""

from pathlib import Path

import pandas as pd

from mne.impact.effect import Effect
from mne.impact.instrument import encouragement
from mne.impact.matching import matching
from mne.impact.power import intra_cluster_correlation, sample_size
from mne.impact.regression import difference, linear

_OUTCOME, _PLACE, _CUTOFF = "health_expenditures", "locality_identifier", 58
_CONTROLS = ["age_hh", "age_sp", "educ_hh", "educ_sp", "female_hh", "indigenous", "hhsize", "dirtfloor", "bathroom", "land", "hospital_distance"]


def compute(folder: Path) -> dict[str, float]:
    """The figures of the book's tables, by name; clusters are localities, as in its programs, except where those have none."""
    rows = pd.read_stata(folder / "evaluation.dta")
    after, treated = rows[rows["round"] == 1], rows[rows["treatment_locality"] == 1]
    found = {}
    for ending, controls in (("", []), ("_controls", _CONTROLS)):
        common = {"outcome": _OUTCOME, "covariates": controls}
        effects = {
            "before_after": linear(treated[treated["enrolled"] == 1], treatment="round", cluster=_PLACE, **common),
            "enrolled_others": linear(treated[treated["round"] == 1], treatment="enrolled", cluster=_PLACE, **common),
            "randomised": linear(after[after["eligible"] == 1], treatment="treatment_locality", cluster=_PLACE, **common),
            "promotion": encouragement(after, treatment="enrolled_rp", instrument="promotion_locality", **common),
            "difference": difference(treated, treatment="enrolled", after="round", cluster=_PLACE, **common),
        }
        found |= _figures({name + ending: effect for name, effect in effects.items()})
    return found | _figures({"discontinuity": _discontinuity(treated)}) | _matched(rows) | _sizes(after)


def _figures(effects: dict[str, Effect]) -> dict[str, float]:
    return {name: e.estimate for name, e in effects.items()} | {f"{name}_se": e.se for name, e in effects.items()}


def _discontinuity(treated: pd.DataFrame) -> Effect:
    rows = treated[treated["round"] == 1]
    beyond = rows["poverty_index"] - _CUTOFF
    rows = rows.assign(below=beyond.where(beyond <= 0, 0), above=beyond.where(beyond > 0, 0))
    return linear(rows, outcome=_OUTCOME, treatment="eligible", covariates=["below", "above", *_CONTROLS])


def _matched(rows: pd.DataFrame) -> dict[str, float]:
    before, after = (rows[rows["round"] == r] for r in (0, 1))
    wide = before.merge(after[["household_identifier", _OUTCOME]], on="household_identifier", suffixes=("_before", ""))
    level = matching(wide, outcome=_OUTCOME, treatment="enrolled", covariates=_CONTROLS)
    change = matching(wide, outcome=_OUTCOME, baseline=f"{_OUTCOME}_before", treatment="enrolled", covariates=_CONTROLS)
    limited = matching(wide, outcome=_OUTCOME, treatment="enrolled", covariates=["age_hh", "educ_hh"])
    return {"matching": level.estimate, "matching_se": level.se, "matching_limited": limited.estimate, "matching_change": change.estimate}


def _sizes(after: pd.DataFrame) -> dict[str, float]:
    programme = after[(after["eligible"] == 1) & (after["treatment_locality"] == 1)]
    spending, hospital = programme[_OUTCOME].std(), programme["hospital"].std()
    found = {}
    for effect in (1, 2, 3):
        found[f"size_power90_{effect}"] = sample_size(effect=effect, sd=spending, power=0.9).treated
        found[f"size_power80_{effect}"] = sample_size(effect=effect, sd=spending).treated
        found[f"size_hospital_{effect}"] = sample_size(effect=effect / 100, sd=hospital).treated
    return found | {"icc": intra_cluster_correlation(programme, outcome=_OUTCOME, cluster=_PLACE)}
