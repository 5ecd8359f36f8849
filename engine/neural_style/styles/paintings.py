"""The paintings that belong to a style, for methods whose style target is the painting itself."""

from neural_style.pixels import Frame
from neural_style.styles.files import file_hash, read_picture
from neural_style.styles.resolve import painting_files


def paintings(style: str, painting: str = "") -> list[tuple[Frame, float]]:
    """The pictures that belong to a style or blend, and their shares, of sum 1.

    style: as in `Settings.style`. painting: a picture's path, a style's name, or a blend of such, which then takes the
    place of the style's own. Pictures are float32 (H, W, 3), sRGB in [0, 1], each in its own size, and shared by all
    who ask: not to be written into. Cheap enough to ask for with every frame: a file is read only once.

    Raises NeuralStyleError where a style has no painting, or a file is no picture.
    """
    return [(read_picture(path), share) for path, share in painting_files(painting or style)]


def painting_digest(style: str, painting: str = "") -> str:
    """Names the pictures that `paintings` gives for the same arguments, and their shares; raises as that does."""
    return str(sorted((file_hash(path), share) for path, share in painting_files(painting or style)))
