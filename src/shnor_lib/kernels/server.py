"""Imports what notebooks need once and forks a kernel for every request.

``python -m shnor_lib.kernels.server SOCKET``; ends when its standard input closes, that is with
the process that started it.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import pkgutil
import selectors
import signal
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

READY = b"ready\n"

PRELOADED = ("IPython", "ipykernel.kernelapp", "matplotlib_inline.backend_inline")
"""Beside the library's own modules; what is not installed is left out."""
ROOMS = ("methods", "stats", "tables", "report")
"""Packages of the library whose modules notebooks use."""


def preload() -> None:
    """Import what notebooks import; a module that fails here fails in the notebook, with words."""
    for name in (*PRELOADED, *_own_modules()):
        with contextlib.suppress(Exception):
            importlib.import_module(name)


def _own_modules() -> list[str]:
    found = ["shnor_lib.store", "shnor_lib.project"]
    for room in ROOMS:
        package = importlib.import_module(f"shnor_lib.{room}")
        found += [
            module.name
            for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        ]
    return found


@dataclass
class _Server:
    """Who waits for which kernel."""

    listener: socket.socket
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    clients: dict[int, socket.socket] = field(default_factory=dict)

    def serve(self) -> None:
        """Fork for whoever asks until standard input closes."""
        wake, waker = socket.socketpair()
        waker.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        # Ctrl+C reaches the whole group; kernels are told by Jupyter, this process by its owner.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for source in (self.listener, wake, sys.stdin):
            self.selector.register(source, selectors.EVENT_READ)
        sys.stdout.buffer.write(READY)
        sys.stdout.buffer.flush()
        while True:
            for key, _ in self.selector.select():
                if key.fileobj is self.listener:
                    self._accept()
                elif key.fileobj is wake:
                    wake.recv(4096)
                elif key.fileobj is sys.stdin:
                    if not os.read(0, 4096):
                        self._end()
                        return
                else:
                    self._gone(key.data)
            self._reap()

    def _accept(self) -> None:
        connection, _ = self.listener.accept()
        try:
            header, streams, _, _ = socket.recv_fds(connection, 8, 3)
            body = b""
            while len(body) < int.from_bytes(header, "big"):
                piece = connection.recv(65536)
                if not piece:
                    raise ConnectionError
                body += piece
        except OSError:
            connection.close()
            return
        kernel = os.fork()
        if kernel == 0:
            self._become_kernel(json.loads(body), streams)
        for stream in streams:
            os.close(stream)
        self.clients[kernel] = connection
        self.selector.register(connection, selectors.EVENT_READ, data=kernel)
        with contextlib.suppress(OSError):
            connection.sendall(f"{kernel}\n".encode())

    def _become_kernel(self, request: dict[str, object], streams: list[int]) -> NoReturn:
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGCHLD, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            self.selector.close()
            self.listener.close()
            for connection in self.clients.values():
                connection.close()
            for wanted, stream in enumerate(streams):
                os.dup2(stream, wanted)
                os.close(stream)
            os.setsid()
            status = _run_kernel(request)
        except SystemExit as stop:
            status = stop.code if isinstance(stop.code, int) else 0
        finally:
            with contextlib.suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            # Not sys.exit: what the server had registered for its own end is not the kernel's.
            os._exit(status)

    def _reap(self) -> None:
        while self.clients:
            try:
                kernel, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if kernel == 0:
                return
            connection = self.clients.pop(kernel, None)
            if connection is None:
                continue
            with contextlib.suppress(KeyError):
                self.selector.unregister(connection)
            with contextlib.suppress(OSError):
                connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
            connection.close()

    def _gone(self, kernel: int) -> None:
        """The client was killed: so is its kernel."""
        self.selector.unregister(self.clients[kernel])
        _kill(kernel)

    def _end(self) -> None:
        for kernel in self.clients:
            _kill(kernel)


def _kill(kernel: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(kernel, signal.SIGKILL)


def _run_kernel(request: dict[str, object]) -> int:
    arguments, environment = request["arguments"], request["environment"]
    assert isinstance(arguments, list) and isinstance(environment, dict)
    os.environ.clear()
    os.environ.update({str(k): str(v) for k, v in environment.items()})
    # ipykernel ends when this process does; the parent of a fork is the server.
    os.environ["JPY_PARENT_PID"] = str(os.getppid())
    os.chdir(str(request["cwd"]))
    sys.argv = ["ipykernel_launcher", *arguments]
    from ipykernel import kernelapp

    kernelapp.launch_new_instance(argv=list(arguments))
    return 0


def main(address: str) -> None:
    """Serve at the socket ``address``."""
    preload()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(address)
    listener.listen(64)
    try:
        _Server(listener).serve()
    finally:
        listener.close()
        Path(address).unlink(missing_ok=True)


if __name__ == "__main__":
    main(sys.argv[1])
