"""Scale up, adapt, stop, or learn more: one decision a model and district, by rules that are written down.

The rules are read from the top; the first that fits decides. An effect counts upwards: more is better.

1. ``evidence_weak``: the evidence grade is D → learn more.
2. ``too_small``: even the upper end of the interval is below the smallest worthwhile effect → stop.
3. ``sign_unsure``: the interval reaches down to zero or below → learn more.
4. ``too_dear``: even the lower end of the cost per exit is above the benchmark → adapt.
5. ``small``: the effect is surely positive, but the estimate is below the smallest worthwhile effect → adapt.
6. ``worth_it``: grade A or B, and even the upper end of the cost per exit is within the benchmark → scale up.
7. ``cost_unsure``: all else; it works, but not surely at an acceptable cost, or the evidence is grade C → learn more.
"""

import numpy as np
import pandas as pd

from mne.errors import InputError
from mne.impact.columns import complete, numbers, present
from mne.impact.words import say

_DECISIONS = {"evidence_weak": "learn_more", "too_small": "stop", "sign_unsure": "learn_more", "too_dear": "adapt", "small": "adapt",
              "worth_it": "scale", "cost_unsure": "learn_more"}  # fmt: skip


def decide(table: pd.DataFrame, *, minimal_effect: float, benchmark: float, lang: str = "en") -> pd.DataFrame:
    """A decision for each row, with the rule that gave it.

    Parameters
    ----------
    table : one row a model and district (those columns are kept): ``estimate``, ``conf_low``, ``conf_high`` of the effect,
        ``grade`` A-D, ``cost_low``, ``cost_high`` of the cost per additional exit (missing where it cannot be bounded).
    minimal_effect : smallest effect that would be worth the effort, in the unit of the effect; from the analysis plan.
    benchmark : largest acceptable cost per additional exit, in the unit of the cost; where it comes from must be stated.
    lang : language of the reason.

    Returns
    -------
    The table with ``decision`` (scale, adapt, stop, learn_more), ``rule`` (see the module) and ``reason``, a sentence.

    Raises
    ------
    InputError
        For a column that is absent, unknown values of effect or grade, a grade other than A-D.
    """
    effect = numbers(table, ["estimate", "conf_low", "conf_high"], where="decide", vary=False)
    grades = complete(table, "grade", where="decide")
    if odd := sorted(set(grades) - set("ABCD")):
        raise InputError("impact_grade", where="decide", found=odd[0], allowed="A, B, C, D")
    cost_low, cost_high = (present(table, c, where="decide") for c in ("cost_low", "cost_high"))
    # A missing cost bound compares as false: neither surely too dear nor surely within the benchmark.
    tests = {
        "evidence_weak": grades == "D", "too_small": effect["conf_high"] < minimal_effect, "sign_unsure": effect["conf_low"] <= 0,
        "too_dear": cost_low > benchmark, "small": effect["estimate"] < minimal_effect,
        "worth_it": grades.isin(["A", "B"]) & (cost_high <= benchmark)}  # fmt: skip
    rules = np.select(list(tests.values()), list(tests), default="cost_unsure")
    reasons = [say("decision_rules", rule, lang) for rule in rules]
    return table.assign(decision=[_DECISIONS[r] for r in rules], rule=rules, reason=reasons)
