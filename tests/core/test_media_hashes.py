"""Ours: media are hashed once for their content, however often a list brings them."""

import base64
import random
from hashlib import sha256

import pytest

from interactions_core.transcript import media_hashes
from interactions_core.transcript.media_hashes import media_hash


class _Text(str):
    """Base64 that counts how often its bytes are taken out of it."""

    __slots__ = ()
    read = 0

    def split(self, *arguments: object) -> list[str]:
        _Text.read += 1
        return super().split(*arguments)


def test_equal_media_are_read_once_and_others_anew() -> None:
    content = random.randbytes(3_000)
    texts = [base64.b64encode(content).decode() for _ in range(3)]
    _Text.read = 0

    found = {media_hash(_Text(text)) for text in texts}

    assert found == {sha256(content).hexdigest()}
    assert _Text.read == 1
    assert media_hash(_Text(texts[0] + "AAAA")) not in found


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The least recently used go first; what is too long is not remembered."""
    media_hashes._known.clear()
    texts = [base64.b64encode(random.randbytes(300)).decode() for _ in range(4)]
    monkeypatch.setattr(media_hashes, "_MOST", 1_200)

    for text in (*texts[:3], texts[0], texts[3], texts[0] * 4):
        media_hash(text)

    assert list(media_hashes._known) == [texts[2], texts[0], texts[3]]
