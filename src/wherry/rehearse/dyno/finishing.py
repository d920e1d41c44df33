"""Clear away to the end, also when whoever waits for it is cancelled meanwhile."""

import asyncio


async def finish(task: asyncio.Task[None]) -> None:
    """Wait for a task that must not be left half done; a cancellation comes through after it."""
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        if not task.done():
            await task
        raise
