"""Why a pair weighs what it weighs: a part for each field, and a sentence for a person who never heard of weights."""

from collections.abc import Mapping

import pandas as pd

from mne.text import number, texts

FIELDS = ("name", "born", "sex", "place")


def weights(pair: Mapping) -> pd.DataFrame:
    """What each field adds to the weight of a pair, in log2 odds; the parts add up to the weight.

    Parameters
    ----------
    pair : a row of :attr:`mne.linkage.Duplicates.pairs` of the probabilistic method.

    Returns
    -------
    DataFrame
        ``field`` ("prior" first), ``level`` (None for the prior), ``weight``. The rarity of a name is part of the weight of the name: agreement on
        a rare name speaks more for one person than agreement on a frequent one.
    """
    rows = [{"field": "prior", "level": None, "weight": pair["prior"]}]
    for field in FIELDS:
        rarity = pair.get(f"weight_{field}_rarity", 0.0)
        rows.append({"field": field, "level": pair[f"level_{field}"], "weight": pair[f"weight_{field}"] + rarity})
    return pd.DataFrame(rows)


def sentence(pair: Mapping, lang: str) -> str:
    """The weights of a pair in one sentence of ``lang``: what agrees, what differs, how much each counts, and the band.

    Examples
    --------
    >>> sentence(pair, "en")
    'The same name, once without accents (+12.3), the same day of birth (+13.5), …; before anything is compared: −18.9. Together +14.2: probably one person's.'
    """
    words, parts = texts("mne.texts", "linkage.yml"), weights(pair)
    told = [words["part"][lang].format(words=words["levels"][row.field][row.level][lang], weight=_signed(row.weight, lang))
            for row in parts.itertuples() if row.field != "prior"]  # fmt: skip
    made = words["sentence"][lang].format(parts=", ".join(told), prior=_signed(pair["prior"], lang), weight=_signed(pair["weight"], lang),
                                          band=words["bands"][pair["band"]][lang])  # fmt: skip
    return made[0].upper() + made[1:]


def _signed(weight: float, lang: str) -> str:
    return number(weight, lang, digits=1, signed=True)
