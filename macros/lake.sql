{#
    Reads the lake: Parquet files, one or none a window. Only files that windows.parquet names are committed. A file is
    named after its content, so that each name is loaded once; a loaded name that is no longer committed was replaced.
#}

{#
    The rows of those files of a stream that this run has to load, with
        account     the account it was pulled from, `main` for the one without a name
        _window     the first day of the window
        _file       the path of the file in the lake
        _loaded_by  the fingerprint of the model that loaded it: a changed model loads all files again
    If there is nothing to load, no rows with the declared types.
#}
{% macro read_lake(source_name, stream) -%}
    {%- set relation = source(source_name, stream) -%}
    {%- if execute -%}
        {{ return(adapter.dispatch("read_committed", "okra")(source_name, stream)) }}
    {%- else -%}
        {{ relation }}
    {%- endif -%}
{%- endmacro %}

{% macro default__read_committed(source_name, stream) -%}
    {%- set place_in_lake = "substr(_place, " ~ ((lake_root() ~ "/raw/") | length + 1) ~ ")" -%}
    {%- set places = [lake_root() ~ "/raw/" ~ source_name ~ "/" ~ stream ~ "/_schema.parquet"] -%}
    {%- for file in files_to_load(source_name, stream) -%}
        {%- do places.append(lake_root() ~ "/raw/" ~ file) -%}
    {%- endfor -%}
    (
        select
            *,
            {{ account_of(place_in_lake) }} as account,
            cast(regexp_extract(_place, 'window=([0-9-]+)', 1) as date) as _window,
            {{ place_in_lake }} as _file,
            '{{ model_fingerprint() }}' as _loaded_by
        from read_parquet(
            [
                {%- for place in places %}
                {{ quoted(place) }}{{ "," if not loop.last }}
                {%- endfor %}
            ],
            union_by_name = true, hive_partitioning = false, filename = '_place'
        )
    )
{%- endmacro %}

{# The account that a file of the lake belongs to: `eu` of `stripe@eu/subscriptions/…`. #}
{% macro account_of(file) -%}
    coalesce(nullif(regexp_extract({{ file }}, '^[^/@]+@([^/]+)/', 1), ''), 'main')
{%- endmacro %}

{# What an account is called in messages and flags: `stripe@eu`, or `stripe` where it has no name. #}
{% macro instance_of(source, account) -%}
    ({{ source }} || case when {{ account }} = 'main' then '' else '@' || {{ account }} end)
{%- endmacro %}

{# The committed files of a stream that the table does not have yet: all of them when it is rebuilt. #}
{% macro files_to_load(source_name, stream) -%}
    {%- set query -%}
        select file
        from ({{ committed_files() }}) as committed
        where
            source = '{{ source_name }}'
            and stream = '{{ stream }}'
            {%- if is_incremental() %}
            and file not in (
                select _file from {{ this }} where _loaded_by = '{{ model_fingerprint() }}'
            )
            {%- endif %}
        order by file
    {%- endset -%}
    {{ return(run_query(query).columns[0].values()) }}
{%- endmacro %}

{# A query: source, stream and path of each committed file. #}
{% macro committed_files() -%}
    {{ return(adapter.dispatch("committed_files", "okra")()) }}
{%- endmacro %}

{% macro default__committed_files() -%}
    select
        source,
        stream,
        unnest(files) as file
    from read_parquet({{ quoted(lake_root() ~ "/windows.parquet") }})
{%- endmacro %}

{% macro model_fingerprint() -%}
    {{ return(local_md5(model.raw_code)[:12]) }}
{%- endmacro %}

{#
    The incremental strategy of the models that read the lake, in dbt's one transaction: delete rows whose file is no
    longer committed or was loaded by an older version of the model, then insert the new ones.
#}
{% macro get_incremental_committed_files_sql(arg_dict) -%}
    {%- set columns = get_quoted_csv(arg_dict["dest_columns"] | map(attribute="name")) -%}
    delete from {{ arg_dict["target_relation"] }}
    where
        _loaded_by <> '{{ model_fingerprint() }}'
        or _file not in (select file from ({{ committed_files() }}) as committed);

    insert into {{ arg_dict["target_relation"] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict["temp_relation"] }}
{%- endmacro %}

{#
    One file beside the raw streams: windows, attempts, streams or kpis. `columns` maps each column to its type; a
    column that the file does not have is NULL.
#}
{% macro read_catalog(name, columns) -%}
    {%- set relation = source("lake", name) -%}
    {%- if execute -%}
        {{ return(adapter.dispatch("read_catalog", "okra")(name, columns)) }}
    {%- else -%}
        {{ relation }}
    {%- endif -%}
{%- endmacro %}

{% macro default__read_catalog(name, columns) -%}
    (
        select {% for column, type in columns.items() -%}
            cast(null as {{ type }}) as "{{ column }}"{{ ", " if not loop.last }}
        {%- endfor %}
        where false
        union all by name
        select * from read_parquet({{ quoted(lake_root() ~ "/" ~ name ~ ".parquet") }})
    )
{%- endmacro %}

{#
    A query: the newest version of each key among the rows of a model. A key is unique within an account only. The order
    is always the same: by `changed_at` where rows have such a column, then by window and file.
#}
{% macro newest_versions(model, key, changed_at=none) -%}
    select *
    from (
        select
            *,
            row_number() over (
                partition by {{ account_of("_file") }}, {{ key }}
                order by {{ changed_at ~ " desc," if changed_at }} _window desc, _file asc
            ) as place
        from {{ ref(model) }}
    ) as ranked
    where place = 1
{%- endmacro %}
