"""Impact estimates that stay honest with few clusters: designs, estimators, inference, sensitivity, cost.

>>> from mne.impact import Study
>>> study = Study(panel, outcome="poor", unit="household", time="year", first_treated="since", assignment="district")
>>> print(study.design().summary("vi"))
>>> study.inference()["imputation"].tests
"""

from mne.impact.effect import Effect
from mne.impact.refusal import Refusal
from mne.impact.study import Study

__all__ = ["Effect", "Refusal", "Study"]
