"""A fictional province with planted truths, written as the messy files that offices would send.

Everything that an edition with real files needs is made here for a province that does not exist,
together with an answer key that the reading, the checks and the estimates can be held against.
"""

from mne.simulate.make import simulate
from mne.simulate.world import World

__all__ = ["World", "simulate"]
