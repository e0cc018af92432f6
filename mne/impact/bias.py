"""Risk of bias of an impact estimate, by rules from computed facts; and the grade of evidence that words must keep to.

The seven items are those of the 3ie tool for experiments and quasi-experiments (Waddington, Hombrados & others). Each gets
a level by the rules below; a fact that is not known gives ``no_information``, which counts as ``high``.

================  ========================================================================================================
item              rule
================  ========================================================================================================
selection         random: low, but some where a standardised difference is above 0.25; chosen: some where earlier trends do
                  not differ (p ≥ 0.05), high where they do or were not tested
attrition         low: lost shares differ by ≤ 5 points and ≥ 90 % linked; some: ≤ 10 points and ≥ 80 %; else high
spillover         p of an effect on neighbours: high below 0.05, some below 0.20, else low; some where it was estimated and
                  taken off
performance       share of the comparison that had a like project: low ≤ 5 %, some ≤ 15 %, else high
measurement       independent survey: low; official register: some; the implementer's own figures: high; one level worse
                  where values bunch at the poverty line (p < 0.05)
reporting         low: the plan was kept and all reported; some: deviations were told; high: changed, not frozen, or
                  planned estimates missing
other             high: fewer than 3 treated or control clusters, or leaving one out turns the sign; some: fewer than 20
                  clusters; else low
================  ========================================================================================================
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from mne.errors import InputError
from mne.impact.words import say, shown

_LEVELS = ("low", "some", "high")
_GRADES = "ABCD"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What was computed about an estimate; None is unknown.

    Attributes
    ----------
    assignment : how places were chosen: "random" or "chosen".
    balance : largest standardised difference between arms at the start, absolute.
    pretrend_p : p-value that trends before the start were equal.
    attrition_difference : difference between arms in the share lost, 0-1. linkage_rate : lower of the two arms', 0-1.
    spillover_p : p-value that neighbours of treated places were not touched. spillover_removed : whether what they lost or gained
        was taken off the effect.
    contaminated : share of comparison units that had a like project, 0-1.
    measured_by : "independent" (survey), "register" (official list), "implementer". bunching_p : p-value that values do
        not bunch at the poverty line.
    plan : as :func:`mne.impact.plan.check` tells. deviations, unreported : numbers of them.
    treated_clusters, control_clusters : numbers. sign_changes : clusters whose leaving out turns the sign.
    """

    assignment: Literal["random", "chosen"] | None = None
    balance: float | None = None
    pretrend_p: float | None = None
    attrition_difference: float | None = None
    linkage_rate: float | None = None
    spillover_p: float | None = None
    spillover_removed: bool = False
    contaminated: float | None = None
    measured_by: Literal["independent", "register", "implementer"] | None = None
    bunching_p: float | None = None
    plan: Literal["kept", "changed", "not_frozen"] | None = None
    deviations: int | None = None
    unreported: int | None = None
    treated_clusters: int | None = None
    control_clusters: int | None = None
    sign_changes: int | None = None

    def __post_init__(self):
        words = {"assignment": {"random", "chosen"}, "measured_by": {"independent", "register", "implementer"},
                 "plan": {"kept", "changed", "not_frozen"}}  # fmt: skip
        for name, value in vars(self).items():
            if value is not None and (value not in words[name] if name in words else not value >= 0):
                raise InputError("impact_fact", where="Facts", key=name, found=value, allowed=", ".join(sorted(words.get(name, {"≥ 0"}))))


def risk_of_bias(facts: Facts) -> pd.DataFrame:
    """The card: one row an item.

    Returns
    -------
    DataFrame
        ``item``, ``level`` (low, some, high, no_information), ``reason`` (key of the sentence), ``vi`` and ``en``: the
        justification with its numbers.
    """
    rows = []
    for item, rule in _RULES.items():
        level, reason = rule(facts)
        rows.append({"item": item, "level": level, "reason": reason, **{lang: _sentence(reason, facts, lang) for lang in ("vi", "en")}})
    return pd.DataFrame(rows)


def _sentence(reason: str, facts: Facts, lang: str) -> str:
    percents = {"attrition_difference", "linkage_rate", "contaminated"}
    held = {k: "–" if v is None else shown(100 * v, lang, digits=1) if k in percents else v for k, v in vars(facts).items()}
    return say("bias_reasons", reason, lang, **held)


def _selection(f: Facts) -> tuple[str, str]:
    if f.assignment is None:
        return "no_information", "selection_unknown"
    if f.assignment == "random":
        if f.balance is None:
            return "low", "selection_random"
        return ("low" if f.balance <= 0.25 else "some"), "selection_balance"
    if f.pretrend_p is None:
        return "high", "selection_untested"
    return ("some", "selection_parallel") if f.pretrend_p >= 0.05 else ("high", "selection_trends")


def _attrition(f: Facts) -> tuple[str, str]:
    if f.attrition_difference is None or f.linkage_rate is None:
        return "no_information", "attrition_unknown"
    good = f.attrition_difference <= 0.05 and f.linkage_rate >= 0.9
    fair = f.attrition_difference <= 0.10 and f.linkage_rate >= 0.8
    return ("low" if good else "some" if fair else "high"), "attrition"


def _spillover(f: Facts) -> tuple[str, str]:
    if f.spillover_p is None:
        return "no_information", "spillover_unknown"
    if f.spillover_p < 0.05 and f.spillover_removed:
        return "some", "spillover_removed"
    return ("high" if f.spillover_p < 0.05 else "some" if f.spillover_p < 0.20 else "low"), "spillover"


def _performance(f: Facts) -> tuple[str, str]:
    if f.contaminated is None:
        return "no_information", "performance_unknown"
    return ("low" if f.contaminated <= 0.05 else "some" if f.contaminated <= 0.15 else "high"), "performance"


def _measurement(f: Facts) -> tuple[str, str]:
    if f.measured_by is None:
        return "no_information", "measurement_unknown"
    bunched = f.bunching_p is not None and f.bunching_p < 0.05
    worse = {"independent": 0, "register": 1, "implementer": 2}[f.measured_by] + bunched
    return _LEVELS[min(worse, 2)], f"measurement_{f.measured_by}{'_bunched' if bunched else ''}"


def _reporting(f: Facts) -> tuple[str, str]:
    if f.plan is None or f.deviations is None or f.unreported is None:
        return "no_information", "reporting_unknown"
    if f.plan != "kept" or f.unreported:
        return "high", f"reporting_{f.plan}"
    return ("some" if f.deviations else "low"), "reporting_kept"


def _other(f: Facts) -> tuple[str, str]:
    if f.treated_clusters is None or f.control_clusters is None or f.sign_changes is None:
        return "no_information", "other_unknown"
    if min(f.treated_clusters, f.control_clusters) < 3 or f.sign_changes:
        return "high", "other"
    return ("some" if f.treated_clusters + f.control_clusters < 20 else "low"), "other"


_RULES = {"selection": _selection, "attrition": _attrition, "spillover": _spillover, "performance": _performance,
          "measurement": _measurement, "reporting": _reporting, "other": _other}  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Grade:
    """The grade of evidence.

    Attributes
    ----------
    grade : "A" to "D". direction : "up", "down", or "none" where an effect worth the effort is ruled out.
    steps : what moved the grade: ``step`` and ``change``, in grades, minus is down.
    """

    grade: Literal["A", "B", "C", "D"]
    direction: Literal["up", "down", "none"]
    steps: pd.DataFrame

    def verb(self, lang: str) -> str:
        """The only verb that may stand between programme and outcome."""
        return say("verbs", f"{self.grade}_{self.direction}" if self.grade != "D" else "D", lang)


def grade(card: pd.DataFrame, *, randomised: bool, estimate: float, interval: tuple[float, float], p_values: Iterable[float],
          minimal_effect: float, i2: float | None = None, indirect: bool = False, large_effect: bool = False, dose_response: bool = False,
          withstands_confounding: bool = False) -> Grade:  # fmt: skip
    """Grade of evidence after GRADE; the worst of the headline tests decides how sure the words may be.

    Parameters
    ----------
    card : from :func:`risk_of_bias`. randomised : starts at A, else at C.
    estimate, interval : of the effect. minimal_effect : smallest effect worth the effort, positive, same unit.
    p_values : of the headline tests; one that could not be made (NaN) counts as 1.
    i2 : share of variance between places that is real; above 0.75 one grade down.
    indirect : other people, places or outcomes than the question is about: one grade down.
    large_effect, dose_response, withstands_confounding : each one grade up, only where not randomised and no item is high,
        and never to A. The last: it would take more hidden selection than the observed (Oster's delta above 1).

    Returns
    -------
    Grade
        One grade down for one or two items at high risk (or without information), two for three or more. D where the worst
        p is above 0.10, one grade down where it is above 0.05; neither where the interval rules out every effect of
        ``minimal_effect`` or more: that is a finding, too.
    """
    worst = max((1.0 if p != p else p for p in p_values), default=1.0)
    null = worst > 0.05 and max(abs(v) for v in interval) < minimal_effect
    high = int(card["level"].isin(["high", "no_information"]).sum())
    steps = {"start_random" if randomised else "start_chosen": 0, "bias": -(high > 0) - (high > 2), "inconsistency": -int((i2 or 0) > 0.75),
             "indirectness": -int(indirect), "imprecision": 0 if null or worst <= 0.05 else -1 if worst <= 0.10 else -3}  # fmt: skip
    if not randomised and not high:
        steps |= {"large_effect": int(large_effect), "dose_response": int(dose_response), "confounding": int(withstands_confounding)}
    up, down = (sum(v for v in steps.values() if v * sign > 0) for sign in (1, -1))
    place = min((0 if randomised else max(2 - up, 1)) - down, 3)
    table = pd.DataFrame({"step": list(steps), "change": list(steps.values())})
    direction = "none" if null else "up" if estimate > 0 else "down"
    return Grade(grade=_GRADES[place], direction=direction, steps=table[(table["change"] != 0) | table["step"].str.startswith("start")])
