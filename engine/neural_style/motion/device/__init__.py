"""Motion in torch, for devices on which OpenCV's would be waited for: any device, any number of pairs at once.

Pictures are float32 (B, C, H, W), flows (B, 2, H, W) in pixels, (right, down), from the first picture to the second;
all of a call on one device. Nothing here waits for the device, and no operation depends on a value that it computed, so
all of it can be recorded as one graph.
"""

from neural_style.motion.device.estimate import DeviceFlow

__all__ = ["DeviceFlow"]
