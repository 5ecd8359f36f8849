// Says where a flow can be trusted: forward–backward consistency and motion boundaries, smoothed.
//
// After Sundaram, Brox & Keutzer 2010 (section 'tracking'), as used for stylised video by Ruder et al. 2016.
// Each pixel is coded -1 (occluded), 0 (left the image, or a motion boundary) or 1 (reliable); the published
// code says -255, 0, 255 and divides at the end. A Gaussian then lets occlusion bleed outward.
#include "reliability.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <vector>

#include "bands.h"

namespace neural_style {
namespace {

constexpr int kRadius = 2;             // of the Gaussian: 5 taps
constexpr int kRing = 2 * kRadius + 1;  // smoothed rows that are alive at one time
constexpr int kChunk = 64;  // pixels that are coded together, so that it vectorises
constexpr double kSigma = 0.8;

struct Flows {
    const float* flow;
    const float* reverse;
    int height, width;
    bool motion_boundaries;
    float gaussian[kRadius + 1];  // centre first
};

// The index inside 0 … count-1 for one beyond the border: mirrored, the edge itself repeated (c b a | a b c).
int mirrored(int index, int count) {
    const int period = 2 * count;
    index = ((index % period) + period) % period;
    return index < count ? index : period - 1 - index;
}

// What a chunk of a row is coded from. Vectors (u, v) lie side by side where nothing but their sum of squares counts.
struct Chunk {
    float u[kChunk], v[kChunk], length[kChunk];  // the flow, and its square
    int x0[kChunk], y0[kChunk];                  // where it leads: a pixel,
    float ax[kChunk], ay[kChunk];                // and fractions beyond it
    int inside[kChunk];                          // 1 where the 2×2 pixels there lie inside the image
    float reverse[4][2 * kChunk];                // the reverse flow there: of the pixel, to its right, and below them
    float gradient[2 * kChunk];                  // the squares of u's and of v's gradients
    float smooth[kChunk];                        // 1 where there is no motion boundary, else 0
};

// The squares of the gradients of a chunk's u and v. Beyond the border the edge itself is repeated.
NEURAL_STYLE_INLINE void differentiate(const Flows& f, int y, int start, int count, Chunk& __restrict at) {
    const std::size_t stride = static_cast<std::size_t>(f.width) * 2;
    const float* __restrict row = f.flow + y * stride;
    const float* __restrict above = f.flow + std::max(y - 1, 0) * stride;
    const float* __restrict below = f.flow + std::min(y + 1, f.height - 1) * stride;
    const auto square = [&](int i, int before, int after) {
        const float across = 0.5f * (row[after] - row[before]), along = 0.5f * (below[i] - above[i]);
        at.gradient[i - 2 * start] = across * across + along * along;
    };
    const int last = 2 * (f.width - 1), end = std::min(2 * (start + count), last);
    for (int i = std::max(2 * start, 2); i < end; ++i) square(i, i - 2, i + 2);
    for (int c = 0; c < 2; ++c) {
        if (start == 0) square(c, c, std::min(2, last) + c);
        if (start + count == f.width) square(last + c, std::max(last - 2, 0) + c, last + c);
    }
}

// The codes of `count` pixels of a row from `start` on. The order of the operations is part of the definition: torch
// and NumPy follow it, so that a pixel falls on the same side of every threshold. Comparisons are written so that NaN
// is never reliable. Each loop does what vectorises together; only the one that gathers does not.
NEURAL_STYLE_INLINE void code_chunk(const Flows& f, int y, int start, int count, Chunk& __restrict at,
                                    float* __restrict codes) {
    const std::size_t stride = static_cast<std::size_t>(f.width) * 2;
    const float* __restrict row = f.flow + y * stride + 2 * static_cast<std::size_t>(start);
    const float right = static_cast<float>(f.width - 1), bottom = static_cast<float>(f.height - 1);
    for (int i = 0; i < count; ++i) {
        const float u = row[2 * i], v = row[2 * i + 1];
        const float bx = static_cast<float>(start + i) + u, by = static_cast<float>(y) + v;
        // Into the image, NaN to 0, before they become integers: others may not fit one.
        float sx = bx > 0.0f ? bx : 0.0f, sy = by > 0.0f ? by : 0.0f;
        sx = sx < right ? sx : right;
        sy = sy < bottom ? sy : bottom;
        const int x0 = static_cast<int>(sx), y0 = static_cast<int>(sy);
        at.u[i] = u;
        at.v[i] = v;
        at.length[i] = u * u + v * v;
        at.x0[i] = x0;
        at.y0[i] = y0;
        at.ax[i] = sx - static_cast<float>(x0);
        at.ay[i] = sy - static_cast<float>(y0);
        // Of 0 and 1, for compilers make branches of anything else.
        at.inside[i] = int(bx >= 0.0f) & int(bx < right) & int(by >= 0.0f) & int(by < bottom);
    }
    for (int i = 0; i < count; ++i) {
        if (!at.inside[i]) continue;  // whatever else is there serves: its code is 0
        const float* pixel = f.reverse + at.y0[i] * stride + static_cast<std::size_t>(at.x0[i]) * 2;
        std::memcpy(at.reverse[0] + 2 * i, pixel, 2 * sizeof(float));
        std::memcpy(at.reverse[1] + 2 * i, pixel + 2, 2 * sizeof(float));
        std::memcpy(at.reverse[2] + 2 * i, pixel + stride, 2 * sizeof(float));
        std::memcpy(at.reverse[3] + 2 * i, pixel + stride + 2, 2 * sizeof(float));
    }
    if (f.motion_boundaries) {
        differentiate(f, y, start, count, at);
        for (int i = 0; i < count; ++i) {
            const float gradient = at.gradient[2 * i] + at.gradient[2 * i + 1];
            at.smooth[i] = gradient <= 0.01f * at.length[i] + 0.002f ? 1.0f : 0.0f;
        }
    } else {
        std::fill(at.smooth, at.smooth + count, 1.0f);
    }
    for (int i = 0; i < count; ++i) {
        const float ax = at.ax[i], ay = at.ay[i], u = at.u[i], v = at.v[i];
        const float *q = at.reverse[0] + 2 * i, *r = at.reverse[1] + 2 * i;
        const float *s = at.reverse[2] + 2 * i, *t = at.reverse[3] + 2 * i;
        const float back_u = (1.0f - ay) * ((1.0f - ax) * q[0] + ax * r[0]) + ay * ((1.0f - ax) * s[0] + ax * t[0]);
        const float back_v = (1.0f - ay) * ((1.0f - ax) * q[1] + ax * r[1]) + ay * ((1.0f - ax) * s[1] + ax * t[1]);
        const float gap_u = u + back_u, gap_v = v + back_v;
        const float both = at.length[i] + (back_u * back_u + back_v * back_v);
        const bool consistent = gap_u * gap_u + gap_v * gap_v < 0.01f * both + 0.5f;
        const float code = consistent ? at.smooth[i] : -1.0f;
        codes[i] = at.inside[i] ? code : 0.0f;
    }
}

// The codes of one row.
NEURAL_STYLE_INLINE void code_row(const Flows& f, int y, Chunk& at, float* codes) {
    for (int start = 0; start < f.width; start += kChunk)
        code_chunk(f, y, start, std::min(kChunk, f.width - start), at, codes + start);
}

// One pass over both flows: codes are made a row at a time, smoothed sideways into a ring of five rows, and
// smoothed downwards from there. A band computes two rows of its neighbours' again instead of waiting for them.
NEURAL_STYLE_CLONES void reliability_band(const Flows& flows, float* result, int first, int last) {
    const Flows f = flows;  // a copy, which no store can change
    const int width = f.width;
    Chunk chunk{};
    const float g0 = f.gaussian[0], g1 = f.gaussian[1], g2 = f.gaussian[2];
    std::vector<float> padded(width + 2 * kRadius);
    std::vector<float> ring(static_cast<std::size_t>(kRing) * width);
    float* codes = padded.data() + kRadius;
    const auto slot = [&](int row) { return ring.data() + static_cast<std::size_t>(row % kRing) * width; };
    int next = std::max(0, first - kRadius);
    for (int y = first; y < last; ++y) {
        for (; next <= std::min(f.height - 1, y + kRadius); ++next) {
            code_row(f, next, chunk, codes);
            for (int i = 1; i <= kRadius; ++i) {
                codes[-i] = codes[mirrored(-i, width)];
                codes[width - 1 + i] = codes[mirrored(width - 1 + i, width)];
            }
            float* smoothed = slot(next);
            for (int x = 0; x < width; ++x)
                smoothed[x] = g0 * codes[x] + g1 * (codes[x - 1] + codes[x + 1]) + g2 * (codes[x - 2] + codes[x + 2]);
        }
        const float* rows[kRing];
        for (int i = 0; i < kRing; ++i) rows[i] = slot(mirrored(y + i - kRadius, f.height));
        float* out = result + static_cast<std::size_t>(y) * width;
        for (int x = 0; x < width; ++x) {
            const float sum = g0 * rows[2][x] + g1 * (rows[1][x] + rows[3][x]) + g2 * (rows[0][x] + rows[4][x]);
            out[x] = std::min(std::max(sum, 0.0f), 1.0f);
        }
    }
}

}  // namespace

void reliability(const float* flow, const float* reverse, float* result, int height, int width, bool motion_boundaries,
                 int threads) {
    Flows flows{flow, reverse, height, width, motion_boundaries, {}};
    double weights[kRadius + 1], sum = 0.0;
    for (int i = 0; i <= kRadius; ++i) {
        weights[i] = std::exp(-0.5 * i * i / (kSigma * kSigma));
        sum += i ? 2.0 * weights[i] : weights[i];
    }
    for (int i = 0; i <= kRadius; ++i) flows.gaussian[i] = static_cast<float>(weights[i] / sum);
    const int least = std::max(16, 32768 / width);  // at 16 rows the four computed twice cost a quarter
    in_bands(height, least, threads,
             [&](int first, int last) { reliability_band(flows, result, first, last); });
}

}  // namespace neural_style
