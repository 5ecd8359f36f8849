"""What painting a film took."""

from dataclasses import dataclass, field

from neural_style.session import Result


@dataclass
class Account:
    """Of one run of the command.

    frames: of the film; shots: that it has; painted: frames that this run painted, or took from the cache; cached:
    those taken from the cache; seconds: spent on what it painted, by stage; flows_estimated, flows_reused: counted
    only where flow is kept.
    """

    frames: int = 0
    shots: int = 0
    painted: int = 0
    cached: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    flows_estimated: int = 0
    flows_reused: int = 0

    def add(self, result: Result) -> None:
        """Count one finished frame."""
        self.painted += 1
        self.cached += result.cached
        self.spend(result.seconds)

    def spend(self, seconds: dict[str, float]) -> None:
        """Count seconds by stage."""
        for stage, taken in seconds.items():
            self.seconds[stage] = self.seconds.get(stage, 0.0) + taken

    def __str__(self) -> str:
        """In one line."""
        parts = [f"{self.frames} frames in {self.shots} shot{'s' if self.shots != 1 else ''}"]
        if self.painted < self.frames:
            parts.append(f"{self.frames - self.painted} of them painted by other runs")
        if self.cached:
            parts.append(f"{self.cached} kept from before")
        if self.flows_estimated or self.flows_reused:
            parts.append(f"{self.flows_estimated} flows estimated and {self.flows_reused} reused")
        text = ", ".join(parts)
        if self.painted:
            spent = (f"{stage} {seconds / self.painted:.2f}" for stage, seconds in sorted(self.seconds.items()))
            text += f"; seconds a frame: {', '.join(spent)}"
        return text
