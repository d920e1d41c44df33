import asyncio
import json

from django.http import HttpResponse, StreamingHttpResponse


async def page(request):
    return HttpResponse('<script>new EventSource("/stream")</script>')


async def beats():
    for second in range(1500):
        yield f"data: {json.dumps({'second': second * 15})}\n\n"
        await asyncio.sleep(15)  # well below the router's limit between two parts


async def stream(request):
    return StreamingHttpResponse(beats(), content_type="text/event-stream")
