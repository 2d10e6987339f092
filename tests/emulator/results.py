"""Results of calls, in the form that the service takes."""

from typing import Any


def result_of(call: dict[str, Any], result: object = "mild") -> dict[str, Any]:
    return {
        "type": "function_result",
        "call_id": call["id"],
        "name": call["name"],
        "result": result,
    }
