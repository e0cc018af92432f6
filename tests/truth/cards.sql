-- Health-insurance cards, and what a sample of adults says of them.

-- card_coverage_of_eligible | ratio
with holders as (
    select p.year + 1 as year, p.district, p.commune, p.name, p.born_year,
           h.status = 'poor' or (p.ethnicity <> 'kinh' and c.region in ('region_2', 'region_3')) as eligible
    from persons p
    left join households h on h.year = p.year and h.household = p.household
    left join communes c on c.year = p.year and c.commune = p.commune
    where p.year + 1 in (select year from cards) and p.name is not null and p.born_year is not null
)
select year, district, commune, 1 as denominator,
       exists (from valid_cards v where v.year = o.year and v.name = o.name and v.born_year = o.born_year and v.commune = o.commune)::int as numerator
from holders o where eligible

-- duplicate_card_rate | ratio
select year, district, commune, 1 as denominator,
       (number > min(number) over (partition by year, name, born_year, commune))::int as numerator
from valid_cards where known

-- duplicate_card_rate_sure | ratio
select year, district, commune, 1 as denominator,
       (number > min(number) over (partition by year, name, sex, born, commune))::int as numerator
from valid_cards where name is not null and sex is not null and born is not null and commune is not null

-- duplicate_card_cost | ratio
with months as (select unnest(range(1, 13)) as month),
spending as (
    select c.year, c.district, c.commune, c.number, c.name, c.born_year, sum(month_rate(getvariable('premium'), make_date(c.year, m.month, 1))) as vnd
    from valid_cards c join months m
    on (valid_from is null or date_trunc('month', valid_from) <= make_date(c.year, m.month, 1))
    and (valid_to is null or valid_to >= make_date(c.year, m.month, 1))
    where known group by all
)
select year, district, commune, vnd as denominator,
       case when number > min(number) over (partition by year, name, born_year, commune) then vnd else 0 end as numerator
from spending

-- card_inclusion_error | ratio
with entitled as (
    select p.year + 1 as year, p.name, p.born_year, p.commune, h.status
    from persons p join households h on h.year = p.year and h.household = p.household
)
select c.year, c.district, c.commune, 1 as denominator,
       (not exists (from entitled e where e.year = c.year and e.name = c.name and e.born_year = c.born_year and e.commune = c.commune
                    and (e.status = 'poor' or c.title = 'CN' and e.status = 'near_poor')))::int as numerator
from valid_cards c where known and title in ('HN', 'CN')

-- days_to_card | median
with reported as (
    select try_cast(period as int) + 1 as year, district, min(coalesce(sent, issued)) as day from documents where kind = 'report' group by all
)
select c.year, c.district, date_diff('day', r.day, c.handed) as value
from valid_cards c join reported r on r.year = c.year and r.district = c.district where c.handed is not null and c.title in ('HN', 'CN')

-- card_use | ratio
select year(day) as year, district, commune, used_card::int as numerator, 1 as denominator from awareness_survey where has_card

-- knows_card_rights | ratio
select year(day) as year, district, commune, knows_rights::int as numerator, 1 as denominator from awareness_survey where has_card

-- knows_where | ratio
select year(day) as year, district, commune, knows_where::int as numerator, 1 as denominator from awareness_survey
