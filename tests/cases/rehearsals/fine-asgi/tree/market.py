"""Prices at the market, as an ASGI app."""

import asyncio

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route


async def prices(request):
    await asyncio.sleep(0)
    return JSONResponse({"apples": 1.80, "plums": 2.40})


app = Starlette(routes=[Route("/", prices)])
