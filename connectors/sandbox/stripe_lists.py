"""A list endpoint as Stripe's are: newest first, cursors by id, filters, bounds on `created`, `has_more`.

A row is turned into JSON once, when it is first on a page: pages are joined from these pieces.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from connectors.sandbox.http_server import Reply, Request

ENDED = frozenset({"canceled", "incomplete_expired"})
"""Statuses of subscriptions that a list leaves out unless it is asked for them or for all."""
LOWER_BOUNDS = {"created[gte]": 0, "created[gt]": 1}
UPPER_BOUNDS = {"created[lt]": 0, "created[lte]": 1}


class StripeList:
    """The objects behind one path, in the order of their `created` (where they have one), oldest first."""

    def __init__(
        self,
        path: str,
        noun: str,
        rows: Sequence[Mapping[str, Any]],
        filters: set[str],
        hidden: set[str],
        expandable: tuple[str, ...] = (),
    ) -> None:
        """`hidden` are the ids that are not visible yet; it may grow and shrink while the server runs.

        `expandable` are the paths to lists of objects, which are sent as ids unless they are asked for.
        """
        self._path = path
        self._noun = noun
        self._rows = rows
        self._pieces: dict[int, orjson.Fragment] = {}
        self._expandable = expandable
        self._created = [row.get("created", 0) for row in rows]
        self._places = {row["id"]: place for place, row in enumerate(rows)}
        self._filters = filters
        bounds = {*LOWER_BOUNDS, *UPPER_BOUNDS}
        self._allowed = {"limit", "starting_after", "ending_before", *filters, *bounds}
        self._hidden = hidden

    def page(self, request: Request) -> Reply:
        """The page that is asked for, or the error that Stripe would give."""
        params = request.params
        expanded = expansions(request)
        for path in expanded:
            if refusal := refused_expansion(path, self._expandable):
                return refusal
        for name in params:
            if name not in self._allowed and not name.startswith("expand["):
                return error(400, f"Received unknown parameter: {name}", code="parameter_unknown")
        try:
            limit = int(params.get("limit", "10"))
            first, after = self._range(
                {k: int(v) for k, v in params.items() if k.startswith("created[")}
            )
        except ValueError:
            return error(400, "Invalid integer", code="parameter_invalid_integer")
        if not 1 <= limit <= 100:
            return error(400, f"This value must be from 1 to 100 (was {limit}).", param="limit")
        for name in ("starting_after", "ending_before"):
            if name in params and params[name] not in self._places:
                message = f"No such {self._noun}: '{params[name]}'"
                return error(400, message, code="resource_missing", param=name)
        if "ending_before" in params:
            first = max(first, self._places[params["ending_before"]] + 1)
            places = [*self._visible(range(first, after), params, limit + 1)]
            return self._reply(places[:limit][::-1], expanded, has_more=len(places) > limit)
        if "starting_after" in params:
            after = min(after, self._places[params["starting_after"]])
        places = [*self._visible(range(after - 1, first - 1, -1), params, limit + 1)]
        return self._reply(places[:limit], expanded, has_more=len(places) > limit)

    def _range(self, bounds: Mapping[str, int]) -> tuple[int, int]:
        """The places of the first row within the bounds on `created`, and of the first one after them."""
        first, after = 0, len(self._rows)
        for name, value in bounds.items():
            if name in LOWER_BOUNDS:
                first = max(first, bisect_left(self._created, value + LOWER_BOUNDS[name]))
            elif name in UPPER_BOUNDS:
                after = min(after, bisect_left(self._created, value + UPPER_BOUNDS[name]))
        return first, max(first, after)

    def _visible(self, places: range, params: Mapping[str, str], limit: int) -> Iterator[int]:
        asked = {name: params[name] for name in self._filters if name in params}
        status = asked.pop("status", "") if self._noun == "subscription" else "all"
        for place in places:
            row = self._rows[place]
            if row["id"] in self._hidden:
                continue
            if any(row.get(name) != value for name, value in asked.items()):
                continue
            if status != "all" and not is_listed(row["status"], status):
                continue
            yield place
            limit -= 1
            if not limit:
                return

    def _reply(self, places: Sequence[int], expanded: Sequence[str], *, has_more: bool) -> Reply:
        if expanded:
            rows = [shortened(self._rows[place], self._expandable, expanded) for place in places]
            data = [orjson.Fragment(orjson.dumps(row)) for row in rows]
        else:
            data = [self._piece(place) for place in places]
        envelope = {"object": "list", "data": data, "has_more": has_more, "url": self._path}
        return Reply(200, orjson.dumps(envelope), {"Request-Id": "req_sample"})

    def _piece(self, place: int) -> orjson.Fragment:
        """The JSON of a row, made when it is first asked for."""
        if place not in self._pieces:
            row = shortened(self._rows[place], self._expandable, ())
            self._pieces[place] = orjson.Fragment(orjson.dumps(row))
        return self._pieces[place]


def is_listed(status: str, asked: str) -> bool:
    """Whether a list of subscriptions has those of a status; `asked` is empty where it is not said which."""
    if asked == "ended":
        return status in ENDED
    return status == asked if asked else status not in ENDED


def expansions(request: Request) -> list[str]:
    """The fields that a request asks to have expanded."""
    return [value for name, value in request.query if name.startswith("expand[")]


def refused_expansion(path: str, expandable: Sequence[str]) -> Reply | None:
    """The error for a field that cannot be expanded; at most four levels are."""
    if path.count(".") > 3:
        message = f"You cannot expand more than 4 levels of a property. Property: {path}"
        return error(400, message)
    if path not in expandable:
        return error(400, f"This property cannot be expanded ({path}).")
    return None


def shortened(
    row: Mapping[str, Any], expandable: Sequence[str], expanded: Sequence[str]
) -> Mapping[str, Any]:
    """A row with ids in place of the objects that are not expanded."""
    for path in expandable:
        if path not in expanded:
            row = with_ids(row, path.removeprefix("data.").split("."))
    return row


def with_ids(value: Any, names: Sequence[str]) -> Any:
    """A value with ids in place of the objects at the end of the way through `names`."""
    if isinstance(value, list):
        return [with_ids(member, names) for member in value]
    if not names:
        return value["id"] if isinstance(value, Mapping) else value
    name, *rest = names
    if not isinstance(value, Mapping) or name not in value:
        return value
    return {**value, name: with_ids(value[name], rest)}


def error(status: int, message: str, **more: str) -> Reply:
    """An error in Stripe's shape."""
    kind = {"type": "api_error" if status >= 500 else "invalid_request_error"}
    return Reply(
        status, {"error": kind | {"message": message} | more}, {"Request-Id": "req_sample"}
    )
