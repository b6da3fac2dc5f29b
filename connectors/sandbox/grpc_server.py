"""A gRPC method on loopback: what the sample company's two Google services have in common."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

import grpc

Observer = Callable[["GrpcServer", Any, Any], None]
observers: list[Observer] = []
"""Each is called with every request and its answer, of a stream with each part: the vendor's messages. As those of
http_server."""


class GrpcServer:
    """Serves `method` of `service` on 127.0.0.1, at a port of the system's choice. A context manager."""

    def __init__(self, service: str, method: str, handler: grpc.RpcMethodHandler) -> None:
        self._workers = ThreadPoolExecutor(8, thread_name_prefix="grpc-server")
        self._grpc = grpc.server(self._workers, options=[("grpc.so_reuseport", 0)])
        if handler.response_streaming:
            seen = grpc.unary_stream_rpc_method_handler(
                lambda request, context: self._parts(handler.unary_stream, request, context),
                handler.request_deserializer,
                handler.response_serializer,
            )
        else:
            seen = grpc.unary_unary_rpc_method_handler(
                lambda request, context: self._seen(request, handler.unary_unary(request, context)),
                handler.request_deserializer,
                handler.response_serializer,
            )
        handlers = grpc.method_handlers_generic_handler(service, {method: seen})
        self._grpc.add_generic_rpc_handlers((handlers,))
        self.address = f"http://127.0.0.1:{self._grpc.add_insecure_port('127.0.0.1:0')}"
        self._grpc.start()

    def _parts(
        self, answer: Callable[..., Iterator[Any]], request: Any, context: Any
    ) -> Iterator[Any]:
        for part in answer(request, context):
            yield self._seen(request, part)

    def _seen(self, request: Any, answer: Any) -> Any:
        for observe in observers:
            observe(self, request, answer)
        return answer

    def close(self) -> None:
        self._grpc.stop(grace=None).wait()
        self._workers.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        self.close()
