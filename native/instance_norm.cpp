// Instance normalisation of pictures whose channels lie side by side, so that all of a vector's channels go together.
#include "instance_norm.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "bands.h"

namespace neural_style {
namespace {

constexpr std::size_t kLeast = 1 << 16;  // values that a thread is worth its while for

int least_rows(const Pictures& of) { return static_cast<int>(std::max<std::size_t>(1, kLeast / of.line())); }

// The sum and the sum of squares of every channel, for each row by itself: added up in the order of the rows, they do
// not depend on who computed which. In double precision, since of a nearly flat picture a difference of both is left.
NEURAL_STYLE_CLONES void sum_rows(const float* picture, const Pictures& of, double* sums, int first, int last) {
    const int channels = of.channels;
    for (int row = first; row < last; ++row) {
        double* __restrict sum = sums + 2 * static_cast<std::size_t>(row) * channels;
        double* __restrict squares = sum + channels;
        const float* __restrict from = picture + row * of.line();
        for (int x = 0; x < of.width; ++x, from += channels)
            for (int c = 0; c < channels; ++c) {
                const double value = from[c];
                sum[c] += value;
                squares[c] += value * value;
            }
    }
}

// picture · scale + shift, (images, channels) each, and what follows. What is no number stays none.
NEURAL_STYLE_CLONES void scale_rows(float* picture, const Pictures& of, const Normalisation& by, const float* scales,
                                    const float* shifts, int first, int last) {
    const int channels = of.channels;
    const float floor = by.rectify ? 0.0f : -INFINITY;
    for (int row = first; row < last; ++row) {
        const std::size_t image = static_cast<std::size_t>(row / of.height);
        const float* __restrict scale = scales + image * channels;
        const float* __restrict shift = shifts + image * channels;
        float* __restrict here = picture + row * of.line();
        const float* __restrict added = by.added ? by.added + row * of.line() : nullptr;
        for (int x = 0; x < of.width; ++x, here += channels)
            if (added) {
                for (int c = 0; c < channels; ++c) {
                    const float value = here[c] * scale[c] + shift[c] + added[c];
                    here[c] = value < floor ? floor : value;
                }
                added += channels;
            } else {
                for (int c = 0; c < channels; ++c) {
                    const float value = here[c] * scale[c] + shift[c];
                    here[c] = value < floor ? floor : value;
                }
            }
    }
}

}  // namespace

void instance_norm(float* picture, const Pictures& of, const Normalisation& by, int threads) {
    const int rows = of.images * of.height, channels = of.channels, least = least_rows(of);
    std::vector<double> sums(2 * static_cast<std::size_t>(rows) * channels);
    in_bands(rows, least, threads, [&](int first, int last) { sum_rows(picture, of, sums.data(), first, last); });

    std::vector<float> scales(static_cast<std::size_t>(of.images) * channels), shifts(scales.size());
    const double count = static_cast<double>(of.height) * of.width;
    for (int image = 0; image < of.images; ++image)
        for (int c = 0; c < channels; ++c) {
            double sum = 0, squares = 0;
            for (int y = 0; y < of.height; ++y) {
                const double* const here = &sums[2 * (static_cast<std::size_t>(image) * of.height + y) * channels + c];
                sum += here[0];
                squares += here[channels];
            }
            const double mean = sum / count, found = squares / count - mean * mean;
            const double variance = found < 0 ? 0 : found;  // what is no number stays none
            const double scale = by.weight[c] / std::sqrt(variance + by.epsilon);
            scales[image * channels + c] = static_cast<float>(scale);
            shifts[image * channels + c] = static_cast<float>(by.bias[c] - mean * scale);
        }
    in_bands(rows, least, threads, [&](int first, int last) {
        scale_rows(picture, of, by, scales.data(), shifts.data(), first, last);
    });
}

}  // namespace neural_style
