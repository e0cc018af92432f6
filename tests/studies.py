"""The command line of a long study that draws so many times, writes its page and says whether all lies within the limits."""

import argparse
import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd


def run(study: Path, page: Path, *, unit: str, number: int, made: Callable[[int, int], pd.DataFrame], written: Callable[..., str],
        outside: Callable[[pd.DataFrame], list[str]], good: str) -> int:  # fmt: skip
    """Write the dated page; 1 where something lies outside the limits.

    Parameters
    ----------
    study : the script. page : where its page goes. unit, number : name and default of the option that says how many are drawn.
    made : (how many, processes) gives the table. written : (table, date=, command=) gives the page. outside : (table) names what lies outside
    the limits. good : what is said where nothing does.
    """
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("--date", type=dt.date.fromisoformat, required=True)
    parser.add_argument(f"--{unit}", type=int, default=number, dest="number")
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args()
    table = made(chosen.number, chosen.jobs)
    command = f"python tests/{study.name} --date {chosen.date} --{unit} {chosen.number} --jobs {chosen.jobs}"
    page.write_text(written(table, date=chosen.date, command=command), "utf-8")
    far = outside(table)
    print(f"{page.name}: {'; '.join(far) or good}")
    return int(bool(far))
