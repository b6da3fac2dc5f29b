{#
    All that is Spark's own: its spelling of what the other macros say for DuckDB, and how it keeps the lake.

    A stream is a temporary view of its committed rows (pipelines/warehouse/spark/lake_views.py). Spark's plain tables
    cannot lose a row, only a partition: loaded rows are partitioned by the month of their window, and a month in which
    a window's content came or went is written again, whole.
#}

{% macro spark_type(type) -%}
    {%- set type = type | lower -%}
    {%- set names = {
        "varchar": "string",
        "varchar[]": "array<string>",
        "map(varchar, varchar)": "map<string, string>",
        "timestamp with time zone": "timestamp",
    } -%}
    {{ return(names.get(type, type)) }}
{%- endmacro %}

{# The columns of a contract, as a query without rows that dbt compares with the model's own. #}
{% macro spark__get_empty_schema_sql(columns) -%}
    select
        {%- for column in columns.values() %}
        cast(null as {{ spark_type(column.data_type) }}) as `{{ column.name }}`{{ "," if not loop.last }}
        {%- endfor %}
{%- endmacro %}

{% macro spark__instant_type() -%}
    {{ spark_type("timestamp with time zone") }}
{%- endmacro %}

{% macro spark__hash_of(columns) -%}
    xxhash64({{ columns | join(", ") }})
{%- endmacro %}

{% macro spark__sorted_list(expression) -%}
    sort_array(collect_set({{ expression }}))
{%- endmacro %}

{% macro spark__each_element(list) -%}
    explode({{ list }})
{%- endmacro %}

{% macro spark__list_of(texts) -%}
    cast(array({% for text in texts %}{{ quoted(text) }}{{ ", " if not loop.last }}{% endfor %}) as array<string>)
{%- endmacro %}

{% macro spark__map_of(columns) -%}
    cast(
        map(
            {%- for column in columns %}
            {{ quoted(column) }}, coalesce(cast({{ adapter.quote(column) }} as string), 'unknown'){{ "," if not loop.last }}
            {%- endfor %}
        ) as map<string, string>
    )
{%- endmacro %}

{% macro spark__map_type() -%}
    map<string, string>
{%- endmacro %}

{# In Spark a backslash in a string begins an escape. #}
{% macro spark__quoted(text) -%}
    '{{ text | string | replace("\\", "\\\\") | replace("'", "\\'") }}'
{%- endmacro %}

{% macro spark__joined_texts(expression) -%}
    nullif(concat_ws(',', sort_array(collect_list({{ expression }}))), '')
{%- endmacro %}

{% macro spark__map_from_json(text) -%}
    from_json({{ text }}, 'map<string, string>')
{%- endmacro %}

{% macro spark__business_day(instant) -%}
    to_date(from_utc_timestamp({{ instant }}, '{{ business_zone() }}'))
{%- endmacro %}

{% macro spark__day_of(value) -%}
    case
        when typeof({{ value }}) = 'timestamp' then {{ business_day("cast(" ~ value ~ " as timestamp)") }}
        else to_date({{ value }})
    end
{%- endmacro %}

{% macro spark__add_seconds(number, instant) -%}
    timestamp_micros(unix_micros({{ instant }}) + {{ number }} * 1000000)
{%- endmacro %}

{# dbt's own macro adds seconds and makes a timestamp. #}
{% macro spark__add_days(number, day) -%}
    date_add({{ day }}, {{ number }})
{%- endmacro %}

{% macro spark__add_months(number, day) -%}
    add_months({{ day }}, {{ number }})
{%- endmacro %}

{% macro spark__days_from(first, last) -%}
    datediff({{ last }}, {{ first }})
{%- endmacro %}

{% macro spark__seconds_from(first, last) -%}
    unix_timestamp({{ last }}) - unix_timestamp({{ first }})
{%- endmacro %}

{# In Spark a sequence that ends before it begins is an error, not empty. #}
{% macro spark__each_day(first, last) -%}
    explode(case when {{ first }} <= {{ last }} then sequence({{ first }}, {{ last }}, interval 1 day) end)
{%- endmacro %}

{% macro spark__quotient(numerator, denominator) -%}
    cast({{ numerator }} / nullif({{ denominator }}, 0) as {{ amount_type() }})
{%- endmacro %}

{% macro spark__cross_rate(numerator, denominator) -%}
    cast(
        cast({{ numerator }} as decimal(18, 6)) / cast({{ denominator }} as decimal(18, 6))
        as {{ rate_type() }}
    )
{%- endmacro %}

{# Spark's mean of a decimal has four decimals more, if the precision has room for them. #}
{% macro spark__mean_rate(rate) -%}
    cast(avg(cast({{ rate }} as decimal(24, 12))) as {{ rate_type() }})
{%- endmacro %}

{# Narrower than DuckDB's: a product of the widest decimals would be rounded to six decimals before the cast. #}
{% macro spark__converted(amount, rate) -%}
    cast(
        cast({{ amount }} as decimal(26, 6)) * cast({{ rate }} as decimal(24, 12)) as {{ amount_type() }}
    )
{%- endmacro %}

{% macro spark__read_committed(source_name, stream) -%}
    (
        select
            *,
            {{ account_of("_file") }} as account,
            '{{ model_fingerprint() }}' as _loaded_by
        from {{ lake_view(source_name, stream) }}
        {%- if loads_more() %}
        where
            {%- for month in changed_months(source_name, stream, "committed") %}
            {{ "or " if not loop.first }}_window between date '{{ month }}' and last_day(date '{{ month }}')
            {%- else %}
            false
            {%- endfor %}
        {%- endif %}
    )
{%- endmacro %}

{# Spark keeps what it has loaded in the rows themselves. #}
{% macro spark__create_ledger() -%}
{%- endmacro %}

{% macro spark__note_windows() -%}
{%- endmacro %}

{% macro spark__digest(columns) -%}
    cast(0 as bigint)
{%- endmacro %}

{% macro spark__is_due(coverage) -%}
    true
{%- endmacro %}

{# A query: source, stream, first day and the name of the content of each committed window that has rows. #}
{% macro committed_contents() -%}
    select distinct
        source,
        stream,
        `window` as first_day,
        file
    from lake__files
{%- endmacro %}

{% macro spark__read_catalog(name, columns) -%}
    (
        select {% for column in columns -%} `{{ column }}`{{ ", " if not loop.last }} {%- endfor %}
        from lake__{{ name }}
    )
{%- endmacro %}

{% macro lake_view(source_name, stream) -%}
    lake__{{ source_name }}__{{ stream }}
{%- endmacro %}

{# Whether this version of the model made its table, so that only changed months have to be loaded. #}
{% macro loads_more() -%}
    {%- set relation = load_relation(this) -%}
    {%- if relation is none or relation.is_view or should_full_refresh() -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set properties = run_query("show tblproperties " ~ this) -%}
    {%- for key, value in properties.rows if key == "okra.loaded_by" -%}
        {{ return(value == model_fingerprint()) }}
    {%- endfor -%}
    {{ return(false) }}
{%- endmacro %}

{#
    The first days of the months with content that is committed and not loaded, or loaded and no longer committed. `which`
    of them: those that still have committed content (`committed`), or those that have none (`gone`).
#}
{% macro changed_months(source_name, stream, which) -%}
    {%- set query -%}
        with committed as (
            select
                file,
                cast(trunc(first_day, 'MM') as date) as month
            from ({{ committed_contents() }}) as all_streams
            where source = '{{ source_name }}' and stream = '{{ stream }}'
        ),

        loaded as (
            select distinct
                _file as file,
                _month as month
            from {{ this }}
        )

        select cast(coalesce(committed.month, loaded.month) as string) as month
        from committed
        full outer join loaded on committed.file = loaded.file
        where
            (committed.file is null or loaded.file is null)
            and coalesce(committed.month, loaded.month)
            {{ "in" if which == "committed" else "not in" }} (select month from committed)
        group by 1
        order by 1
    {%- endset -%}
    {{ return(run_query(query).columns[0].values()) }}
{%- endmacro %}

{# dbt-spark's own materialization appends rows or replaces all; it cannot follow which content is committed. #}
{% materialization incremental, adapter="spark" -%}
    {%- set existing = load_relation(this) -%}
    {%- set target_relation = this.incorporate(type="table") -%}
    {%- set source_node = graph.sources[model.depends_on.nodes | select("in", graph.sources) | first] -%}
    {{ run_hooks(pre_hooks) }}
    {%- if loads_more() -%}
        {%- for month in changed_months(source_node.source_name, source_node.name, "gone") -%}
            {%- do run_query("alter table " ~ this ~ " drop if exists partition (_month = date '" ~ month ~ "')") -%}
        {%- endfor -%}
        {%- set columns = adapter.get_columns_in_relation(this) | map(attribute="quoted") | join(", ") -%}
        {%- call statement("main") -%}
            insert overwrite table {{ this }} partition (_month)
            select {{ columns }} from ({{ with_month(compiled_code) }}) as loaded
        {%- endcall -%}
    {%- else -%}
        {%- if existing is not none -%}
            {%- do adapter.drop_relation(existing) -%}
        {%- endif -%}
        {%- call statement("main") -%}
            create table {{ this }}
            using parquet
            partitioned by (_month)
            tblproperties ('okra.loaded_by' = '{{ model_fingerprint() }}')
            {{ comment_clause() }}
            as {{ with_month(compiled_code) }}
        {%- endcall -%}
    {%- endif -%}
    {%- do persist_docs(target_relation, model) -%}
    {{ run_hooks(post_hooks) }}
    {{ return({"relations": [target_relation]}) }}
{%- endmaterialization %}

{# The rows with the month of their window, each month in as few files as possible. #}
{% macro with_month(sql) -%}
    select /*+ rebalance(_month) */
        *,
        cast(trunc(_window, 'MM') as date) as _month
    from ({{ sql }}) as windowed
{%- endmacro %}
