"""A tab with a hosted prototype, without a browser: speaks to its screen as the page's own script does."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aiohttp import ClientSession
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

NAVIGATION = {"Accept": "text/html", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


class Unwell(Exception):
    """A page that shows an error, or none at all; the message says what was seen."""


class StreamlitTab:
    """One tab of a Streamlit page at `base`, the address below which it lies, without a slash at the end."""

    def __init__(self, session: "ClientSession", base: str) -> None:
        self._session, self._base = session, base
        self._socket: Any = None
        self._read_so_far: asyncio.Queue[bytes | None] = asyncio.Queue()

    async def __aenter__(self) -> "StreamlitTab":
        address = f"{self._base.replace('http', 'ws', 1)}/_stcore/stream"
        self._socket = await self._session.ws_connect(
            address, protocols=("streamlit",), origin=self._base.partition("/p/")[0], max_msg_size=0
        )
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._reading.cancel()
        await self._socket.close()

    async def _read(self) -> None:
        """Read all the time, as a browser does: who does not read does not answer the server's pings either."""
        async for message in self._socket:
            self._read_so_far.put_nowait(message.data)
        self._read_so_far.put_nowait(None)

    async def run(self, typed: tuple[str, str] | None = None) -> AsyncIterator["ForwardMsg"]:
        """Let the script run, with `typed`, a chat input's id and what is entered there; yields what it sends."""
        from streamlit.proto.BackMsg_pb2 import BackMsg
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        message = BackMsg()
        message.rerun_script.query_string = ""
        if typed:
            state = message.rerun_script.widget_states.widgets.add()
            state.id, state.chat_input_value.data = typed
        await self._socket.send_bytes(message.SerializeToString())
        while data := await self._read_so_far.get():
            event = ForwardMsg.FromString(data)
            yield event
            ended = event.script_finished if event.WhichOneof("type") == "script_finished" else None
            if ended == ForwardMsg.FINISHED_SUCCESSFULLY:
                return
        raise Unwell("the page's connection was closed")


class GradioTab:
    """One tab of a Gradio page at `base`."""

    def __init__(self, session: "ClientSession", base: str) -> None:
        self._session, self._base = session, base
        self._hash = secrets.token_hex(6)
        self.config: dict[str, Any] = {}

    async def open(self) -> None:
        """Read what the page consists of."""
        async with self._session.get(f"{self._base}/config") as response:
            if response.status != 200:
                raise Unwell(f"its configuration came with status {response.status}")
            self.config = await response.json()

    async def call(self, api_name: str, data: list[Any]) -> AsyncIterator[dict[str, Any]]:
        """Run the event of that name with `data` for its inputs; yields the messages up to the last."""
        numbers = [each["id"] for each in self.config["dependencies"] if each["api_name"] == api_name]
        body = {"data": data, "fn_index": numbers[0], "session_hash": self._hash}
        async with self._session.post(f"{self._base}/gradio_api/queue/join", json=body) as joined:
            if joined.status != 200:
                raise Unwell(f"a question was answered with status {joined.status}")
        stream = f"{self._base}/gradio_api/queue/data?session_hash={self._hash}"
        async with self._session.get(stream, headers={"Accept": "text/event-stream"}) as response:
            async for line in response.content:
                if line.startswith(b"data:"):
                    event = json.loads(line[5:])
                    yield event
                    if event["msg"] == "process_completed":
                        return
        raise Unwell("the stream of answers was cut")
