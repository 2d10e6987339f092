"""What ids say of their chain."""

import base64

import pytest

from interactions_core.protocol.interaction_ids import chain_root, is_rerooted

ROOT = "LLjDaoKEKt-939IPj4zJqAo"
RECORDED = "v1_ChdMTGpEYW9LRUt0LTkzOUlQajR6SnFBbxIXTExqRGFvS0VLdC05MzlJUGo0ekpxQW8"
VERTEX = "ChAxZjE3NWZhZDIyNTRkZmVhEAgaAzI3NSoEbWFpbg"


def name(root: str, own: str) -> str:
    raw = b"\x0a" + bytes([len(root)]) + root.encode()
    raw += b"\x12" + bytes([len(own)]) + own.encode()
    return "v1_" + base64.urlsafe_b64encode(raw).decode().rstrip("=")


def test_recorded_id_names_its_root() -> None:
    assert chain_root(RECORDED) == ROOT
    assert name(ROOT, ROOT) == RECORDED


@pytest.mark.parametrize(
    "bogus",
    [
        "",
        "v1_",
        "v1_x",
        "v1_!!!!",
        "v1_\u00e9",
        "v2_" + RECORDED[3:],
        VERTEX,
        "v1_" + VERTEX,
        pytest.param(RECORDED[:-4], id="cut"),
        pytest.param(RECORDED + "AAAA", id="longer"),
        pytest.param("v1_" + RECORDED[4:], id="shifted"),
        pytest.param(name("\u00fc", "b"), id="not ascii"),
        "int_1",
    ],
)
def test_id_that_does_not_decode_is_not_judged(bogus: str) -> None:
    assert chain_root(bogus) is None
    assert not is_rerooted(bogus, RECORDED)
    assert not is_rerooted(RECORDED, bogus)


@pytest.mark.parametrize("root", ["other", "own"])
def test_child_of_another_root_is_rerooted(root: str) -> None:
    assert is_rerooted(RECORDED, name(root, "own"))


def test_child_of_the_same_root_is_not_rerooted() -> None:
    assert not is_rerooted(RECORDED, name(ROOT, "own"))
