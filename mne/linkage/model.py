"""Models of linkage: which fields are compared, how much each agreement weighs, which pairs are looked at at all.

A model is a versioned file of fixed parameters (Fellegi & Sunter 1969). What is counted in the lists at hand is only how
often strangers agree (u), how rare a name is, and how many duplicates there may be (the prior); all of it without chance, so that one
list always gives one answer.
"""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import yaml

from mne.errors import InputError, listed, nearest

FOLDER = Path(__file__).parent / "models"


@dataclasses.dataclass(frozen=True)
class Model:
    """Fixed parameters of a linkage.

    Attributes
    ----------
    name, version : which parameters these are.
    key : column that tells the records apart.
    comparisons : by field, its levels from the closest to the rest: ``level``, ``when`` (SQL over ``<column>_l`` and ``_r``; the
        last has none), ``m`` (share of true pairs), optionally ``u`` (fixed share of strangers), ``rarity`` (column whose frequency replaces u),
        ``missing`` (says nothing).
    atoms : column behind each part of a blocking rule. rules : a pair is looked at when all atoms of one rule agree.
    sure : columns of a rule that is all but certain (``when``) and the share of true pairs that it finds (``recall``); gives the prior.
    bands : least weight of ``probable`` and of ``review``. cut : weight from which two records count as one person.
    strata : limits of the weight bins from which clerical samples are drawn.
    margin : how much heavier the link of a record must be than its next one, where only one can be right.
    needed : columns without which the model cannot run; any other may be absent.
    fields : further columns that are compared as written, by the name that levels use for them (:func:`mne.linkage.people.normalise`).
    """

    name: str
    version: int
    key: str
    comparisons: Mapping[str, list[dict]]
    atoms: Mapping[str, str]
    rules: list[list[str]]
    sure: Mapping
    bands: Mapping[str, float]
    cut: float
    strata: list[float]
    margin: float = 0.0
    needed: list[str] = dataclasses.field(default_factory=list)
    fields: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """Hash of all parameters: two results with one hash were weighed alike."""
        return hashlib.sha256(json.dumps(dataclasses.asdict(self), sort_keys=True).encode()).hexdigest()

    def band(self, weight: float) -> str:
        """The band of a weight: "probable", "review" or "no"."""
        return next((band for band in ("probable", "review") if weight >= self.bands[band]), "no")


def read_model(name: str) -> Model:
    """The model of that name, as it lies in ``mne/linkage/models``.

    Raises
    ------
    InputError
        For a name that no model has.
    """
    known = sorted(path.stem for path in FOLDER.glob("*.yml"))
    if name not in known:
        raise InputError("linkage_model_unknown", found=name, nearest=nearest(name, known), allowed=listed(known))
    return Model(**yaml.safe_load((FOLDER / f"{name}.yml").read_text("utf-8")))
