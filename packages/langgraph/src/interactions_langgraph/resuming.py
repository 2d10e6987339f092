"""Resume the threads of a compiled graph when the jobs that they wait for are over.

An entry point of core's command line; programs may call it as well.
"""

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver

# The package is typed, but does not say so for this part.
from langgraph.pregel import Pregel  # pyright: ignore[reportMissingTypeStubs]
from langgraph.types import Command, Interrupt

from interactions_core.adapter import Job, Resume
from interactions_langgraph._model.suspension import JOB


def resume_of(graph: object) -> Resume | None:
    """Return what resumes a compiled graph; `None` for anything else."""
    if not isinstance(graph, Pregel):
        return None
    return partial(resume_thread, graph)


def resume_thread(graph: Pregel[Any, Any, Any, Any], job: Job) -> bool:
    """Resume the thread that waits for a job, by the id of that very interrupt.

    Whatever else the thread waits for, a person's approval for instance, is left
    alone.

    Returns:
        Whether the thread was waiting for the job.
    """
    if _is_async(graph):
        return asyncio.run(_aresume(graph, job))
    config = _config(job)
    command = _answer(graph.get_state(config).interrupts, job)
    if command is not None:
        graph.invoke(command, config)
    return command is not None


async def _aresume(graph: Pregel[Any, Any, Any, Any], job: Job) -> bool:
    config = _config(job)
    command = _answer((await graph.aget_state(config)).interrupts, job)
    if command is not None:
        await graph.ainvoke(command, config)
    return command is not None


def _config(job: Job) -> RunnableConfig:
    return {"configurable": {"thread_id": job.scope.thread_id}}


def _answer(interrupts: Iterable[Interrupt], job: Job) -> Command[Any] | None:
    told = {"type": JOB, "job": job.key, "status": job.status}
    for interrupt in interrupts:
        value = interrupt.value
        ours = isinstance(value, dict) and value.get("type") == JOB
        if ours and value.get("job") == job.key:
            return Command(resume={interrupt.id: told})
    return None


def _is_async(graph: Pregel[Any, Any, Any, Any]) -> bool:
    """Tell whether the checkpointer can be awaited; async nodes need that."""
    saver = graph.checkpointer
    if not isinstance(saver, BaseCheckpointSaver):
        return False
    return type(saver).aget_tuple is not BaseCheckpointSaver.aget_tuple
