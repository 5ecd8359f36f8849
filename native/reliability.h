// Says where a flow can be trusted.
#pragma once

namespace neural_style {

// result[y, x] in [0, 1]: how far flow[y, x], from a to b, can be trusted, given the flow from b to a.
// flow, reverse: (height, width, 2), (right, down) in pixels; result: (height, width); rows lie end to end.
// threads: 0 takes one per core.
void reliability(const float* flow, const float* reverse, float* result, int height, int width, bool motion_boundaries,
                 int threads);

}  // namespace neural_style
