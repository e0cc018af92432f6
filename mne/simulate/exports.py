"""Files that no person typed: a database export in Parquet, a survey export of KoBoToolbox."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd

from mne.intake.schema import schemas
from mne.simulate.cells import written
from mne.simulate.files import write_parquet, write_text
from mne.simulate.hands import Hand, plain
from mne.simulate.sheets import Block, Sheet

GROUPS = {"district": "dia_ban", "commune": "dia_ban", "sex": "nguoi_tra_loi", "age": "nguoi_tra_loi", "ethnicity": "nguoi_tra_loi",
          "status": "nguoi_tra_loi", "has_card": "the_bhyt", "knows_rights": "the_bhyt", "knows_where": "the_bhyt", "used_card": "the_bhyt",
          "language": "phong_van"}  # fmt: skip


def parquet(path: Path, block: Block, hand: Hand, places: dict) -> Sheet:
    """Write a block as a database would: plain column names, days and counts in their types."""
    schema = schemas()[block.table]
    frame, names = {}, [n for n in schema.columns if n not in block.told]
    for name in names:
        column = schema.columns[name]
        heading = plain(column.name.vi).lower().replace(" ", "_")
        if column.type in ("count", "year", "money", "number", "rate", "date"):
            frame[heading] = block.rows[name]
        else:
            cells = written(block.rows, name, column, Hand(days="text", ending=hand.ending), places)[0]
            frame[heading] = pd.Series(cells, dtype="str")
    write_parquet(path, pd.DataFrame(frame))
    header = {0: ("header", dict(enumerate(frame)))}
    return Sheet(path.stem, header, names, [], [], np.arange(1, len(block.rows) + 1), 0, [], {})


def with_server_ids(block: Block, seed: int) -> Block:
    """Rows of a survey with the ids that the server gives them, which are what its export knows them by."""
    digests = [hashlib.sha256(f"{seed} {code}".encode()).hexdigest() for code in block.rows["submission"]]
    uuid = [f"{d[:8]}-{d[8:12]}-4{d[13:16]}-a{d[17:20]}-{d[20:32]}" for d in digests]
    return Block(block.table, block.rows.assign(submission=pd.Series(uuid, dtype="str")), block.name, (), ())


def kobo(path: Path, block: Block, places: dict) -> Sheet:
    """Write a survey as KoBoToolbox exports it: group/question headings, values by name, columns of the server."""
    rows, names = block.rows, list(GROUPS)
    day = rows["day"].dt.strftime("%Y-%m-%d").tolist()
    # Some tablets reach the network a day later.
    sent = (rows["day"] + pd.to_timedelta((np.arange(len(rows)) % 5 == 0).astype(int), unit="D")).dt.strftime("%Y-%m-%dT19:%M:05").tolist()
    columns: list[tuple[str, str, list]] = [("", "start", [f"{d}T08:15:00.000+07:00" for d in day]),
                                            ("", "end", [f"{d}T08:41:00.000+07:00" for d in day]),
                                            ("day", "today", day)]  # fmt: skip
    for name in names:
        values = rows[name].astype(object).where(rows[name].notna(), None)
        kind = schemas()[block.table].columns[name].type
        if kind == "place":
            values = [" ".join(places[v][:2]) for v in values]
        elif kind == "yes_no":
            values = [None if v is None else "yes" if v else "no" for v in values]
        columns.append((name, f"{GROUPS[name]}/{name}", [None if v is None else str(v) for v in values]))
    columns += [("", "_id", [str(41_000_000 + 7 * n) for n in range(len(rows))]), ("submission", "_uuid", rows["submission"].tolist()),
                ("", "_submission_time", sent), ("", "_index", [str(n + 1) for n in range(len(rows))])]  # fmt: skip
    header = {0: ("header", {i: heading for i, (_, heading, _) in enumerate(columns)})}
    sheet = Sheet(path.stem, header, [n for n, _, _ in columns], [c for _, _, c in columns], [False] * len(columns),
                  np.arange(1, len(rows) + 1), 0, [], {})
    write_text(path, sheet, encoding="utf-8", separator=",")
    return sheet
