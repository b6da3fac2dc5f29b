{#
    KPI days that are kept from run to run. A KPI that declares `by_day` says that its rows of a day come from the events
    of that day alone. Where these events come from windows of the lake, only the days around changed windows are worked
    out again (docs/decisions/0044).
#}

{# The configuration of kept_kpi_rows. #}
{% macro kept_by_day() -%}
    {{ return({
        "materialized": "incremental",
        "incremental_strategy": "changed_days",
        "post_hook": "{{ note_kept_rows() }}",
    }) }}
{%- endmacro %}

{# Whether the rows of a KPI are kept: it declares `by_day`, and all that it reads takes in windows, or is a seed. #}
{% macro is_kept(kpi) -%}
    {%- if not kpi_meta(kpi).by_day -%}
        {{ return(false) }}
    {%- endif -%}
    {{ return(streams_by_window(kpi_node(kpi)) is not none) }}
{%- endmacro %}

{# The streams below a model whose every input takes in windows or is a seed; none where one does not, or reads the day. #}
{% macro streams_by_window(node) -%}
    {%- set streams = [] -%}
    {%- if "macro.okra.as_of" in node.depends_on.macros -%}
        {{ return(none) }}
    {%- endif -%}
    {%- for parent in node.depends_on.nodes -%}
        {%- set parent_node = graph.nodes.get(parent) -%}
        {%- if parent_node is not none and parent_node.resource_type == "model" -%}
            {%- if not is_taken_by_window(parent_node) or "macro.okra.as_of" in parent_node.depends_on.macros -%}
                {{ return(none) }}
            {%- endif -%}
            {%- set place = stream_of(parent_node) -%}
            {%- if place not in streams -%}
                {%- do streams.append(place) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(streams or none) }}
{%- endmacro %}

{# The KPIs whose rows are kept, of those whose models did not fail. #}
{% macro kept_kpis() -%}
    {%- set names = [] -%}
    {%- for name in kpis_of(["flow", "stock", "ratio"]) if execute and is_kept(name) -%}
        {%- do names.append(name) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{# What the rows of a KPI are made by, shortened. #}
{% macro kpi_fingerprint(kpi) -%}
    {{ return(local_md5([
        code_of(kpi_node(kpi)), env_var("OKRA_MACROS", ""), settings_of_rows(), kpi_dimensions(kpi) | join(" "),
    ] | join("\n"))[:12]) }}
{%- endmacro %}

{# The first business day that rows of a window may be of: the zones of source and business lie at most 26 hours apart. #}
{% macro first_day_around(first_day) -%}
    {{ first_day }} - interval 2 day
{%- endmacro %}

{# The last one. `cadence`: how long the window is. #}
{% macro last_day_around(first_day, cadence) -%}
    case {{ cadence }} when 'day' then {{ first_day }} else last_day({{ first_day }}) end + interval 2 day
{%- endmacro %}

{% macro all_days() -%}
    {{ return({"first": "0001-01-01", "last": "9999-12-31"}) }}
{%- endmacro %}

{#
    The days of each kept KPI that may be others than those in the table: those around changed windows, on Spark the whole
    months. `first` and `last` of each stretch, as texts, by KPI. In a build of everything, all days: should the rows of a
    day come from other days after all, they are right again.
#}
{% macro changed_stretches() -%}
    {{ return(adapter.dispatch("changed_stretches", "okra")()) }}
{%- endmacro %}

{% macro default__changed_stretches() -%}
    {%- set kept, stretches = kept_kpis(), {} -%}
    {%- for kpi in kept -%}
        {%- do stretches.update({kpi: [all_days()] if scope() == "everything" else []}) -%}
    {%- endfor -%}
    {%- if not kept or scope() == "everything" -%}
        {{ return(stretches) }}
    {%- endif -%}
    {%- set query -%}
        with changed as (
            {%- for kpi in kept -%}
            {%- for place in streams_by_window(kpi_node(kpi)) %}
            select
                {{ quoted(kpi) }} as kpi,
                first_day,
                coalesce((
                    select max(cadence) from {{ read_catalog("streams", {"source": "varchar", "stream": "varchar", "cadence": "varchar"}) }}
                    where source = '{{ place.source }}' and stream = '{{ place.stream }}'
                ), 'month') as cadence
            from ({{ changed_windows("kpi_" ~ kpi, kpi_fingerprint(kpi), place.source, place.stream) }}) as windows
            union all
            {%- endfor -%}
            {%- endfor %}
            select null, null, null
            where false
        ),

        stretches as (
            select
                kpi,
                {{ first_day_around("first_day") }} as first_day,
                {{ last_day_around("first_day", "cadence") }} as last_day
            from changed
        ),

        begun as (
            select
                *,
                case
                    when first_day <= max(last_day) over (
                        partition by kpi order by first_day, last_day rows between unbounded preceding and 1 preceding
                    ) then 0 else 1
                end as is_new
            from stretches
        ),

        numbered as (
            select
                *,
                sum(is_new) over (partition by kpi order by first_day, last_day rows unbounded preceding) as number
            from begun
        )

        select
            kpi,
            cast(cast(min(first_day) as date) as varchar) as first_day,
            cast(cast(max(last_day) as date) as varchar) as last_day
        from numbered
        group by kpi, number
        order by kpi, first_day
    {%- endset -%}
    {%- for row in run_query(query).rows -%}
        {%- do stretches[row[0]].append({"first": row[1], "last": row[2]}) -%}
    {%- endfor -%}
    {{ return(stretches) }}
{%- endmacro %}

{# A condition: the day lies in one of the stretches. #}
{% macro is_in_stretches(stretches) -%}
    (
        {%- for stretch in stretches -%}
        day between date '{{ stretch.first }}' and date '{{ stretch.last }}'{{ " or " if not loop.last }}
        {%- endfor -%}
    )
{%- endmacro %}

{#
    The incremental strategy of kept_kpi_rows, in dbt's one transaction: delete the rows of changed days, and of KPIs that
    are no longer kept, and insert the new ones.
#}
{% macro get_incremental_changed_days_sql(arg_dict) -%}
    {%- set columns = get_quoted_csv(arg_dict["dest_columns"] | map(attribute="name")) -%}
    {%- set changed = changed_stretches() -%}
    delete from {{ arg_dict["target_relation"] }}
    where
        {{ is_no_name("kpi", changed.keys()) }}
        {%- for kpi, stretches in changed.items() -%}
        {%- if stretches %}
        or (kpi = {{ quoted(kpi) }} and {{ is_in_stretches(stretches) }})
        {%- endif -%}
        {%- endfor %};

    insert into {{ arg_dict["target_relation"] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict["temp_relation"] }}
{%- endmacro %}

{# A hook, in the transaction of kept_kpi_rows: note the windows that each KPI's rows are worked out from. #}
{% macro note_kept_rows() -%}
    {{ return(adapter.dispatch("note_kept_rows", "okra")()) }}
{%- endmacro %}

{% macro default__note_kept_rows() -%}
    {%- if execute -%}
        {%- set kept = kept_kpis() -%}
        {%- for kpi in kept -%}
            {%- for place in streams_by_window(kpi_node(kpi)) %}
        {{ taken("kpi_" ~ kpi, kpi_fingerprint(kpi), place.source, place.stream) }};
            {%- endfor -%}
        {%- endfor %}
        delete from {{ ledger() }}
        where taken_by like 'kpi\_%' escape '\' and {{ is_no_name("substr(taken_by, 5)", kept) }}
    {%- endif -%}
{%- endmacro %}

{# A condition: the text is none of the names. #}
{% macro is_no_name(column, names) -%}
    {%- if names -%}
    {{ column }} not in ({% for name in names %}{{ quoted(name) }}{{ ", " if not loop.last }}{% endfor %})
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}
