"""Time and memory of the few-cluster answer on 200,000 households and five years, beside other packages: ``python tests/bench_impact.py``.

Every way runs in a process of its own, in turn, three rounds; the best time of each counts. A way whose package is not installed is
named and left out. One plain two-way fit by linearmodels on the same households is the yardstick.
"""

import argparse
import importlib.util
import json
import resource
import subprocess
import sys
import time

import numpy as np
import pandas as pd

HOUSEHOLDS, ROUNDS, COMMUNES = 200_000, 3, [20, 26, 20, 24, 23, 24, 20, 19, 22, 20, 8]


def panel() -> pd.DataFrame:
    """11 districts, 226 communes; two districts start in 2012, two in 2013; effect 0.4; district, commune and household noise."""
    draw = np.random.default_rng(226)
    commune = np.sort(draw.integers(0, sum(COMMUNES), HOUSEHOLDS))
    district = np.repeat(np.arange(len(COMMUNES)), COMMUNES)[commune]
    first = np.where(district < 2, 2012.0, np.where(district < 4, 2013.0, np.nan))
    of_district, of_commune = np.cumsum(draw.normal(size=(11, 5)), 1) * 0.5, 0.8 * draw.normal(size=(sum(COMMUNES), 5))
    level, parts = 3 * draw.normal(size=HOUSEHOLDS), []
    for t, year in enumerate(range(2010, 2015)):
        on = (year >= first).astype(float)
        y = level + of_district[district, t] + of_commune[commune, t] + 0.4 * on + 8 * draw.normal(size=HOUSEHOLDS)
        parts.append(pd.DataFrame({"household": np.arange(HOUSEHOLDS), "year": year, "commune": commune, "district": district, "first": first,
                                   "treated": on, "start": np.nan_to_num(first), "y": y}))  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _study(data: pd.DataFrame):
    from mne.impact import Study

    return Study(data, outcome="y", unit="household", time="year", first_treated="first", assignment="district")


def headline(data: pd.DataFrame) -> float:
    """Three estimators, each with CRV3, 9,999 Webb draws, 1,980 assignments and inverted intervals."""
    study = _study(data)
    found = study.inference(("two_way", "callaway_santanna", "imputation"))
    if len(study.assignments.starts) != 1_980 or not study.assignments.exact:
        raise SystemExit("the benchmark must go through all assignments")
    return found["two_way"].estimate


def everything(data: pd.DataFrame) -> float:
    """effects(), inference() and sensitivity()."""
    study = _study(data)
    study.effects(), study.sensitivity()
    return study.inference()["two_way"].estimate


def ours(data: pd.DataFrame) -> float:
    """Callaway-Sant'Anna with its delete-one interval."""
    return _study(data).effect("callaway_santanna").estimate


def linearmodels(data: pd.DataFrame) -> float:
    """One two-way fit, no clustering."""
    from linearmodels import PanelOLS

    table = data.set_index(["household", "year"])
    return float(PanelOLS(table["y"], table[["treated"]], entity_effects=True, time_effects=True).fit().params.iloc[0])


def csdid(data: pd.DataFrame) -> float:
    """Group-time effects and their simple mean."""
    from csdid.att_gt import ATTgt

    found = ATTgt(yname="y", tname="year", idname="household", gname="start", data=data).fit(bstrap=False)
    return float(found.aggte("simple", bstrap=False).atte["overall_att"])


def differences(data: pd.DataFrame) -> float:
    """Group-time effects and their simple mean."""
    from differences import ATTgt

    fitted = ATTgt(data.set_index(["household", "year"])[["y", "first"]], "first").fit("y", progress_bar=False)
    return float(fitted.aggregate("simple").iloc[0, 0])


def moderndid(data: pd.DataFrame) -> float:
    """Group-time effects and their simple mean."""
    from moderndid import aggte, att_gt

    found = att_gt(data=data, yname="y", tname="year", idname="household", gname="start", est_method="reg", boot=False)
    return float(aggte(found, type="simple").overall_att)


def diff_diff(data: pd.DataFrame) -> float:
    """Group-time effects and their simple mean."""
    from diff_diff import CallawaySantAnna

    found = CallawaySantAnna().fit(data, outcome="y", unit="household", time="year", first_treat="start")
    return float(found.overall_att)


WAYS = {"linearmodels": linearmodels, "headline": headline, "everything": everything, "ours": ours, "csdid": csdid, "differences": differences,
        "moderndid": moderndid, "diff_diff": diff_diff}  # fmt: skip
OWN = ("headline", "everything", "ours")


def one(name: str) -> None:
    """Run one way in this process and print seconds, peak megabytes and its estimate; imports and data are not timed."""
    data = panel()
    if name not in OWN:
        __import__(name)
    else:
        __import__("mne.impact")
    start = time.perf_counter()
    value = WAYS[name](data)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "megabytes": peak, "estimate": value}))


def main() -> None:
    """All ways in turn, then one table with ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", choices=WAYS)
    asked = parser.parse_args()
    if asked.one:
        return one(asked.one)
    there = [name for name in WAYS if name in OWN or importlib.util.find_spec(name)]
    found = {name: [] for name in there}
    for _ in range(ROUNDS):
        for name in there:
            done = subprocess.run([sys.executable, __file__, "--one", name], capture_output=True, encoding="utf-8", check=True)
            found[name].append(json.loads(done.stdout.splitlines()[-1]))
    base = min(r["seconds"] for r in found["linearmodels"]) if "linearmodels" in found else float("nan")
    print(f"{HOUSEHOLDS:,} households x 5 years; best of {ROUNDS}; yardstick: one linearmodels fit")
    print(f"{'way':<14}{'seconds':>9}{'ratio':>8}{'peak MB':>9}{'estimate':>10}")
    for name, runs in found.items():
        best = min(r["seconds"] for r in runs)
        print(f"{name:<14}{best:>9.2f}{best / base:>8.2f}{max(r['megabytes'] for r in runs):>9.0f}{runs[0]['estimate']:>10.4f}")
    for name in sorted(set(WAYS) - set(there)):
        print(f"{name:<14} not installed")


if __name__ == "__main__":
    main()
