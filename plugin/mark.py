"""Marks a picture that is not the finished one, so that nobody takes it for that: a hatched frame, and a word.

No Blender in here.
"""

import numpy as np

#: The letters, five columns by seven rows, of the words that are written.
_LETTERS = {
    "P": "11110 10001 10001 11110 10000 10000 10000",
    "R": "11110 10001 10001 11110 10100 10010 10001",
    "E": "11111 10000 10000 11110 10000 10000 11111",
    "V": "10001 10001 10001 10001 10001 01010 00100",
    "I": "01110 00100 00100 00100 00100 00100 01110",
    "W": "10001 10001 10001 10101 10101 11011 10001",
}

#: Scene-linear orange.
_COLOUR = np.float32([1.0, 0.25, 0.0, 1.0])


def preview(rgba: np.ndarray) -> np.ndarray:
    """A copy of a picture, float32 (H, W, 4), bottom row first, in a hatched frame with the word PREVIEW."""
    height, width = rgba.shape[:2]
    marked = rgba.copy()
    band = max(2, min(height, width) // 40)
    y, x = np.ogrid[:height, :width]
    at_edge = (np.minimum(y, height - 1 - y) < band) | (np.minimum(x, width - 1 - x) < band)
    marked[at_edge & ((x + y) // band % 3 > 0)] = _COLOUR
    word = _word("PREVIEW", max(1, min(width // 160, height // 40)))
    top, left = band * 2, band * 2
    rows, columns = min(word.shape[0], height - top), min(word.shape[1], width - left)
    if rows > 0 and columns > 0:
        corner = marked[height - top - rows : height - top, left : left + columns]
        corner[...] = np.float32([0, 0, 0, 1])
        corner[word[:rows, :columns][::-1]] = _COLOUR
    return marked


def _word(text: str, size: int) -> np.ndarray:
    """A word as pixels, top row first, with a pixel of room around every letter; a dot of it is `size` pixels."""
    letters = []
    for letter in text:
        dots = np.array([[dot == "1" for dot in row] for row in _LETTERS[letter].split()])
        letters.append(np.pad(dots, ((2, 2), (1, 1))))
    return np.kron(np.hstack(letters), np.ones((size, size), bool))
