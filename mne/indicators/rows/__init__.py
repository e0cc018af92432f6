"""Row sets: one row a unit (household-year, card, payment, …) with the features that indicators add up.

A new row set is one function in the module of its family, named here once.
"""

from collections.abc import Callable

import narwhals as nw

from mne.indicators.rows import benefits, cards, dynamics, flows, households, models, money, oversight, policies, rice, schooling, support, survey, training

RowSet = Callable[..., nw.LazyFrame]
ROWS: dict[str, RowSet] = {
    function.__name__: function
    for function in (
        households.household_years, households.commune_years, households.key_rows, flows.flows,
        dynamics.pairs_forward, dynamics.pairs_back, dynamics.triples, dynamics.cohort, dynamics.panel,
        cards.card_holders, cards.card_rows, schooling.pupils, schooling.children, training.trainees, survey.respondents,
        models.model_years, models.participants, rice.rice_rows, rice.rice_households, benefits.benefits,
        support.electricity_quarters, support.tet_households, support.plans_poor, support.plan_rows,
        money.budget_rows, money.budget_households, money.resources, money.resources_households,
        oversight.commune_inspections, oversight.inspection_rows, oversight.reports, oversight.exchanges, oversight.review_villages,
        oversight.directives, policies.policies, policies.commune_policies,
    )
}  # fmt: skip
