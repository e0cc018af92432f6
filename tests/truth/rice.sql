-- Relief rice, and how well benefits find the poor.

-- relief_rice_allocated | sum
select year(day) as year, district, commune, kg / 1000 as numerator from rice_flow where stage = 'allocated'

-- relief_rice_received | sum
select year(day) as year, district, commune, kg / 1000 as numerator from rice_flow where stage = 'received'

-- relief_rice_delivered | sum
select year(day) as year, district, commune, kg / 1000 as numerator from rice_flow where stage = 'delivered'

-- rice_delivered_share | ratio
select year(day) as year, district, null as commune, if(stage = 'delivered', kg, 0) as numerator, if(stage = 'allocated', kg, 0) as denominator
from rice_flow where stage in ('allocated', 'delivered')

-- rice_on_time | ratio
select year(day) as year, district, commune, if(coalesce(day <= due, false), kg, 0) as numerator, kg as denominator
from rice_flow where stage = 'delivered'

-- rice_undelivered | ratio
select year(day) as year, null as district, null as commune, case stage when 'allocated' then kg when 'delivered' then -kg else 0 end as numerator,
       if(stage = 'received', kg, 0) as denominator
from rice_flow

-- rice_exclusion | ratio
select r.year, p.district, p.commune, (p.kg = 0)::int as numerator, 1 as denominator
from rice_recipients p join round_years r on r.round = p.round where p.listed

-- rice_inclusion | ratio
with got as (
    select r.year, p.*, h.household is not null and h.status is null as unknown, coalesce(h.status = 'poor', false) as poor
    from rice_recipients p join round_years r on r.round = p.round
    left join households h on h.household = p.household and h.year = r.year - 1
    where p.kg > 0
)
select year, district, commune, (not listed and not poor)::int as numerator, 1 as denominator from got where not unknown

-- rice_inclusion_kg | ratio
with got as (
    select r.year, p.*, h.household is not null and h.status is null as unknown, coalesce(h.status = 'poor', false) as poor
    from rice_recipients p join round_years r on r.round = p.round
    left join households h on h.household = p.household and h.year = r.year - 1
    where p.kg > 0
)
select year, district, commune, case when not listed and not poor then kg when listed is not null then 0 end as numerator, kg as denominator
from got where not unknown

-- rice_per_person | ratio
select r.year, p.district, p.commune, p.kg as numerator, p.persons as denominator
from rice_recipients p join round_years r on r.round = p.round where p.kg > 0

-- targeting_index | bottom_share
select year, programme, district, income as x, persons as weight, benefit from benefits

-- coverage_of_poor | ratio
select year, programme, district, commune, (benefit > 0)::int as numerator, 1 as denominator from benefits where status = 'poor'

-- leakage | ratio
select year, programme, district, commune, (status <> 'poor')::int as numerator, 1 as denominator
from benefits where benefit > 0 and status is not null

-- leakage_money | ratio
select year, programme, district, commune, if(status <> 'poor', benefit, 0) as numerator, benefit as denominator
from benefits where status is not null
