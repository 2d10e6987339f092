"""How values are written into a page. Pure."""

import json


def json_text(value: object) -> str:
    """Write JSON that ends no element, and that has no half of a character."""
    text = json.dumps(value, separators=(",", ":"), default=dict)
    return text.replace("<", "\\u003c")
