-- Rates, gaps and spread of one review, and incomes of those who were poor in the base year.

-- poor_rate | ratio
select year, district, commune, (status = 'poor')::int as numerator, 1 as denominator from households where status is not null

-- near_poor_rate | ratio
select year, district, commune, (status = 'near_poor')::int as numerator, 1 as denominator from households where status is not null

-- poor_population_share | ratio
select year, district, commune, case when status = 'poor' then persons else 0 end as numerator, persons as denominator
from households where status is not null and persons is not null

-- yearly_fall | value
-- Percentage points.
with rates as (
    select year, district, 100 * avg((status = 'poor')::int) as rate from households where status is not null group by year, district
    union all select year, null, 100 * avg((status = 'poor')::int) from households where status is not null group by year
)
select n.year, n.district, b.rate - n.rate as value
from rates n join rates b on b.year = n.year - 1 and b.district is not distinct from n.district

-- poverty_gap | ratio
select year, district, commune, persons as denominator,
       case when income <= line then persons * least(1, (line - income) / line) else 0 end as numerator
from review where income is not null and persons is not null and line is not null

-- poverty_severity | ratio
select year, district, commune, persons as denominator,
       case when income <= line then persons * power(least(1, (line - income) / line), 2) else 0 end as numerator
from review where income is not null and persons is not null and line is not null

-- ethnic_gap | value
-- Percentage points; null where either group has nobody.
with known as (select year, district, people, (status = 'poor')::int as poor from review where status is not null and people is not null)
select year, district, 100 * (avg(poor) filter (people = 'minority') - avg(poor) filter (people = 'kinh')) as value
from (select * from known union all select year, null, people, poor from known) group by year, district

-- income_gini | gini
select year, district, income as x, persons as weight from households where income is not null and persons is not null

-- new_rural_poor_rate | ratio
select year, district, commune, (status = 'poor')::int as numerator, 1 as denominator from review where new_rural and status is not null

-- status_income_disagreement | ratio
select year, district, commune, 1 as denominator,
       (status = 'poor' and income > line or status = 'not_poor' and income <= line)::int as numerator
from review where status is not null and income is not null and line is not null

-- poor_income_growth | ratio
select n.year, n.district, n.commune, n.income / coalesce(dn.index, 1) as numerator, b.income / coalesce(db.index, 1) as denominator
from households b
join households n on n.household = b.household and n.year > b.year and same_household(b.head, b.born_year, n.head, n.born_year)
left join deflator dn on dn.year = n.year
left join deflator db on db.year = b.year
where b.year = getvariable('base_year') and b.status = 'poor' and b.income is not null and n.income is not null

-- registry_completeness | ratio
select c.year, c.district, c.commune, c.households as denominator,
       (select count(*) from households h where h.year = c.year and h.commune = c.commune and h.status is not null) as numerator
from communes c

-- duplicate_keys | ratio
select year, district, commune, 1 as denominator, (row_number() over (partition by year, household order by district, commune) > 1)::int as numerator
from households
