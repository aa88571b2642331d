"""Vectors in Chroma, in a folder or on a server: the only file that knows Chroma.

A server is addressed by its URL; the environment gives the rest, all of it optional: CHROMA_TENANT,
CHROMA_DATABASE, CHROMA_API_KEY (sent as x-chroma-token) and CHROMA_HEADERS (a JSON object of more headers).
"""

import itertools
import json
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import chromadb
import httpx
from chromadb.config import DEFAULT_DATABASE, DEFAULT_TENANT, Settings
from chromadb.errors import ChromaError, NotFoundError

from vectorstore.vectorstore_errors import VectorstoreError

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api import ClientAPI
    from chromadb.api.client import Client
    from numpy.typing import NDArray

BATCH = 1_000
"""Rows per call. Chroma takes 5,461 at most in a folder, and a limited number of bytes over the network."""

_TIMEOUT = 60.0
"""Seconds without a sign from a server."""

Metadata = Mapping[str, str | int]


class DamagedVectors(VectorstoreError):
    """An embedded Chroma's files cannot be read: the vectors have to be made again."""


class _Folder:
    """The one client of a folder in this process (two do not see each other's rows), opened afresh when
    needed."""

    def __init__(self, path: Path, generation: int) -> None:
        self.generation = generation
        self.users = 0
        self.path = path
        self._client = self._open()
        self._calls = 0
        self._idle = threading.Condition()

    @contextmanager
    def client(self) -> Iterator["ClientAPI"]:
        """The client, not to be exchanged during the call."""
        with self._idle:
            self._calls += 1
        try:
            yield self._client
        finally:
            with self._idle:
                self._calls -= 1
                self._idle.notify_all()

    def reopen(self, generation: int) -> None:
        """Exchange the client once no call is under way."""
        with self._idle:
            self._idle.wait_for(lambda: not self._calls)
            _close(self._client)
            self._client = self._open()
            self.generation = generation

    def close(self) -> None:
        """Let go of the files."""
        _close(self._client)

    def _open(self) -> "ClientAPI":
        settings = Settings(anonymized_telemetry=False)
        try:
            return chromadb.PersistentClient(self.path, settings)
        except AttributeError:  # Chroma has stumbled over, and removed, the remains of an attempt that failed
            return chromadb.PersistentClient(self.path, settings)


_folders: dict[Path, _Folder] = {}
_turn = threading.RLock()


class Vectors:
    """One collection of vectors with cosine similarity. Threads may share it; see `locking` for processes.

    Raises VectorstoreError for a server that does not answer, DamagedVectors for files that cannot be read.
    """

    def __init__(self, location: Path | str, name: str, generation: int = 0) -> None:
        """Of a folder (Path) or a server (URL); `generation` counts writes to a folder, see `catch_up`."""
        self.name = name
        self._where = str(location)
        self._collection: tuple[ClientAPI, Any] | None = None
        self._folder: _Folder | None = None
        self._server: ClientAPI | None = None
        with self._explained():
            if isinstance(location, Path):
                self._folder = _enter(location, generation)
            else:
                self._server = _connect(location)

    def catch_up(self, generation: int, *, anyway: bool = False) -> None:
        """Open the folder afresh if another process has written to it: an open reader does not notice."""
        if self._folder is not None:
            with _turn, self._explained():
                if anyway or self._folder.generation != generation:
                    self._folder.reopen(generation)

    def wrote(self, generation: int) -> None:
        """Note that it was this process that brought the folder to `generation`."""
        if self._folder is not None:
            self._folder.generation = generation

    def close(self) -> None:
        """Let go of the folder, or of the connection."""
        if self._server is not None:
            for session in _sessions(self._server):
                session.close()
            _close(self._server)
        if self._folder is not None:
            _leave(self._folder)

    def prepare(self) -> None:
        """Make the collection if it is not there yet."""
        with self._client() as client:
            client.get_or_create_collection(
                self.name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
            )

    def reset(self) -> None:
        """Empty the collection, and forget the length of its vectors."""
        with self._client() as client:
            if self.name in [collection.name for collection in client.list_collections()]:
                client.delete_collection(self.name)
        self._collection = None
        self.prepare()

    def upsert(
        self,
        ids: Sequence[str],
        vectors: "NDArray[np.float32]",
        texts: Sequence[str],
        metadatas: Sequence[Metadata],
    ) -> None:
        """Store up to `BATCH` rows; those whose id is there are replaced."""
        self._call(
            "upsert",
            ids=list(ids),
            embeddings=vectors,
            documents=list(texts),
            metadatas=[dict(m) for m in metadatas],
        )

    def delete(self, ids: Sequence[str]) -> None:
        """Remove rows; ids that are not there are ignored."""
        for at in range(0, len(ids), BATCH):
            self._call("delete", ids=list(ids[at : at + BATCH]))

    def count(self) -> int:
        """How many rows there are."""
        return int(self._call("count"))

    def ids(self) -> set[str]:
        """The ids of all rows."""
        names: set[str] = set()
        while part := self._call("get", limit=BATCH, offset=len(names), include=[])["ids"]:
            names.update(part)
        return names

    def rows(self, where: Mapping[str, str] | None = None) -> Iterator[tuple[str, str, Any]]:
        """Id, text and metadata of the rows that agree with `where`, of all by default."""
        conditions, parts = _conditions(where), ["documents", "metadatas"]
        for done in itertools.count(0, BATCH):
            batch = self._call("get", where=conditions, limit=BATCH, offset=done, include=parts)
            yield from zip(batch["ids"], batch["documents"], batch["metadatas"], strict=True)
            if len(batch["ids"]) < BATCH:
                return

    def present(self, ids: Sequence[str]) -> set[str]:
        """Those of the ids that are there."""
        return set(self._call("get", ids=list(ids), include=[])["ids"])

    def vectors(self, ids: Sequence[str]) -> "dict[str, NDArray[np.float32]]":
        """The vectors of those of the ids that are there, each of shape (dimension,)."""
        if not ids:
            return {}
        rows = self._call("get", ids=list(ids), include=["embeddings"])
        return dict(zip(rows["ids"], rows["embeddings"], strict=True))

    def nearest(
        self, vector: "NDArray[np.float32]", limit: int, where: Mapping[str, str] | None = None
    ) -> dict[str, float]:
        """Cosine similarity, -1 to 1, of the `limit` nearest rows that agree with `where`, by id."""
        result = self._call(
            "query",
            query_embeddings=[vector],
            n_results=limit,
            where=_conditions(where),
            include=["distances"],
        )
        pairs = zip(result["ids"][0], result["distances"][0], strict=True)
        return {id: 1.0 - float(distance) for id, distance in pairs}

    @contextmanager
    def _client(self) -> Iterator["ClientAPI"]:
        with (
            self._explained(),
            self._folder.client() if self._folder else nullcontext(self._server) as client,
        ):
            assert client is not None
            yield client

    def _call(self, method: str, **arguments: Any) -> Any:
        with self._client() as client:
            try:
                return getattr(self._open_collection(client), method)(**arguments)
            except NotFoundError:  # another process has emptied it: there is a new one under the old name
                self._collection = None
                return getattr(self._open_collection(client), method)(**arguments)

    def _open_collection(self, client: "ClientAPI") -> Any:
        collection = self._collection
        if collection is None or collection[0] is not client:
            collection = self._collection = client, client.get_collection(self.name, embedding_function=None)
        return collection[1]

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Chroma's errors in our words."""
        try:
            yield
        except (httpx.TransportError, ConnectionError) as problem:
            raise _unreachable(self._where) from problem
        except ChromaError as problem:
            if self._server is None and _is_damage(problem):
                raise _damaged(self._where, problem) from problem
            raise VectorstoreError(f"Chroma refused: {problem}", where=self._where) from problem


def _is_damage(problem: ChromaError) -> bool:
    """Whether files are broken or missing, not just locked, read-only or on a full disk."""
    signs = ("(code: 11)", "(code: 26)", "hnsw", "Error finding id")  # SQLite's "malformed", "not a database"
    return isinstance(problem, NotFoundError) or any(sign in str(problem) for sign in signs)


def _damaged(where: str, problem: Exception) -> DamagedVectors:
    return DamagedVectors(f"the vectors cannot be read ({problem})", where=where, fix="Sync again.")


def _conditions(where: Mapping[str, str] | None) -> dict[str, Any] | None:
    conditions = [{key: value} for key, value in (where or {}).items()]
    return {"$and": conditions} if len(conditions) > 1 else conditions[0] if conditions else None


def _enter(path: Path, generation: int) -> _Folder:
    with _turn:
        if path not in _folders:
            _folders[path] = _Folder(path, generation)
        _folders[path].users += 1
        return _folders[path]


def _leave(folder: _Folder) -> None:
    with _turn:
        folder.users -= 1
        if not folder.users:
            folder.close()
            del _folders[folder.path]


def _close(client: "ClientAPI") -> None:
    cast("Client", client).close()  # which the interface they promise does not mention


def _connect(url: str) -> "ClientAPI":
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    try:
        client = chromadb.HttpClient(
            parts.hostname or "",
            parts.port or (443 if secure else 80),
            secure,
            _headers(),
            Settings(anonymized_telemetry=False),
            os.environ.get("CHROMA_TENANT") or DEFAULT_TENANT,
            os.environ.get("CHROMA_DATABASE") or DEFAULT_DATABASE,
        )
    except ValueError as problem:  # what Chroma makes of a refused connection
        raise _unreachable(url) from problem
    for session in _sessions(client):
        session.timeout = _TIMEOUT
    return client


def _sessions(client: "ClientAPI") -> list[httpx.Client]:
    """The connections of a client: Chroma gives no way to close them, and waits on them for ever."""
    both = (cast(Any, client), cast(Any, client)._admin_client)
    return [owner._server._session for owner in both]


def _headers() -> dict[str, str]:
    try:
        headers = json.loads(os.environ.get("CHROMA_HEADERS") or "{}")
    except ValueError:
        headers = None
    if not isinstance(headers, dict):
        raise VectorstoreError("is not a JSON object", where="CHROMA_HEADERS", fix='Write {"Name": "value"}.')
    if key := os.environ.get("CHROMA_API_KEY"):
        headers["x-chroma-token"] = key
    return {str(name): str(value) for name, value in headers.items()}


def _unreachable(where: str) -> VectorstoreError:
    return VectorstoreError(
        "no Chroma server answers", where=where, fix="Start one with: chroma run --path FOLDER --port NUMBER"
    )
