// Samples an image along a flow: bilinear, or Lanczos over 8×8 taps.
#include "warp.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <vector>

#include "bands.h"
#include "four.h"

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

// Where a position lies: outside of the image; so near to its edge that taps are missing; or amid it.
enum Place : int { outside = 0, edge = 1, amid = 2 };

// Where a chunk of one row samples: pixel (x0, y0) plus fractions (ax, ay).
struct Positions {
    int x0[kChunk], y0[kChunk], place[kChunk];
    float ax[kChunk], ay[kChunk];
};

// A position is amid the image where `before` pixels lie before its own and `after` behind it, both ways.
NEURAL_STYLE_INLINE void locate(const Picture& p, int y, int start, int count, int before, int after,
                                Positions& __restrict at) {
    const float* __restrict flow = p.flow + (static_cast<std::size_t>(y) * p.width + start) * 2;
    const float right = static_cast<float>(p.width - 1), bottom = static_cast<float>(p.height - 1);
    const int last_x = p.width - 1 - after, last_y = p.height - 1 - after;
    for (int i = 0; i < count; ++i) {
        const float x = static_cast<float>(start + i) + flow[2 * i];
        const float y_ = static_cast<float>(y) + flow[2 * i + 1];
        // Into the image, NaN to 0, before they become integers: others may not fit one.
        float sx = x > 0.0f ? x : 0.0f, sy = y_ > 0.0f ? y_ : 0.0f;
        sx = sx < right ? sx : right;
        sy = sy < bottom ? sy : bottom;
        const int x0 = static_cast<int>(sx), y0 = static_cast<int>(sy);
        at.x0[i] = x0;
        at.y0[i] = y0;
        at.ax[i] = sx - static_cast<float>(x0);
        at.ay[i] = sy - static_cast<float>(y0);
        // Of 0 and 1, for compilers make branches of anything else. NaN is not inside.
        const int inside = int(x >= 0.0f) & int(x <= right) & int(y_ >= 0.0f) & int(y_ <= bottom);
        const int whole = int(x0 >= before) & int(x0 <= last_x) & int(y0 >= before) & int(y0 <= last_y);
        at.place[i] = inside + (inside & whole);
    }
    // Amid the image four floats are written for three: not so at a row's end, beyond which another thread may write.
    if (start + count == p.width) at.place[count - 1] = std::min<int>(at.place[count - 1], edge);
}

// The part (ax, ay) of the way from pixel p00 towards the pixels to its right and below.
NEURAL_STYLE_INLINE float between(float p00, float p10, float p01, float p11, float ax, float ay) {
    const float above = (1.0f - ax) * p00 + ax * p10;
    const float below = (1.0f - ax) * p01 + ax * p11;
    return (1.0f - ay) * above + ay * below;
}
NEURAL_STYLE_INLINE Four between(const Four& p00, const Four& p10, const Four& p01, const Four& p11, float ax,
                                 float ay) {
    const Four above = all(1.0f - ax) * p00 + all(ax) * p10;
    const Four below = all(1.0f - ax) * p01 + all(ax) * p11;
    return all(1.0f - ay) * above + all(ay) * below;
}

// C: the channels where the compiler may know them, else 0. Three channels are computed as four; what comes of the
// fourth, which is the next pixel's, is overwritten there.
template <int C>
NEURAL_STYLE_INLINE void bilinear_rows(const Picture& picture, int first, int last) {
    const Picture p = picture;  // a copy, which no store can change
    const int channels = C ? C : p.channels;
    const std::size_t stride = static_cast<std::size_t>(p.width) * channels;
    Positions at;
    for (int y = first; y < last; ++y) {
        for (int start = 0; start < p.width; start += kChunk) {
            const int count = std::min(kChunk, p.width - start);
            locate(p, y, start, count, 0, 2, at);
            float* out = p.result + y * stride + static_cast<std::size_t>(start) * channels;
            for (int i = 0; i < count; ++i, out += channels) {
                const float* p00 = p.image + at.y0[i] * stride + static_cast<std::size_t>(at.x0[i]) * channels;
                const float ax = at.ax[i], ay = at.ay[i];
                if ((C == 3 || C == 4) && at.place[i] == amid) {
                    const float* p01 = p00 + stride;
                    store(out, between(load(p00), load(p00 + C), load(p01), load(p01 + C), ax, ay));
                } else if (at.place[i] != outside) {
                    // On the last column or row the weight of the neighbour is 0: any pixel that exists will do.
                    const float* p10 = at.x0[i] + 1 < p.width ? p00 + channels : p00;
                    const std::size_t down = at.y0[i] + 1 < p.height ? stride : 0;
                    for (int c = 0; c < channels; ++c)
                        out[c] = between(p00[c], p10[c], p00[down + c], p10[down + c], ax, ay);
                } else {
                    const float* unwarped = p.image + (out - p.result);
                    for (int c = 0; c < channels; ++c) out[c] = unwarped[c];
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

// The weighted sum of eight rows, `span` floats that lie side by side.
NEURAL_STYLE_INLINE void down(const float* const rows[kTaps], const float weights[kTaps], int span,
                              float* __restrict columns) {
    const float *r0 = rows[0], *r1 = rows[1], *r2 = rows[2], *r3 = rows[3];
    const float *r4 = rows[4], *r5 = rows[5], *r6 = rows[6], *r7 = rows[7];
    const float w0 = weights[0], w1 = weights[1], w2 = weights[2], w3 = weights[3];
    const float w4 = weights[4], w5 = weights[5], w6 = weights[6], w7 = weights[7];
    for (int j = 0; j < span; ++j)
        columns[j] = ((w0 * r0[j] + w1 * r1[j]) + (w2 * r2[j] + w3 * r3[j])) +
                     ((w4 * r4[j] + w5 * r5[j]) + (w6 * r6[j] + w7 * r7[j]));
}

template <int C>
NEURAL_STYLE_INLINE void lanczos_rows(const Picture& picture, int first, int last) {
    const Picture p = picture;  // a copy, which no store can change
    const int channels = C ? C : p.channels;
    const int span = kTaps * channels;
    const std::size_t stride = static_cast<std::size_t>(p.width) * channels;
    Positions at;
    float wx[kTaps][kChunk], wy[kTaps][kChunk];
    float fixed[C ? kChunk * kTaps * C + 4 : 1];
    std::vector<float> loose(C ? 0 : static_cast<std::size_t>(kChunk) * span);
    std::vector<float> taps(static_cast<std::size_t>(kTaps) * span);
    float* const columns = C ? fixed : loose.data();
    for (int y = first; y < last; ++y) {
        for (int start = 0; start < p.width; start += kChunk) {
            const int count = std::min(kChunk, p.width - start);
            locate(p, y, start, count, 3, 4, at);
            lanczos_weights(at.ax, count, wx);
            lanczos_weights(at.ay, count, wy);
            // Down the columns first, for all pixels of the chunk, then across.
            for (int i = 0; i < count; ++i) {
                if (at.place[i] == outside) continue;
                const int x0 = at.x0[i], y0 = at.y0[i];
                const float* rows[kTaps];
                float weights[kTaps];
                for (int k = 0; k < kTaps; ++k) weights[k] = wy[k][i];
                if (at.place[i] == amid) {
                    const float* corner = p.image + (y0 - 3) * stride + static_cast<std::size_t>(x0 - 3) * channels;
                    for (int k = 0; k < kTaps; ++k) rows[k] = corner + k * stride;
                } else {
                    for (int k = 0; k < kTaps; ++k) {
                        const float* row = p.image + std::min(std::max(y0 - 3 + k, 0), p.height - 1) * stride;
                        gather(row, x0, p.width, channels, taps.data() + k * span);
                        rows[k] = taps.data() + k * span;
                    }
                }
                down(rows, weights, span, columns + i * span);
            }
            float* out = p.result + y * stride + static_cast<std::size_t>(start) * channels;
            for (int i = 0; i < count; ++i, out += channels) {
                const float* column = columns + i * span;
                if ((C == 3 || C == 4) && at.place[i] == amid) {
                    Four sum = all(0.0f);
                    for (int k = 0; k < kTaps; ++k) sum = sum + all(wx[k][i]) * load(column + k * C);
                    store(out, sum);
                } else if (at.place[i] != outside) {
                    for (int c = 0; c < channels; ++c) {
                        float sum = 0.0f;
                        for (int k = 0; k < kTaps; ++k) sum += wx[k][i] * column[k * channels + c];
                        out[c] = sum;
                    }
                } else {
                    const float* unwarped = p.image + (out - p.result);
                    for (int c = 0; c < channels; ++c) out[c] = unwarped[c];
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
