"""What dbt is told of the environment that a command runs in."""

from pipelines.warehouse.dbt_environment import choices_of_others


def test_what_a_shell_chose_for_another_dbt_project_does_not_count() -> None:
    """With DBT_EMPTY every table would have been made without a row."""
    environment = {
        "DBT_TARGET": "prod",
        "DBT_EMPTY": "1",
        "DBT_ENGINE_DEFER": "1",
        "DBT_ENV_SECRET_TOKEN": "a model's own",
        "TARGET": "another program's",
    }
    assert choices_of_others(environment) == {
        "DBT_TARGET": "",
        "DBT_EMPTY": "",
        "DBT_ENGINE_DEFER": "",
    }
