"""Calls a server with the clients of the Python packages `fastmcp` and `mcp`: client.py <fastmcp|mcp> <mode> <url> [sse].

Prints what came, as JSON. The mode is theirs: `auto`, `legacy`, or a revision of the stateless era. With `sse`, the
transport is HTTP+SSE.
"""

import asyncio
import json
import sys

import fastmcp
import mcp
from fastmcp.client.transports import SSETransport
from mcp.client.sse import sse_client
from mcp_types import ElicitResult


async def with_fastmcp(mode: str, url: str, sse: bool) -> dict:
    progress = []

    async def on_progress(done, total, message):
        progress.append(done)

    async def on_question(message, response_type, params, context):
        return {"value": "Ada"}

    server = SSETransport(url) if sse else url
    async with fastmcp.Client(server, mode=mode, elicitation_handler=on_question) as client:
        steps = await client.call_tool("steps", {"count": 3}, progress_handler=on_progress)
        asked = await client.call_tool("ask", {})
        return {
            "revision": client.protocol_version,
            "tools": [tool.name for tool in await client.list_tools()],
            "sum": (await client.call_tool("add", {"a": 2})).structured_content,
            "steps": steps.content[0].text,
            "progress": progress,
            "asked": asked.content[0].text,
            "config": (await client.read_resource("config://app"))[0].text,
            "prompt": (await client.get_prompt("greet", {"name": "Ada"})).messages[0].content.text,
        }


async def with_mcp(mode: str, url: str, sse: bool) -> dict:
    progress = []

    async def on_progress(done, total, message):
        progress.append(done)

    async def on_question(context, params):
        return ElicitResult(action="accept", content={"value": "Ada"})

    server = sse_client(url) if sse else url
    async with mcp.Client(server, mode=mode, elicitation_callback=on_question) as client:
        steps = await client.call_tool("steps", {"count": 3}, progress_callback=on_progress)
        asked = await client.call_tool("ask", {})
        return {
            "revision": client.protocol_version,
            "tools": [tool.name for tool in (await client.list_tools()).tools],
            "sum": (await client.call_tool("add", {"a": 2})).structured_content,
            "steps": steps.content[0].text,
            "progress": progress,
            "asked": asked.content[0].text,
            "config": (await client.read_resource("config://app")).contents[0].text,
            "prompt": (await client.get_prompt("greet", {"name": "Ada"})).messages[0].content.text,
        }


make, mode, url, *over = sys.argv[1:]
print(json.dumps(asyncio.run({"fastmcp": with_fastmcp, "mcp": with_mcp}[make](mode, url, over == ["sse"]))))
