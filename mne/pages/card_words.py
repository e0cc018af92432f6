"""Words of the chapter on duplicate cards; what may be said follows from the results alone.

The words themselves stand in ``mne/texts/card_words.yml``.
"""

import functools

import pandas as pd

from mne.results import Results
from mne.text import texts

OFFICES = ("labour", "ethnic", "health", "schools", "insurance")
_NAMED = 3  # groups that a sentence names
STEPS = ("review", "report", "exchange", "list", "valid", "handed")


def words(block: str, key: str, lang: str) -> str:
    """Words of ``mne/texts/card_words.yml``."""
    return texts("mne.texts", "card_words.yml")[block][key][lang]


def title_of(code: str, lang: str) -> str:
    """What a title is called, without digits: "HN" is "Người thuộc hộ nghèo"."""
    return words("titles", code, lang)


def stored(review, indicator: str, **where) -> pd.DataFrame:
    """Results of an indicator in the last year of which there is a list of cards."""
    return review.indicator(indicator, **where).loc[lambda d: d["period"] == period(review.results)]


@functools.lru_cache(maxsize=8)
def period(results: Results) -> str:
    """The last year of which there is a list of cards; an empty string where there is none."""
    return max(results.select("cards_listed")["period"], default="")


def names(writer) -> dict:
    """What texts of this chapter may name besides what all texts may."""
    review, lang = writer.review, writer.lang
    return {
        "decided": lambda: writer.has("duplicates"), "card_word": lambda block, key: words(block, key, lang),
        "linkage_model": lambda: _model(review),
        "most_often": lambda indicator, prefix: most_often(review, indicator, prefix)[:_NAMED], "steps": lambda: _steps(writer),
        "shares": lambda: shares(writer), "examples": lambda: examples(writer),
        "outcome": lambda name: words("bands", writer.row("card_example_weight", group=f"{name}-sum")["reason"], lang),
        "titles_of": lambda group: [title_of(code, lang) for code in group.split("-")[1:]],
    }  # fmt: skip


def _model(review) -> dict[str, str]:
    """Name, version and hash of the model of linkage; empty where none was used."""
    found = stored(review, "card_weight_limit")
    return dict(zip(("name", "version", "hash"), found.iloc[0]["reason"].split(" "), strict=True)) if len(found) else {}


def most_often(review, indicator: str, prefix: str) -> list[str]:
    """Groups of an indicator that begin so, the largest first; those that are withheld are left out."""
    found = stored(review, indicator, area=review.frame.area)
    found = found[found["group"].str.startswith(f"{prefix}-") & found["estimate"].notna()]
    return list(found.sort_values(["estimate", "group"], ascending=[False, True])["group"])


def _steps(writer) -> list[str]:
    """Steps of issuing of which days are known, in order."""
    return [step for step in STEPS if writer.has("card_step_days", group=f"step-{step}")]


def shares(writer) -> list[dict]:
    """Districts with a published share of duplicates, the smallest first."""
    found = stored(writer.review, "duplicates_share", area=writer.review.frame.districts, group="least")
    return found[found["estimate"].notna()].sort_values(["estimate", "area"]).to_dict("records")


def examples(writer) -> list[str]:
    """Invented pairs that could be weighed, the heaviest first."""
    found = stored(writer.review, "card_example_weight")
    found = found[found["group"].str.endswith("-sum")].sort_values("estimate", ascending=False)
    return [group.removesuffix("-sum") for group in found["group"]]
