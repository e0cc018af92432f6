-- What several statements look at. Nothing here is taken from the package: it is written from the definitions alone.

-- same_household | macro
-- One code in two years is one household unless head and year of birth both differ, which needs both to be known in both years.
(head_a, born_a, head_b, born_b) as not coalesce(head_a <> head_b and born_a <> born_b, false)

-- month_rate | macro
-- The rate in force on the first day of a month; nought before the first decision.
(rates, on_day) as coalesce(list_last(list_sort(list_filter(rates, lambda r: r.day <= on_day))).rate, 0)

-- review | view
select h.*, c.area, c.region, l.line, frozen.new_rural,
       case when h.ethnicity = 'kinh' then 'kinh' when h.ethnicity is not null then 'minority' end as people
from households h
left join communes c on c.year = h.year and c.commune = h.commune
left join lines l on l.area = c.area
left join (select commune, new_rural from communes where year = getvariable('last_year')) frozen on frozen.commune = h.commune

-- consecutive | view
-- A household in one review and in the next one, where it is the same.
select n.year, n.household, b.district as district_before, b.commune as commune_before, b.status as before,
       n.district, n.commune, n.status as now, n.head, n.born_year, b.head as head_before, b.born_year as born_before
from households b
join households n on n.household = b.household and n.year = b.year + 1 and same_household(b.head, b.born_year, n.head, n.born_year)

-- valid_cards | view
-- Cards that are valid in the middle of the year of their list.
select *, name is not null and born_year is not null and commune is not null as known
from cards
where (valid_from is null or valid_from <= make_date(year, 6, 30)) and (valid_to is null or valid_to >= make_date(year, 6, 30))

-- round_years | view
select round, min(year(day)) as year from rice_flow group by round

-- benefits | view
-- Each household of the list that a benefit of the year goes by, with what it got; nought where it got nothing.
with paid as (
    select 'rice' as programme, r.year, p.household, p.kg as benefit from rice_recipients p join round_years r on r.round = p.round
    union all select 'electricity', year, household, amount from electricity
    union all select 'tet', year, household, amount from tet_support
    union all select 'education', year, household, amount from education
),
sums as (select programme, year, household, sum(benefit) as benefit from paid group by all),
given as (select distinct programme, year from paid)
select g.programme, g.year, h.district, h.commune, h.household, h.income, h.persons, h.status, coalesce(s.benefit, 0) as benefit
from given g
join households h on h.year = case when g.programme = 'education' then g.year else g.year - 1 end
left join sums s on s.programme = g.programme and s.year = g.year and s.household = h.household
where h.income is not null and h.persons is not null
