with ratings as (
    select * from {{ ref("fct_satisfaction_ratings") }}
),

final as (
    select
        account,
        day,
        channel,
        support_group,
        sum(case when score = 'good' then 1 else 0 end) as numerator,
        count(*) as denominator
    from ratings
    where is_answered
    group by account, day, channel, support_group
)

select * from final
