// Convolutions by 3×3 with a quarter of the multiplications.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace neural_style {

// Pictures lie end to end, channels last: (images, height, width, channels).
struct Convolution {
    const float* input;
    const float* mask;     // of the input's shape: what is read where this is 0 or less counts as zero; or null
    const float* weights;  // as `winograd_weights` gives them for the same processor
    const float* bias;     // (outputs), or null
    float* output;
    int images, height, width, inputs, outputs;
    bool rectify;    // the result's negative values become zero
    bool reflected;  // beyond the border the input is continued by reflection (c b | a b c), of two pixels or more; else
                     // by zeros
};

// The kinds of processor that there are kernels for and that this machine is one of, the fastest first; none where the
// compiler knows no vectors.
const std::vector<std::string>& winograd_processors();

// Whether a kernel can take so many channels.
bool winograd_takes(const std::string& processor, int inputs, int outputs);

// The kernels of a convolution, (outputs, inputs, 3, 3), in the order that `winograd` reads them in:
// 36 · outputs · inputs floats.
void winograd_weights(const std::string& processor, const float* weights, int outputs, int inputs, float* result);

// The convolution. A value is the same on any number of threads; 0 takes one per core.
void winograd(const std::string& processor, const Convolution& convolution, int threads);

}  // namespace neural_style
