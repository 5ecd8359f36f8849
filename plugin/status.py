"""What every node is doing, or why it cannot: one sentence each, kept for the session, never in the file."""

from typing import NamedTuple


class Line(NamedTuple):
    """A sentence and what kind it is: an error is drawn in red."""

    text: str = ""
    is_error: bool = False

    @property
    def sentence(self) -> str:
        """The text, begun as a sentence begins."""
        return self.text[:1].upper() + self.text[1:]

    @property
    def icon(self) -> str:
        """The icon before the sentence."""
        return "ERROR" if self.is_error else "INFO"


_lines: dict[str, Line] = {}


def key(node) -> str:
    """What names a node in this session."""
    return f"{node.id_data.session_uid}/{node.name}"


def of(node) -> Line:
    """The node's sentence; empty where there is nothing to say."""
    return _lines.get(key(node), Line())


def say(node, text: str, is_error: bool = False) -> None:
    """Set the node's sentence."""
    _lines[key(node)] = Line(text, is_error)


def clear() -> None:
    """Forget all sentences."""
    _lines.clear()
