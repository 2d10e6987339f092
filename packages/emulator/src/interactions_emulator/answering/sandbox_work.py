"""What a managed agent does in its sandbox: writes a file and runs it.

Nothing is executed; the file really appears in the environment.
"""

import re
from dataclasses import dataclass, replace

from interactions_emulator.answering.conversation import Conversation
from interactions_emulator.base import signatures
from interactions_emulator.base.ids import IdSource
from interactions_emulator.base.payloads import Step
from interactions_emulator.reply.compose import Composed, compose
from interactions_emulator.reply.replies import Reply
from interactions_emulator.reply.usage import count_steps
from interactions_emulator.resources.environments import normalize_path

_WORK = re.compile(
    r"\b(?:write|create|save|generate|run|execute|compute|script|code|file)\b",
    re.IGNORECASE,
)
_FILE = re.compile(r"(?<![\w/.])/?[\w-][\w./-]*\.[A-Za-z]\w{0,4}\b")
_QUOTED = re.compile(r"[\"“']([^\"“”']+)[\"”']")
_THOUGHT_TOKENS = 24
_DEFAULT_FILE = "task.py"


@dataclass(frozen=True, slots=True)
class SandboxFile:
    """One file that is written, then shown or run."""

    path: str
    content: str
    output: str

    @property
    def command(self) -> str:
        """How the file is shown or run."""
        program = "python3" if self.path.endswith(".py") else "cat"
        return f"{program} /{self.path}"


def wanted_file(conversation: Conversation) -> SandboxFile | None:
    """Return what the text asks to do, or None if talk is enough."""
    text = conversation.last_user_text
    named = _FILE.search(text)
    if named is None and not _WORK.search(text):
        return None
    path = normalize_path(named[0] if named else _DEFAULT_FILE)
    quoted = _QUOTED.search(text)
    said = quoted[1] if quoted else text
    content = f"print({said!r})\n" if path.endswith(".py") else f"{said}\n"
    return SandboxFile(path, content, f"{said}\n")


def compose_managed(
    reply: Reply, conversation: Conversation, ids: IdSource, *, vertex: bool
) -> tuple[Composed, SandboxFile | None]:
    """Build the steps of a run; the work is what the environment must be given.

    Args:
        reply: What is said at the end; raw steps and calls stay alone.
        conversation: What was asked.
        ids: Source of call ids and signatures.
        vertex: Whether the run has the form recorded there: one command, no thought.
    """
    model = conversation.request.model
    composed = compose(reply, model, {}, conversation.last_user_text, ids)
    steps = composed.steps
    if vertex and reply.steps is None:
        steps = [step for step in steps if step.get("type") != "thought"]
    composed = replace(composed, steps=steps)
    if reply.steps is not None or reply.text is None or reply.calls:
        return composed, None
    work = wanted_file(conversation)
    if work is not None:
        make = _command if vertex else _writing
        composed = _inserted(composed, make(work, model, ids))
    return _limited(composed, conversation), work


def _inserted(composed: Composed, done: list[Step]) -> Composed:
    """Put what was done before what is said, and count it."""
    steps = composed.steps
    use = composed.extras.get("total_tool_use_tokens", 0) + count_steps(done).total()
    return replace(
        composed,
        steps=[*steps[:-1], *done, *steps[-1:]],
        thought_tokens=composed.thought_tokens + _THOUGHT_TOKENS,
        extras=composed.extras | {"total_tool_use_tokens": use},
    )


def _writing(work: SandboxFile, model: str, ids: IdSource) -> list[Step]:
    arguments = {"path": f"/{work.path}", "content": work.content}
    told = f"Wrote {len(work.content.encode())} bytes."
    call_id = ids.call(model)
    code = {"language": "bash", "code": work.command}
    return [
        *_pair("write_file", arguments, {"Output": told}, model, ids),
        {"id": call_id, "type": "code_execution_call", "arguments": code},
        {
            "call_id": call_id,
            "type": "code_execution_result",
            "result": work.output,
            "is_error": False,
        },
    ]


def _command(work: SandboxFile, model: str, ids: IdSource) -> list[Step]:
    shell = f"tee /{work.path} <<'END'\n{work.content}END\n{work.command}"
    result = {"Output": f"[STDOUT]\n{work.output}", "ExitCode": 0}
    return _pair("run_command", {"command": shell}, result, model, ids)


def _pair(
    name: str, arguments: Step, result: Step, model: str, ids: IdSource
) -> list[Step]:
    """Build a call that the server answers itself, keys in the recorded order."""
    call_id = ids.call(model)
    signature = signatures.issue(model, _THOUGHT_TOKENS, ids.randbytes())
    call: Step = {"id": call_id, "signature": signature, "type": "function_call"}
    told: Step = {"call_id": call_id, "name": name, "is_error": False}
    return [
        call | {"name": name, "arguments": arguments},
        told | {"type": "function_result", "result": result},
    ]


def _limited(composed: Composed, conversation: Conversation) -> Composed:
    """Stop before the last word where the budget is used up (docs: a soft limit)."""
    limit = conversation.request.agent_config.get("max_total_tokens")
    spent = count_steps([*conversation.request.input, *composed.steps]).total()
    if limit is None or spent + composed.thought_tokens <= limit:
        return composed
    steps = composed.steps[:-1]
    return replace(composed, steps=steps, output_tokens=0, status="incomplete")
