"""Token counts without a request, for contexts that are cut to a size.

Pure. Estimates by what Google's documentation gives as a rule of thumb: four characters
to a token, 258 tokens to a picture of up to 768 by 768 pixels
(https://ai.google.dev/gemini-api/docs/tokens). Characters are counted as bytes, which
are the same in English and nearer to the truth in scripts of which a token holds fewer.
"""

import json
from math import ceil
from typing import Final

_BYTES_PER_TOKEN: Final = 4
_PER_TILE: Final = 258
_TILE: Final = 768


def estimated_text_tokens(text: str) -> int:
    """Estimate what a text costs."""
    return ceil(len(text.encode("utf-8", "surrogatepass")) / _BYTES_PER_TOKEN)


def estimated_json_tokens(value: object) -> int:
    """Estimate what a declaration costs; what JSON cannot say is counted as shown."""
    try:
        return estimated_text_tokens(json.dumps(value, default=str))
    except (ValueError, RecursionError):
        # What contains itself cannot be sent; a call says so.
        return 1


def estimated_picture_tokens(width: int = 0, height: int = 0) -> int:
    """Estimate what a picture costs, or a file whose size in pixels is not known."""
    tiles = ceil(width / _TILE) * ceil(height / _TILE)
    return _PER_TILE * max(tiles, 1)
