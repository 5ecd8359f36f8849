// Samples an image along a flow.
#pragma once

namespace neural_style {

enum class Kernel { bilinear, lanczos4 };

// result[y, x] = image at (x + u, y + v), or image[y, x] where that position is outside the image or not finite.
// image, result: (height, width, channels); flow: (height, width, 2), (right, down) in pixels; rows lie end to end.
// threads: 0 takes one per core.
void warp(const float* image, const float* flow, float* result, int height, int width, int channels, Kernel kernel,
          int threads);

}  // namespace neural_style
