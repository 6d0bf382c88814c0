"""Genuine Neo4j and Apache Jena Fuseki on this machine, without Docker: Java 17 and Maven are enough.

``python -m thoracite.evaluation.servers neo4j`` starts one and prints its address. The jars come from Maven Central
and stay in Maven's cache; the servers listen on 127.0.0.1 only. Neo4j Community is GPL-3: it is started, never
bundled.
"""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Annotated

import platformdirs
import typer

from thoracite.errors import StoreError, ThoraciteError, UsageError

NEO4J, FUSEKI = "5.26.30", "5.3.0"
"""Versions of the servers."""

PASSWORD = "thoracite-local"  # noqa: S105 - the same as in docker-compose.yml, for a server on this machine alone
"""Default password of a Neo4j that is started here."""

_ARTIFACTS = {
    "neo4j": (("org.neo4j", "neo4j", NEO4J), ("org.neo4j.app", "neo4j-server", NEO4J)),
    "fuseki": (("org.apache.jena", "jena-fuseki-server", FUSEKI),),
}
_OPENS = [
    f"--add-opens=java.base/{package}=ALL-UNNAMED"
    for package in ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent")
]
_PATIENCE_S = 120.0


@dataclass
class Server:
    """A server that runs until :meth:`stop`, or until the ``with`` block ends.

    Parameters
    ----------
    address : str
        Address for ``--store``: ``bolt://127.0.0.1:7687`` or ``http://127.0.0.1:3030/ds``.
    version : str
        Name and version: ``Neo4j 5.26.30``.
    log : Path
        Log file of the server.
    """

    address: str
    version: str
    log: Path
    process: subprocess.Popen[bytes] = field(repr=False)

    def stop(self) -> None:
        """Stop the server and wait for its end."""
        self.process.terminate()
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def find_missing() -> str | None:
    """Return the programs that this machine lacks to start a server, or None."""
    missing = [name for name in ("java", "mvn") if shutil.which(name) is None]
    return f"needs {' and '.join(missing)} (Java 17 and Maven) on the path" if missing else None


def find_free_port() -> int:
    """Find a free port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_neo4j(home: Path, *, port: int = 7687, http_port: int = 7474, password: str = PASSWORD) -> Server:
    """Start Neo4j Community; its data stay in ``home``.

    Parameters
    ----------
    home : Path
        Folder of data, logs and settings; made if missing.
    port, http_port : int
        Ports of Bolt and the browser on 127.0.0.1.
    password : str
        Set on the first start.

    Raises
    ------
    UsageError
        If Java or Maven is missing.
    StoreError
        If the server does not start.
    """
    classpath = find_classpath("neo4j")
    home = home.resolve()
    (home / "conf").mkdir(parents=True, exist_ok=True)
    settings = {
        "server.bolt.listen_address": f"127.0.0.1:{port}",
        "server.bolt.advertised_address": f"127.0.0.1:{port}",
        "server.http.listen_address": f"127.0.0.1:{http_port}",
        "dbms.usage_report.enabled": "false",
        "dbms.security.allow_csv_import_from_file_urls": "false",
        "server.memory.pagecache.size": "256m",
        "db.tx_log.rotation.retention_policy": "100M size",
    }
    text = "".join(f"{name}={value}\n" for name, value in settings.items())
    (home / "conf" / "neo4j.conf").write_text(text, encoding="utf-8")
    main = ["org.neo4j.server.CommunityEntryPoint", f"--home-dir={home}", f"--config-dir={home / 'conf'}"]
    _check_free(port, http_port)
    server = _start(["-Xmx1g", *_OPENS, "-cp", classpath, *main], home / "server.log")
    server.address, server.version = f"bolt://127.0.0.1:{port}", f"Neo4j {NEO4J}"
    try:
        _wait_for_port(server, port)
        _set_password(server, password)
    except BaseException:
        server.stop()
        raise
    return server


def start_fuseki(home: Path, *, port: int = 3030, limit_s: float = 30.0, keep: bool = False) -> Server:
    """Start Fuseki with one dataset that answers queries and updates.

    Parameters
    ----------
    home : Path
        Folder of the log, and of the data where they are kept.
    port : int
        Port on 127.0.0.1 (``http://127.0.0.1:<port>/ds``).
    limit_s : float
        Seconds after which the server ends a query.
    keep : bool
        Whether the data stay on disk (TDB2); in memory they end with the server.

    Raises
    ------
    UsageError
        If Java or Maven is missing.
    StoreError
        If the server does not start.
    """
    data = home.resolve() / "data"
    (data if keep else home).mkdir(parents=True, exist_ok=True)
    dataset = ["--tdb2", f"--loc={data}"] if keep else ["--mem"]
    options = ["--localhost", f"--port={port}", f"--timeout={round(limit_s * 1000)}", "--update", *dataset, "/ds"]
    jar = find_classpath("fuseki")
    _check_free(port)
    server = _start(
        ["-Xmx1g", "-cp", jar, "org.apache.jena.fuseki.main.cmds.FusekiServerCmd", *options], home / "server.log"
    )
    server.address, server.version = f"http://127.0.0.1:{port}/ds", f"Apache Jena Fuseki {FUSEKI}"
    try:
        _wait_for_port(server, port)
        if said := re.search(r"Apache Jena Fuseki [\d.]+", server.log.read_text(encoding="utf-8", errors="replace")):
            server.version = said[0]
    except BaseException:
        server.stop()
        raise
    return server


def find_classpath(name: str) -> str:
    """Return the jars of ``neo4j`` or ``fuseki``, fetched from Maven Central the first time (about 150 MB and 48 MB).

    Raises
    ------
    UsageError
        If Java or Maven is missing.
    StoreError
        If Maven cannot fetch them.
    """
    if missing := find_missing():
        raise UsageError(f"your own server {missing}; on Debian: apt-get install openjdk-17-jre-headless maven")
    artifacts = _ARTIFACTS[name]
    folder = Path(platformdirs.user_cache_dir("thoracite")) / "servers" / f"{name}-{artifacts[0][2]}"
    listing = folder / "classpath.txt"
    if listing.exists():
        classpath = listing.read_text(encoding="utf-8")
        if all(Path(jar).exists() for jar in classpath.split(":")):
            return classpath
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pom.xml").write_text(_render_pom(artifacts, alone=name == "fuseki"), encoding="utf-8")
    command = ["mvn", "-q", "-B", "dependency:build-classpath", f"-Dmdep.outputFile={listing}"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = next((line for line in done.stdout.splitlines() if "ERROR" in line), "no reason given")
        raise StoreError(f"Maven cannot fetch {name} {artifacts[0][2]}: {reason.strip()}; check the network")
    return listing.read_text(encoding="utf-8")


def _render_pom(artifacts: tuple[tuple[str, str, str], ...], *, alone: bool) -> str:
    excluded = (
        "<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>"
        if alone
        else ""
    )
    dependencies = "\n".join(
        f"    <dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId>"
        f"<version>{version}</version>{excluded}</dependency>"
        for group, artifact, version in artifacts
    )
    return (
        '<project xmlns="http://maven.apache.org/POM/4.0.0">\n  <modelVersion>4.0.0</modelVersion>\n'
        "  <groupId>thoracite</groupId><artifactId>servers</artifactId><version>1</version>\n"
        f"  <dependencies>\n{dependencies}\n  </dependencies>\n</project>\n"
    )


def _check_free(*ports: int) -> None:
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise StoreError(
                    f"port {port} of 127.0.0.1 is taken; stop the program that listens there, or name another"
                ) from error


def _start(arguments: list[str], log: Path) -> Server:
    with log.open("wb") as output:
        process = subprocess.Popen(["java", *arguments], stdout=output, stderr=subprocess.STDOUT, cwd=log.parent)
    return Server(address="", version="", log=log, process=process)


def _wait_for_port(server: Server, port: int) -> None:
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        if server.process.poll() is not None:
            raise StoreError(f"{server.version} ended before it answered; its log is {server.log}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise StoreError(f"{server.version} did not answer within {_PATIENCE_S:g} s; its log is {server.log}")


def _set_password(server: Server, password: str) -> None:
    """Set the password: the first is ``neo4j`` and must be changed; after the first start ours is already set."""
    from neo4j import GraphDatabase
    from neo4j.exceptions import AuthError, ServiceUnavailable

    end = time.monotonic() + _PATIENCE_S
    while True:
        try:
            with GraphDatabase.driver(server.address, auth=("neo4j", "neo4j")) as driver:
                driver.execute_query(
                    "ALTER CURRENT USER SET PASSWORD FROM 'neo4j' TO $new", new=password, database_="system"
                )
        except AuthError:
            return
        except ServiceUnavailable as error:
            if time.monotonic() > end:
                raise StoreError(f"{server.version} does not answer; its log is {server.log}") from error
            time.sleep(0.5)
        else:
            return


def _run(
    name: Annotated[str, typer.Argument(metavar="neo4j|fuseki", help="Which server.")],
    home: Annotated[Path | None, typer.Option(help="Folder of its data, .neo4j here unless given.")] = None,
    port: Annotated[int | None, typer.Option(help="Where it listens on 127.0.0.1.")] = None,
    password: Annotated[str, typer.Option(envvar="THORACITE_STORE_PASSWORD", help="Of Neo4j.")] = PASSWORD,
) -> None:
    """Start a genuine server on this machine, without Docker, until Ctrl-C."""
    if name not in _ARTIFACTS:
        raise UsageError(f"there is no server {name!r}; expected neo4j or fuseki")
    folder = home or Path(".neo4j" if name == "neo4j" else ".thoracite/fuseki")
    server = (
        start_neo4j(folder, port=port or 7687, password=password)
        if name == "neo4j"
        else start_fuseki(folder, port=port or 3030, keep=True)
    )
    with server:
        typer.echo(
            f"{server.version} answers at {server.address}; load the graph: {_tell(name, password)}{server.address}"
        )
        typer.echo("Ctrl-C ends it.", err=True)
        try:
            server.process.wait()
        except KeyboardInterrupt:
            typer.echo("ended", err=True)


def _tell(name: str, password: str) -> str:
    """Return the command that loads the graph; a user's own password is not shown again."""
    shown = f"THORACITE_STORE_PASSWORD={password if password == PASSWORD else '…'} " if name == "neo4j" else ""
    return f"{shown}thoracite load "


def main() -> None:
    """Entry point of ``python -m thoracite.evaluation.servers``."""
    try:
        typer.run(_run)
    except ThoraciteError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()

__all__ = [
    "FUSEKI",
    "NEO4J",
    "PASSWORD",
    "Server",
    "find_classpath",
    "find_free_port",
    "find_missing",
    "start_fuseki",
    "start_neo4j",
]
