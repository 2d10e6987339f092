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
from langgraph.types import Command, Interrupt, StateSnapshot

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
    alone. A thread that a process left while it resumed it goes on from its last
    checkpoint, also where that is a later one.

    Returns:
        Whether the thread was waiting for the job.
    """
    if _is_async(graph):
        return asyncio.run(_aresume(graph, job))
    config = _config(job)
    state = graph.get_state(config)
    if not _goes_on(state, job):
        return False
    graph.invoke(_answer(state.interrupts, job), config)
    return True


async def _aresume(graph: Pregel[Any, Any, Any, Any], job: Job) -> bool:
    config = _config(job)
    state = await graph.aget_state(config)
    if not _goes_on(state, job):
        return False
    await graph.ainvoke(_answer(state.interrupts, job), config)
    return True


def _goes_on(state: StateSnapshot, job: Job) -> bool:
    """Tell whether the thread waits for a job, or was left on its way from it."""
    if _answer(state.interrupts, job) is not None:
        return True
    return job.is_left and bool(state.next) and not state.interrupts


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
