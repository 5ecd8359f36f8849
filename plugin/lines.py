"""Draws sentences that are longer than one line: Blender's interface has no text that wraps."""

import textwrap

#: About how many units of a region's or a node's width a letter of the default size takes.
LETTER = 6.2


def draw(layout, sentence: str, icon: str, letters: int) -> None:
    """Draw a sentence in lines of at most so many letters, the icon before the first."""
    for row, text in enumerate(textwrap.wrap(sentence, max(16, letters))):
        layout.label(text=text, icon=icon if row == 0 else "BLANK1")
