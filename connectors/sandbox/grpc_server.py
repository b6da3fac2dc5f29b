"""A gRPC method on loopback: what the sample company's two Google services have in common."""

from concurrent.futures import ThreadPoolExecutor
from typing import Self

import grpc


class GrpcServer:
    """Serves `method` of `service` on 127.0.0.1, at a port of the system's choice. A context manager."""

    def __init__(self, service: str, method: str, handler: grpc.RpcMethodHandler) -> None:
        self._workers = ThreadPoolExecutor(8, thread_name_prefix="grpc-server")
        self._grpc = grpc.server(self._workers, options=[("grpc.so_reuseport", 0)])
        handlers = grpc.method_handlers_generic_handler(service, {method: handler})
        self._grpc.add_generic_rpc_handlers((handlers,))
        self.address = f"http://127.0.0.1:{self._grpc.add_insecure_port('127.0.0.1:0')}"
        self._grpc.start()

    def close(self) -> None:
        self._grpc.stop(grace=None).wait()
        self._workers.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        self.close()
