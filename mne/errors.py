"""A user's mistake, told in one sentence: where, what was found, what is allowed, what to do."""

import difflib
from collections.abc import Iterable

from mne.text import message

_LONGEST = 80  # letters of a quoted fact: enough to find it in the file, short enough to read


class InputError(Exception):
    """A mistake in a file or an argument; never a traceback.

    Parameters
    ----------
    code : str
        Key of the sentence in ``mne/texts/errors.yml``.
    **facts
        What the sentence names: ``where`` (file, line), ``key``, ``found``, ``allowed``, ``nearest``.
        A fact may be a function of the language.

    Notes
    -----
    ``str(error)`` is English; :meth:`sentence` gives the language of the session.
    """

    def __init__(self, code: str, **facts):
        super().__init__(code)
        self.code, self.facts = code, facts

    def sentence(self, lang: str = "en") -> str:
        """The whole mistake in one sentence of ``lang`` ("vi" or "en"), on one line."""
        facts = {k: v(lang) if callable(v) else v for k, v in self.facts.items()}
        facts |= {k: quoted(facts[k]) for k in ("key", "found") if k in facts}
        parts = [message(self.code, lang, **facts)]
        near, allowed = facts.get("nearest"), facts.get("allowed")
        # A list that had to be cut says less than the one name that fits.
        if allowed and not (near and ", …, " in allowed):
            parts.append(message("allowed", lang, allowed=allowed))
        if near:
            parts.append(message("nearest", lang, nearest=near))
        return "; ".join(parts) + "."

    def __str__(self) -> str:
        return self.sentence("en")

    def _render_traceback_(self) -> list[str]:
        # IPython shows this instead of a traceback; a notebook has no language before it has run.
        return [self.sentence("vi"), self.sentence("en")]


def quoted(found: object) -> str:
    """What was found, fit for a sentence: on one line, cut where it is very long."""
    text = " ".join("".join(c if c.isprintable() else " " for c in str(found)).split())
    return text if len(text) <= _LONGEST else text[:_LONGEST].rstrip() + "…"


def nearest(name: object, known: Iterable[str], *, closeness: float = 0.6) -> str:
    """The known name that looks most like ``name``, or an empty string."""
    found = difflib.get_close_matches(str(name), sorted(known), n=1, cutoff=closeness)
    return found[0] if found else ""


def listed(names: Iterable[str], *, limit: int = 20) -> str:
    """Names for a sentence: sorted, and of more than ``limit`` the first ones and the last."""
    names = sorted(names)
    return ", ".join(names if len(names) <= limit else [*names[: limit - 2], "…", names[-1]])
