"""Monitoring and evaluation of poverty-reduction programmes, from files to a bilingual review.

>>> import mne
>>> review = mne.open("parameters/lang_son.yml")     # nothing computed yet
>>> review.indicator("survey_poor_rate", area="20")  # tidy results

Not to be confused with the PyPI package that shares the import name; the two cannot live in
one environment. This distribution is called ``langson-mne``.
"""

__version__ = "0.1.0"
__all__ = ["InputError", "__version__", "open"]


def __getattr__(name):
    # Late imports: `mne --help` and a typing mistake must not wait for pandas.
    if name == "open":
        from mne.review import open_review

        return open_review
    if name == "InputError":
        from mne.errors import InputError

        return InputError
    raise AttributeError(f"module 'mne' has no attribute {name!r}")
