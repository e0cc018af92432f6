-- The indicators of households by district and year in SQL for DuckDB, as somebody writes them who knows both well:
-- one statement a kind of row, all its indicators at once, joins only where they are needed. A block begins with "-- name";
-- each gives year, district and, for an indicator, columns <name>__n and <name>__d.

-- reviews
with measured as (
    select h.year, h.district, h.status, h.movement, h.persons, h.income, c.line, f.new_rural,
           case when h.income <= c.line then least(1, (c.line - h.income) / c.line) when h.income > c.line then 0 end as gap
    from households h
    left join (select year, commune, case area when 'rural' then 400000.0::double when 'urban' then 500000.0::double end as line from communes) c
        on c.year = h.year and c.commune = h.commune
    left join (select commune, new_rural from communes where year = 2013) f on f.commune = h.commune
)
select year, district,
       count(*) filter (status = 'poor') as poor_rate__n, count(status) as poor_rate__d,
       count(*) filter (status = 'near_poor') as near_poor_rate__n, count(status) as near_poor_rate__d,
       sum(persons) filter (status = 'poor') as poor_population_share__n, sum(persons) filter (status is not null) as poor_population_share__d,
       sum(persons * gap) as poverty_gap__n, sum(persons) filter (gap is not null) as poverty_gap__d,
       sum(persons * gap * gap) as poverty_severity__n, sum(persons) filter (gap is not null) as poverty_severity__d,
       count(*) filter (movement = 'split' and status = 'poor') as split_poor_share__n,
       count(status) filter (movement = 'split') as split_poor_share__d,
       count(*) filter (new_rural and status = 'poor') as new_rural_poor_rate__n, count(status) filter (new_rural) as new_rural_poor_rate__d,
       count(*) filter (status = 'poor' and income > line or status = 'not_poor' and income <= line) as status_income_disagreement__n,
       count(status) filter (gap is not null) as status_income_disagreement__d
from measured group by year, district

-- gini
with levels as (select year, district, income, sum(persons) as w from households where income is not null and persons is not null group by all),
ranked as (
    select *, sum(w) over place as total, sum(w) over (partition by year, district order by income) - w / 2 as rank
    from levels window place as (partition by year, district)
)
select year, district, 2 * sum(w * income * (rank / total - 0.5)) / sum(w * income) as income_gini__value from ranked group by year, district

-- completeness
select c.year, c.district, sum(coalesce(l.listed, 0)) as registry_completeness__n, sum(c.households) as registry_completeness__d
from communes c left join (select year, commune, count(status) as listed from households group by all) l on l.year = c.year and l.commune = c.commune
group by c.year, c.district

-- keys
select year, district, sum(rows - 1) as duplicate_keys__n, sum(rows) as duplicate_keys__d
from (select year, household, min(district) as district, count(*) as rows from households group by year, household) group by year, district

-- forward
select b.year + 1 as year, b.district,
       count(*) filter (b.status = 'poor' and n.status <> 'poor') as exit_rate__n, count(n.status) filter (b.status = 'poor') as exit_rate__d,
       count(*) filter (b.status = 'poor' and n.status = 'near_poor') as exit_to_near_poor__n,
       count(n.status) filter (b.status = 'poor') as exit_to_near_poor__d,
       count(*) filter (b.status = 'poor' and n.status = 'not_poor') as exit_above_near_poor__n,
       count(n.status) filter (b.status = 'poor') as exit_above_near_poor__d,
       count(*) filter (n.household is not null or m.household is not null) as panel_match_rate__n, count(*) as panel_match_rate__d
from households b
left join households n on n.household = b.household and n.year = b.year + 1 and same_household(b.head, b.born_year, n.head, n.born_year)
left join (select distinct year, merged_from as household from households where merged_from is not null) m
    on m.household = b.household and m.year = b.year + 1
where b.year < 2013 group by all

-- twice
select n.year, f.district, count(*) filter (f.status = 'poor' and m.status = 'not_poor' and n.status = 'not_poor') as robust_exit_rate__n,
       count(*) filter (f.status = 'poor') as robust_exit_rate__d
from households f
join households m on m.household = f.household and m.year = f.year + 1 and same_household(f.head, f.born_year, m.head, m.born_year)
join households n on n.household = m.household and n.year = m.year + 1 and same_household(m.head, m.born_year, n.head, n.born_year)
where f.status is not null and m.status is not null and n.status is not null group by all

-- back
with pairs as (
    select n.year, n.household, n.district, n.head, n.born_year, n.status as now, b.status as before
    from households n
    join households b on b.household = n.household and b.year = n.year - 1 and same_household(b.head, b.born_year, n.head, n.born_year)
    where n.status is not null and b.status is not null
),
spells as (
    select p.year, p.household, min(e.year) as first from pairs p
    join households e on e.household = p.household and e.year < p.year and e.status = 'poor'
        and same_household(e.head, e.born_year, p.head, p.born_year)
    group by all
)
select p.year, p.district, count(*) filter (now = 'poor' and before <> 'poor' and first < p.year - 1) as reentry_rate__n,
       count(*) filter (before <> 'poor' and first < p.year - 1) as reentry_rate__d,
       count(*) filter (now = 'poor' and first is null) as new_poverty_rate__n, count(*) filter (first is null) as new_poverty_rate__d
from pairs p left join spells s on s.year = p.year and s.household = p.household group by all

-- cohort
select n.year, n.district, sum(n.income) as poor_income_growth__n, sum(b.income) as poor_income_growth__d
from households b
join households n on n.household = b.household and n.year > b.year and same_household(b.head, b.born_year, n.head, n.born_year)
where b.year = 2010 and b.status = 'poor' and b.income is not null and n.income is not null group by all

-- panel
with of_household as (
    select arg_max(h.district, h.year) as district, count(status) as known, count(*) filter (status = 'poor') as poor,
           count(income / line) as measured, avg(power(least(1, greatest(0, 1 - income / line)), 2)) filter (income / line is not null) as squared,
           avg(income / line) as level
    from households h
    left join (select year, commune, case area when 'rural' then 400000.0::double when 'urban' then 500000.0::double end as line from communes) c
        on c.year = h.year and c.commune = h.commune
    group by household
)
select 2013 as year, district, count(*) filter (known = 5 and poor >= 3) as chronic_share__n, count(*) filter (known = 5) as chronic_share__d,
       count(*) filter (known > 0 and 10 * poor >= 6 * known) as chronic_observed__n, count(*) filter (known > 0) as chronic_observed__d,
       coalesce(sum(squared - power(greatest(0, 1 - level), 2)) filter (measured = 5), 0) as transient_share__n,
       coalesce(sum(squared) filter (measured = 5), 0) as transient_share__d
from of_household group by district

-- flows
with reported as (select distinct year, commune from households),
both_reported as (select n.year, n.commune from reported n join reported b on b.commune = n.commune and b.year = n.year - 1),
linked as (
    select coalesce(n.year, b.year + 1) as year, b.district as district_before, b.commune as commune_before, b.status as before,
           n.district, n.commune, n.status as now, n.parent, m.household is not null as merged,
           coalesce(b.commune = n.commune, false) as stayed, b.household is not null and n.household is not null as same
    from households b
    full join households n on n.household = b.household and n.year = b.year + 1 and same_household(b.head, b.born_year, n.head, n.born_year)
    left join (select distinct year, merged_from as household from households where merged_from is not null) m
    on m.household = b.household and m.year = b.year + 1
    where b.status = 'poor' or n.status = 'poor'
),
terms as (
    select year, district_before as district, commune_before as commune, 1 as poor_before,
           (stayed and now <> 'poor')::int + (not same and merged)::int + (not stayed and (same or not merged))::int - 1
           + (stayed and now = 'poor')::int as residual
    from linked where before = 'poor'
    union all
    select year, district, commune, 0,
           1 - (stayed and before <> 'poor')::int - (not same and parent is not null)::int - (not stayed and (same or parent is null))::int
           - (stayed and before = 'poor')::int
    from linked where now = 'poor'
)
select t.year, t.district, sum(residual) as flow_residual__n, sum(poor_before) as flow_residual__d
from terms t join both_reported r on r.year = t.year and r.commune = t.commune group by all
