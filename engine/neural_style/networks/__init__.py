"""The networks as torch modules: transformer networks (a frame in, a painting out) and VGG features."""
