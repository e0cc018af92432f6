"""``python -m mne``: the same verbs as the ``mne`` command."""

from mne.cli import main

main()
