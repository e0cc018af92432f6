"""Records of one person or one household found again: duplicate cards in the lists of a year, households over the years."""

from mne.linkage.duplicates import Duplicates, find_duplicates

__all__ = ["Duplicates", "find_duplicates"]
