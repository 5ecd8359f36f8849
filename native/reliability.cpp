// Says where a flow can be trusted: forward–backward consistency and motion boundaries, smoothed.
//
// After Sundaram, Brox & Keutzer 2010 (section 'tracking'), as used for stylised video by Ruder et al. 2016.
// Each pixel is coded -1 (occluded), 0 (left the image, or a motion boundary) or 1 (reliable); the published
// code says -255, 0, 255 and divides at the end. A Gaussian then lets occlusion bleed outward.
#include "reliability.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "bands.h"

namespace neural_style {
namespace {

constexpr int kRadius = 2;             // of the Gaussian: 5 taps
constexpr int kRing = 2 * kRadius + 1;  // smoothed rows that are alive at one time
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

// The codes of one row. The order of the operations is part of the definition: torch and NumPy follow it, so that
// a pixel falls on the same side of every threshold. Comparisons are written so that NaN is never reliable.
NEURAL_STYLE_INLINE void code_row(const Flows& f, int y, float* codes) {
    const std::size_t stride = static_cast<std::size_t>(f.width) * 2;
    const float* row = f.flow + y * stride;
    const float* above = f.flow + std::max(y - 1, 0) * stride;  // one step beyond the border mirrors to the edge
    const float* below = f.flow + std::min(y + 1, f.height - 1) * stride;
    const float right = static_cast<float>(f.width - 1), bottom = static_cast<float>(f.height - 1);
    for (int x = 0; x < f.width; ++x) {
        const float u = row[2 * x], v = row[2 * x + 1];
        const float bx = static_cast<float>(x) + u, by = static_cast<float>(y) + v;
        if (!(bx >= 0.0f && bx < right && by >= 0.0f && by < bottom)) {
            codes[x] = 0.0f;
            continue;
        }
        const int x0 = static_cast<int>(bx), y0 = static_cast<int>(by);
        const float ax = bx - static_cast<float>(x0), ay = by - static_cast<float>(y0);
        const float* q = f.reverse + y0 * stride + static_cast<std::size_t>(x0) * 2;
        const float* r = q + stride;
        const float back_u = (1.0f - ay) * ((1.0f - ax) * q[0] + ax * q[2]) + ay * ((1.0f - ax) * r[0] + ax * r[2]);
        const float back_v = (1.0f - ay) * ((1.0f - ax) * q[1] + ax * q[3]) + ay * ((1.0f - ax) * r[1] + ax * r[3]);
        const float gap_u = u + back_u, gap_v = v + back_v;
        const float length = u * u + v * v;
        const float both = length + (back_u * back_u + back_v * back_v);
        if (!(gap_u * gap_u + gap_v * gap_v < 0.01f * both + 0.5f)) {
            codes[x] = -1.0f;
            continue;
        }
        codes[x] = 1.0f;
        if (f.motion_boundaries) {
            const float* before = row + 2 * std::max(x - 1, 0);
            const float* after = row + 2 * std::min(x + 1, f.width - 1);
            const float ux = 0.5f * (after[0] - before[0]), vx = 0.5f * (after[1] - before[1]);
            const float uy = 0.5f * (below[2 * x] - above[2 * x]);
            const float vy = 0.5f * (below[2 * x + 1] - above[2 * x + 1]);
            if (!((ux * ux + uy * uy) + (vx * vx + vy * vy) <= 0.01f * length + 0.002f)) codes[x] = 0.0f;
        }
    }
}

// One pass over both flows: codes are made a row at a time, smoothed sideways into a ring of five rows, and
// smoothed downwards from there. A band computes two rows of its neighbours' again instead of waiting for them.
NEURAL_STYLE_CLONES void reliability_band(const Flows& f, float* result, int first, int last) {
    const int width = f.width;
    const float g0 = f.gaussian[0], g1 = f.gaussian[1], g2 = f.gaussian[2];
    std::vector<float> padded(width + 2 * kRadius);
    std::vector<float> ring(static_cast<std::size_t>(kRing) * width);
    float* codes = padded.data() + kRadius;
    const auto slot = [&](int row) { return ring.data() + static_cast<std::size_t>(row % kRing) * width; };
    int next = std::max(0, first - kRadius);
    for (int y = first; y < last; ++y) {
        for (; next <= std::min(f.height - 1, y + kRadius); ++next) {
            code_row(f, next, codes);
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
