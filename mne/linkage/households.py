"""Households followed from one yearly list to the next: by code, and where the code fails by head, birth, sex, place and members.

A household that is not found again looks as if it had left poverty, or left the province, when a clerk only gave it another
code. So whatever codes leave over is linked with fixed parameters, and what is still not found is counted and listed.

>>> followed = follow(lists[lists["year"] == 2012], lists[lists["year"] == 2013])
>>> followed.rate("code"), followed.rate("code", "linked", "merged")
"""

import dataclasses

import duckdb
import numpy as np
import pandas as pd

from mne.errors import InputError, listed, nearest
from mne.linkage.model import Model, read_model
from mne.linkage.people import normalise
from mne.linkage.score import PAIRS, QUIET, scored
from mne.vietnamese import fold

#: How a household of the earlier list was found, each household in one way.
HOW = ("code", "linked", "merged", "not_found")
_NEEDED = ("household", "head", "sex", "born_year", "district", "commune", "village")
_STRANGERS = 1000  # households among which agreement by chance is counted: half a million pairs
_CANDIDATES = ["household", "household_later", "weight"]


@dataclasses.dataclass(frozen=True)
class Followed:
    """The households of an earlier list, and where each is on the later one.

    Attributes
    ----------
    households : one row a household of the earlier list, by its code: ``household``, ``how`` (one of ``HOW``), ``household_later`` (its code
        on the later list; of a merged one, that of the household it went into), ``weight`` (log2, of linked ones), ``commune_listed`` (whether
        the later list holds any household of its commune).
    ambiguous : pairs that are alike enough to be one household but have a rival as likely: ``household``, ``household_later``, ``weight``.
        They stay not found: a clerk who knows them can say.
    method : name, version and hash of the parameters.
    """

    households: pd.DataFrame
    ambiguous: pd.DataFrame
    method: dict

    def tidy(self) -> pd.DataFrame:
        """One row a household of the earlier list."""
        return self.households.copy()

    def rate(self, *how: str) -> float:
        """Share of the earlier list that was found in these ways, 0-1; not-a-number for an empty list."""
        return float(self.households["how"].isin(how).mean())

    def __repr__(self) -> str:
        counts = self.households["how"].value_counts()
        return f"Followed({len(self.households)} households: " + ", ".join(f"{counts.get(how, 0)} {how}" for how in HOW) + ")"


def follow(earlier: pd.DataFrame, later: pd.DataFrame, *, members_earlier: pd.DataFrame | None = None, members_later: pd.DataFrame | None = None,
           model: str = "vn-households-1") -> Followed:  # fmt: skip
    """Find the households of one list on the next.

    Parameters
    ----------
    earlier, later : clean tables ``households`` of one year each: ``household`` (unique), ``head``, ``sex``, ``born_year``, ``district``,
        ``commune``, ``village``; as far as known ``born``, ``parent`` (household it split from since) and ``merged_from``.
    members_earlier, members_later : clean tables ``persons`` of the same years (``household``, ``name``, ``born_year``), where there are some.
        Households without members there are compared without.
    model : name of the parameters.

    Returns
    -------
    Followed

    Raises
    ------
    InputError
        For a column that is not there, a household without a code or twice on one list, a list of several years.

    Notes
    -----
    A code names the same household unless both its head and the year of birth differ: then the code was given to another one. Only
    households that codes leave over are linked. A household that is said to have split from another is new and is never taken for a third one.
    A link must reach the cut of the model and be heavier by its margin than any other pair of either household; links are made
    one after another until no more can be, so that a household found no longer stands in another's way.
    """
    for where, table in (("earlier", earlier), ("later", later)):
        _check(table, where)
    parameters = read_model(model)
    earlier, later = (table.sort_values("household", ignore_index=True) for table in (earlier, later))
    at = _same_code(earlier, later)
    again = np.zeros(len(later), bool)
    again[at[at >= 0]] = True
    found = earlier[["household"]].assign(how=np.where(at >= 0, "code", "not_found"), household_later=earlier["household"].where(at >= 0))
    found = _merged(found, later)
    pairs = _weighed(earlier[found["how"] == "not_found"], later[~again], earlier, (members_earlier, members_later), parameters)
    links, ambiguous = _decided(pairs, parameters)
    partner, weight = (links.set_index("household")[column] for column in ("household_later", "weight"))
    linked = found["household"].isin(links["household"])
    found = found.assign(
        how=found["how"].mask(linked, "linked"), household_later=found["household_later"].mask(linked, found["household"].map(partner)),
        weight=found["household"].map(weight).astype(float), commune_listed=earlier["commune"].isin(later["commune"].dropna().unique()))  # fmt: skip
    return Followed(found, ambiguous, {"model": parameters.name, "version": parameters.version, "sha256": parameters.sha256})


def _check(table: pd.DataFrame, where: str) -> None:
    known = [str(column) for column in table]
    for column in _NEEDED:
        if column not in known:
            raise InputError("households_column", where=where, found=column, nearest=nearest(column, known), allowed=listed(known))
    if missing := int(table["household"].isna().sum()):
        raise InputError("households_code_missing", where=where, found=missing)
    twice = table.loc[table["household"].duplicated(), "household"]
    if len(twice):
        raise InputError("households_twice", where=where, found=min(twice))
    if "year" in table and table["year"].nunique() > 1:
        raise InputError("households_years", where=where, found=listed(map(str, table["year"].unique())))


def _same_code(earlier: pd.DataFrame, later: pd.DataFrame) -> np.ndarray:
    """Row of the later list on which the code of each earlier household names the same one; -1 where none does."""
    at = pd.Index(later["household"]).get_indexer(pd.Index(earlier["household"]))
    now = later.take(np.maximum(at, 0)).set_axis(earlier.index) if len(later) else later.reindex(earlier.index)
    born = (earlier["born_year"].notna() & now["born_year"].notna() & earlier["born_year"].ne(now["born_year"])).to_numpy(bool, na_value=False)
    # Names are looked at only where the births differ: few.
    for row in np.flatnonzero((at >= 0) & born & (earlier["head"].notna() & now["head"].notna()).to_numpy()):
        if fold(earlier["head"].iat[row]) != fold(now["head"].iat[row]):
            at[row] = -1
    return at


def _merged(found: pd.DataFrame, later: pd.DataFrame) -> pd.DataFrame:
    """Households that the later list says have gone into another one, marked."""
    if "merged_from" not in later:
        return found
    into = later.dropna(subset="merged_from").drop_duplicates("merged_from").set_index("merged_from")["household"]
    merged = found["how"].eq("not_found") & found["household"].isin(into.index)
    return found.assign(how=found["how"].mask(merged, "merged"), household_later=found["household_later"].mask(merged, found["household"].map(into)))


def _weighed(left: pd.DataFrame, right: pd.DataFrame, earlier: pd.DataFrame, members: tuple, model: Model) -> pd.DataFrame:
    """Candidate pairs of households that codes leave over, each with its weight, heaviest first."""
    parents = right.set_index("household")["parent"] if "parent" in right else pd.Series(dtype=object)
    right = right[~right["household"].isin(parents[parents.notna() & ~parents.isin(left["household"])].index)]
    if left.empty or right.empty:
        return pd.DataFrame(columns=_CANDIDATES).astype({"weight": float})
    frequencies = _frequencies(earlier["head"])
    drawn = earlier.iloc[np.argsort(pd.util.hash_array(earlier["household"].to_numpy(dtype=object)), kind="stable")[:_STRANGERS]]
    with duckdb.connect() as connection:
        connection.execute(QUIET).fetchall()
        for name, table, persons in (("people", left, members[0]), ("others", right, members[1]), ("whole", drawn, None)):
            connection.register("_prepared", _prepared(table, persons, frequencies))
            # Where nobody has members the column has no type of its own.
            connection.execute(f"CREATE TEMP TABLE {name} AS SELECT * REPLACE (members::VARCHAR[] AS members) FROM _prepared ORDER BY id").fetchall()
        scored(connection, model, two_lists=True, counted_in="whole")
        found = connection.execute(f"""SELECT people.id, others.id, match_weight FROM {PAIRS}
            JOIN people ON people.row = row_l JOIN others ON others.row = row_r""").df()
    found = found.set_axis(_CANDIDATES, axis=1).sort_values(["weight", *_CANDIDATES[:2]], ascending=[False, True, True], ignore_index=True)
    origin = found["household_later"].map(parents)
    return found[origin.isna() | (origin == found["household"])].reset_index(drop=True)


def _frequencies(heads: pd.Series) -> dict[str, pd.Series]:
    """Share of heads who are written alike, by ``name`` and ``folded``: each distinct text is worked on once."""
    counts = heads.value_counts()
    parts = normalise(pd.DataFrame({"head": counts.index}), key="head", name="head").set_index("id")
    return {column: counts.groupby(parts[column].reindex(counts.index)).sum() / counts.sum() for column in ("name", "folded")}


def _prepared(table: pd.DataFrame, persons: pd.DataFrame | None, frequencies: dict[str, pd.Series]) -> pd.DataFrame:
    """Households as they can be compared: the head normalised, how rare the name is, the other members."""
    found = normalise(table, key="household", name="head")
    for column, shares in frequencies.items():
        # A name that the earlier list lacks is as rare as the rarest there.
        found[f"tf_{column}"] = found[column].map(shares).fillna(shares.min()).where(found[column].notna()).astype(float)
    unknown = pd.Series(None, index=found.index, dtype="str")
    found = found.assign(head=_person(found), members=None, eldest=unknown, youngest=unknown)
    if persons is None or persons.empty:
        return found
    own = persons[persons["household"].isin(table["household"])].assign(number=lambda t: np.arange(len(t)))
    known = normalise(own, key="number", name="name")
    known = known.assign(person=_person(known)).dropna(subset="person")
    # The head is compared already; counted again as a member, one agreement would weigh twice.
    known = known[known["person"] != known["household"].map(found.set_index("id")["head"])].sort_values(["household", "year", "person"])
    groups = known.groupby("household")["person"]
    for column, values in (("members", groups.agg(lambda p: sorted(set(p)))), ("eldest", groups.first()), ("youngest", groups.last())):
        found[column] = found["id"].map(values)
    return found


def _person(people: pd.DataFrame) -> pd.Series:
    """Given name and year of birth, by which a member is known again; null where one is unknown."""
    return people["given"].str.cat(people["year"].astype("str"), sep=" ")


def _decided(pairs: pd.DataFrame, model: Model) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Links, and pairs above the cut that stay open because they have a rival."""
    links, rest = [], pairs
    while True:
        rival = np.maximum(_rival(rest, "household"), _rival(rest, "household_later"))
        chosen = rest[(rest["weight"] >= model.cut) & (rest["weight"] - rival >= model.margin)]
        if chosen.empty:
            break
        links.append(chosen)
        rest = rest[~rest["household"].isin(chosen["household"]) & ~rest["household_later"].isin(chosen["household_later"])]
    return pd.concat([pairs.iloc[:0], *links], ignore_index=True), rest[rest["weight"] >= model.cut].reset_index(drop=True)


def _rival(pairs: pd.DataFrame, side: str) -> np.ndarray:
    """For each pair, heaviest first, the weight of the heaviest other pair of the same household; minus infinity where there is none."""
    groups = pairs.groupby(side)["weight"]
    first, second = groups.transform("first"), pairs[side].map(pairs[groups.cumcount() == 1].set_index(side)["weight"]).fillna(-np.inf)
    return np.where(groups.cumcount() == 0, second, first)
