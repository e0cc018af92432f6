"""Blocking rules before they are used: how many pairs they would look at, and whether one value has swallowed the list.

A name written for all whose name is not known ("không rõ") makes every pair of its cards a candidate: 10,000 such cards are 50 million
pairs, and none of them says anything.
"""

import duckdb

from mne.errors import InputError, listed
from mne.linkage.model import Model

MOST, MOST_A_CARD = 1_000_000, 50  # candidate pairs of one rule; in a province of 700,000 cards the widest makes one pair a card


def check_blocks(connection: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Refuse a list of which one rule makes too many pairs; the table ``people`` holds the normalised records.

    Raises
    ------
    InputError
        Names what the largest block shares and how many records that are.
    """
    records = connection.execute("SELECT count(*) FROM people").fetchall()[0][0]
    for columns in [model.sure["when"], *([model.atoms[atom] for atom in rule] for rule in model.rules)]:
        known = " AND ".join(f"{column} IS NOT NULL" for column in columns)
        pairs, largest = connection.execute(f"""SELECT sum(n * (n - 1) / 2), max(n) FROM (
            SELECT count(*) AS n FROM people WHERE {known} GROUP BY {', '.join(columns)} HAVING n > 1)""").fetchall()[0]
        if (pairs or 0) > MOST + MOST_A_CARD * records:
            raise InputError("linkage_crowded", found=largest, key=listed(columns))
