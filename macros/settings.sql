{#
    The variables of the environment. What decides no reference is read at run time only: what is read while parsing
    is parsed again when it changes, by every home that shares the parse.
#}

{# The day being played, as a date in SQL. Data up to the day before it counts. #}
{% macro as_of() -%}
    cast('{{ env_var("OKRA_AS_OF", "") or modules.datetime.date.today() if execute else "" }}' as date)
{%- endmacro %}

{# What a build is about: `everything`, `changes`, or nothing where a person runs dbt. #}
{% macro scope() -%}
    {{ return(env_var("OKRA_SCOPE", "") if execute else "") }}
{%- endmacro %}

{# The name of the run, for the rows that it writes. #}
{% macro run_id() -%}
    '{{ env_var("OKRA_RUN_ID", "") if execute else "" }}'
{%- endmacro %}

{# The lake's folder, without a slash at its end. #}
{% macro lake_root() -%}
    {{ return((env_var("OKRA_LAKE", "data/lake") if execute else "").rstrip("/")) }}
{%- endmacro %}

{# The zone in which the business counts its days, an IANA name. #}
{% macro business_zone() -%}
    {{ return(env_var("OKRA_TIMEZONE", "UTC") if execute else "UTC") }}
{%- endmacro %}

{# The currency that money adds up in, as a string in SQL. #}
{% macro reporting_currency() -%}
    '{{ env_var("OKRA_CURRENCY", "USD") if execute else "USD" }}'
{%- endmacro %}

{# How many members of a dimension a period has by name: the largest. The others together are the member other. #}
{% macro largest_members() -%}
    {{ return((env_var("OKRA_LARGEST_MEMBERS", "1000") if execute else "1000") | int) }}
{%- endmacro %}

{# The first month of the fiscal year, 1 to 12. #}
{% macro fiscal_year_start() -%}
    {{ return((env_var("OKRA_FISCAL_YEAR_START", "1") if execute else "1") | int) }}
{%- endmacro %}

{#
    A fiscal year of whole weeks: how many days after the first of its month it may begin, the weekday on which it does
    (0 is Monday), and the weeks of its periods, quarters and halves; none where it is made of months.
#}
{% macro fiscal_weeks() -%}
    {%- set parts = (env_var("OKRA_FISCAL_WEEKS", "") if execute else "").split(" ") -%}
    {%- if parts | length == 5 -%}
        {{ return({
            "days_near": parts[0] | int,
            "first_weekday": parts[1] | int,
            "month": parts[2].split(","),
            "quarter": parts[3].split(","),
            "half": parts[4].split(","),
        }) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{#
    The names of the KPIs in models/kpis/kpi_*.sql, in order. The caller lists them, as dbt has to know each reference
    while it parses, when it cannot list files.
#}
{% macro kpi_names() -%}
    {{ return(env_var("OKRA_KPIS", "").split(",") | map("trim") | select | sort) }}
{%- endmacro %}

{# The models that could not be parsed or do not exist. Others are built without them. Known while parsing, too. #}
{% macro left_out_models() -%}
    {{ return(env_var("OKRA_LEFT_OUT", "").split(",")) }}
{%- endmacro %}

{# The KPIs that have the dimension account, as they stand on a source with named accounts. #}
{% macro kpis_by_account() -%}
    {{ return((env_var("OKRA_KPIS_BY_ACCOUNT", "") if execute else "").split(",")) }}
{%- endmacro %}

{# The models that failed in this run, and those below them: their tables are old, or missing. #}
{% macro broken_models() -%}
    {{ return((env_var("OKRA_BROKEN_MODELS", "") if execute else "").split(",")) }}
{%- endmacro %}

{# The KPIs that cannot be computed in this run, because a model that they read failed. #}
{% macro broken_kpis() -%}
    {{ return((env_var("OKRA_BROKEN_KPIS", "") if execute else "").split(",")) }}
{%- endmacro %}
