"""What officers of the fictional communes decide about pairs of cards: the truth of the key, and now and then that they cannot tell."""

import datetime as dt
import zlib
from pathlib import Path

import duckdb
import pandas as pd

from mne.simulate.world import World

DAY = dt.datetime(2014, 3, 14)  # noqa: DTZ001 - between the end of the list year and the meeting of the fictional committee


def decide(folder: Path, pairs: pd.DataFrame) -> pd.DataFrame:
    """Decisions on pairs of cards, one row a pair.

    Parameters
    ----------
    folder : of the province that :func:`mne.simulate.simulate` made. pairs : ``first`` and ``second``, card numbers.

    Returns
    -------
    DataFrame
        ``first``, ``second``, ``decision``, ``reviewer``, ``day``, ``note``. A share ``World.cannot_tell`` is "cannot_tell", drawn by the numbers.
    """
    with duckdb.connect() as connection:
        key = connection.execute("SELECT number, person FROM read_parquet(?)", [str(folder / "key" / "persons_true.parquet")]).df()
    person = key.set_index("number")["person"]
    same = person[pairs["first"]].to_numpy() == person[pairs["second"]].to_numpy()
    chance = [zlib.crc32(f"{a} {b}".encode()) / 2**32 for a, b in zip(pairs["first"], pairs["second"], strict=True)]
    decision = pd.Series(same).map({True: "duplicate", False: "different"}).mask(pd.Series(chance) < World().cannot_tell, "cannot_tell")
    return pd.DataFrame({"first": pairs["first"].to_numpy(), "second": pairs["second"].to_numpy(), "decision": decision,
                         "reviewer": "Cán bộ xã (mô phỏng)", "day": DAY, "note": ""})  # fmt: skip
