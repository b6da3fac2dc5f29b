{#
    The lake: Parquet files, one or none a window. windows.parquet names the files that are committed; no
    other file counts. A file is named after its content, so a name that was loaded once is never loaded
    again, and one that is no longer committed has been replaced by another.
#}

{#
    The rows of a stream's files that this run has to load, with
        _window     the first day of the window
        _file       the file, by its place in the lake
        _loaded_by  a fingerprint of the model that loaded it: a changed model loads all files again
    No rows, with the declared types, when there is nothing to load.
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
    {%- set places = [lake_root() ~ "/raw/" ~ source_name ~ "/" ~ stream ~ "/_schema.parquet"] -%}
    {%- for file in files_to_load(source_name, stream) -%}
        {%- do places.append(lake_root() ~ "/raw/" ~ file) -%}
    {%- endfor -%}
    (
        select
            *,
            cast(regexp_extract(_place, 'window=([0-9-]+)', 1) as date) as _window,
            substr(_place, {{ (lake_root() ~ "/raw/") | length + 1 }}) as _file,
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

{# The committed files of a stream that are not in the table yet; all of them when it is made anew. #}
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

{# A query: source, stream and place of each committed file. #}
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
    The incremental strategy of the models that read the lake: what is no longer committed (or was loaded
    by an older version of the model) goes, what is new comes, both in the one transaction that dbt has open.
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
    One file of the lake's catalog: windows, attempts or streams. `columns` maps each column that is
    wanted to its type; one that the file does not have is NULL.
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
