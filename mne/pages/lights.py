"""Verdicts and statuses as a sign and words, so that colour is never alone."""

from markupsafe import Markup

from mne.text import label

_SIGN = {"supported": "✔", "partly": "◑", "not_supported": "✖", "not_testable": "?",
         "achieved": "✔", "on_track": "✔", "at_risk": "!", "off_track": "✖", "too_early": "?", "not_assessable": "?"}  # fmt: skip


def light(name: str, lang: str, *, words: str = "") -> Markup:
    """A verdict or status as sign and words, its own or others; colour only repeats what they say."""
    return Markup('<span class="light light-{}"><span aria-hidden="true">{}</span> {}</span>').format(
        name, _SIGN[name], words or label(f"status_{name}", lang))  # fmt: skip
