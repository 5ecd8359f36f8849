"""The report: paints one clip by several methods, measures the pictures, and shows them beside each other.

`compare` and `report` make it; `Scorer` measures frame by frame; `Ruler` measures frames in memory.
"""
