"""Live profiles as tests need them: files that say what a service did."""

import json
import time
from pathlib import Path
from typing import Any

OPAQUE = "Request contains an invalid argument."
SERVICE = "generativelanguage.googleapis.com"


def answered(number: int, model: str) -> dict[str, Any]:
    return {"number": number, "model": model, "came": "answered", "status": 200}


def refused(number: int, model: str, message: str = OPAQUE) -> dict[str, Any]:
    return {
        "number": number,
        "model": model,
        "came": "refused",
        "status": 400,
        "code": "invalid_request",
        "message": message,
    }


def write_profile(path: Path, *calls: dict[str, Any], **fields: Any) -> str:
    """Write a profile that says what some creates came to, and return its path."""
    whole = {
        "schema": 1,
        "made_at": time.time(),
        "platform": "gemini",
        "host": SERVICE,
        "api_version": "v1",
        "calls": [*calls],
        **fields,
    }
    path.write_text(json.dumps(whole), encoding="utf-8")
    return str(path)
