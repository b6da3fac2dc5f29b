"""Meta's own business SDK as a judge of requests to the Graph API and of its answers.

Its methods say which parameters a call takes, with types and enumerations; its classes say which fields an object has.
It is generated from the definitions of one version of the API, which is the one that the connectors ask.
"""

import importlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from facebook_business.adobjects.adaccount import AdAccount
from facebook_business.adobjects.adreportrun import AdReportRun
from facebook_business.adobjects.adsinsights import AdsInsights
from facebook_business.adobjects.campaign import Campaign
from facebook_business.adobjects.insightsresult import InsightsResult
from facebook_business.adobjects.page import Page
from facebook_business.api import FacebookAdsApi, FacebookRequest
from facebook_business.apiconfig import ads_api_config
from facebook_business.session import FacebookSession

from connectors.sandbox.graph_api import APP_SECRET
from connectors.sandbox.http_server import Request
from tests.oracles.traffic import Exchange

VERSION = ads_api_config["API_VERSION"]
PAGING = {"after", "before", "limit"}
"""Parameters of every list (developers.facebook.com/docs/graph-api/results)."""
SESSION = {"appsecret_proof"}
"""Parameters that the SDK's session adds to every call."""
API = FacebookAdsApi(None)


class Started(AdReportRun):
    """The answer to a report that is started: the SDK reads the report's id from this field (AdReportRunMixin)."""

    _field_types: Mapping[str, str] = {"report_run_id": "string"}


def violations(exchange: Exchange) -> Iterator[str]:
    """What the SDK says against a request and its reply."""
    request, call = exchange.request, exchange.call
    path = re.fullmatch(rf"/{re.escape(VERSION)}/(?P<node>\w+)(?:/(?P<edge>\w+))?", request.path)
    made = path and call_of(request, path["node"], path["edge"])
    if not made:
        yield f"{call}: the SDK of {VERSION} has no such call"
        return
    asked, answered = made
    yield from (f"{call}: {fault}" for fault in parameters(request, asked))
    if exchange.reply.status >= 400:
        yield from (f"{call}: {fault}" for fault in error(exchange.answer))
        return
    objects = exchange.answer.get("data", []) if "data" in exchange.answer else [exchange.answer]
    for item in objects:
        yield from (f"{call}: {fault}" for fault in fields(item, answered))
        for name in asked._fields if answered is asked._target_class else ():
            if (
                name not in item and answered is not AdsInsights
            ):  # a row has no field without a value
                yield f"{call}: {name} was asked for and is missing"


def call_of(request: Request, node: str, edge: str | None) -> tuple[FacebookRequest, Any] | None:
    """The SDK's form of a request, not sent, and the class of its answer; None where it has none."""
    form = parse_qsl(request.body.decode()) if request.method == "POST" else request.query
    names = [x for name, text in form if name == "fields" for x in text.split(",") if x]
    if node.startswith("act_"):
        account = AdAccount(node, api=API)
        if (request.method, edge) == ("POST", "insights"):
            return account.get_insights_async(params={}, pending=True), Started
        calls = {None: account.api_get, "insights": account.get_insights}
        answers = {None: AdAccount, "insights": AdsInsights}
    elif "metric" in request.params or "fields" in request.params:
        page = Page(node, api=API)
        calls = {None: page.api_get, "insights": page.get_insights}
        answers = {None: Page, "insights": InsightsResult}
    else:
        report = AdReportRun(node, api=API)
        calls = {None: report.api_get, "insights": report.get_insights}
        answers = {None: AdReportRun, "insights": AdsInsights}
    if request.method != "GET" or edge not in calls:
        return None
    return calls[edge](fields=names, params={}, pending=True), answers[edge]


def parameters(request: Request, asked: FacebookRequest) -> Iterator[str]:
    """What is wrong with the parameters of a request, in its query or form."""
    checker = asked._param_checker
    for name, text in parse_qsl(request.body.decode()) or request.query:
        if name == "fields":
            insights = asked._target_class is AdReportRun
            known = (AdsInsights if insights else asked._target_class)._field_types
            for field in text.split(","):
                if field not in known:
                    yield f"the field {field} is unknown to the SDK"
        elif name == "filtering":
            yield from filters(json.loads(text))
        elif not checker.is_valid_key(name):
            if name in SESSION:
                yield from proof(request, text)
            elif name not in PAGING:
                yield f"the parameter {name} is unknown to the SDK"
        # an `Object` may be anything, and the checker takes it for a map; the names of a page's metrics are not listed
        elif checker.get_type(name) != "list<Object>" and not checker.is_valid_pair(
            name, read(text, checker.get_type(name))
        ):
            yield f"{name}={text} is no {checker.get_type(name)}"


def filters(given: list[Mapping[str, Any]]) -> Iterator[str]:
    """What is wrong with the filters of a report: its types say no more than that they are objects."""
    for filtered in given:
        if filtered.keys() != {"field", "operator", "value"}:
            yield f"filtering has a filter with {sorted(filtered)}"
        elif filtered["field"] == "campaign.effective_status":
            known = {x for name, x in vars(Campaign.EffectiveStatus).items() if name[0] != "_"}
            yield from (
                f"filtering by {x}, which EffectiveStatus does not list"
                for x in filtered["value"]
                if x not in known
            )


def proof(request: Request, given: str) -> Iterator[str]:
    """What is wrong with the proof of the app's secret."""
    token = request.headers["authorization"].removeprefix("Bearer ")
    if given != FacebookSession(app_secret=APP_SECRET, access_token=token).appsecret_proof:
        yield "appsecret_proof is not what the SDK's session makes of secret and token"


def read(text: str, kind: str) -> Any:
    """A parameter as its kind: lists and maps are JSON, a list of texts may be parted by commas."""
    if not kind.startswith(("list", "map")):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text.split(",") if kind.startswith("list") else text


def error(answer: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with an error (developers.facebook.com/docs/graph-api/guides/error-handling)."""
    fault = answer.get("error", {})
    kinds = {"message": str, "type": str, "code": int, "fbtrace_id": str}
    optional = {"error_subcode": int, "is_transient": bool, "error_user_msg": str}
    for name, kind in kinds.items():
        if type(fault.get(name)) is not kind:
            yield f"error.{name} is {fault.get(name)!r}"
    for name in fault.keys() - kinds.keys():
        if type(fault[name]) is not optional.get(name):
            yield f"error.{name} is {fault[name]!r}"


def fields(value: Any, declared: Any, place: str = "answer") -> Iterator[str]:
    """What is wrong with an object of a class of the SDK."""
    if not isinstance(value, dict):
        yield f"{place} is {value!r} and no {declared.__name__}"
        return
    for name, member in value.items():
        kind = declared._field_types.get(name)
        if kind is None:
            yield f"{place}.{name} is unknown to the SDK"
        else:
            yield from values(member, kind, declared, f"{place}.{name}")


PLAIN: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "datetime": (str,),
    "bool": (bool,),
    "int": (int,),
    "unsigned int": (int,),
    "float": (int, float),
    "map": (dict,),
}


def values(value: Any, kind: str, declared: Any, place: str) -> Iterator[str]:
    """What is wrong with a value of a kind of the SDK."""
    if listed := re.fullmatch(r"list<(.+)>", kind):
        if not isinstance(value, list):
            yield f"{place} is {value!r} and no list"
            return
        for member in value:
            yield from values(member, listed[1], declared, f"{place}[]")
    elif kind in PLAIN:
        if type(value) not in PLAIN[kind]:
            yield f"{place} is {value!r} and no {kind}"
    elif enumeration := getattr(declared, kind, None):
        if value not in vars(enumeration).values():
            yield f"{place} is {value!r}, which {kind} does not list"
    elif kind != "Object":
        module = importlib.import_module(f"facebook_business.adobjects.{kind.lower()}")
        yield from fields(value, getattr(module, kind), place)
