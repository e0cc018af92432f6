-- Support of households and persons: electricity, school, training, models, plans, Tết gifts.

-- electricity_coverage | ratio
select q.year, h.district, h.commune, 1 as denominator, exists (
    from electricity e where e.year = q.year and e.quarter = q.quarter and e.household = h.household and e.amount > 0)::int as numerator
from (select distinct year, quarter, district from electricity) q
join households h on h.year = q.year - 1 and h.district = q.district where h.status = 'poor'

-- electricity_completeness | ratio
with quarters as (
    select distinct year, quarter, district, month_rate(getvariable('electricity'), make_date(year, 3 * quarter - 2, 1))
           + month_rate(getvariable('electricity'), make_date(year, 3 * quarter - 1, 1))
           + month_rate(getvariable('electricity'), make_date(year, 3 * quarter, 1)) as due
    from electricity
),
paid as (select year, quarter, household, sum(amount) as amount from electricity group by all)
select q.year, h.district, h.commune, coalesce(p.amount, 0) as numerator, q.due as denominator
from quarters q join households h on h.year = q.year - 1 and h.district = q.district
left join paid p on p.year = q.year and p.quarter = q.quarter and p.household = h.household
where h.status = 'poor'

-- education_coverage | ratio
with pupils as (
    select p.year, p.district, p.commune, p.household, p.name, p.born_year, h.status, p.year - p.born_year as age
    from persons p join households h on h.year = p.year and h.household = p.household where p.pupil
)
select year, district, commune, 1 as denominator, exists (
    from education e where e.year = p.year and e.household = p.household and e.name = p.name and e.born_year = p.born_year)::int as numerator
from pupils p
where status = 'poor' and age between 3 and 21 or status = 'near_poor' and (age between 3 and 5 or age between 11 and 21)

-- school_attendance | ratio
with members as (
    select p.year, p.district, p.commune, p.pupil,
           p.year - p.born_year - coalesce((p.born > make_date(p.born_year, 9, 1))::int, 0) as age
    from persons p join households h on h.year = p.year and h.household = p.household where h.status = 'poor'
)
select year, district, commune, pupil::int as numerator, 1 as denominator from members where age between 6 and 15 and pupil is not null

-- persons_trained | sum
select year, district, commune, completed::int as numerator from training

-- poor_among_trainees | ratio
select year, district, commune, (status in ('poor', 'near_poor'))::int as numerator, 1 as denominator from training where status is not null

-- employed_after_training | ratio
select year, district, commune, employed::int as numerator, 1 as denominator from training where completed and traced and employed is not null

-- employed_lower_bound | ratio
select year, district, commune, coalesce(employed, false)::int as numerator, 1 as denominator from training where completed

-- models_running | ratio
with years as (select unnest(range(2000, getvariable('last_year') + 1)) as year)
select y.year, m.district, m.commune, 1 as denominator,
       (m.started <= make_date(y.year::int, 12, 31) and (m.ended is null or m.ended >= make_date(y.year::int, 12, 31)))::int as numerator
from models m join years y on y.year >= year(m.decided)

-- participants_escaped | ratio
select n.year, m.district, m.commune, (n.status <> 'poor')::int as numerator, 1 as denominator
from model_households m
join households b on b.household = m.household and b.year = year(m.joined) - 1 and b.status = 'poor'
join households n on n.household = m.household and n.year between year(m.joined) and getvariable('last_year')
where m.selected and n.status is not null

-- named_sponsor | ratio
select y.year, h.district, h.commune, 1 as denominator, exists (
    from household_plans p where p.year = y.year and p.household = h.household and p.sponsor is not null and p.delivered)::int as numerator
from (select distinct year from household_plans) y join households h on h.year = y.year - 1 where h.status = 'poor'

-- plan_coverage | ratio
select y.year, h.district, h.commune, 1 as denominator, exists (
    from household_plans p where p.year = y.year and p.household = h.household)::int as numerator
from (select distinct year from household_plans) y join households h on h.year = y.year - 1 where h.status = 'poor'

-- cause_mismatch | ratio
with fitting(cause, support) as (
    values ('land', 'land'), ('capital', 'credit'), ('labour', 'health'), ('labour', 'job'), ('illness', 'health'), ('skills', 'training'),
           ('jobs', 'job'), ('jobs', 'training'), ('idle', 'training'), ('idle', 'job'), ('idle', 'credit')
)
select year, district, commune, 1 as denominator,
       (not (cause = 'other' and support <> 'none' or (cause, support) in (from fitting)))::int as numerator
from household_plans where cause is not null and support is not null

-- tet_coverage | ratio
select y.year, h.district, h.commune, 1 as denominator, exists (
    from tet_support t where t.year = y.year and t.household = h.household)::int as numerator
from (select distinct year from tet_support) y join households h on h.year = y.year - 1 where h.status = 'poor'
