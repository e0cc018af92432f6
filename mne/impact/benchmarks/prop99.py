"""California's Proposition 99: cigarettes sold in packs a head, 39 states, 1970-2000; the tax came in 1989."""

from pathlib import Path

import pandas as pd

from mne.impact.synthetic import placebo_difference, synthetic_control, synthetic_difference


def compute(folder: Path) -> dict[str, float]:
    """Effects, in packs a head and year over 1989-2000, with standard errors and ranks from all 38 placebos, by name."""
    panel = pd.read_csv(folder / "california_prop99.csv", sep=";")
    found = {}
    for name, estimator in (("control", synthetic_control), ("synthetic_difference", synthetic_difference), ("difference", placebo_difference)):
        effect = estimator(panel, outcome="PacksPerCapita", unit="State", time="Year", treated="California", start=1989)
        found |= {name: effect.estimate, f"{name}_se": effect.se, f"{name}_p": effect.p_value}
        if name != "difference":
            donors = effect.parts[effect.parts["kind"] == "donor"].set_index("label")["weight"]
            found |= {f"{name}_{state.lower()}": donors[state] for state in ("Utah", "Nevada")}
    found |= {f"{name}_printed": found[name] for name in ("control", "synthetic_difference", "difference")}
    return found
