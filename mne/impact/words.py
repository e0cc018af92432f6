"""Sentences about estimates, with their numbers as each language writes them."""

import math

from mne.text import number, texts


def say(group: str, key: str, lang: str, /, *, digits: int = 3, **facts) -> str:
    """A sentence of ``mne/texts/impact.yml`` in ``lang``.

    Parameters
    ----------
    group, key : where the sentence stands.
    digits : decimals of fractional numbers; whole numbers have none, unknown ones show as a dash.
    **facts : what the sentence names; text is left as it is.
    """
    return texts("mne.texts", "impact.yml")[group][key][lang].format_map({k: shown(v, lang, digits=digits) for k, v in facts.items()})


def shown(value: object, lang: str, *, digits: int = 3) -> object:
    """``value`` as ``lang`` writes it where it is a number, else itself."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if isinstance(value, float) and not math.isfinite(value):
        return "–" if math.isnan(value) else "∞" if value > 0 else "−∞"
    return number(value, lang, digits=0 if isinstance(value, int) else digits)
