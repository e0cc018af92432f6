"""A design that cannot answer the question: no number is given, the reason is."""

from mne.errors import InputError


class Refusal(InputError):
    """The data are sound but the design cannot carry the answer: too few treated clusters, no comparison, no overlap.

    Takes the arguments of :class:`mne.errors.InputError`; ``sentence(lang)`` tells the reason in Vietnamese or English.
    """
