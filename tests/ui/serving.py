"""``thoracite serve`` as a visitor starts it, for the tests that ask it from outside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def serve(graph: Path) -> Iterator[str]:
    """Start ``thoracite serve`` in a process of its own, on a free port; its address."""
    command = [sys.executable, "-m", "thoracite.cli", "serve", "--port", "0", "--graph", str(graph)]
    environment = os.environ | {"OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": "2"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        try:
            assert server.stdout is not None
            line = server.stdout.readline()
            assert line.startswith("Thoracite serves http://127.0.0.1:"), line
            yield line.split()[2]
        finally:
            server.send_signal(signal.SIGINT)
            try:
                assert server.wait(20) == 0
            except subprocess.TimeoutExpired:
                server.kill()
                raise
