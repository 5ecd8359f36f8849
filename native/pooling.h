// Max pooling by 2×2, and its gradient.
#pragma once

#include "pictures.h"

namespace neural_style {

// result, (images, height/2, width/2, channels): the largest of each 2×2 values. A last odd row or column is left out.
void pool(const float* input, const Pictures& of, float* result, int threads);

// result, as the input: the gradient where the largest of 2×2 values is, the first of several; elsewhere 0.
void unpool(const float* gradient, const float* input, const Pictures& of, float* result, int threads);

}  // namespace neural_style
