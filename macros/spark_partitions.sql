{#
    How Spark keeps tables from run to run. A plain table of Spark's can lose a partition, but not a row. So a table that
    is kept has partitions of months (of KPIs, of a KPI and a month), and each has what it is made from in its name:

        _month=2026-11-01/_made_from=<hash of the committed windows that its rows come from>

    A partition that the lake asks for, and that the table does not have, is made; one that the lake does not ask for is
    dropped first. The metastore lists a partition once all its files are there. So this list says what was taken, and
    a run that is killed anywhere leaves nothing that looks as if it were made (docs/decisions/0072).
#}

{# dbt-spark's own materialization appends rows or replaces all; it cannot follow which windows are committed. #}
{% materialization incremental, adapter="spark" -%}
    {%- set target_relation = this.incorporate(type="table") -%}
    {%- set plan = partition_plan() -%}
    {{ run_hooks(pre_hooks) }}
    {%- if plan.is_anew -%}
        {%- do create_partitioned_table(compiled_code) -%}
    {%- endif -%}
    {%- set listed = listed_partitions() -%}
    {%- do drop_partitions(listed | reject("in", plan.asked_for | map(attribute="place") | list) | list) -%}
    {%- set to_make = plan.asked_for | rejectattr("place", "in", listed) | list -%}
    {%- if to_make -%}
        {%- set columns = adapter.get_columns_in_relation(this) | map(attribute="quoted") | join(", ") -%}
        {%- call statement("main") -%}
            insert overwrite table {{ this }} partition ({{ partition_columns() | join(", ") }})
            select /*+ rebalance({{ partition_columns() | join(", ") }}) */ {{ columns }}
            from ({{ with_partitions(compiled_code, to_make) }}) as partitioned
        {%- endcall -%}
        {%- do add_partitions_without_rows(to_make) -%}
    {%- else -%}
        {%- call noop_statement("main", "OK") -%} {{ compiled_code }} {%- endcall -%}
    {%- endif -%}
    {%- do persist_docs(target_relation, model) -%}
    {{ run_hooks(post_hooks) }}
    {{ return({"relations": [target_relation]}) }}
{%- endmaterialization %}

{# Whether a table has the days of KPIs, and not the windows of a stream. #}
{% macro has_days_of_kpis() -%}
    {{ return(model.config.incremental_strategy == "changed_days") }}
{%- endmacro %}

{% macro partition_columns() -%}
    {{ return((["kpi"] if has_days_of_kpis() else []) + ["_month", "_made_from"]) }}
{%- endmacro %}

{# What a table is made by as a whole. The rows of each KPI have a fingerprint of their own, in `_made_from`. #}
{% macro table_fingerprint() -%}
    {%- if has_days_of_kpis() -%}
        {{ return(local_md5(model.raw_code ~ env_var("OKRA_MACROS", "") ~ settings_of_rows())[:12]) }}
    {%- endif -%}
    {{ return(model_fingerprint()) }}
{%- endmacro %}

{#
    Whether the model's table is made anew, and the partitions that are asked for. The query of a model and its
    materialization ask in contexts of their own; dbt's graph, which both have, keeps the answer of this run for them.
#}
{% macro partition_plan() -%}
    {%- if not execute -%}
        {{ return({"is_anew": true, "asked_for": []}) }}
    {%- endif -%}
    {%- set plans = graph.setdefault("okra_partition_plans", {}) -%}
    {%- set key = invocation_id ~ "/" ~ model.unique_id -%}
    {%- if key not in plans -%}
        {%- do plans.update({key: {"is_anew": is_made_anew(), "asked_for": partitions_asked_for()}}) -%}
    {%- endif -%}
    {{ return(plans[key]) }}
{%- endmacro %}

{#
    Whether the table is created again: it is not there, was made in another way, or has partitions of an earlier version;
    of days of KPIs, also in a build of everything and after a week, as on DuckDB.
#}
{% macro is_made_anew() -%}
    {%- set relation = load_relation(this) -%}
    {%- if relation is none or relation.is_view or should_full_refresh() -%}
        {{ return(true) }}
    {%- endif -%}
    {%- set properties = {} -%}
    {%- for key, value in run_query("show tblproperties " ~ this).rows -%}
        {%- do properties.update({key: value}) -%}
    {%- endfor -%}
    {%- if properties.get("okra.made_by") != table_fingerprint() -%}
        {{ return(true) }}
    {%- elif not has_days_of_kpis() -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set age = day_played() - modules.datetime.date.fromisoformat(properties["okra.made_on"]) -%}
    {{ return(scope() == "everything" or not 0 <= age.days < 7) }}
{%- endmacro %}

{% macro day_played() -%}
    {%- set day = env_var("OKRA_AS_OF", "") -%}
    {{ return(modules.datetime.date.fromisoformat(day) if day else modules.datetime.date.today()) }}
{%- endmacro %}

{# The table without rows, with the columns of its query. #}
{% macro create_partitioned_table(sql) -%}
    {%- set existing = load_relation(this) -%}
    {%- if existing is not none -%}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}
    {%- set query -%}
        create table {{ this }}
        using parquet
        partitioned by ({{ partition_columns() | join(", ") }})
        tblproperties ('okra.made_by' = '{{ table_fingerprint() }}', 'okra.made_on' = '{{ day_played() }}')
        {{ comment_clause() }}
        as select * from ({{ with_partitions(sql, []) }}) as partitioned
    {%- endset -%}
    {%- do run_query(query) -%}
{%- endmacro %}

{# A query: the rows of those partitions that are made, and the name of the partition. #}
{% macro with_partitions(sql, partitions) -%}
    {%- set kpi = has_days_of_kpis() -%}
    select
        made.*,
        named._month,
        named._made_from
    from ({{ sql }}) as made
    inner join (
        -- the first row is for none
        values (cast(null as string), cast(null as date), cast(null as string))
        {%- for partition in partitions %},
        ({{ quoted(partition.kpi) }}, date '{{ partition.first }}', {{ quoted(partition.made_from) }})
        {%- endfor %}
    ) as named (_kpi, _month, _made_from)
        on cast(trunc(made.{{ "day" if kpi else "_window" }}, 'MM') as date) = named._month
        {%- if kpi %} and made.kpi = named._kpi {%- endif %}
{%- endmacro %}

{#
    The partitions that the table has to have now: `place` as the metastore lists it, the `kpi` (of a stream, none), the
    `first` and the `last` day of the month, and what it is `made_from`.
#}
{% macro partitions_asked_for() -%}
    {%- set query -%}
        with contents as (
            {{ contents_of_kpis() if has_days_of_kpis() else contents_of_stream(stream_of(model)) }}
        ),

        months as (
            select
                kpi,
                cast(month as date) as month,
                substr(md5(concat_ws(',', fingerprint, sort_array(collect_set(content)))), 1, 16) as made_from
            from contents
            group by kpi, month, fingerprint
        )

        select
            concat({% if has_days_of_kpis() %}'kpi=', kpi, '/', {% endif %}'_month=', month, '/_made_from=', made_from) as place,
            kpi,
            cast(month as string) as first_day,
            cast(last_day(month) as string) as last_day,
            made_from
        from months
        order by kpi, month
    {%- endset -%}
    {%- set partitions = [] -%}
    {%- for row in run_query(query).rows -%}
        {%- do partitions.append({"place": row[0], "kpi": row[1], "first": row[2], "last": row[3], "made_from": row[4]}) -%}
    {%- endfor -%}
    {{ return(partitions) }}
{%- endmacro %}

{# A query: source, stream, first day and the name of the content of each committed window that has rows. #}
{% macro committed_contents() -%}
    select distinct
        source,
        stream,
        `window` as first_day,
        file as content
    from lake__files
{%- endmacro %}

{# A query: the contents of a stream, each in the month of its window. #}
{% macro contents_of_stream(place) -%}
    select
        '' as kpi,
        '' as fingerprint,
        trunc(first_day, 'MM') as month,
        content
    from ({{ committed_contents() }}) as committed
    where source = '{{ place.source }}' and stream = '{{ place.stream }}'
{%- endmacro %}

{# A query: the contents that the rows of each kept KPI come from, each in all months that its window may have rows of. #}
{% macro contents_of_kpis() -%}
    select
        kept.kpi,
        kept.fingerprint,
        explode(sequence(
            trunc({{ first_day_around("committed.first_day") }}, 'MM'),
            {{ last_day_around("committed.first_day", "coalesce(streams.cadence, 'month')") }},
            interval 1 month
        )) as month,
        committed.content
    from (
        -- the first row is of no stream
        values ('', '', '', '')
        {%- for kpi in kept_kpis() -%}
        {%- for place in streams_by_window(kpi_node(kpi)) %},
        ({{ quoted(kpi) }}, '{{ kpi_fingerprint(kpi) }}', '{{ place.source }}', '{{ place.stream }}')
        {%- endfor -%}
        {%- endfor %}
    ) as kept (kpi, fingerprint, source, stream)
    inner join ({{ committed_contents() }}) as committed
        on kept.source = committed.source and kept.stream = committed.stream
    left join (
        select
            source,
            stream,
            max(cadence) as cadence
        from lake__streams
        group by source, stream
    ) as streams
        on kept.source = streams.source and kept.stream = streams.stream
{%- endmacro %}

{# The places of the partitions that the metastore lists. #}
{% macro listed_partitions() -%}
    {{ return(run_query("show partitions " ~ this).columns[0].values() | list) }}
{%- endmacro %}

{% macro drop_partitions(places) -%}
    {%- set clauses = [] -%}
    {%- for place in places -%}
        {%- do clauses.append(partition_clause(place)) -%}
    {%- endfor -%}
    {%- if clauses -%}
        {%- do run_query("alter table " ~ this ~ " drop if exists " ~ clauses | join(", ")) -%}
    {%- endif -%}
{%- endmacro %}

{# Of months without a row, so that they are not made in each run. #}
{% macro add_partitions_without_rows(partitions) -%}
    {%- set listed = listed_partitions() -%}
    {%- set clauses = [] -%}
    {%- for partition in partitions if partition.place not in listed -%}
        {%- do clauses.append(partition_clause(partition.place)) -%}
    {%- endfor -%}
    {%- if clauses -%}
        {%- do run_query("alter table " ~ this ~ " add if not exists " ~ clauses | join(" ")) -%}
    {%- endif -%}
{%- endmacro %}

{# `kpi=mrr/_month=2026-11-01` as SQL has it. #}
{% macro partition_clause(place) -%}
    {%- set values = [] -%}
    {%- for part in place.split("/") -%}
        {%- set name, value = part.split("=") -%}
        {%- do values.append(name ~ " = " ~ quoted(value)) -%}
    {%- endfor -%}
    {{ return("partition (" ~ values | join(", ") ~ ")") }}
{%- endmacro %}

{# For the query of a table that is there: the partitions that are asked for and not in it. #}
{% macro partitions_to_make() -%}
    {{ return(partition_plan().asked_for | rejectattr("place", "in", listed_partitions()) | list) }}
{%- endmacro %}

{# A condition: the row is of a window whose month is made. #}
{% macro is_in_months_to_make() -%}
    {%- if model.config.materialized != "incremental" or partition_plan().is_anew -%}
    true
    {%- else -%}
    (
        {%- for partition in partitions_to_make() %}
        _window between date '{{ partition.first }}' and date '{{ partition.last }}' or
        {%- endfor %}
        false
    )
    {%- endif -%}
{%- endmacro %}

{% macro spark__is_to_take(place) -%}
    {{ is_in_months_to_make() }}
{%- endmacro %}

{% macro spark__changed_stretches() -%}
    {%- set stretches, is_anew = {}, partition_plan().is_anew -%}
    {%- for kpi in kept_kpis() -%}
        {%- do stretches.update({kpi: [all_days()] if is_anew else []}) -%}
    {%- endfor -%}
    {%- for partition in ([] if is_anew else partitions_to_make()) -%}
        {%- do stretches[partition.kpi].append(partition) -%}
    {%- endfor -%}
    {{ return(stretches) }}
{%- endmacro %}

{# What was taken is in the metastore's list of partitions. #}
{% macro spark__create_ledger() -%}
{%- endmacro %}

{% macro spark__note_windows() -%}
{%- endmacro %}

{% macro spark__note_kept_rows() -%}
{%- endmacro %}
