{#
    How DuckDB makes tables and views. dbt-duckdb makes a table beside the old one, renames both and drops one: some ten
    calls, each with a context of all macros. DuckDB replaces it in one statement, in a transaction as before. What these
    do not know, dbt-duckdb's own do (docs/decisions/0047).
#}

{% materialization table, adapter="duckdb", supported_languages=["sql", "python"] -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- if model.language != "sql" or is_tied(existing) -%}
        {{ return(dbt.materialization_table_duckdb()) }}
    {%- endif -%}
    {%- set target_relation = this.incorporate(type="table") -%}
    {%- call made(target_relation, existing) -%}
        {{ replaced_table(target_relation, compiled_code) }}
    {%- endcall -%}
    {{ return({"relations": [target_relation]}) }}
{%- endmaterialization %}

{#
    Runs the statements of the block that calls it, which make `target_relation`, as dbt's own materializations do: between
    the hooks, in one transaction. `existing` is dropped before them where it is of another type.
#}
{% macro made(target_relation, existing=none) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- if existing is not none and existing.type != target_relation.type -%}
        {%- do adapter.ensure_transaction() -%}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}
    {%- set statements = caller() -%}
    {%- call statement("main") -%}
        {{ statements }}
    {%- endcall -%}
    {%- if target_relation.is_table -%}
        {%- do create_indexes(target_relation) -%}
    {%- endif -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do persist_docs(target_relation, model) -%}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
{%- endmacro %}

{# Statements: the table has the rows of the query and no others. With a contract, it has the declared types. #}
{% macro replaced_table(relation, sql) -%}
    {{ config.get("sql_header", none) or "" }}
    {%- if config.get("contract").enforced %}
    {{ get_assert_columns_equivalent(sql) }}
    create or replace table {{ relation }} {{ get_table_columns_and_constraints() }};
    insert into {{ relation }} {{ get_column_names() }} ({{ get_select_subquery(sql) }});
    {%- else %}
    create or replace table {{ relation }} as ({{ sql }});
    {%- endif %}
{%- endmacro %}

{# Whether a foreign key points from a table, or may point to it: DuckDB replaces no such table. #}
{% macro is_tied(relation) -%}
    {{ return(
        relation is not none
        and relation.is_table
        and (has_foreign_key_constraints(relation) or may_be_foreign_key_target(relation))
    ) }}
{%- endmacro %}

{% materialization view, adapter="duckdb" -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type="view") -%}
    {%- call made(target_relation, existing) -%}
        {{ config.get("sql_header", none) or "" }}
        create or replace view {{ target_relation }} as ({{ compiled_code }});
    {%- endcall -%}
    {{ return({"relations": [target_relation]}) }}
{%- endmaterialization %}

{#
    Of a table that is there with the columns that its query has, Okra's own strategies replace rows without a table in
    between. Where everything is made, the rows of days and periods are all of them: the table is replaced, and has the
    columns that are declared now.
#}
{% materialization incremental, adapter="duckdb", supported_languages=["sql", "python"] -%}
    {%- set strategy = config.get("incremental_strategy") -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type="table") -%}
    {%- if strategy in ["changed_days", "changed_periods"] and scope() == "everything" -%}
        {%- call made(target_relation, existing) -%}
            {{ replaced_table(target_relation, compiled_code) }}
        {%- endcall -%}
        {{ return({"relations": [target_relation]}) }}
    {%- endif -%}
    {%- set columns = [] -%}
    {%- if strategy in ["committed_windows", "changed_days", "changed_periods"] and is_incremental() -%}
        {%- set columns = columns_of_both(this, compiled_code) -%}
    {%- endif -%}
    {%- if not columns -%}
        {{ return(dbt.materialization_incremental_duckdb()) }}
    {%- endif -%}
    {%- set build = adapter.get_incremental_strategy_macro(context, strategy) -%}
    {%- call made(target_relation) -%}
        {{ build({
            "target_relation": target_relation,
            "temp_relation": "(" ~ compiled_code ~ ") as new_rows",
            "dest_columns": columns,
        }) }}
    {%- endcall -%}
    {{ return({"relations": [target_relation]}) }}
{%- endmaterialization %}

{# The columns of a table, where a query has the same; else none. #}
{% macro columns_of_both(relation, sql) -%}
    {%- set columns = adapter.get_column_schema_from_query("from " ~ relation) -%}
    {%- set kept = {} -%}
    {%- for column in columns -%}
        {%- do kept.update({column.name: column.data_type}) -%}
    {%- endfor -%}
    {%- set given = {} -%}
    {%- for column in adapter.get_column_schema_from_query(sql) -%}
        {%- do given.update({column.name: column.data_type}) -%}
    {%- endfor -%}
    {{ return(columns if kept == given else []) }}
{%- endmacro %}
