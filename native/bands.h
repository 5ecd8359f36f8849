// Shares the rows of a picture out among threads, in bands.
#pragma once

#include <algorithm>
#include <exception>
#include <system_error>
#include <thread>
#include <vector>

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__linux__)
// The wheel is built for any x86-64; the loader picks the AVX2 copy where the machine has it.
#define NEURAL_STYLE_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define NEURAL_STYLE_CLONES
#endif

#if defined(__GNUC__)
// A helper must lie inside the function that is cloned, or it is compiled for the oldest machine only.
#define NEURAL_STYLE_INLINE inline __attribute__((always_inline))
#else
#define NEURAL_STYLE_INLINE inline
#endif

namespace neural_style {

// Calls body(first, last) for bands that cover rows 0 … rows-1, on `threads` threads (0: one per core).
// A band has at least `least` rows, so that a small picture does not pay for threads it cannot use.
// What a body throws is thrown again here, once every band has ended.
template <typename Body>
void in_bands(int rows, int least, int threads, const Body& body) {
    if (threads <= 0) threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    const int bands = std::max(1, std::min(threads, rows / std::max(1, least)));
    std::vector<std::exception_ptr> failures(bands);
    const auto band = [&](int index) {
        const auto edge = [&](int i) { return static_cast<int>(static_cast<long long>(rows) * i / bands); };
        try {
            body(edge(index), edge(index + 1));
        } catch (...) {
            failures[index] = std::current_exception();
        }
    };
    std::vector<std::thread> workers;
    workers.reserve(bands);
    for (int index = 1; index < bands; ++index) {
        try {
            workers.emplace_back(band, index);
        } catch (const std::system_error&) {
            band(index);  // the system gives no more threads: slower, not wrong
        }
    }
    band(0);
    for (auto& worker : workers) worker.join();
    for (const auto& failure : failures)
        if (failure) std::rethrow_exception(failure);
}

}  // namespace neural_style
