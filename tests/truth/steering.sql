-- Money, inspections, reports, exchanges between agencies, and how many policies reach a household.
-- A year of which a table says nothing is not reported: it is left out and is not nought.

-- budget_execution | ratio
select year, district, null as commune, if(stage = 'spent', amount, 0) as numerator, if(stage = 'allocated', amount, 0) as denominator
from budget_lines where stage in ('spent', 'allocated')

-- budget_planned_share | ratio
select year, district, null as commune, if(stage = 'allocated', amount, 0) as numerator, if(stage = 'planned', amount, 0) as denominator
from budget_lines where stage in ('allocated', 'planned')

-- allocation_per_poor | ratio
select b.year, b.district, null as commune, b.amount / coalesce(d.index, 1) as numerator, 0 as denominator
from budget_lines b left join deflator d on d.year = b.year where b.stage = 'allocated'
union all
select year + 1, district, null, 0, 1 from households
where status = 'poor' and year + 1 in (select year from budget_lines where stage = 'allocated')

-- socialised_share | ratio
select year, district, null as commune, amount as numerator, amount as denominator from contributions
where year in (select year from budget_lines where stage = 'allocated')
union all
select year, district, null, 0, amount from budget_lines where stage = 'allocated' and year in (select year from contributions)

-- social_per_poor | ratio
select year, district, null as commune, amount as numerator, 0 as denominator from contributions
union all
select year + 1, district, null, 0, 1 from households where status = 'poor' and year + 1 in (select year from contributions)

-- villages_paid | ratio
select year, district, commune, villages_paid as numerator, villages as denominator from review_payments

-- communes_inspected | ratio
select c.year, c.district, c.commune, 1 as denominator,
       exists (from inspections i where year(i.day) = c.year and i.commune = c.commune)::int as numerator
from communes c where c.year in (select year(day) from inspections)

-- findings_closed_in_time | ratio
select year(day) as year, district, commune, if(coalesce(closed_day <= due, false), closed, 0) as numerator, findings as denominator
from inspections where due <= getvariable('cutoff')

-- reports_on_time | ratio
select try_cast(period as int) as year, district, null as commune, (sent <= due)::int as numerator, 1 as denominator
from documents where kind = 'report' and due <= getvariable('cutoff') and sent is not null

-- days_to_report | median
select try_cast(period as int) as year, district, date_diff('day', make_date(try_cast(period as int), 12, 31), sent::date) as value
from documents where kind = 'report' and due <= getvariable('cutoff')

-- handover_days | median
select year(sent) as year, district, date_diff('day', sent, received) as value from agency_exchange

-- lists_matched | ratio
select year(sent) as year, district, null as commune, matched as numerator, records as denominator from agency_exchange

-- reach | view
-- Which of six policies reached each household that was poor in the review before the last one.
with reached as (
    select getvariable('last_year') as year, h.district, h.commune,
           h.household in (select household from electricity where year = h.year + 1 and amount > 0) as electricity,
           h.household in (select household from tet_support where year = h.year + 1) as tet,
           h.household in (select p.household from rice_recipients p join round_years r on r.round = p.round
                           where r.year = h.year + 1 and p.kg > 0) as rice,
           h.household in (select household from education where year = h.year and household is not null) as education,
           h.household in (select household from household_plans where year = h.year + 1) as plan,
           h.household in (select household from model_households where selected and year(joined) <= h.year + 1) as model
    from households h where h.year = getvariable('last_year') - 1 and h.status = 'poor'
)
select *, electricity::int + tet::int + rice::int + education::int + plan::int + model::int as policies from reached

-- two_policies | ratio
select year, district, commune, (policies >= 2)::int as numerator, 1 as denominator from reach

-- no_policy | ratio
select year, district, commune, (policies = 0)::int as numerator, 1 as denominator from reach

-- mean_policies | ratio
select year, district, commune, policies as numerator, 1 as denominator from reach

-- communes_four_policies | ratio
select year, district, commune, 1 as denominator,
       (max(electricity::int) + max(tet::int) + max(rice::int) + max(education::int) + max(plan::int) + max(model::int) >= 4)::int as numerator
from reach group by year, district, commune

-- directive_criteria | ratio
select year, null as district, null as commune, owner::int + deadline::int + resource::int + measurable::int as numerator, 1 as denominator
from directives
