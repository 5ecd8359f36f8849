"""The one kind of error that a person is meant to see: what happened, where, and what to do about it."""


class NeuralStyleError(Exception):
    """A failure that the user can understand and mend.

    what:  what happened, without a full stop ("the clip does not exist").
    where: the file, frame or name that it concerns.
    mend:  what to do ("give the path of a video file").
    remedy: names the button in Blender that does it (`plugin/remedies.py`); empty where there is none.
    """

    def __init__(self, what: str, where: str = "", mend: str = "", remedy: str = "") -> None:
        super().__init__(what, where, mend, remedy)
        self.what = what
        self.where = where
        self.mend = mend
        self.remedy = remedy

    def __str__(self) -> str:
        sentence = f"{self.what}: {self.where}" if self.where else self.what
        return f"{sentence} ({self.mend})" if self.mend else sentence
