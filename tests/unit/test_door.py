"""The door: messages survive the journey, and anything else is told apart."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neural_style.door import catalogue, framing
from neural_style.door.messages import Failed, Hello, Paint, Painted, Settings, pack, unpack
from neural_style.methods import METHODS
from neural_style.networks.multistyle import MultistyleNetwork

MESSAGES = [
    Paint(3, "Scene/Neural Style", 12, 640, 480, "folder/pixels", Settings(seed=4, style_weight=0.25), "abc"),
    Paint(4, "Scene/Neural Style", 13, 640, 480, "pixels", Settings(), None, ("mask", "vectors"), ("flow",)),
    Painted(3, "def", True, False, {"solver": 1.5}, "a new shot — größer"),
    Failed(None, "no device", "cuda:7", "use another"),
    Hello(1, "0.1.0", "cpu", {"torch": "2.13.0"}),
]


@pytest.mark.parametrize("message", MESSAGES)
def test_messages_survive(message):
    pipe = io.BytesIO()
    framing.send(pipe, pack(message))
    framing.send(pipe, pack(message))
    pipe.seek(0)
    assert unpack(framing.receive(pipe)) == message
    assert unpack(framing.receive(pipe)) == message
    assert framing.receive(pipe) is None


@given(st.binary(min_size=1, max_size=60))
def test_bytes_that_are_no_message_never_pass(data):
    try:
        message = framing.receive(io.BytesIO(data))
    except framing.BrokenPipe:
        return
    assert isinstance(message, dict)


@pytest.mark.parametrize(
    "data", [b"\0\0", struct.pack(">I", 5) + b"{}", struct.pack(">I", 2**31), struct.pack(">I", 2) + b"[]"]
)
def test_broken_streams_are_told(data):
    with pytest.raises(framing.BrokenPipe):
        framing.receive(io.BytesIO(data))


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"kind": "nothing"},
        {"kind": "hello"},
        {"kind": "failed", "id": 1, "what": "x", "colour": "red"},
        {**pack(MESSAGES[0]), "settings": {"wight": 1}},
        {**pack(MESSAGES[0]), "settings": None},
    ],
)
def test_wrong_messages_are_refused(data):
    with pytest.raises(ValueError):
        unpack(data)


def test_every_choice_exists():
    assert {entry.name for entry in catalogue.METHODS} <= METHODS.keys()
    assert len([entry for entry in catalogue.STYLES if entry.network == "multistyle26"]) == MultistyleNetwork.STYLES
    names = [entry.name for entry in catalogue.STYLES]
    assert len(set(names)) == len(names)
    assert names[19] == catalogue.DEFAULT_STYLE == Settings().style
    assert Settings().method == catalogue.DEFAULT_METHOD
