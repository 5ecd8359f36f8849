"""What every node is doing, or why it cannot: one line each, kept for the session, never in the file.

Setting a line costs nothing and draws nothing: a timer looks some times a second whether any has changed, and only
then has the node editors drawn again.
"""

from typing import NamedTuple

import bpy

from . import handlers

#: Seconds between two looks.
_LOOK_SECONDS = 0.2


class Line(NamedTuple):
    """What is shown on a node.

    text:     one clear sentence, or a few words.
    is_error: whether it says what is wrong; drawn in red.
    remedy:   what mends it: a name in `remedies.REMEDIES`, or empty.
    progress: how much is done, in [0, 1]; None shows no bar.
    is_busy:  whether it goes on: what the engine is at is said after the text.
    """

    text: str = ""
    is_error: bool = False
    remedy: str = ""
    progress: float | None = None
    is_busy: bool = False

    @property
    def sentence(self) -> str:
        """The text, begun as a sentence begins."""
        text = f"{self.text}: {_activity or 'painting'} …" if self.is_busy else self.text
        return text[:1].upper() + text[1:]

    @property
    def icon(self) -> str:
        """The icon before the sentence."""
        return "ERROR" if self.is_error else "SORTTIME" if self.is_busy else "INFO"


_lines: dict[str, Line] = {}
_activity = ""
_changed = False


def key(node) -> str:
    """What names a node in this session."""
    return f"{node.id_data.session_uid}/{node.name}"


def of(node) -> Line:
    """The node's line; empty where there is nothing to say."""
    return _lines.get(key(node), Line())


def say(node, text: str, is_error: bool = False) -> None:
    """Set the node's line to a sentence."""
    put(node, Line(text, is_error))


def put(node, line: Line) -> None:
    """Set the node's line."""
    _lines[key(node)] = line
    touch()


def fail(node, trouble) -> None:
    """Say on the node what went wrong, an error with `what`, `where`, `mend` and `remedy`."""
    put(node, of_trouble(trouble))


def of_trouble(trouble) -> Line:
    """The line for an error: where a button mends it, what to do need not be said."""
    where = f": {trouble.where}" if trouble.where and trouble.remedy == "preferences" else ""
    return Line(f"{trouble.what}{where}" if trouble.remedy else str(trouble), is_error=True, remedy=trouble.remedy)


def engine_is(activity: str) -> None:
    """Say what the engine is at, in a word or two, where it is not just painting; empty where it is."""
    global _activity
    _activity = activity
    touch()


def activity() -> str:
    """What the engine is at, where it is not just painting."""
    return _activity


def settle(name: str) -> None:
    """The job is over: what the node of this `key` said it was about to do will not happen."""
    line = _lines.get(name)
    if line is not None and line.is_busy:
        _lines[name] = Line(f"{line.text}: stopped")
        touch()


def forget_errors() -> None:
    """Something was mended: what was wrong may be so no longer."""
    for name in [name for name, line in _lines.items() if line.is_error]:
        del _lines[name]
    touch()


def clear() -> None:
    """Forget all lines."""
    _lines.clear()
    touch()


def touch() -> None:
    """Have the nodes drawn again, soon; may be called from any thread."""
    global _changed
    _changed = True


def _look() -> float:
    global _changed
    if _changed:
        _changed = False
        for window in bpy.context.window_manager.windows:
            for area in window.screen.areas:
                if area.type in {"NODE_EDITOR", "PREFERENCES"}:
                    area.tag_redraw()
    return _LOOK_SECONDS


def register() -> None:
    """Begin to look."""
    handlers.start(_look, persistent=True)


def unregister() -> None:
    """Stop."""
    handlers.stop(_look)
    _lines.clear()
