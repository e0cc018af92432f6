"""Duplicate cards: pairs of cards that may be of one person, each with what speaks for it.

The list of one year is compared with itself. What comes out is a list to be decided on by people: a band, never a
probability to be believed, and never a card cancelled.
"""

import dataclasses
import tempfile
from collections.abc import Mapping

import duckdb
import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from mne.errors import InputError, listed, nearest
from mne.linkage.blocking import check_blocks
from mne.linkage.model import Model, read_model
from mne.linkage.pairs import exact_pairs, weighed_pairs
from mne.linkage.people import normalise, with_name
from mne.linkage.score import QUIET, scored
from mne.linkage.titles import rank

MEMORY = "1GB"  # of the engine; what does not fit waits on disk
METHODS, ENGINES = ("probabilistic", "exact"), ("duckdb", "spark")


@dataclasses.dataclass(frozen=True)
class Duplicates:
    """Pairs of cards of one list year that may be of one person.

    Attributes
    ----------
    pairs : DataFrame, one row a pair: ``first`` (the card that the law puts first) and ``second``, ``weight`` (log2; ``prior`` and ``weight_*`` add
        up to it), ``level_*``, ``band`` ("probable", "review", "no"), ``stratum``, ``best`` (the heaviest pair of its second card), ``agree_*`` by
        part of a blocking rule, ``title_*``, ``district_*`` and ``commune_*`` of both. All pairs of the first two bands, and of each stratum
        below them a sample for clerks.
    strata : DataFrame, one row a weight bin: ``stratum``, ``band``, ``low``, ``high``, ``pairs`` (all candidates) and ``best`` (of these).
    persons : Series, a person's label by card number: cards whose pairs weigh at least the model's cut are one person's.
    model : the parameters.
    method : how it was made: method, model, version, engine, sha256, cards.
    """

    pairs: pd.DataFrame
    strata: pd.DataFrame
    persons: pd.Series
    model: Model
    method: Mapping[str, object]

    def tidy(self) -> pd.DataFrame:
        """One row a band: ``pairs``, and ``seconds``, the cards that are the second of at least one pair of that band and of none above."""
        best = self.strata.groupby("band", sort=False)[["pairs", "best"]].sum().rename(columns={"best": "seconds"})
        return best.reindex(["probable", "review", "no"], fill_value=0).rename_axis("band").reset_index()


def find_duplicates(cards: pd.DataFrame, *, model: str = "vn-cards-1", method: str = "probabilistic", engine: str = "duckdb") -> Duplicates:
    """Pairs of cards that may be of one person.

    Parameters
    ----------
    cards : the cards of one list year, one row a card: ``number`` (unique), ``name`` (or ``given`` and ``family``), ``title``, ``district``,
        ``commune``; as far as known ``sex``, ``born``, ``born_year``, ``village``, ``household``.
    model : name of the fixed parameters. "general-1" compares persons of any country and needs ``number`` and a name only; as far as known also
        ``born`` (a date, or a text as written), ``street``, ``place``, ``postcode`` and ``identity`` (number of a document).
    method : "probabilistic", or "exact": one name without accents, full day of birth and commune; sure, and blind to most duplicates.
    engine : "duckdb", or "spark" for lists that one machine cannot hold. Both weigh alike.

    Raises
    ------
    InputError
        For a missing column, a number that is missing or there twice, more than one year, a birth that is no date, an unknown model, method or
        engine, and where so many cards are alike that comparing them says nothing.

    Notes
    -----
    Order of rows, case, composed or decomposed letters, tone placement and old codes change nothing. Weights follow
    Fellegi & Sunter (1969) with fixed m; see :mod:`mne.linkage.model`. Bands are those of the model, tried on synthetic
    lists; a clerical sample tells how good they are on the lists at hand.
    """
    _check_options(method, engine)
    held = read_model(model)
    cards = with_name(cards)
    _check(cards, held)
    people = normalise(cards, fields=held.fields)
    people["title_rank"] = rank(people["title"])
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": folder}) as connection:
        connection.execute(QUIET).fetchall()
        connection.register("_people", people)
        connection.execute("CREATE TEMP TABLE people AS SELECT * FROM _people ORDER BY row")
        check_blocks(connection, held)
        if method == "exact":
            pairs, strata, together = *exact_pairs(connection, held), slice(None)
        else:
            pairs, strata = weighed_pairs(connection, held, scored(connection, held, engine=engine))
            together = pairs["weight"] >= held.cut
    told = {"method": method, "model": held.name, "version": held.version, "engine": engine, "sha256": held.sha256, "cards": len(cards)}
    return Duplicates(pairs, strata, _persons(people["id"], pairs[together]), held, told)


def _check_options(method: str, engine: str) -> None:
    for key, found, allowed in (("method", method, METHODS), ("engine", engine, ENGINES)):
        if found not in allowed:
            raise InputError("option_wrong", key=key, found=found, nearest=nearest(found, allowed), allowed=listed(allowed))


def _check(cards: pd.DataFrame, model: Model) -> None:
    if model.key != "number":
        raise InputError("linkage_model_other", found=model.name)
    for column in model.needed:
        if column not in cards:
            raise InputError("linkage_column", key=column, nearest=nearest(column, map(str, cards.columns)), allowed=listed(model.needed))
    if cards["number"].isna().any():
        raise InputError("linkage_number_missing", found=int(cards["number"].isna().sum()))
    numbers = cards["number"].astype("str")
    if (twice := numbers.duplicated()).any():
        raise InputError("linkage_number_twice", found=min(numbers[twice]))
    if "year" in cards and cards["year"].nunique() > 1:
        raise InputError("linkage_years", found=listed(cards["year"].dropna().unique().astype("str")))


def _persons(numbers: pd.Series, pairs: pd.DataFrame) -> pd.Series:
    """A person by card number: the smallest number among the cards that pairs hold together."""
    place = pd.Series(np.arange(len(numbers)), index=numbers.to_numpy())
    ends = [place[pairs[side]].to_numpy() for side in ("first", "second")]
    graph = coo_array((np.ones(len(pairs), bool), ends), shape=(len(numbers), len(numbers)))
    label = connected_components(graph, directed=False)[1] if len(numbers) else np.array([], int)
    return pd.Series(numbers.to_numpy(), index=numbers.to_numpy()).groupby(label).transform("min").rename("person")
