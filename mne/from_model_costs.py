"""What the models cost, per household and per household that left the list because of them; and what follows for each district."""

import numpy as np
import pandas as pd

from mne.impact import Effect
from mne.impact.cost import cost_effectiveness, ingredients
from mne.impact.decision import decide

_MILLION, _UNIT = 1e6, "million_vnd"  # money is stored in millions

def add_costs(models, headline: dict[str, Effect]) -> None:
    """Store the ingredients, the cost per household and per exit, and the decision for each district.

    Parameters
    ----------
    models : :class:`mne.from_models.Models`. headline : effects on the poor rate by area, in points.
    """
    tables = models.review.tables
    costs, served = tables["model_costs"], tables["model_households"]
    served = served[served["selected"].eq(True).fillna(False)]
    known = costs[costs["item"].notna() & costs["payer"].notna() & costs["amount"].notna()]
    for row in ingredients(known, by=["item"]).to_dict("records"):
        models.add("model_cost", row["amount"] / _MILLION, _UNIT, "impact ingredients", group=f"item-{row['item']}", kind="register", n=int((known["item"] == row["item"]).sum()),
                   n_missing=len(costs) - len(known))  # fmt: skip
    rows = []
    for area, effect in headline.items():
        own = slice(None) if area == models.area else costs["district"] == area
        joined = served if area == models.area else served[served["district"] == area]
        spent, households = costs.loc[own, "amount"].sum(), len(joined)
        residents = _residents(models, area)
        # The effect is on all households of the communes; exits are counted per household that took part.
        per_joined = residents / households if households else np.nan
        if not households or not spent > 0:
            continue
        found = cost_effectiveness(-effect.estimate / 100 * per_joined, effect.se / 100 * per_joined, cost=float(spent), households=households, df=effect.df)
        models.add("model_cost_household", found.cost_per_household / _MILLION, _UNIT, "impact cost", area=area, kind="register", n=households)
        low, high = found.interval
        models.add("model_cost_exit", found.cost_per_exit / _MILLION, _UNIT, "impact cost", area=area, n=households, reason=found.kind,
                   ci_low=low / _MILLION if found.kind == "bounded" else None, ci_high=high / _MILLION if found.kind == "bounded" else None)  # fmt: skip
        bounds = (low, high) if found.kind == "bounded" else (np.nan, np.nan)
        rows.append({"area": area, "estimate": -effect.estimate, "conf_low": -effect.conf_int()[1], "conf_high": -effect.conf_int()[0],
                     "grade": models.results[f"model_evidence.{area}.{models.period}"]["grade"], "cost_low": bounds[0], "cost_high": bounds[1]})  # fmt: skip
    if not rows:
        return
    smallest, largest = models.plan["outcomes"][0]["minimal_effect"], models.plan["exit_cost"]
    for name, value, unit in (("minimal_effect", smallest, "points"), ("exit_cost", largest / _MILLION, _UNIT)):
        models.add("model_setting", value, unit, "impact plan", group=name, kind="norm")
    for row in decide(pd.DataFrame(rows), minimal_effect=smallest, benchmark=largest).to_dict("records"):
        models.add("model_decision", row["estimate"], "points", "impact decision", area=row["area"], ci_low=row["conf_low"], ci_high=row["conf_high"],
                   grade=row["grade"], reason=f"{row['decision']}:{row['rule']}")  # fmt: skip


def _residents(models, area: str) -> int:
    """Households of communes with a model in the last year, of the whole area or a district."""
    rows = models.studies.panel.rows
    last = rows[(rows["year"] == rows["year"].max()) & rows["first_treated"].notna()]
    return int(len(last) if area == models.area else (last["district"] == area).sum())
