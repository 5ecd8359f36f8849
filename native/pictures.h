// What the kernels of the networks compute with.
#pragma once

#include <cstddef>

namespace neural_style {

// Pictures lie end to end, channels last: (images, height, width, channels).
struct Pictures {
    int images, height, width, channels;
    std::size_t line() const { return static_cast<std::size_t>(width) * channels; }  // values of a row
};

}  // namespace neural_style
