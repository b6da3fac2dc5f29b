{#
    Reads the lake. Only windows in windows.parquet are committed, and only the files that it names have their rows. Several
    windows of a month can share a file. An incremental table takes in the windows whose checksum changed since it took
    them, whatever files their rows have moved to, and notes what it has. A model that is read in place copies no rows: it
    is a view of the committed files, and is made again when they are other ones (docs/decisions/0049).
#}

{#
    The rows of those windows of a stream that this run has to take, with
        account     the account it was pulled from, `main` for the one without a name
        _window     the first day of the window
        _file       the name of the window's content: `stripe@eu/charges/window=2026-04-01/<checksum>`
        _loaded_by  the fingerprint of the model that loaded it: a changed model loads all windows again
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

{#
    A file of one window has no column `_window`. One that several share has it, and may have rows of windows that have
    been replaced since.
#}
{% macro default__read_committed(source_name, stream) -%}
    {%- set windows = windows_to_take(source_name, stream) -%}
    {%- set alone, shared = [], [] -%}
    {%- for file in windows.files -%}
        {%- do (shared if "/month=" in file else alone).append(file) -%}
    {%- endfor -%}
    (
        with to_take as (
            select
                account,
                name,
                first_day,
                {{ quoted(lake_root() ~ "/raw/") }} || unnest(files) as file
            from ({{ committed_windows(source_name, stream) }}) as committed
            {%- if is_incremental() %}
            where {{ is_of_windows(windows.days, "first_day") }}
            {%- endif %}
        ),

        stored as (
            select
                *,
                cast(null as date) as _window
            from {{ read_files(source_name, stream, alone) }}
            {%- if shared %}
            union all by name
            select * from {{ read_files(source_name, stream, shared) }}
            {%- endif %}
        )

        select
            stored.* exclude (_path, _window),
            to_take.account,
            to_take.first_day as _window,
            to_take.name as _file,
            '{{ model_fingerprint() }}' as _loaded_by
        from stored
        -- by the file's own name: then DuckDB opens the files alone that a condition on _window leaves
        inner join to_take
            on
                stored._path = to_take.file
                and stored._window is not distinct from case when to_take.file like '%/month=%' then to_take.first_day end
    )
{%- endmacro %}

{# The rows of files of a stream, with the columns that are declared now, and the file's name as `_path`. #}
{% macro read_files(source_name, stream, files) -%}
    {%- set raw = lake_root() ~ "/raw/" -%}
    read_parquet(
        [
            {{ quoted(raw ~ source_name ~ "/" ~ stream ~ "/_schema.parquet") }}
            {%- for file in files %},
            {{ quoted(raw ~ file) }}
            {%- endfor %}
        ],
        union_by_name = true, hive_partitioning = false, filename = '_path'
    )
{%- endmacro %}

{# The account that a window's content belongs to: `eu` of `stripe@eu/subscriptions/…`. #}
{% macro account_of(file) -%}
    coalesce(nullif(regexp_extract({{ file }}, '^[^/@]+@([^/]+)/', 1), ''), 'main')
{%- endmacro %}

{# What an account is called in messages and flags: `stripe@eu`, or `stripe` where it has no name. #}
{% macro instance_of(source, account) -%}
    ({{ source }} || case when {{ account }} = 'main' then '' else '@' || {{ account }} end)
{%- endmacro %}

{#
    What the incremental tables have taken in: a row a table and window. A table takes a window again when its checksum,
    which covers its rows, is another than the one that it took, or when the table is made in another way.
#}
{% macro create_ledger() -%}
    {{ return(adapter.dispatch("create_ledger", "okra")()) }}
{%- endmacro %}

{% macro default__create_ledger() -%}
    create schema if not exists lake_state;
    create table if not exists {{ ledger() }} (
        taken_by varchar,
        source varchar,
        stream varchar,
        account varchar,
        first_day date,
        checksum varchar,
        fingerprint varchar,
        run_id varchar
    );
    {{ create_made_periods() }}
{%- endmacro %}

{# The run that takes windows in. No row of a model has it, so a model that takes windows is not another one each day. #}
{% macro taking_run() -%}
    '{{ env_var("OKRA_RUN_ID", "") if execute else "" }}'
{%- endmacro %}

{% macro ledger() -%}
    lake_state.taken_windows
{%- endmacro %}

{# A query: the committed windows of a stream, with their files. An account without a name is `main`. #}
{% macro committed_windows(source_name, stream) -%}
    select
        coalesce(nullif(account, ''), 'main') as account,
        "window" as first_day,
        checksum,
        -- of the content: it stays when the rows move to another file
        concat(
            source, case when account <> '' then '@' || account else '' end, '/', stream,
            '/window=', cast("window" as varchar), '/', checksum
        ) as name,
        files
    from read_parquet({{ quoted(lake_root() ~ "/windows.parquet") }})
    where source = '{{ source_name }}' and stream = '{{ stream }}'
{%- endmacro %}

{#
    A query: the first days of the windows of a stream that are other ones, or gone, since `taken_by` took them. A day is
    taken of all accounts at once.
#}
{% macro changed_windows(taken_by, fingerprint, source_name, stream) -%}
    select distinct coalesce(committed.first_day, taken.first_day) as first_day
    from ({{ committed_windows(source_name, stream) }}) as committed
    full join (
        select * from {{ ledger() }}
        where
            taken_by = '{{ taken_by }}'
            and source = '{{ source_name }}'
            and stream = '{{ stream }}'
            and fingerprint = '{{ fingerprint }}'
    ) as taken
        on
            committed.account = taken.account
            and committed.first_day = taken.first_day
            and committed.checksum = taken.checksum
    where committed.first_day is null or taken.first_day is null
{%- endmacro %}

{#
    What a table has to take of a stream: the first days of the changed windows (`days`), and the committed files of these
    days (`files`). Everything when the table is rebuilt, and for a view.
#}
{% macro windows_to_take(source_name, stream) -%}
    {%- set query -%}
        with committed as ({{ committed_windows(source_name, stream) }}),

        changed as (
            {%- if is_incremental() %}
            {{ changed_windows(this.name, model_fingerprint(), source_name, stream) }}
            {%- else %}
            select distinct first_day from committed
            {%- endif %}
        ),

        files as (
            select distinct unnest(committed.files) as file
            from committed
            inner join changed on committed.first_day = changed.first_day
        )

        select
            (select coalesce(list(first_day order by first_day), []) from changed) as days,
            (select coalesce(list(file order by file), []) from files) as files
    {%- endset -%}
    {%- set row = run_query(query).rows[0] -%}
    {{ return({"days": fromjson(row[0]), "files": fromjson(row[1])}) }}
{%- endmacro %}

{# A condition: the row is of one of the windows that begin on these days. #}
{% macro is_of_windows(days, column="_window") -%}
    {%- if days -%}
    {{ column }} in ({% for day in days %}date '{{ day }}'{{ ", " if not loop.last }}{% endfor %})
    {%- else -%}
    false
    {%- endif -%}
{%- endmacro %}

{# The stream that such a model is made from: its own source, or that of the one such model that it reads. #}
{% macro stream_of(node) -%}
    {%- for place in node.sources -%}
        {{ return({"source": place[0], "stream": place[1]}) }}
    {%- endfor -%}
    {%- for parent in node.depends_on.nodes if parent in graph.nodes and is_taken_by_window(graph.nodes[parent]) -%}
        {{ return(stream_of(graph.nodes[parent])) }}
    {%- endfor -%}
{%- endmacro %}

{# Whether a model's table takes in windows, or its view has them: then a row comes from the rows of its own window alone. #}
{% macro is_taken_by_window(node) -%}
    {{ return(
        node.config.get("materialized") in ["incremental", "view"]
        and node.config.get("incremental_strategy") == "committed_windows"
    ) }}
{%- endmacro %}

{# The configuration of such a mart. #}
{% macro taken_by_window() -%}
    {{ return({
        "materialized": "incremental",
        "incremental_strategy": "committed_windows",
        "on_schema_change": "sync_all_columns",
        "post_hook": "{{ note_windows() }}",
    }) }}
{%- endmacro %}

{#
    The configuration of a staging model whose rows are read in the lake's own files: for a stream of events, which are
    read once a window and then summed up. From a bucket each query would fetch them again, so there it is a table.
#}
{% macro read_in_place() -%}
    {%- if target.type == "spark" or env_var("OKRA_LAKE_IN_BUCKET", "") -%}
        {{ return({"materialized": "incremental"}) }}
    {%- endif -%}
    {{ return({"materialized": "view"}) }}
{%- endmacro %}

{# The configuration of a mart that is a view of such a model, each row made of one of its rows. #}
{% macro viewed_by_window() -%}
    {{ return({
        "materialized": "view",
        "incremental_strategy": "committed_windows",
        "post_hook": "{{ note_windows() }}",
    }) }}
{%- endmacro %}

{# For a mart whose rows come from one stream of events: the rows of the windows that the mart has to take. #}
{% macro rows_to_take(name) -%}
    {%- set relation = ref(name) -%}
    (
        select * from {{ relation }}
        {%- if execute and is_incremental() %}
        where {{ is_to_take(stream_of(model)) }}
        {%- endif %}
    )
{%- endmacro %}

{# A condition: the row of a stream is of a window that the table has to take; on Spark, of such a month. #}
{% macro is_to_take(place) -%}
    {{ return(adapter.dispatch("is_to_take", "okra")(place)) }}
{%- endmacro %}

{% macro default__is_to_take(place) -%}
    {{ is_of_windows(windows_to_take(place.source, place.stream).days) }}
{%- endmacro %}

{#
    What a table is made by, shortened: its SQL and that of the models and seeds it is made from, all macros, and the
    settings that they read. With another one the table is made again.
#}
{% macro model_fingerprint() -%}
    {{ return(local_md5(code_of(model) ~ env_var("OKRA_MACROS", "") ~ settings_of_rows())[:12]) }}
{%- endmacro %}

{% macro settings_of_rows() -%}
    {%- set settings = [business_zone(), reporting_currency(), fiscal_year_start()] -%}
    {{ return((settings + ([fiscal_weeks()] if fiscal_weeks() else [])) | join(" ")) }}
{%- endmacro %}

{# The SQL of a model and of all that it reads, and the checksums of the seeds among them. #}
{% macro code_of(node) -%}
    {%- set texts = [node.raw_code or node.checksum.checksum] -%}
    {%- for parent in node.depends_on.nodes | default([]) if parent in graph.nodes -%}
        {%- do texts.append(code_of(graph.nodes[parent])) -%}
    {%- endfor -%}
    {{ return(texts | join("\n")) }}
{%- endmacro %}

{#
    The incremental strategy of tables that take in windows, in dbt's one transaction: delete the rows of changed windows
    and those that the table made in another way, insert those that are committed now, and note it (`note_windows`).
#}
{% macro get_incremental_committed_windows_sql(arg_dict) -%}
    {%- set columns = get_quoted_csv(arg_dict["dest_columns"] | map(attribute="name")) -%}
    {%- set place = stream_of(model) -%}
    delete from {{ arg_dict["target_relation"] }}
    where
        _loaded_by is distinct from '{{ model_fingerprint() }}'
        or _window in (
            select first_day from ({{ changed_windows(this.name, model_fingerprint(), place.source, place.stream) }}) as changed
        );

    insert into {{ arg_dict["target_relation"] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict["temp_relation"] }}
{%- endmacro %}

{# A hook, in the transaction of the model: note that its table has the windows that are committed now. #}
{% macro note_windows() -%}
    {{ return(adapter.dispatch("note_windows", "okra")()) }}
{%- endmacro %}

{% macro default__note_windows() -%}
    {%- if execute and is_taken_by_window(model) -%}
        {%- set place = stream_of(model) -%}
        {{ taken(this.name, model_fingerprint(), place.source, place.stream) }}
    {%- endif -%}
{%- endmacro %}

{# Statements: `taken_by` has the windows of a stream that are committed now, and no others. #}
{% macro taken(taken_by, fingerprint, source_name, stream) -%}
    delete from {{ ledger() }}
    where
        taken_by = '{{ taken_by }}'
        and source = '{{ source_name }}'
        and stream = '{{ stream }}'
        and (
            fingerprint <> '{{ fingerprint }}'
            or (account, first_day, checksum) not in (
                select (account, first_day, checksum)
                from ({{ committed_windows(source_name, stream) }}) as committed
            )
        );

    insert into {{ ledger() }}
    select
        '{{ taken_by }}', '{{ source_name }}', '{{ stream }}',
        account, first_day, checksum, '{{ fingerprint }}', {{ taking_run() }}
    from ({{ committed_windows(source_name, stream) }}) as committed
    where (account, first_day, checksum) not in (
        select (account, first_day, checksum) from {{ ledger() }}
        where
            taken_by = '{{ taken_by }}'
            and source = '{{ source_name }}'
            and stream = '{{ stream }}'
    )
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
    is always the same: by `changed_at` where rows have such a column, then by window and content.
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
