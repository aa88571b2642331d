"""Opens every hosted prototype for real, as a visitor's browser does, and says which can be shown to one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from protokit.evaluation.checks.check_result import Check
from protokit.hub.hosting.headless_client import NAVIGATION, GradioTab, StreamlitTab, Unwell
from protokit.hub.hosting.prototype_host import Hosting

if TYPE_CHECKING:
    from aiohttp import ClientSession

TIMEOUT_S = 60.0
"""Seconds for one page, from the request to its last element."""


async def smoke(hosting: Hosting) -> list[Check]:
    """One Check a prototype, in the order of their slugs; those that slept sleep again afterwards."""
    from aiohttp import ClientSession

    async with served(hosting) as address, ClientSession() as session:
        return [await _look(hosting, session, address, slug) for slug in hosting.slugs()]


@asynccontextmanager
async def served(hosting: Hosting) -> AsyncIterator[str]:
    """`hosting` behind a free port of the loopback, without a gate; yields the address."""
    import uvicorn

    config = uvicorn.Config(hosting, port=0, log_level="warning", ws="websockets-sansio", lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


async def _look(hosting: Hosting, session: "ClientSession", address: str, slug: str) -> Check:
    state = hosting.status(slug).state
    if state == "stopped":
        return Check(slug, True, "stopped by its owner")
    await hosting.wake(slug)
    if not await hosting.ready(slug, hosting.limits.start_seconds * 2):
        return Check(slug, False, hosting.status(slug).problem or "it does not wake", _fix(slug))
    try:
        async with asyncio.timeout(TIMEOUT_S):
            seen = await _open(session, f"{address}/p/{slug}/app")
    except Unwell as problem:
        return Check(slug, False, str(problem), _fix(slug))
    except TimeoutError:
        return Check(slug, False, f"its page was not complete within {TIMEOUT_S:.0f} s", _fix(slug))
    if state != "awake":
        await hosting.put_to_sleep(slug)
    return Check(slug, True, seen)


def _fix(slug: str) -> str:
    return f"Its log tells more: the Hub's page of {slug}, or logs/{slug}.log in the Hub's folder."


async def _open(session: "ClientSession", base: str) -> str:
    """Open the page and let it draw itself; returns what was seen. Raises Unwell."""
    async with session.get(f"{base}/", headers=NAVIGATION) as page:
        if page.status != 200:
            raise Unwell(f"its page came with status {page.status}")
        text = await page.text()
    if "gradio" not in text:
        return await _draw(session, base)
    tab = GradioTab(session, base)
    await tab.open()
    return f"{len(tab.config['components'])} elements"


async def _draw(session: "ClientSession", base: str) -> str:
    elements = 0
    async with StreamlitTab(session, base) as tab:
        async for message in tab.run():
            kind = (
                message.delta.new_element.WhichOneof("type")
                if message.WhichOneof("type") == "delta"
                else None
            )
            if kind == "exception":
                raise Unwell("its page shows an error")
            elements += kind is not None
    return f"{elements} elements"
