{#
    Periods that are kept from run to run. `kpi_period_coverage` has a digest of all that a period is worked out from:
    only the periods whose digest is another one than before are worked out again (docs/decisions/0044).
#}

{# The configuration of kpi_periods. On Spark everything is made in each run. #}
{% macro kept_by_period() -%}
    {%- if target.type == "spark" -%}
        {{ return({"materialized": "table"}) }}
    {%- endif -%}
    {{ return({
        "materialized": "incremental",
        "incremental_strategy": "changed_periods",
        "on_schema_change": "fail",
        "pre_hook": "{{ forget_periods() }}",
        "post_hook": "{{ note_periods() }}",
    }) }}
{%- endmacro %}

{# What the kept periods are worked out from: a digest of each. #}
{% macro made_periods() -%}
    lake_state.made_periods
{%- endmacro %}

{% macro create_made_periods() -%}
    create table if not exists {{ made_periods() }} (
        kpi varchar, period varchar, period_start date, inputs ubigint, fingerprint varchar
    )
{%- endmacro %}

{# A hash of values; without meaning on Spark, where no periods are kept. #}
{% macro digest(columns) -%}
    {{ return(adapter.dispatch("digest", "okra")(columns)) }}
{%- endmacro %}

{% macro default__digest(columns) -%}
    hash({{ columns | join(", ") }})
{%- endmacro %}

{# A condition: the period of this coverage is to be worked out. #}
{% macro is_due(coverage) -%}
    {{ return(adapter.dispatch("is_due", "okra")(coverage)) }}
{%- endmacro %}

{% macro default__is_due(coverage) -%}
    ({{ coverage }}.kpi, {{ coverage }}.period, {{ coverage }}.period_start, {{ coverage }}.inputs) not in (
        select (kpi, period, period_start, inputs)
        from {{ made_periods() }}
    )
{%- endmacro %}

{# What the values of periods are made by, shortened: the models from the digest on, all macros, and the settings. #}
{% macro period_fingerprint() -%}
    {%- set texts = [env_var("OKRA_MACROS", ""), settings_of_rows(), largest_members()] -%}
    {%- for name in ["kpi_period_coverage", "due_periods", "kpi_period_values", "kpi_summed_periods", "kpi_periods"] -%}
        {%- do texts.append(graph.nodes["model." ~ project_name ~ "." ~ name].raw_code) -%}
    {%- endfor -%}
    {{ return(local_md5(texts | join("\n"))[:12]) }}
{%- endmacro %}

{# A hook, in the transaction of kpi_periods: forget periods that were made in another way, and all where all are made. #}
{% macro forget_periods() -%}
    {%- if execute -%}
    delete from {{ made_periods() }}
        {%- if scope() != "everything" and is_incremental() %}
    where fingerprint <> '{{ period_fingerprint() }}'
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#
    The incremental strategy of kpi_periods, in dbt's one transaction: periods that are due or no longer there go, and those
    that are due come anew. Distinct counts are few and have no digest: all of them come anew. The other rows are those
    that this run would make too.
#}
{% macro get_incremental_changed_periods_sql(arg_dict) -%}
    {%- set columns = get_quoted_csv(arg_dict["dest_columns"] | map(attribute="name")) -%}
    delete from {{ arg_dict["target_relation"] }}
    where (kpi, period, period_start) not in (
        select (coverage.kpi, coverage.period, coverage.period_start)
        from {{ ref("kpi_period_coverage") }} as coverage
        where not {{ is_due("coverage") }}
    );

    update {{ arg_dict["target_relation"] }} set run_id = {{ run_id() }}, known_from = null;

    insert into {{ arg_dict["target_relation"] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict["temp_relation"] }}
{%- endmacro %}

{# A hook, in the transaction of kpi_periods: note what its periods are worked out from. #}
{% macro note_periods() -%}
    {%- if execute -%}
    delete from {{ made_periods() }};
    insert into {{ made_periods() }}
    select kpi, period, period_start, inputs, '{{ period_fingerprint() }}'
    from {{ ref("kpi_period_coverage") }}
    {%- endif -%}
{%- endmacro %}
