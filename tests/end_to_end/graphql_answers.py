"""What Dagster's UI is told of the runs of a home: the answers of its GraphQL server, asked in this process."""

import json
from collections.abc import Iterator

import dagster as dg
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import EmptyWorkspaceTarget
from dagster_graphql.cli import execute_query

from pipelines import settings as okra_settings
from pipelines.orchestration.instance import prepare_environment
from tests.end_to_end.conftest import Home

RUNS = """
{ runsOrError { __typename ... on Runs { results {
    runId jobName status runConfigYaml tags { key value } stepStats { stepKey status }
} } } }
"""
EVENTS = """
query ($run: ID!) { logsForRun(runId: $run) { __typename ... on EventConnection { events {
    __typename
    ... on MessageEvent { message }
    ... on ErrorEvent { error { message stack cause { message stack } } }
    ... on DisplayableEvent { label description metadataEntries {
        label description
        ... on TextMetadataEntry { text }
        ... on JsonMetadataEntry { jsonString }
        ... on MarkdownMetadataEntry { mdStr }
        ... on UrlMetadataEntry { url }
        ... on PathMetadataEntry { path }
    } }
} } } }
"""
INSTANCE = "{ instance { info } }"


def graphql_answers(home: Home) -> Iterator[tuple[str, str]]:
    """What is asked, and the answer: the instance, all runs, and the events of each."""
    with home.entered():
        prepare_environment(okra_settings.load())
        with (
            dg.DagsterInstance.get() as instance,
            WorkspaceProcessContext(instance, EmptyWorkspaceTarget()) as context,
        ):
            yield "instance", json.dumps(execute_query(context, INSTANCE))
            runs = execute_query(context, RUNS)
            yield "runs", json.dumps(runs)
            for run in runs["data"]["runsOrError"]["results"]:
                answer = execute_query(context, EVENTS, {"run": run["runId"]})
                assert "errors" not in answer, answer
                yield f"{run['jobName']} {run['runId']}", json.dumps(answer)
