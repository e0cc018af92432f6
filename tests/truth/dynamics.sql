-- What becomes of households from review to review.

-- exit_rate | ratio
select year, district_before as district, commune_before as commune,
       (before = 'poor' and now <> 'poor')::int as numerator, (before = 'poor')::int as denominator
from consecutive where before is not null and now is not null

-- exit_to_near_poor | ratio
select year, district_before as district, commune_before as commune,
       (before = 'poor' and now = 'near_poor')::int as numerator, (before = 'poor')::int as denominator
from consecutive where before is not null and now is not null

-- exit_above_near_poor | ratio
select year, district_before as district, commune_before as commune,
       (before = 'poor' and now = 'not_poor')::int as numerator, (before = 'poor')::int as denominator
from consecutive where before is not null and now is not null

-- robust_exit_rate | ratio
select l.year, f.district_before as district, f.commune_before as commune,
       (f.before = 'poor' and l.before = 'not_poor' and l.now = 'not_poor')::int as numerator, (f.before = 'poor')::int as denominator
from consecutive f join consecutive l on l.household = f.household and l.year = f.year + 1
where f.before is not null and l.before is not null and l.now is not null

-- reentry_rate | ratio
with seen as (
    select c.*, exists (
        from households e where e.household = c.household and e.year < c.year - 1 and e.status = 'poor'
        and same_household(e.head, e.born_year, c.head, c.born_year)) as poor_earlier
    from consecutive c where before is not null and now is not null
)
select year, district, commune, (now = 'poor' and before <> 'poor' and poor_earlier)::int as numerator,
       (before <> 'poor' and poor_earlier)::int as denominator
from seen

-- new_poverty_rate | ratio
with seen as (
    select c.*, exists (
        from households e where e.household = c.household and e.year < c.year and e.status = 'poor'
        and same_household(e.head, e.born_year, c.head, c.born_year)) as poor_earlier
    from consecutive c where before is not null and now is not null
)
select year, district, commune, (now = 'poor' and not poor_earlier)::int as numerator, (not poor_earlier)::int as denominator from seen

-- split_poor_share | ratio
select year, district, commune, (status = 'poor')::int as numerator, 1 as denominator
from households where movement = 'split' and status is not null

-- chronic_share | ratio
select getvariable('last_year') as year, arg_max(district, year) as district, arg_max(commune, year) as commune,
       (count(*) filter (status = 'poor') >= 3 and count(status) = getvariable('reviews'))::int as numerator,
       (count(status) = getvariable('reviews'))::int as denominator
from households group by household

-- chronic_observed | ratio
select getvariable('last_year') as year, arg_max(district, year) as district, arg_max(commune, year) as commune,
       (10 * count(*) filter (status = 'poor') >= 6 * count(status))::int as numerator, 1 as denominator
from households group by household having count(status) > 0

-- transient_share | ratio
with gaps as (
    select *, income / line as level, least(1, greatest(0, 1 - income / line)) as gap from review where income is not null and line is not null
)
select getvariable('last_year') as year, arg_max(district, year) as district, arg_max(commune, year) as commune,
       avg(gap * gap) - power(least(1, greatest(0, 1 - avg(level))), 2) as numerator, avg(gap * gap) as denominator
from gaps group by household having count(*) = getvariable('reviews')

-- panel_match_rate | ratio
select b.year + 1 as year, b.district, b.commune, 1 as denominator,
       ((b.year + 1, b.household) in (select (year, household) from consecutive)
        or (b.year + 1, b.household) in (select (year, merged_from) from households where merged_from is not null))::int as numerator
from households b where b.year < getvariable('last_year')

-- flow_residual | ratio
-- Each term of the account is counted by commune on its own; what is left over must be nothing.
with reported as (select year, commune from households group by all),
both_reported as (select n.year, n.commune from reported n join reported b on b.commune = n.commune and b.year = n.year - 1),
moved as (
    select * from consecutive where before is not null and now is not null
    and (year, commune) in (from both_reported) and (year, commune_before) in (from both_reported)
),
only_before as (
    select b.year + 1 as year, b.district, b.commune, b.status, exists (
        from households n where n.year = b.year + 1 and n.merged_from = b.household) as merged
    from households b where (b.year + 1, b.commune) in (from both_reported) and b.status is not null
    and (b.year + 1, b.household) not in (select (year, household) from consecutive)
),
only_now as (
    select n.year, n.district, n.commune, n.status, n.parent from households n
    where (n.year, n.commune) in (from both_reported) and n.status is not null
    and (n.year, n.household) not in (select (year, household) from consecutive)
),
terms as (
    select year, district, commune, 'poor now' as term from moved where now = 'poor'
    union all select year, district, commune, 'poor now' from only_now where status = 'poor'
    union all select year, district_before, commune_before, 'poor before' from moved where before = 'poor'
    union all select year, district, commune, 'poor before' from only_before where status = 'poor'
    union all select year, district, commune, 'exit' from moved where commune = commune_before and before = 'poor' and now <> 'poor'
    union all select year, district, commune, 'entry' from moved where commune = commune_before and before <> 'poor' and now = 'poor'
    union all select year, district, commune, 'moved in' from moved where commune <> commune_before and now = 'poor'
    union all select year, district_before, commune_before, 'moved out' from moved where commune <> commune_before and before = 'poor'
    union all select year, district, commune, if(merged, 'merged', 'moved out') from only_before where status = 'poor'
    union all select year, district, commune, if(parent is not null, 'split', 'moved in') from only_now where status = 'poor'
)
select year, district, commune, (term = 'poor before')::int as denominator,
       case term when 'poor now' then 1 when 'poor before' then -1 when 'exit' then 1 when 'entry' then -1 when 'split' then -1
       when 'moved in' then -1 when 'merged' then 1 when 'moved out' then 1 end as numerator
from terms
