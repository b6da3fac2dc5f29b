"""Stripe's own Python library as a judge of requests and answers: its classes are generated from Stripe's OpenAPI.

A class says of each field its type, its literals and, by `Optional`, whether it may be null or missing. The params of
a method say which parameters it takes. Paths, params and answers belong together as the library's methods declare.
"""

import ast
import importlib
import inspect
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from types import ModuleType, UnionType
from typing import (
    Any,
    ClassVar,
    ForwardRef,
    Literal,
    NotRequired,
    Required,
    TypeVar,
    Union,
    get_args,
    get_origin,
)

import stripe
from stripe import ListObject, StripeObject
from stripe._error_object import ErrorObject
from stripe._request_options import RequestOptions
from typing_extensions import Unpack, is_typeddict

from tests.oracles.traffic import Exchange

LISTS: Mapping[str, Any] = {
    listed.class_url(): listed.list
    for listed in (
        stripe.BalanceTransaction,
        stripe.Invoice,
        stripe.Subscription,
        stripe.SubscriptionItem,
    )
}
"""The library's methods, by the path that they ask for."""
LINES_OF_INVOICE = re.compile(re.escape(stripe.Invoice.class_url()) + "/in_[^/]+/lines")
OBJECTS: Mapping[str, Any] = {
    stripe.Price.class_url(): stripe.PriceService.retrieve,
    stripe.Coupon.class_url(): stripe.CouponService.retrieve,
}
"""The methods that retrieve one object, by the path before its id."""
ACCOUNT = "/v1/account"
Path = tuple[str, ...]
"""The names that lead to a value within an answer; places in lists are left out."""
PARAMETER = re.compile(r"(?P<name>\w+)(?:\[(?P<within>\w+)\])?")


def violations(exchange: Exchange) -> Iterator[str]:
    """What Stripe's library says against a request and its reply."""
    request, reply = exchange.request, exchange.reply
    if request.headers.get("stripe-version") != stripe.api_version:
        yield f"{exchange.call}: the version is not that of the library"
    method = method_of(request.method, request.path)
    if reply.status >= 400:
        yield from fields(exchange.answer["error"], ErrorObject, f"{exchange.call}: error")
        return
    if method is None:
        yield f"{exchange.call}: the library has no such call"
        return
    yield from (f"{exchange.call}?{fault}" for fault in parameters(request.query, method))
    returned = annotation(method, "return")
    yield from values(exchange.answer, returned, module_of(method), f"{exchange.call}: answer")


def method_of(verb: str, path: str) -> Any:
    """The library's method for a call; None without one."""
    if verb != "GET":
        return None
    if LINES_OF_INVOICE.fullmatch(path):
        return stripe.InvoiceLineItemService.list
    if path == ACCOUNT:
        return stripe.AccountService.retrieve_current
    return LISTS.get(path) or OBJECTS.get(path.rpartition("/")[0])


def annotation(method: Any, name: str) -> Any:
    return inspect.unwrap(getattr(method, "__func__", method)).__annotations__[name]


def module_of(thing: Any) -> ModuleType:
    return importlib.import_module(getattr(thing, "__func__", thing).__module__)


def parameters(query: tuple[tuple[str, str], ...], method: Any) -> Iterator[str]:
    """What is wrong with the parameters of a request."""
    names = (
        method.__func__.__annotations__ if hasattr(method, "__func__") else method.__annotations__
    )
    given = names["params"]
    if get_origin(given) is Unpack:
        (given,) = get_args(given)
    declared = params_of(resolved(without_null(given), module_of(method)))
    for name, text in query:
        match = PARAMETER.fullmatch(name)
        kind = declared.get(match["name"]) if match else None
        if match and kind and get_origin(kind) is list and (match["within"] or "").isdigit():
            (kind,) = get_args(kind)
            if match["name"] == "expand":
                # four levels at most: docs.stripe.com/expand
                way = text.split(".")
                if len(way) > 4 or not leads(annotation(method, "return"), module_of(method), way):
                    yield f"{name}={text} cannot be expanded"
        elif match and kind and match["within"]:
            kind = next(
                (params_of(x).get(match["within"]) for x in alternatives(kind) if is_params(x)),
                None,
            )
        if kind is None:
            yield f"{name} is unknown to the library"
        elif not any(reads(text, x) for x in alternatives(kind)):
            yield f"{name}={text} is not {kind}"
    missing = {name for name, kind in declared.items() if get_origin(kind) is Required}
    for name in missing - {name for name, _ in query}:
        yield f"{name} is missing"


def leads(kind: Any, module: ModuleType, names: list[str]) -> bool:
    """Whether a way through fields exists, from an answer or an object of `kind`."""
    kind = resolved(kind, module)
    origin, inner = get_origin(kind), get_args(kind)
    if not names:
        return True
    if origin in {Union, UnionType, list}:
        return any(leads(x, module, names) for x in inner)
    if origin is ListObject:
        return names[0] == "data" and leads(inner[0], module, names[1:])
    if isinstance(kind, type) and issubclass(kind, StripeObject):
        member = fields_of(kind).get(names[0])
        return member is not None and leads(member, module_of(kind), names[1:])
    return False


def without_null(given: Any) -> Any:
    """The type in `Optional`."""
    return next((x for x in get_args(given) if x is not type(None)), given)


@cache
def params_of(declared: type) -> Mapping[str, Any]:
    """The parameters of a TypedDict with their kinds; one that must be there is `Required`."""
    module = module_of(declared)
    declared_kinds = {}
    for name, kind in inspect.get_annotations(declared).items():
        if name in RequestOptions.__annotations__:
            continue
        kind = resolved(kind, module)
        if get_origin(kind) is NotRequired:
            (kind,) = get_args(kind)
            declared_kinds[name] = resolved(kind, module)
        else:
            declared_kinds[name] = Required[resolved(kind, module)]
    return declared_kinds


def is_params(kind: Any) -> bool:
    return isinstance(kind, type) and is_typeddict(kind)


def alternatives(kind: Any) -> tuple[Any, ...]:
    """The kinds of a union. Of literals `or str` only the literals, which are those of this version."""
    if get_origin(kind) is Required:
        return alternatives(get_args(kind)[0])
    if get_origin(kind) not in {Union, UnionType}:
        return (kind,)
    members = get_args(kind)
    has_literals = any(get_origin(x) is Literal for x in members)
    return tuple(x for x in members if not (has_literals and x is str))


def reads(text: str, kind: Any) -> bool:
    """Whether a parameter's text can be read as `kind`."""
    if get_origin(kind) is Literal:
        return text in get_args(kind)
    if kind is int:
        return bool(re.fullmatch(r"-?\d+", text))
    return text in {"true", "false"} if kind is bool else kind is str


def values(value: Any, kind: Any, module: ModuleType, place: str) -> Iterator[str]:
    """What is wrong with a value that should be of `kind`."""
    kind = resolved(kind, module)
    if kind is Any or isinstance(kind, TypeVar):
        return
    origin, inner = get_origin(kind), get_args(kind)
    if origin in {Union, UnionType}:
        kinds = [x for x in alternatives(kind) if value is None or x is not type(None)]
        faults = [[*values(value, x, module, place)] for x in kinds]
        if all(faults):
            # of an id or an object in its place: what is wrong with the object that is there
            yield from faults[-1]
    elif origin is Literal:
        if value not in inner:
            yield f"{place} is {value!r}, which the library does not list"
    elif origin is list:
        if not isinstance(value, list):
            yield f"{place} is {type(value).__name__} and no list"
            return
        for member in value:
            yield from values(member, inner[0], module, f"{place}[]")
    elif origin is ListObject:
        yield from listed(value, inner[0], module, place)
    elif origin is dict or (isinstance(origin, type) and issubclass(origin, StripeObject)):
        for name, member in value.items() if isinstance(value, dict) else ():
            yield from values(member, inner[-1], module, f"{place}.{name}")
    elif isinstance(kind, type) and issubclass(kind, StripeObject):
        yield from fields(value, kind, place)
    elif not fits(value, kind):
        yield f"{place} is {value!r} and no {getattr(kind, '__name__', kind)}"


def fits(value: Any, kind: Any) -> bool:
    """Whether a value without parts is of `kind`. Decimals are texts in JSON."""
    if kind is Decimal:
        try:
            return isinstance(value, str) and Decimal(value).is_finite()
        except InvalidOperation:
            return False
    if kind is float:
        return type(value) in {int, float}
    return type(value) is kind


def kinds(
    value: Any, kind: Any, module: ModuleType, within: Path = ()
) -> Iterator[tuple[Path, Any]]:
    """The places in an answer that have a value, with the kind that each is of; of lists and their members alike."""
    kind = resolved(kind, module)
    origin, inner = get_origin(kind), get_args(kind)
    if value is None:
        return
    if within:
        yield within, kind
    if origin in {Union, UnionType}:
        for member in inner:
            if member is not type(None):
                yield from kinds(value, member, module, within)
    elif origin is list and isinstance(value, list):
        for member in value:
            yield from kinds(member, inner[0], module, within)
    elif origin is ListObject:
        yield from kinds(value["data"], list[inner[0]], module, (*within, "data"))
    elif isinstance(kind, type) and issubclass(kind, StripeObject) and isinstance(value, dict):
        for name, member in fields_of(kind).items():
            if name in value:
                yield from kinds(value[name], member, module_of(kind), (*within, name))


def optional(kind: Any) -> bool:
    """Whether a value of that kind may be null."""
    return type(None) in get_args(kind)


def literals(kind: Any) -> tuple[str, ...]:
    """The values that the library lists for a kind; none where it lists none."""
    return next((get_args(x) for x in alternatives(kind) if get_origin(x) is Literal), ())


def listed(value: Any, kind: Any, module: ModuleType, place: str) -> Iterator[str]:
    """What is wrong with a list object and its members."""
    yield from fields(value, ListObject, place)
    for member in value.get("data", ()) if isinstance(value, dict) else ():
        yield from values(member, kind, module, f"{place}.data[]")


def fields(value: Any, declared: type[StripeObject], place: str) -> Iterator[str]:
    """What is wrong with an object of a class: unknown fields, missing ones, values of another kind."""
    if not isinstance(value, dict):
        yield f"{place} is {type(value).__name__} and no {declared.__name__}"
        return
    known, module = fields_of(declared), module_of(declared)
    for name in value.keys() - known.keys() - {"object"}:
        yield f"{place}.{name} is unknown to the library"
    for name, kind in known.items():
        if name in value:
            yield from values(value[name], kind, module, f"{place}.{name}")
        elif type(None) not in get_args(kind):
            yield f"{place}.{name} is missing"


@cache
def fields_of(declared: type[StripeObject]) -> Mapping[str, Any]:
    """The fields of a class with their kinds, without what is the library's own."""
    return {
        name: resolved(kind, module_of(declared))
        for name, kind in inspect.get_annotations(declared).items()
        if not name.startswith("_") and get_origin(kind) is not ClassVar
    }


def resolved(kind: Any, module: ModuleType) -> Any:
    """A kind, with a name in its place looked up in `module` and in what the module imports for types alone."""
    if isinstance(kind, ForwardRef):
        kind = kind.__forward_arg__
    if not isinstance(kind, str):
        return kind
    return eval(kind, {**typing_imports(module), **vars(module)})


@cache
def typing_imports(module: ModuleType) -> Mapping[str, Any]:
    """What a module imports for types alone."""
    tree = ast.parse(inspect.getsource(module))
    blocks = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
    ]
    return {
        name.asname or name.name: getattr(importlib.import_module(line.module), name.name)
        for block in blocks
        for line in block.body
        if isinstance(line, ast.ImportFrom) and line.module
        for name in line.names
    }
