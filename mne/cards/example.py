"""Three invented pairs, weighed as the list weighs pairs of their kind: much agrees, little is known, and two namesakes.

No field of a real person enters: for each field the weight is the one that all pairs of that kind have, and a name counts as rare as the
name of the median pair does. So a reader sees how a pair is judged, and no pair is shown.
"""

import pandas as pd

#: Kind of agreement of each field; words for them stand in the texts of the chapter.
EXAMPLES = {
    "accents": {"name": "unaccented", "born": "same", "sex": "same", "place": "village"},
    "thin": {"name": "same", "born": "year", "sex": "same", "place": "commune_alone"},
    "namesake": {"name": "same", "born": "different", "sex": "same", "place": "commune"},
}


def add_example(store, found) -> None:
    """Store the weights of the invented pairs, each with its band: of the prior, of each field, and their sum.

    An example of which a kind of agreement does not occur in the list is left out.

    Parameters
    ----------
    store : :class:`mne.cards.results.Store`. found : :class:`mne.linkage.Duplicates`.
    """
    if found.pairs.empty:
        return
    for name, levels in EXAMPLES.items():
        parts = {"prior": found.pairs["prior"].iloc[0], **{field: _weight(found.pairs, field, level) for field, level in levels.items()}}
        if not any(pd.isna(part) for part in parts.values()):
            weight = sum(parts.values())
            for part, value in {**parts, "sum": weight}.items():
                told = {"group": f"{name}-{part}", "reason": found.model.band(weight), **store.modelled}
                store.add("card_example_weight", value, "count", "weight of an invented pair", **told)


def _weight(pairs: pd.DataFrame, field: str, level: str) -> float:
    """Weight of a kind of agreement, not-a-number where no pair has it."""
    own = pairs[pairs[f"level_{field}"] == level]
    rarity = own["weight_name_rarity"] if field == "name" else 0.0
    return float((own[f"weight_{field}"] + rarity).median())
