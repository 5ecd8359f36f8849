// Max pooling of pictures whose channels lie side by side, so that all of a vector's pixels are compared at once.
#include "pooling.h"

#include <algorithm>
#include <cstddef>

#include "bands.h"

namespace neural_style {
namespace {

constexpr int kLeast = 4;  // rows of the result that a thread is worth its while for

// Where the four values of a pixel of the result begin, in the picture and in the result.
struct Four {
    std::size_t at[4], pooled;
};

NEURAL_STYLE_INLINE Four four(const Pictures& of, int row, int x) {
    const int tall = of.height / 2, wide = of.width / 2;
    const std::size_t image = row / tall, depth = of.channels;
    const std::size_t top = image * of.height + row % tall * 2, left = 2 * static_cast<std::size_t>(x);
    const std::size_t first = (top * of.width + left) * depth, below = first + of.width * depth;
    return {{first, first + depth, below, below + depth}, (static_cast<std::size_t>(row) * wide + x) * depth};
}

// Of all channels of a pixel of the result. Where the compiler did not know that nothing overlaps, it would not vectorise.
NEURAL_STYLE_INLINE void pool_pixel(const float* __restrict a, const float* __restrict b, const float* __restrict c,
                                    const float* __restrict d, float* __restrict to, int channels) {
    for (int i = 0; i < channels; ++i) {
        const float above = a[i] > b[i] ? a[i] : b[i], below = c[i] > d[i] ? c[i] : d[i];
        to[i] = above > below ? above : below;
    }
}

NEURAL_STYLE_INLINE void unpool_pixel(const float* __restrict from, const float* __restrict a,
                                      const float* __restrict b, const float* __restrict c, const float* __restrict d,
                                      float* __restrict to_a, float* __restrict to_b, float* __restrict to_c,
                                      float* __restrict to_d, int channels) {
    for (int i = 0; i < channels; ++i) {
        const float above = b[i] > a[i] ? b[i] : a[i], below = d[i] > c[i] ? d[i] : c[i], value = from[i];
        const float of_above = below > above ? 0.0f : value, of_below = below > above ? value : 0.0f;
        to_a[i] = b[i] > a[i] ? 0.0f : of_above;
        to_b[i] = b[i] > a[i] ? of_above : 0.0f;
        to_c[i] = d[i] > c[i] ? 0.0f : of_below;
        to_d[i] = d[i] > c[i] ? of_below : 0.0f;
    }
}

NEURAL_STYLE_CLONES void pool_rows(const float* input, const Pictures& of, float* result, int first, int last) {
    for (int row = first; row < last; ++row)
        for (int x = 0; x < of.width / 2; ++x) {
            const Four here = four(of, row, x);
            pool_pixel(input + here.at[0], input + here.at[1], input + here.at[2], input + here.at[3],
                       result + here.pooled, of.channels);
        }
}

NEURAL_STYLE_CLONES void unpool_rows(const float* gradient, const float* input, const Pictures& of, float* result,
                                     int first, int last) {
    for (int row = first; row < last; ++row)
        for (int x = 0; x < of.width / 2; ++x) {
            const Four here = four(of, row, x);
            unpool_pixel(gradient + here.pooled, input + here.at[0], input + here.at[1], input + here.at[2],
                         input + here.at[3], result + here.at[0], result + here.at[1], result + here.at[2],
                         result + here.at[3], of.channels);
        }
}

}  // namespace

void pool(const float* input, const Pictures& of, float* result, int threads) {
    in_bands(of.images * (of.height / 2), kLeast, threads,
             [&](int first, int last) { pool_rows(input, of, result, first, last); });
}

void unpool(const float* gradient, const float* input, const Pictures& of, float* result, int threads) {
    in_bands(of.images * (of.height / 2), kLeast, threads,
             [&](int first, int last) { unpool_rows(gradient, input, of, result, first, last); });
    // What was left out.
    const std::size_t line = of.line();
    for (int image = 0; image < of.images; ++image) {
        float* const here = result + static_cast<std::size_t>(image) * of.height * line;
        if (of.height % 2) std::fill(here + (of.height - 1) * line, here + of.height * line, 0.0f);
        for (int y = 0; of.width % 2 && y < of.height; ++y)
            std::fill(here + (y + 1) * line - of.channels, here + (y + 1) * line, 0.0f);
    }
}

}  // namespace neural_style
