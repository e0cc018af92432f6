"""Published numbers, and how this package reproduces them: one module and one table of published values a data set.

A module ``NAME.py`` computes, through the public functions, what ``NAME.csv`` holds as printed: ``quantity, published, digits, source,
note``. A value agrees when it rounds to what was printed, or lies within a tolerance that the note gives with its reason.
"""

import importlib
import os
import re
from pathlib import Path

import pandas as pd

from mne.errors import InputError, listed, nearest

VARIABLE = "MNE_BENCHMARKS"


def names() -> list[str]:
    """Data sets with published results, sorted."""
    return sorted(p.stem for p in Path(__file__).parent.glob("*.csv"))


def published(name: str) -> pd.DataFrame:
    """What was printed of a data set, one row a number, with the ``tolerance`` of each."""
    table = pd.read_csv(Path(__file__).parent / f"{name}.csv", keep_default_na=False)
    stated = table["note"].map(lambda note: re.match(r"tolerance ([\d.]*\d)", note))
    tolerance = [float(m[1]) if m else 0.5001 * 10.0**-d for m, d in zip(stated, table["digits"], strict=True)]
    return table.assign(tolerance=tolerance)


def compare(folder: str | Path | None = None, *, only: list[str] | None = None) -> pd.DataFrame:
    """Published numbers beside ours.

    Parameters
    ----------
    folder : holds a folder for each data set; default the environment's ``MNE_BENCHMARKS``.
    only : some of :func:`names`.

    Returns
    -------
    DataFrame: ``data``, ``quantity``, ``published``, ``digits``, ``ours``, ``agrees``, ``source``, ``note``; data sets that are not
    in the folder have no value of ours and agree with nothing.

    Raises
    ------
    InputError
        Where no folder is named or it does not exist, or for a data set that is not known.
    """
    folder = folder or os.environ.get(VARIABLE)
    if not folder or not Path(folder).is_dir():
        raise InputError("benchmarks_missing", found=folder or "–", key=VARIABLE)
    for name in only or ():
        if name not in names():
            raise InputError("impact_option", where="benchmarks", key="only", found=name, nearest=nearest(name, names()), allowed=listed(names()))
    parts = []
    for name in dict.fromkeys(only or names()):
        table = published(name)
        there = (Path(folder) / name).is_dir()
        try:
            ours = importlib.import_module(f"{__name__}.{name}").compute(Path(folder) / name) if there else {}
        except FileNotFoundError as error:
            raise InputError("file_missing", where=Path(error.filename).as_posix()) from None
        table["ours"] = [ours.get(quantity, float("nan")) for quantity in table["quantity"]]
        table["agrees"] = (table["ours"] - table["published"].astype(float)).abs() <= table["tolerance"]
        parts.append(table.assign(data=name))
    return pd.concat(parts, ignore_index=True)[["data", "quantity", "published", "digits", "ours", "agrees", "source", "note"]]


def lines(compared: pd.DataFrame) -> list[str]:
    """The comparison as a Markdown table, one string a line; ours with one digit more than was printed."""
    made = ["| data | quantity | published | ours | agrees | source | note |", "|---|---|---|---|---|---|---|"]
    for row in compared.itertuples():
        ours = f"{row.ours:.{row.digits + 1}f}" if pd.notna(row.ours) else "no data"
        shown = f"{float(row.published):.{row.digits}f}"
        made.append(f"| {row.data} | {row.quantity} | {shown} | {ours} | {'yes' if row.agrees else 'no'} | {row.source} | {row.note} |")
    return made
