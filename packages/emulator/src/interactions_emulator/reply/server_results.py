"""What the server's tools find: invented, but of the API's form."""

import ast
import html
import operator
from collections.abc import Callable
from typing import Any

from interactions_emulator.base.payloads import JsonObject

_MOST_POWER = 64
_MOST_BASE = 1_000_000
_OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda left, right: left / right,
    ast.FloorDiv: lambda left, right: left // right,
    ast.Mod: operator.mod,
}


def default_result(tool: str, arguments: JsonObject) -> Any:  # noqa: ANN401  any JSON
    """Return what a tool finds for its arguments; equal arguments, equal result."""
    make = _RESULTS.get(tool)
    return None if make is None else make(arguments)


def run_code(code: str) -> str:
    """Return what the printed arithmetic of a piece of code would print."""
    expression = code.strip().removeprefix("print(").removesuffix(")")
    try:
        return f"{_value(ast.parse(expression, mode='eval').body)}\n"
    except (SyntaxError, TypeError, ValueError, ArithmeticError, RecursionError):
        return ""


def _value(node: ast.expr) -> Any:  # noqa: ANN401  int or float
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand)
    if isinstance(node, ast.BinOp):
        return _operation(node.op, _value(node.left), _value(node.right))
    message = "not arithmetic"
    raise ValueError(message)


def _operation(kind: ast.operator, left: Any, right: Any) -> Any:  # noqa: ANN401
    if (
        isinstance(kind, ast.Pow)
        and abs(right) <= _MOST_POWER
        and abs(left) <= _MOST_BASE
    ):
        return left**right
    if type(kind) not in _OPERATORS:
        message = "not an operation that is offered"
        raise ValueError(message)
    return _OPERATORS[type(kind)](left, right)


def _searches(arguments: JsonObject) -> list[JsonObject]:
    queries = arguments.get("queries") or [""]
    return [{"search_suggestions": _suggestion(str(query))} for query in queries]


def _suggestion(query: str) -> str:
    chip = f'<a class="chip" href="#">{html.escape(query)}</a>'
    return f'<style>\n.container {{}}\n</style>\n<div class="container">{chip}</div>\n'


def _places(arguments: JsonObject) -> list[JsonObject]:
    queries = arguments.get("queries") or [""]
    places = [
        {"name": str(query), "place_id": f"places/{index}", "url": _place_url(index)}
        for index, query in enumerate(queries, 1)
    ]
    return [{"places": places}]


def _place_url(index: int) -> str:
    return f"https://maps.google.com/?cid={index}"


def _pages(arguments: JsonObject) -> list[JsonObject]:
    return [{"url": url, "status": "success"} for url in arguments.get("urls") or ()]


_RESULTS: dict[str, Callable[[JsonObject], Any]] = {
    "google_search": _searches,
    "google_maps": _places,
    "url_context": _pages,
    "code_execution": lambda arguments: run_code(str(arguments.get("code", ""))),
    "mcp_server": lambda arguments: f"The tool ran with {arguments}.",
    "tool_search": lambda arguments: arguments.get("function_names") or [],
}
