// Four floats in one vector: a pixel of three channels, and one float of the pixel behind it, computed at once.
#pragma once

#include <cstring>

#include "bands.h"

namespace neural_style {

#if defined(__GNUC__)
using Four = float __attribute__((vector_size(16)));
NEURAL_STYLE_INLINE Four all(float value) { return Four{value, value, value, value}; }
#else
struct Four {
    float at[4];
};
NEURAL_STYLE_INLINE Four all(float value) { return Four{{value, value, value, value}}; }
NEURAL_STYLE_INLINE Four operator+(Four a, const Four& b) {
    for (int i = 0; i < 4; ++i) a.at[i] += b.at[i];
    return a;
}
NEURAL_STYLE_INLINE Four operator*(Four a, const Four& b) {
    for (int i = 0; i < 4; ++i) a.at[i] *= b.at[i];
    return a;
}
#endif

NEURAL_STYLE_INLINE Four load(const float* from) {
    Four value;
    std::memcpy(&value, from, sizeof value);
    return value;
}
NEURAL_STYLE_INLINE void store(float* to, const Four& value) { std::memcpy(to, &value, sizeof value); }

}  // namespace neural_style
