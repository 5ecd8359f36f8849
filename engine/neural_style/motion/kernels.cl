// Warping and reliability of optical flow for OpenCL: the numbers of native/warp.cpp and native/reliability.cpp.
//
// Rows lie end to end; one work item is one pixel, (x, y) = global id. The order of the operations up to each
// comparison is part of the definition, and multiply and add are never fused, so that a pixel falls on the same side of
// every threshold here, in C++, in torch and in NumPy.
#pragma OPENCL FP_CONTRACT OFF

// Where a pixel's flow leads: pixel (x0, y0) plus fractions. Clamped into the image, NaN to 0, before it becomes
// integers: others may not fit one.
typedef struct {
    float x, y, ax, ay;
    int x0, y0;
} Target;

Target target(const float2 flow, const int x, const int y, const int width, const int height) {
    Target t;
    t.x = (float)x + flow.x;
    t.y = (float)y + flow.y;
    float sx = t.x > 0.0f ? t.x : 0.0f, sy = t.y > 0.0f ? t.y : 0.0f;
    sx = sx < (float)(width - 1) ? sx : (float)(width - 1);
    sy = sy < (float)(height - 1) ? sy : (float)(height - 1);
    t.x0 = (int)sx;
    t.y0 = (int)sy;
    t.ax = sx - (float)t.x0;
    t.ay = sy - (float)t.y0;
    return t;
}

// False for NaN too.
bool inside(const Target t, const int width, const int height) {
    return t.x >= 0.0f && t.x <= (float)(width - 1) && t.y >= 0.0f && t.y <= (float)(height - 1);
}

kernel void bilinear(global const float *image, global const float2 *flow, global float *result, const int width,
                     const int height, const int channels) {
    const int x = get_global_id(0), y = get_global_id(1);
    if (x >= width || y >= height) return;
    const size_t here = (size_t)y * width + x;
    const Target t = target(flow[here], x, y, width, height);
    global float *out = result + here * channels;
    if (!inside(t, width, height)) {
        for (int c = 0; c < channels; ++c) out[c] = image[here * channels + c];
        return;
    }
    global const float *top = image + ((size_t)t.y0 * width + t.x0) * channels;
    // On the last column or row the weight of the neighbour is 0: any pixel that exists will do.
    const size_t right = t.x0 + 1 < width ? channels : 0;
    global const float *bottom = t.y0 + 1 < height ? top + (size_t)width * channels : top;
    for (int c = 0; c < channels; ++c) {
        const float above = (1.0f - t.ax) * top[c] + t.ax * top[right + c];
        const float below = (1.0f - t.ax) * bottom[c] + t.ax * bottom[right + c];
        out[c] = (1.0f - t.ay) * above + t.ay * below;
    }
}

// sin(πt/4) / t and cos(πt/4) for t in [0, 1], by their series, until the next term is below float32's rounding.
float sine_over(const float t) {
    const float q = t * t;
    return 0.785398163f + q * (-0.0807455122f + q * (0.00249039457f + q * (-3.65762042e-5f + q * 3.13361689e-7f)));
}
float cosine(const float t) {
    const float q = t * t;
    return 1.0f + q * (-0.308425138f + q * (0.0158543442f + q * (-0.000325991887f + q * 3.59086045e-6f)));
}

// Lanczos-4 weights of the taps -3 … 4 for a fraction, sum 1; see native/warp.cpp for the form without poles.
void lanczos_weights(const float a, float *weights) {
    const float b = 1.0f - a, p = a * b;
    const float sine_a = sine_over(a), sine_b = sine_over(b), cosine_a = cosine(a), cosine_b = cosine(b);
    weights[0] = -p * b * sine_b / ((a + 3.0f) * (a + 3.0f));
    weights[1] = p * cosine_a / ((a + 2.0f) * (a + 2.0f));
    weights[2] = -p * cosine_b / ((a + 1.0f) * (a + 1.0f));
    weights[3] = b * sine_a;
    weights[4] = a * sine_b;
    weights[5] = -p * cosine_a / ((b + 1.0f) * (b + 1.0f));
    weights[6] = p * cosine_b / ((b + 2.0f) * (b + 2.0f));
    weights[7] = -p * a * sine_a / ((b + 3.0f) * (b + 3.0f));
    float sum = 0.0f;
    for (int k = 0; k < 8; ++k) sum += weights[k];
    const float scale = 1.0f / sum;
    for (int k = 0; k < 8; ++k) weights[k] *= scale;
}

kernel void lanczos4(global const float *image, global const float2 *flow, global float *result, const int width,
                     const int height, const int channels) {
    const int x = get_global_id(0), y = get_global_id(1);
    if (x >= width || y >= height) return;
    const size_t here = (size_t)y * width + x;
    const Target t = target(flow[here], x, y, width, height);
    global float *out = result + here * channels;
    if (!inside(t, width, height)) {
        for (int c = 0; c < channels; ++c) out[c] = image[here * channels + c];
        return;
    }
    float wx[8], wy[8];
    int columns[8];
    lanczos_weights(t.ax, wx);
    lanczos_weights(t.ay, wy);
    for (int k = 0; k < 8; ++k) columns[k] = clamp(t.x0 - 3 + k, 0, width - 1) * channels;
    // Three channels at a time, the rest of them one after another: the weights are the same for all.
    for (int first = 0; first < channels; first += 3) {
        const int second = min(first + 1, channels - 1), third = min(first + 2, channels - 1);
        float3 sum = 0.0f;
        for (int j = 0; j < 8; ++j) {
            global const float *row = image + (size_t)clamp(t.y0 - 3 + j, 0, height - 1) * width * channels;
            float3 line = 0.0f;
            for (int k = 0; k < 8; ++k) {
                global const float *pixel = row + columns[k];
                line += wx[k] * (float3)(pixel[first], pixel[second], pixel[third]);
            }
            sum += wy[j] * line;
        }
        out[first] = sum.x;
        if (first + 1 < channels) out[first + 1] = sum.y;
        if (first + 2 < channels) out[first + 2] = sum.z;
    }
}

float square(const float2 v) { return v.x * v.x + v.y * v.y; }

// -1 occluded, 0 outside or a motion boundary, 1 reliable. Comparisons are written so that NaN is never reliable.
kernel void codes(global const float2 *flow, global const float2 *reverse, global float *result, const int width,
                  const int height, const int motion_boundaries) {
    const int x = get_global_id(0), y = get_global_id(1);
    if (x >= width || y >= height) return;
    const size_t here = (size_t)y * width + x;
    const float2 f = flow[here];
    const Target t = target(f, x, y, width, height);
    float code = 0.0f;
    if (t.x >= 0.0f && t.x < (float)(width - 1) && t.y >= 0.0f && t.y < (float)(height - 1)) {
        global const float2 *q = reverse + (size_t)t.y0 * width + t.x0, *r = q + width;
        const float2 above = (1.0f - t.ax) * q[0] + t.ax * q[1], below = (1.0f - t.ax) * r[0] + t.ax * r[1];
        const float2 back = (1.0f - t.ay) * above + t.ay * below;
        const float length2 = square(f);
        if (!(square(f + back) < 0.01f * (length2 + square(back)) + 0.5f)) {
            code = -1.0f;
        } else {
            code = 1.0f;
            if (motion_boundaries) {
                global const float2 *row = flow + (size_t)y * width;
                const float2 dx = 0.5f * (row[min(x + 1, width - 1)] - row[max(x - 1, 0)]);
                const float2 dy =
                    0.5f * (flow[(size_t)min(y + 1, height - 1) * width + x] - flow[(size_t)max(y - 1, 0) * width + x]);
                const float2 squares = dx * dx + dy * dy;
                if (!(squares.x + squares.y <= 0.01f * length2 + 0.002f)) code = 0.0f;
            }
        }
    }
    result[here] = code;
}

// The index inside 0 … count-1 for one beyond the border: mirrored, the edge itself repeated (c b a | a b c).
int mirrored(const int index, const int count) {
    const int period = 2 * count, i = ((index % period) + period) % period;
    return i < count ? i : period - 1 - i;
}

// A Gaussian of five taps with the weights g, from the centre outward: along rows, then along columns and clipped.
kernel void smooth(global const float *values, global float *result, const int width, const int height,
                   const float4 g, const int down) {
    const int x = get_global_id(0), y = get_global_id(1);
    if (x >= width || y >= height) return;
    global const float *line = down ? values + x : values + (size_t)y * width;
    const int count = down ? height : width, i = down ? y : x;
    const size_t step = down ? width : 1;
    int at[5];
    const bool amid = i >= 2 && i + 2 < count;
    for (int k = 0; k < 5; ++k) at[k] = amid ? i + k - 2 : mirrored(i + k - 2, count);
    const float near = line[at[1] * step] + line[at[3] * step], far = line[at[0] * step] + line[at[4] * step];
    const float sum = g.x * line[at[2] * step] + g.y * near + g.z * far;
    result[(size_t)y * width + x] = down ? clamp(sum, 0.0f, 1.0f) : sum;
}
