"""The analysis plan: what was to be estimated, fixed before the outcomes were opened, and what was then reported.

A plan is a mapping as read from its YAML file. Its hash covers everything but the two blocks that come later: ``frozen``
(date and hash) and ``deviations`` (what, why, date). Comments, order of keys and layout do not count.
"""

import hashlib
import json
from collections.abc import Mapping
from itertools import product
from typing import Any, Literal

import pandas as pd

from mne.errors import InputError
from mne.impact.columns import complete

_AFTERWARDS = ("frozen", "deviations")
_ALL, _MAIN = "all", "main"


def freeze(plan: Mapping[str, Any]) -> str:
    """SHA-256 of the content of a plan, in hexadecimal; write it to the plan's ``frozen`` block with the date."""
    content = {k: v for k, v in plan.items() if k not in _AFTERWARDS}
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def check(plan: Mapping[str, Any]) -> Literal["kept", "changed", "not_frozen"]:
    """Whether the plan still is what was frozen.

    A changed plan is no error: each change must be told under ``deviations``. A hash alone cannot tell what changed.
    """
    frozen = plan.get("frozen")
    if not frozen:
        return "not_frozen"
    return "kept" if freeze(plan) == frozen["sha256"] else "changed"


def specifications(plan: Mapping[str, Any]) -> pd.DataFrame:
    """Every estimate that the plan promises, one a row.

    Returns
    -------
    DataFrame
        ``specification`` (an id), ``outcome``, ``role``, ``estimator``, ``assignment`` (level), ``subgroup``, ``sensitivity``.
        The id joins the five that vary by dots.

    Notes
    -----
    Primary outcomes by all estimators. With the first estimator, which is the headline: secondary outcomes, for primary ones
    the other levels of assignment and each subgroup, for the first primary one each sensitivity check. No other crossing is
    promised.
    """
    estimators, level = plan["estimators"], plan["assignment"]["level"]
    others, checks = plan["assignment"]["alternatives"], [s["name"] for s in plan["sensitivity"]]
    rows = []
    for outcome in plan["outcomes"]:
        primary = outcome["role"] == "primary"
        tried = [product(estimators if primary else estimators[:1], [level], [_ALL], [_MAIN])]
        if primary:
            head = estimators[:1]
            tried += [product(head, others, [_ALL], [_MAIN]), product(head, [level], plan["subgroups"], [_MAIN])]
            tried += [product(head, [level], [_ALL], checks)] if not any(row[1] == "primary" for row in rows) else []
        rows += [(outcome["name"], outcome["role"], *row) for part in tried for row in part]
    table = pd.DataFrame(rows, columns=["outcome", "role", "estimator", "assignment", "subgroup", "sensitivity"])
    ids = table.drop(columns="role").agg(".".join, axis=1)
    return table.assign(specification=ids)[["specification", *table]]


def label(results: pd.DataFrame, plan: Mapping[str, Any]) -> pd.DataFrame:
    """Each reported row with its ``status``.

    Parameters
    ----------
    results : one row an estimate with its ``specification``, the id of :func:`specifications` or one of its own.
    plan : the plan.

    Returns
    -------
    The rows with ``status``: ``"planned"``; ``"deviation"``: named in a deviation of the plan, or planned by a plan that was
    changed after it was frozen; ``"exploratory"``: neither, or the plan was never frozen.

    Raises
    ------
    InputError
        Where a specification is reported twice or unknown.
    """
    reported = complete(results, "specification", where="label")
    if reported.duplicated().any():
        raise InputError("impact_specification_twice", where="label", found=reported[reported.duplicated()].iloc[0])
    planned = {"kept": "planned", "changed": "deviation", "not_frozen": "exploratory"}[check(plan)]
    status = reported.isin(specifications(plan)["specification"]).map({True: planned, False: "exploratory"})
    return results.assign(status=status.mask(reported.isin(_deviating(plan)), "deviation"))


def unreported(results: pd.DataFrame, plan: Mapping[str, Any]) -> pd.DataFrame:
    """Planned rows that were neither reported nor named in a deviation; there must be none."""
    planned = specifications(plan)
    told = {*complete(results, "specification", where="unreported"), *_deviating(plan)}
    return planned[~planned["specification"].isin(told)].reset_index(drop=True)


def _deviating(plan: Mapping[str, Any]) -> set[str]:
    return {deviation["what"] for deviation in plan["deviations"]}
