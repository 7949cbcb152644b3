"""What papermill is told so that its kernels are forks."""

from __future__ import annotations

import atexit
import contextlib
import os
import subprocess
import sys
import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jupyter_client.manager import AsyncKernelManager

from shnor_lib.kernels import client

_START_SECONDS = 120
"""Longest wait for the server; imports take a second or two."""


class WarmKernelManager(AsyncKernelManager):
    """Starts kernels as forks of the process's one server."""

    def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
        """The command Jupyter starts and watches; see :mod:`.client`."""
        return [
            sys.executable,
            "-I",
            "-S",
            str(Path(client.__file__)),
            _SERVER.address(),
            "-f",
            self.connection_file,
            *(extra_arguments or []),
        ]


def available() -> bool:
    """Whether this system can fork safely: Linux and other Unixes, not Windows or macOS.

    Apple's libraries do not survive a fork; Windows has none.
    """
    return os.name == "posix" and sys.platform != "darwin"


class _Owner:
    """The one server of this process, started when first asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: TemporaryDirectory[str] | None = None

    def address(self) -> str:
        """Path of the socket of a running server.

        Raises
        ------
        RuntimeError
            It did not start.
        """
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._start()
            assert self._folder is not None
            return str(Path(self._folder.name) / "server")

    def _start(self) -> None:
        self._folder = TemporaryDirectory(prefix="shnor-", ignore_cleanup_errors=True)
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "shnor_lib.kernels.server",
                str(Path(self._folder.name) / "server"),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        atexit.register(self.stop)
        assert self._process.stdout is not None
        timer = threading.Timer(_START_SECONDS, self._process.kill)
        timer.start()
        try:
            if not self._process.stdout.readline():
                raise RuntimeError("процесс, от которого ответвляются тетради, не запустился")
        finally:
            timer.cancel()

    def stop(self) -> None:
        """End the server and whatever kernels it still has."""
        with self._lock:
            process, self._process = self._process, None
            if process is not None:
                assert process.stdin is not None and process.stdout is not None
                with contextlib.suppress(OSError):
                    process.stdin.close()
                try:
                    process.wait(5)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                process.stdout.close()
            if self._folder is not None:
                self._folder.cleanup()
                self._folder = None


_SERVER = _Owner()


def stop() -> None:
    """End the server of this process; the next notebook starts another."""
    _SERVER.stop()


def options() -> dict[str, Any]:
    """Arguments for :func:`papermill.execute_notebook`; empty where there is no forking."""
    if not available():
        return {}
    return {"kernel_manager_class": f"{__name__}.{WarmKernelManager.__name__}"}
