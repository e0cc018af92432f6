"""Results on the poverty-reduction models: every estimate that the analysis plan promises, with its tests, checks and costs."""

import functools
from collections.abc import Callable

import numpy as np
import pandas as pd

from mne.from_model_costs import add_costs
from mne.impact import Effect, Refusal, Study
from mne.impact.bias import Facts, grade, risk_of_bias
from mne.impact.multiple_testing import holm
from mne.impact.plan import check, label, specifications, unreported
from mne.impact.pooling import pool
from mne.impact.regression_to_mean import regression_to_the_mean
from mne.intake.published import digest, read_neighbours
from mne.model_panel import model_panel
from mne.model_studies import ALL, MAIN, Studies
from mne.results import Results, result_id

_UNITS = {"poor": "points", "poor_or_near_poor": "points", "income": "thousand_vnd_month"}
_TABLES = ("households", "models", "communes")
_LEVELS = ("low", "some", "high", "no_information")
_SHARES = {"attrition_difference": "points", "linkage_rate": "percent", "contaminated": "percent"}  # facts of 0-1, and how they are stored


def studies(review) -> Studies:
    """The studies of an edition with a plan and files of offices."""
    edition, plan, tables = review.edition, review.plan, review.tables
    assignment = plan["assignment"]
    panel = model_panel(tables["households"], tables["communes"], tables["models"], lines=edition.intake.lines.model_dump(),
                        selected_on=assignment["selected_on"], eligible=assignment["eligible"], neighbours=read_neighbours(edition))  # fmt: skip
    return Studies(plan, panel)


class Models:
    """Stores results of the models, all for one area, one span of years and from one set of files."""

    def __init__(self, review, results: Results, put: Callable[[tuple[str, ...]], dict]):
        self.review, self.results, self.studies = review, results, review.studies
        self.plan, self.area = self.studies.plan, review.frame.area
        first = self.studies.panel.rows["first_treated"].min()
        self.period = f"{int(first)}-{review.edition.intake.last_year}"
        plan = {"source": review.edition.plan, "sha256": digest(review.edition.file(review.edition.plan))}
        made = put(_TABLES)
        self.base = {**made, "kind": "model", "source": f"{made['source']}; {plan['source']}", "sha256": f"{made['sha256']}; {plan['sha256']}"}

    def add(self, indicator: str, value: float, unit: str, method: str, **more) -> None:
        """Store one number; unknown numbers are stored as missing."""
        row = {"area": self.area, "period": self.period, **self.base, **more}
        value = float(value)
        self.results.add(indicator=indicator, estimate=value if np.isfinite(value) else None, unit_of_measure=unit, method=method, **row)

    def add_effect(self, indicator: str, effect: Effect, unit: str, **more) -> None:
        """Store an effect with its interval."""
        low, high = effect.conf_int()
        self.add(indicator, effect.estimate, unit, f"impact {effect.method}", se=effect.se, ci_low=low, ci_high=high, n=effect.n,
                 **{"n_missing": effect.n_missing, **more})  # fmt: skip

    def known(self, indicator: str, area: str, group: str = "") -> float | None:
        """A number stored before; None where it is missing."""
        key = result_id(indicator, area, self.period, group)
        value = self.results[key]["estimate"] if key in self.results else None
        return None if value is None or np.isnan(value) else value

    def refused(self, indicator: str, unit: str, refusal: Refusal, **more) -> None:
        """Store that a design cannot answer, and why."""
        self.add(indicator, np.nan, unit, "impact refused", reason=refusal.code, n_missing=1, **more)


def compute(review, results: Results, put: Callable[[tuple[str, ...]], dict]) -> None:
    """Store every result on the models.

    Parameters
    ----------
    put : gives kind, grade, source and hash of some tables.
    """
    if not review.studies.treated_districts:
        return  # no model has begun
    models = Models(review, results, put)
    planned = _planned(models)
    headline = _headline(models)
    _designs(models)
    _assigned_by_districts(models)
    _spillover(models)
    for part, indicator in ((_events, "model_event"), (_history, "model_chosen")):
        try:
            part(models)
        except Refusal as refusal:
            models.refused(indicator, "points", refusal)
    _evidence(models, planned, headline)
    add_costs(models, headline)


def _planned(models: Models) -> dict[str, Effect]:
    """Every row of the plan, and how the plan was kept; returns the main effects by outcome."""
    plan, made, main = models.plan, [], {}
    for row in specifications(plan).to_dict("records"):
        group = _group(row, models.studies.estimator)
        indicator, unit = f"model_effect_{row['outcome']}", _UNITS[row["outcome"]]
        study = models.studies.study(row["outcome"], level=row["assignment"], subgroup=row["subgroup"], check=row["sensitivity"])
        try:
            effect = study.effect(models.studies.estimator_of(row))
            models.add_effect(indicator, effect, unit, group=group)
            main |= {row["outcome"]: effect} if not group else {}
        except Refusal as refusal:
            models.refused(indicator, unit, refusal, group=group)
        made.append(row["specification"])
    reported = label(pd.DataFrame({"specification": made}), plan)
    counts = reported["status"].value_counts().to_dict() | {"unreported": len(unreported(reported, plan))}
    for status in ("planned", "deviation", "exploratory", "unreported"):
        models.add("model_specifications", counts.get(status, 0), "count", "count over the analysis plan", group=status, reason=check(plan))
    return main


def _group(row: dict, estimator: str) -> str:
    """Group of a row of the plan: what makes it differ from the main one."""
    different = [row["estimator"] if row["estimator"] != estimator else "", f"by_{row['assignment']}" if row["assignment"] != "commune" else "",
                 row["subgroup"] if row["subgroup"] != ALL else "", row["sensitivity"] if row["sensitivity"] != MAIN else ""]  # fmt: skip
    return "_".join(filter(None, different))


def _headline(models: Models) -> dict[str, Effect]:
    """The main effect on the poor rate, pooled and of each district, with every few-cluster test; by area."""
    made, draws = {}, models.plan["inference"]["draws"]
    for area in (models.area, *models.studies.treated_districts):
        study = models.studies.study("poor", district=None if area == models.area else area)
        try:
            made[area] = study.inference((models.studies.estimator,), draws=draws)[models.studies.estimator]
        except Refusal as refusal:
            models.refused("model_effect_poor", "points", refusal, area=area, **({"group": "refused"} if area == models.area else {}))
            continue
        if area != models.area:
            models.add_effect("model_effect_poor", made[area], "points", area=area)
        _tests(models, made[area], "model", area)
    # Districts without a model teach the slopes of all of them, so errors are a little alike; the interval takes them as independent.
    districts = [d for d in models.studies.treated_districts if d in made]
    if len(districts) > 1:
        pooled = pool([made[d].estimate for d in districts], [made[d].se for d in districts], labels=districts)
        for group, value, (low, high) in (("", pooled.estimate, pooled.interval), ("prediction", pooled.estimate, pooled.prediction or (np.nan, np.nan))):
            models.add("model_pooled", value, "points", "impact pooled", group=group, ci_low=low, ci_high=high, se=pooled.se, n=len(districts))
        models.add("model_inconsistency", 100 * pooled.i2, "percent", "impact pooled", n=len(districts))
    return made


def _tests(models: Models, effect: Effect, name: str, area: str) -> None:
    """p-values and intervals of an effect's tests, the worst of them, and how far one cluster moves it."""
    for row in effect.tests.to_dict("records"):
        models.add(f"{name}_p", row["p_value"], "count", f"impact {row['test']}", area=area, group=row["test"], n=row["number"])
        bounds = {c: row[f"conf_{c[3:]}"] for c in ("ci_low", "ci_high")}
        models.add(f"{name}_interval", effect.estimate, "points", f"impact {row['test']}", area=area, group=row["test"], n=row["number"],
                   **{c: v if np.isfinite(v) else None for c, v in bounds.items()})  # fmt: skip
    models.add(f"{name}_p", effect.worst_p, "count", "impact worst", area=area, group="worst", n=int(effect.tests["headline"].sum()))
    for group, value in (("lowest", effect.without["estimate"].min()), ("highest", effect.without["estimate"].max())):
        models.add(f"{name}_without", value, "points", "impact leave one out", area=area, group=group, n=len(effect.without))


def _designs(models: Models) -> None:
    """Who is compared with whom: communes, households, balance, attrition, power."""
    for area in (models.area, *models.studies.treated_districts):
        study = models.studies.study("poor", district=None if area == models.area else area)
        inside = np.isin(study.panel.stratum, study.panel.compared)
        design = study.design()
        for arm, chosen in (("treated", study.panel.treated), ("untreated", ~study.panel.treated)):
            models.add("model_communes", (inside & chosen).sum(), "communes", "impact design", area=area, group=arm)
            units = np.isin(study.panel.group, np.flatnonzero(inside & chosen)).sum()
            models.add("model_compared", units, "households", "impact design", area=area, group=arm)
        models.add("model_mde", design.mde, "points", "impact mde", area=area, n=design.df)
        if area == models.area:
            models.add("model_assignments", study.assignments.number if study.assignments.exact else np.nan, "count", "impact assignments")
            _balance(models, study)


def _balance(models: Models, study: Study) -> None:
    """Before the start: normalised differences; and who is still seen at the end."""
    frame = study.frame
    own = frame["district"].isin(models.studies.treated_districts) & frame[["minority", "female_head"]].notna().all(axis=1)
    balance = study.variant(panel=frame[own], selected_on=(), covariates=("minority", "female_head"), exposure=None).design()
    for row in balance.balance.to_dict("records"):
        group = {"poor": "level", "minority": "minority", "female_head": "female_head"}.get(row["variable"], "trend")
        models.add("model_balance", row["normalised_difference"], "deviations", "impact balance", group=group, n=row["n_treated"] + row["n_untreated"])
    models.add("model_balance_p", balance.balance_p, "count", "impact balance")
    for row in balance.attrition.to_dict("records"):
        models.add("model_kept", 100 * row["share"], "percent", "impact attrition", group=row["arm"], n=row["units"], n_missing=row["missing"])


def _assigned_by_districts(models: Models) -> None:
    """The same question if the district is the one that decided: few clusters, all assignments gone through."""
    study = models.studies.study("poor", level="district")
    try:
        effect = study.inference((models.studies.estimator,), draws=models.plan["inference"]["draws"])[models.studies.estimator]
    except Refusal as refusal:
        return models.refused("model_district_p", "count", refusal, group="worst")
    design = study.design()
    _tests(models, effect, "model_district", models.area)
    for indicator, value, unit in (("model_district_mde", design.mde, "points"), ("model_district_clusters", effect.clusters, "districts"),
                                   ("model_district_treated", effect.treated_clusters, "districts"), ("model_district_effective", design.effective_clusters, "districts"),
                                   ("model_district_assignments", study.assignments.number, "count"),
                                   ("model_district_smallest_p", 1 / study.assignments.number, "count")):  # fmt: skip
        models.add(indicator, value, unit, "impact design")


def _spillover(models: Models) -> None:
    """What the models of each district did to neighbouring communes without one; where the plan looks at it, it is taken off the effect."""
    check = next((name for name, c in models.studies.checks.items() if (c["change"], c["value"]) == ("exposure", "all")), MAIN)
    for place in models.studies.treated_districts:
        study = models.studies.study("poor", district=place, check=check)
        if not study.exposure:
            continue
        try:
            effect = study.spillover()
        except Refusal as refusal:
            models.refused("model_spillover", "points", refusal, area=place)
            continue
        models.add_effect("model_spillover", effect, "points", area=place)
        models.add("model_spillover_p", effect.p_value, "count", "impact exposure", area=place)


def _events(models: Models) -> None:
    """Effects by years since the start, before and after it."""
    events = models.studies.study("poor").event_study("callaway_santanna")
    for row in events.tidy().to_dict("records"):
        event = int(row["event_time"])
        models.add("model_event", row["estimate"], "points", "impact event study", group=f"event_{'m' if event < 0 else ''}{abs(event)}", se=row["std_error"],
                   ci_low=row["conf_low"], ci_high=row["conf_high"], n=row["units"])  # fmt: skip
    models.add("model_pretrend_p", events.pretrend_p(), "count", "impact event study", n=events.before)


def _history(models: Models) -> None:
    """What the chosen communes would have done anyway."""
    found = regression_to_the_mean(models.studies.study("poor", check=_unadjusted(models)), before=models.plan["assignment"]["selected_on"])
    for row in found.table.to_dict("records"):
        span = f"{row['since']}-{row['period']}"
        for part in ("difference", "expected", "left"):
            models.add("model_chosen", row[part], "points", "impact regression to the mean", period=span, group=part, ci_low=row[f"{part}_low"],
                       ci_high=row[f"{part}_high"], n=found.places)  # fmt: skip


def _unadjusted(models: Models) -> str:
    """The plan's check without what the choice looked at; the main study where the plan has none."""
    return next((name for name, c in models.studies.checks.items() if c["change"] == "selection"), MAIN)


def _evidence(models: Models, planned: dict[str, Effect], headline: dict[str, Effect]) -> None:
    """Risk of bias by rule, and the grade that chooses the verb, for each area."""
    facts = functools.partial(_facts, models)
    target = models.plan["outcomes"][0]
    primary = {o["name"]: planned[o["name"]].p_value for o in models.plan["outcomes"] if o["role"] == "primary" and o["name"] in planned}
    for name, p in holm(pd.Series(primary)).items():
        models.add("model_p_adjusted", p, "count", "impact holm", group=name, n=len(primary))
    for area, effect in headline.items():
        known = facts(area, effect)
        card = risk_of_bias(known)
        for name, value in vars(known).items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                models.add("model_fact", 100 * value if name in _SHARES else value, _SHARES.get(name, "count"), "impact facts", area=area, group=name)
        for row in card.to_dict("records"):
            models.add("model_bias", _LEVELS.index(row["level"]), "count", "impact bias", area=area, group=row["item"], reason=row["reason"])
        judged = grade(card, randomised=False, estimate=effect.estimate, interval=effect.conf_int(), p_values=effect.tests.loc[effect.tests["headline"], "p_value"],
                       minimal_effect=target["minimal_effect"])  # fmt: skip
        for row in judged.steps.to_dict("records"):
            models.add("model_grade_step", row["change"], "count", "impact grade", area=area, group=row["step"])
        verb = f"{judged.grade}_{judged.direction}" if judged.grade != "D" else "D"
        models.add("model_evidence", effect.estimate, "points", "impact grade", area=area, grade=judged.grade, reason=verb, n=effect.clusters)


def _facts(models: Models, area: str, effect: Effect) -> Facts:
    """What is known about an estimate, for the card."""
    kept = [models.known("model_kept", models.area, arm) for arm in ("treated", "untreated")]
    level, lost = models.known("model_balance", models.area, "level"), None in kept
    places = models.studies.treated_districts if area == models.area else [area]
    removed = [place for place in places if place in models.plan["assignment"]["exposure"]["places"]]
    touched = _touched(models)
    # Where it was taken off it no longer decides, unless nothing else was looked at.
    left = [touched[place] for place in places if place in touched and place not in removed] or [touched[p] for p in removed if p in touched]
    signs = np.sign(effect.without["estimate"]) != np.sign(effect.estimate)
    return Facts(assignment="chosen", balance=None if level is None else abs(level), pretrend_p=models.known("model_pretrend_p", models.area),
                 attrition_difference=None if lost else abs(kept[0] - kept[1]) / 100, linkage_rate=None if lost else min(kept) / 100,
                 spillover_p=min(left, default=None), spillover_removed=set(places) == set(removed), contaminated=_contaminated(models, places), measured_by="register",
                 plan=check(models.plan), deviations=len(models.plan["deviations"]),
                 unreported=int(models.known("model_specifications", models.area, "unreported")), treated_clusters=effect.treated_clusters,
                 control_clusters=effect.clusters - effect.treated_clusters, sign_changes=int(signs.sum()))  # fmt: skip


def _touched(models: Models) -> dict[str, float]:
    """p-values of spill-over by district, adjusted for having looked at several (Holm)."""
    known = {place: p for place in models.studies.treated_districts if (p := models.known("model_spillover_p", place)) is not None}
    return holm(pd.Series(known)).to_dict() if known else {}


def _contaminated(models: Models, places: list[str]) -> float | None:
    """Share of households in communes without a model that took part in one all the same; None where nobody is compared."""
    rows = models.studies.panel.rows
    compared = set(rows.loc[rows["first_treated"].isna() & rows["district"].isin(places), "household"])
    served = models.review.tables["model_households"]
    joined = set(served.loc[served["selected"].eq(True).fillna(False), "household"])
    return len(compared & joined) / len(compared) if compared else None
