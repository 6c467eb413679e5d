"""Servers of the Python packages `fastmcp` and `mcp`, over Streamable HTTP or HTTP+SSE on a port of this machine.

stderr tells where. The server ends with its stdin.
"""

import argparse
import asyncio
import os
import socket
import sys
import threading

import uvicorn
from fastmcp import Context as FastContext
from fastmcp import FastMCP
from fastmcp.server.event_store import EventStore
from mcp.server.mcpserver import Context as SdkContext
from mcp.server.mcpserver import MCPServer
from mcp_types import ElicitRequest, ElicitRequestFormParams, InputRequiredResult
from pydantic import BaseModel

STATELESS_ERA = "2026-07-28"
FORM = {"type": "object", "properties": {"value": {"type": "string"}}, "required": ["value"]}


class Person(BaseModel):
    value: str


def question() -> InputRequiredResult:
    params = ElicitRequestFormParams(message="Who?", requested_schema=FORM)
    return InputRequiredResult(input_requests={"it": ElicitRequest(params=params)})


def answered(responses) -> str | InputRequiredResult:
    """What a tool makes of the answers, as each request of the stateless era brings them."""
    return question() if not responses else f"Hello, {responses['it'].content['value']}"


def with_common(server):
    """What both packages write in the same words."""

    @server.tool()
    def add(a: int, b: int = 1) -> dict[str, int]:
        return {"sum": a + b}

    @server.tool()
    def fail() -> str:
        raise ValueError("the note is gone")

    @server.resource("config://app", mime_type="application/json")
    def config() -> str:
        return '{"theme":"dark"}'

    @server.resource("note://{id}")
    def note(id: str) -> str:
        return f"note {id}"

    @server.prompt()
    def greet(name: str) -> str:
        return f"Greet {name}"

    return server


def fast_server() -> FastMCP:
    server = with_common(FastMCP("python-fastmcp"))
    picked_up = asyncio.Event()

    @server.tool
    async def steps(count: int, ctx: FastContext) -> str:
        for step in range(1, count + 1):
            await ctx.report_progress(step, count, f"step {step}")
        return "done"

    @server.tool
    async def ask(ctx: FastContext) -> str | InputRequiredResult:
        if ctx.request_context.protocol_version == STATELESS_ERA:
            return answered(ctx.input_responses)
        return f"Hello, {(await ctx.elicit('Who?', str)).data}"

    @server.tool
    async def hang_up(ctx: FastContext) -> str:
        await ctx.report_progress(1)
        await ctx.close_sse_stream()
        await picked_up.wait()
        await ctx.report_progress(2)
        return "here again"

    @server.tool
    def pick_up() -> str:
        picked_up.set()
        return "done"

    @server.tool
    async def log(ctx: FastContext) -> str:
        await ctx.warning("almost")
        return "logged"

    return server


def sdk_server() -> MCPServer:
    server = with_common(MCPServer("python-mcp"))

    @server.tool()
    async def steps(count: int, ctx: SdkContext) -> str:
        for step in range(1, count + 1):
            await ctx.report_progress(step, count, f"step {step}")
        return "done"

    @server.tool()
    async def ask(ctx: SdkContext) -> str | InputRequiredResult:
        if ctx.request_context.protocol_version == STATELESS_ERA:
            return answered(ctx.input_responses)
        return f"Hello, {(await ctx.elicit('Who?', Person)).data.value}"

    return server


def app_of(options: argparse.Namespace):
    if options.sse and options.make == "mcp":
        return sdk_server().sse_app(sse_path=options.path)
    if options.sse:
        return fast_server().http_app(path=options.path, transport="sse")
    how = {"stateless_http": options.stateless, "json_response": options.json}
    if options.make == "mcp":
        return sdk_server().streamable_http_app(streamable_http_path=options.path, **how)
    resumable = {"event_store": EventStore(), "retry_interval": 1} if options.resumable else {}
    return fast_server().http_app(path=options.path, **how, **resumable)


async def serve(options: argparse.Namespace) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app_of(options), log_level="warning", timeout_graceful_shutdown=1))
    port = listener.getsockname()[1]
    print(f"listening on http://127.0.0.1:{port}{options.path}", file=sys.stderr, flush=True)
    await server.serve(sockets=[listener])


def end_with_stdin() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("make", choices=["fastmcp", "mcp"])
    parser.add_argument("--path", default="/mcp")
    for flag in ("--stateless", "--json", "--resumable", "--sse"):
        parser.add_argument(flag, action="store_true")
    threading.Thread(target=end_with_stdin, daemon=True).start()
    asyncio.run(serve(parser.parse_args()))
