// Samples an image along a flow: bilinear, or Lanczos over 8×8 taps.
#include "warp.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "bands.h"

namespace neural_style {
namespace {

constexpr int kTaps = 8;    // of Lanczos-4, at -3 … 4 from the pixel at or before the position
constexpr int kChunk = 64;  // pixels whose positions and weights are computed together, so that they vectorise

struct Picture {
    const float* image;
    const float* flow;
    float* result;
    int height, width, channels;
};

// Where a chunk of one row samples: pixel (x0, y0) plus fractions (ax, ay), or nowhere inside the image.
struct Positions {
    int x0[kChunk], y0[kChunk];
    float ax[kChunk], ay[kChunk];
    bool inside[kChunk];
};

NEURAL_STYLE_INLINE void locate(const Picture& p, int y, int start, int count, Positions& at) {
    const float* flow = p.flow + (static_cast<std::size_t>(y) * p.width + start) * 2;
    const float right = static_cast<float>(p.width - 1), bottom = static_cast<float>(p.height - 1);
    for (int i = 0; i < count; ++i) {
        const float x = static_cast<float>(start + i) + flow[2 * i];
        const float y_ = static_cast<float>(y) + flow[2 * i + 1];
        // False for NaN too. From here on only positions inside are converted to int: others may not fit one.
        const bool inside = (x >= 0.0f) & (x <= right) & (y_ >= 0.0f) & (y_ <= bottom);
        const float sx = inside ? x : 0.0f, sy = inside ? y_ : 0.0f;
        at.x0[i] = static_cast<int>(sx);
        at.y0[i] = static_cast<int>(sy);
        at.ax[i] = sx - static_cast<float>(at.x0[i]);
        at.ay[i] = sy - static_cast<float>(at.y0[i]);
        at.inside[i] = inside;
    }
}

// C: the channels where the compiler may know them, else 0.
template <int C>
NEURAL_STYLE_INLINE void bilinear_rows(const Picture& p, int first, int last) {
    const int channels = C ? C : p.channels;
    const std::size_t stride = static_cast<std::size_t>(p.width) * channels;
    Positions at;
    for (int y = first; y < last; ++y) {
        for (int start = 0; start < p.width; start += kChunk) {
            const int count = std::min(kChunk, p.width - start);
            locate(p, y, start, count, at);
            for (int i = 0; i < count; ++i) {
                const std::size_t here = y * stride + static_cast<std::size_t>(start + i) * channels;
                float* out = p.result + here;
                if (!at.inside[i]) {
                    for (int c = 0; c < channels; ++c) out[c] = p.image[here + c];
                    continue;
                }
                const float* top = p.image + at.y0[i] * stride + static_cast<std::size_t>(at.x0[i]) * channels;
                // On the last column or row the weight of the neighbour is 0: any pixel that exists will do.
                const std::size_t next = at.x0[i] + 1 < p.width ? channels : 0;
                const float* bottom = at.y0[i] + 1 < p.height ? top + stride : top;
                const float ax = at.ax[i], ay = at.ay[i];
                for (int c = 0; c < channels; ++c) {
                    const float above = (1.0f - ax) * top[c] + ax * top[next + c];
                    const float below = (1.0f - ax) * bottom[c] + ax * bottom[next + c];
                    out[c] = (1.0f - ay) * above + ay * below;
                }
            }
        }
    }
}

// sin(πt/4) / t and cos(πt/4) for t in [0, 1], by their series, until the next term is below float32's rounding.
NEURAL_STYLE_INLINE float sine_over(float t) {
    const float q = t * t;
    return 0.785398163f + q * (-0.0807455122f + q * (0.00249039457f + q * (-3.65762042e-5f + q * 3.13361689e-7f)));
}
NEURAL_STYLE_INLINE float cosine(float t) {
    const float q = t * t;
    return 1.0f + q * (-0.308425138f + q * (0.0158543442f + q * (-0.000325991887f + q * 3.59086045e-6f)));
}

// Lanczos-4 weights of the taps -3 … 4 for each fraction, sum 1; weights[tap][i].
//
// The weight of the tap at distance d is sin(πd)·sin(πd/4)/d² up to a factor, and over the eight taps sin(πd) only
// changes its sign. Multiplied by a(1-a) it has no pole at a = 0 or a = 1, and so needs no special case there.
NEURAL_STYLE_INLINE void lanczos_weights(const float* fractions, int count, float weights[kTaps][kChunk]) {
    for (int i = 0; i < count; ++i) {
        const float a = fractions[i], b = 1.0f - a, p = a * b;
        const float sine_a = sine_over(a), sine_b = sine_over(b), cosine_a = cosine(a), cosine_b = cosine(b);
        const float w0 = -p * b * sine_b / ((a + 3.0f) * (a + 3.0f));
        const float w1 = p * cosine_a / ((a + 2.0f) * (a + 2.0f));
        const float w2 = -p * cosine_b / ((a + 1.0f) * (a + 1.0f));
        const float w3 = b * sine_a;
        const float w4 = a * sine_b;
        const float w5 = -p * cosine_a / ((b + 1.0f) * (b + 1.0f));
        const float w6 = p * cosine_b / ((b + 2.0f) * (b + 2.0f));
        const float w7 = -p * a * sine_a / ((b + 3.0f) * (b + 3.0f));
        const float scale = 1.0f / (((w0 + w1) + (w2 + w3)) + ((w4 + w5) + (w6 + w7)));
        weights[0][i] = w0 * scale;
        weights[1][i] = w1 * scale;
        weights[2][i] = w2 * scale;
        weights[3][i] = w3 * scale;
        weights[4][i] = w4 * scale;
        weights[5][i] = w5 * scale;
        weights[6][i] = w6 * scale;
        weights[7][i] = w7 * scale;
    }
}

// The eight taps of a row from x0 - 3 on, the edge repeated where they leave the image.
NEURAL_STYLE_INLINE void gather(const float* row, int x0, int width, int channels, float* taps) {
    for (int k = 0; k < kTaps; ++k) {
        const int x = std::min(std::max(x0 - 3 + k, 0), width - 1);
        for (int c = 0; c < channels; ++c) taps[k * channels + c] = row[static_cast<std::size_t>(x) * channels + c];
    }
}

template <int C>
NEURAL_STYLE_INLINE void lanczos_rows(const Picture& p, int first, int last) {
    const int channels = C ? C : p.channels;
    const int span = kTaps * channels;
    const std::size_t stride = static_cast<std::size_t>(p.width) * channels;
    Positions at;
    float wx[kTaps][kChunk], wy[kTaps][kChunk];
    float fixed[C ? kTaps * C : 1];
    std::vector<float> loose((C ? 0 : span) + kTaps * span);
    float* taps = loose.data();
    float* columns = C ? fixed : loose.data() + kTaps * span;
    for (int y = first; y < last; ++y) {
        for (int start = 0; start < p.width; start += kChunk) {
            const int count = std::min(kChunk, p.width - start);
            locate(p, y, start, count, at);
            lanczos_weights(at.ax, count, wx);
            lanczos_weights(at.ay, count, wy);
            for (int i = 0; i < count; ++i) {
                const std::size_t here = y * stride + static_cast<std::size_t>(start + i) * channels;
                float* out = p.result + here;
                if (!at.inside[i]) {
                    for (int c = 0; c < channels; ++c) out[c] = p.image[here + c];
                    continue;
                }
                // Down the columns first: 8·C floats that lie side by side, so this loop vectorises.
                const int x0 = at.x0[i], y0 = at.y0[i];
                const float* rows[kTaps];
                for (int k = 0; k < kTaps; ++k) {
                    const float* row = p.image + std::min(std::max(y0 - 3 + k, 0), p.height - 1) * stride;
                    if (x0 >= 3 && x0 + 5 <= p.width) {
                        rows[k] = row + static_cast<std::size_t>(x0 - 3) * channels;
                    } else {
                        gather(row, x0, p.width, channels, taps + k * span);
                        rows[k] = taps + k * span;
                    }
                }
                for (int j = 0; j < span; ++j)
                    columns[j] = ((wy[0][i] * rows[0][j] + wy[1][i] * rows[1][j]) +
                                  (wy[2][i] * rows[2][j] + wy[3][i] * rows[3][j])) +
                                 ((wy[4][i] * rows[4][j] + wy[5][i] * rows[5][j]) +
                                  (wy[6][i] * rows[6][j] + wy[7][i] * rows[7][j]));
                for (int c = 0; c < channels; ++c) {
                    float sum = 0.0f;
                    for (int k = 0; k < kTaps; ++k) sum += wx[k][i] * columns[k * channels + c];
                    out[c] = sum;
                }
            }
        }
    }
}

NEURAL_STYLE_CLONES void bilinear_band(const Picture& p, int first, int last) {
    p.channels == 3 ? bilinear_rows<3>(p, first, last) : bilinear_rows<0>(p, first, last);
}
NEURAL_STYLE_CLONES void lanczos_band(const Picture& p, int first, int last) {
    p.channels == 3 ? lanczos_rows<3>(p, first, last) : lanczos_rows<0>(p, first, last);
}

}  // namespace

void warp(const float* image, const float* flow, float* result, int height, int width, int channels, Kernel kernel,
          int threads) {
    const Picture picture{image, flow, result, height, width, channels};
    const int least = std::max(1, 32768 / width);
    in_bands(height, least, threads, [&](int first, int last) {
        kernel == Kernel::bilinear ? bilinear_band(picture, first, last) : lanczos_band(picture, first, last);
    });
}

}  // namespace neural_style
