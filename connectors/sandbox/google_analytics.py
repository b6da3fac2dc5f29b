"""Google Analytics 4, as the sample company would find it: its property's reports over gRPC or REST."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import grpc
from google.analytics.data_v1beta.types import RunReportRequest, RunReportResponse

from connectors.sandbox.analytics_reports import PROPERTY, Faults, Refused, Reports
from connectors.sandbox.grpc_server import GrpcServer
from connectors.sandbox.http_server import JsonServer, Reply, Request
from connectors.sandbox.served import Served

SERVICE = "google.analytics.data.v1beta.BetaAnalyticsData"
HTTP_STATUSES = {
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.UNAUTHENTICATED: 401,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
    grpc.StatusCode.INTERNAL: 500,
    grpc.StatusCode.UNAVAILABLE: 503,
}
"""By code, the status over REST (google.aip.dev/193)."""


class AnalyticsServer(Reports, GrpcServer):
    """The reports over gRPC."""

    def __init__(self, today: date, *, faults: Faults | None = None) -> None:
        Reports.__init__(self, today, faults)
        method = grpc.unary_unary_rpc_method_handler(
            self._answer,
            request_deserializer=RunReportRequest.deserialize,
            response_serializer=RunReportResponse.serialize,
        )
        GrpcServer.__init__(self, SERVICE, "RunReport", method)

    def _answer(self, request: RunReportRequest, context: Any) -> RunReportResponse:
        try:
            return self.run_report(request)
        except Refused as refused:
            context.abort(refused.code, refused.message)
            raise


class AnalyticsRestServer(Reports, JsonServer):
    """The reports over REST: enumerations are numbers, as Google's client asks for them."""

    def __init__(self, today: date, *, faults: Faults | None = None) -> None:
        Reports.__init__(self, today, faults)
        JsonServer.__init__(self, self._reply)

    def _reply(self, request: Request) -> Reply:
        name, _, method = request.path.removeprefix("/v1beta/").partition(":")
        if (request.method, method) != ("POST", "runReport"):
            return Reply(404, {"error": {"code": 404, "message": "", "status": "NOT_FOUND"}})
        try:
            asked = RunReportRequest.from_json(
                json.dumps(json.loads(request.body) | {"property": name})
            )
            answer = self.run_report(asked)
        except Refused as refused:
            status = HTTP_STATUSES[refused.code]
            error = {"code": status, "message": refused.message, "status": refused.code.name}
            return Reply(status, {"error": error})
        written = RunReportResponse.to_json(answer, always_print_fields_with_no_presence=False)
        return Reply(200, written.encode())


def serve(today: date, home: Path) -> Served:
    """The sample company's GA4 property, as it stands on `today`. Needs nothing of `home`."""
    server = AnalyticsServer(today)
    values = {
        "GA4_PROPERTY_ID": PROPERTY,
        "GA4_API_ENDPOINT": server.address,
        "GOOGLE_APPLICATION_CREDENTIALS": "",
    }
    return Served(values, server.close)
