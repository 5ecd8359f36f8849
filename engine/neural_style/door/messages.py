"""The messages that cross the door, as typed records.

Pixels do not cross in messages: they lie in a file of float32 (H, W, 3), RGB, display-referred sRGB,
row 0 at the top, which the asking side owns, and come back in the same file; `planes` tells what else lies there.
"""

from dataclasses import asdict, dataclass, field, fields
from typing import Any, ClassVar

from .catalogue import DEFAULT_METHOD, DEFAULT_STYLE

#: Raised by one whenever a message changes its meaning; both sides must speak the same.
PROTOCOL = 4


@dataclass(frozen=True)
class Settings:
    """What the artist chose for one frame.

    style:         a style's name, or a blend, `NAME:SHARE+NAME:SHARE` (shares are normalised).
    method:        a method's name.
    style_weight:  0 gives the source back, 1 the painting.
    painting:      the picture whose brushwork methods with a painting as target take: a file's path, or a style's
                   name; empty takes the style's own.
    original_colours: keep the source's colours, and take only the lightness of the painting.
    upscale:       1, 2 or 4: how many times the painted picture is enlarged by super-resolution.
    temporal:      how much more (or less) than the method's own weight holds a frame to the one before; 0 … 4.
    iterations:    of the solver, at most; 0 takes the method's own.
    seed:          another number, another variant of the same painting; 0 is the plain one.
    working_width: the width in pixels that is painted at, at most the source's; 0 takes the source's.
    """

    style: str = DEFAULT_STYLE
    method: str = DEFAULT_METHOD
    style_weight: float = 1.0
    painting: str = ""
    original_colours: bool = False
    upscale: int = 1
    temporal: float = 1.0
    iterations: int = 0
    seed: int = 0
    working_width: int = 640


@dataclass(frozen=True)
class Paint:
    """Asks for one frame.

    stream:   names what is painted (one node of one scene); frames of one stream follow each other in time.
    previous: the key that `Painted` gave for the frame before this one; None starts a shot afresh.
    pixels:   the file that holds the source, and that the picture is written into.
    inputs:   the planes of `planes.INPUTS` that lie behind the source, in this order.
    outputs:  the planes of `planes.OUTPUTS` that are to be written behind those, in this order.
    """

    kind: ClassVar[str] = "paint"
    id: int
    stream: str
    frame: int
    width: int
    height: int
    pixels: str
    settings: Settings
    previous: str | None = None
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Expect:
    """Tells what the next `Paint` of a stream will bring, while the one before it is painted. Has no answer.

    The engine begins with what that frame will ask for. A wrong guess costs time, and changes no picture.

    pixels, inputs: as in `Paint`; the file is read at once, and may be written again when the next frame is asked for.
    """

    kind: ClassVar[str] = "expect"
    stream: str
    width: int
    height: int
    pixels: str
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Painted:
    """The picture of request `id` lies in its file.

    key:     names the frame and all that it depends on; the next frame's `previous`.
    cut:     whether a scene cut was found between the frame before and this one.
    cached:  whether the picture was kept from an earlier time.
    seconds: time spent, by stage: motion, transformer, solver, transport.
    note:    a sentence for the artist, or empty.
    """

    kind: ClassVar[str] = "painted"
    id: int
    key: str
    cut: bool
    cached: bool
    seconds: dict[str, float] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class Failed:
    """Request `id` (or, where None, the worker itself) failed. As `NeuralStyleError`."""

    kind: ClassVar[str] = "failed"
    id: int | None
    what: str
    where: str = ""
    mend: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class Progress:
    """Request `id` takes longer for a reason that the artist should know: the answer is yet to come.

    activity: what the engine is at, in a few words: "fetching the features".
    """

    kind: ClassVar[str] = "progress"
    id: int
    activity: str


@dataclass(frozen=True)
class Hello:
    """The worker's first message: who it is and what it runs on."""

    kind: ClassVar[str] = "hello"
    protocol: int
    version: str
    device: str
    versions: dict[str, str] = field(default_factory=dict)


Message = Paint | Expect | Painted | Failed | Progress | Hello

_KINDS: dict[str, type[Message]] = {cls.kind: cls for cls in (Paint, Expect, Painted, Failed, Progress, Hello)}


def pack(message: Message) -> dict[str, Any]:
    """The message as a JSON object."""
    return {"kind": message.kind, **asdict(message)}


def unpack(data: dict[str, Any]) -> Message:
    """The message in a JSON object. Raises ValueError where it is none, or has fields it should not."""
    cls = _KINDS.get(str(data.get("kind")))
    if cls is None:
        raise ValueError(f"unknown kind of message: {data.get('kind')!r}")
    values = {key: value for key, value in data.items() if key != "kind"}
    unknown = values.keys() - {f.name for f in fields(cls)}
    if unknown:
        raise ValueError(f"a {cls.kind} message has no field {sorted(unknown)[0]!r}")
    try:
        if cls is Paint:
            values["settings"] = Settings(**values["settings"])
        values |= {name: tuple(values[name]) for name in ("inputs", "outputs") if name in values}
        return cls(**values)
    except (TypeError, KeyError) as error:
        raise ValueError(f"a {cls.kind} message is incomplete: {error}") from error
