// Instance normalisation (Ulyanov et al. 2016), and what follows it in a network.
#pragma once

#include "pictures.h"

namespace neural_style {

struct Normalisation {
    const float* weight;  // (channels)
    const float* bias;    // (channels)
    const float* added;   // of the pictures' shape: what comes to the result, as in a residual block; or null
    float epsilon;        // comes to the variance
    bool rectify;         // negative results become zero
};

// In place: every channel of a picture with mean 0 and variance 1, · weight + bias (+ added). A value is the same on any
// number of threads; 0 takes one per core.
void instance_norm(float* picture, const Pictures& of, const Normalisation& by, int threads);

}  // namespace neural_style
