"""Time of poverty rates, gaps and severity with standard errors for nine regions, beside R's survey package: ``python tests/bench_survey.py``.

Needs ``Rscript`` with the package survey on the path; without it only our own times are printed. Both sides read the same sample: the
Austrian test survey fifty times over, every copy with households of its own. Runs alternate; the best of three counts; reading is not timed.
"""

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import benchmarks
from mne.measurement.linearised import poverty
from mne.measurement.survey import Design

COPIES, RUNS, LINE = 50, 3, 10_000
SCRIPT = """
suppressMessages(library(survey))
d <- readRDS(file.path(commandArgs(TRUE)[1], "sample.rds"))
a <- proc.time()[["elapsed"]]
design <- svydesign(~household, strata = ~region, weights = ~weight, data = d)
b <- proc.time()[["elapsed"]]
poor <- d$income <= %(line)d
gap <- pmax(0, 1 - d$income / %(line)d)
design <- update(design, p0 = as.numeric(poor), p1 = gap * poor, p2 = gap^2 * poor)
found <- svyby(~p0 + p1 + p2, ~region, design, svymean)
c <- proc.time()[["elapsed"]]
write.csv(found, file.path(commandArgs(TRUE)[1], "r.csv"), row.names = FALSE)
cat(b - a, c - b)
"""
STORE = 'folder <- commandArgs(TRUE)[1]; saveRDS(read.csv(file.path(folder, "sample.csv")), file.path(folder, "sample.rds"))'


def stacked() -> pd.DataFrame:
    """The survey many times over, with households of each copy apart."""
    one = pd.read_csv(benchmarks("eusilc") / "eusilc.csv.gz")
    one = one[["db030", "db040", "rb050", "eqIncome"]].set_axis(["household", "region", "weight", "income"], axis=1)
    return pd.concat([one.assign(household=one["household"] + 10_000 * copy) for copy in range(COPIES)], ignore_index=True)


def ours(data: pd.DataFrame) -> tuple[list[float], pd.DataFrame]:
    """Seconds for the design and for the estimates, and the estimates in the columns that R writes."""
    start = time.perf_counter()
    design = Design(data, weight="weight", psu="household", strata="region")
    ready = time.perf_counter()
    found = [poverty(design, "income", LINE, alpha=a, by="region") for a in (0, 1, 2)]
    done = time.perf_counter()
    parts = {f"p{a}": e.estimate for a, e in enumerate(found)} | {f"se.p{a}": e.se for a, e in enumerate(found)}
    return [ready - start, done - ready], pd.DataFrame(parts)


def theirs(folder: Path) -> tuple[list[float], pd.DataFrame]:
    """The same of R, in a process of its own."""
    script = folder / "bench.R"
    script.write_text(SCRIPT % {"line": LINE}, "utf-8")
    done = subprocess.run(["Rscript", "--vanilla", script, folder], capture_output=True, encoding="utf-8", check=True)
    return [float(part) for part in done.stdout.split()], pd.read_csv(folder / "r.csv").set_index("region")


def main() -> None:
    data, with_r = stacked(), shutil.which("Rscript") is not None
    times = {"mne": [], "R survey": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if with_r:
            data.to_csv(folder / "sample.csv", index=False)
            subprocess.run(["Rscript", "--vanilla", "-e", STORE, folder], check=True)
        for _ in range(RUNS):
            spent, found = ours(data)
            times["mne"].append(spent)
            if with_r:
                spent, other = theirs(folder)
                times["R survey"].append(spent)
    best = {name: np.min(runs, axis=0) for name, runs in times.items() if runs}
    table = pd.DataFrame(best, index=["design", "estimates"])
    table.loc["together"] = table.sum()
    print(f"FGT 0, 1, 2 with standard errors, 9 regions, {len(data):,} persons, {data['household'].nunique():,} households; best of {RUNS}, seconds")
    if not with_r:
        print(table.round(3).to_string(), "\nRscript is not on the path: no comparison", sep="")
        return
    print(table.assign(ratio=table["R survey"] / table["mne"]).round(3).to_string())
    apart = ((found - other[found.columns]) / other[found.columns]).abs().to_numpy().max()
    print(f"largest relative difference of {found.size} figures: {apart:.1e}")
    assert apart < 1e-8, "the two do not agree"


if __name__ == "__main__":
    main()
