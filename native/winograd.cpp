// Convolutions by 3×3, F(4×4, 3×3) of Lavin and Gray 2016, "Fast algorithms for convolutional neural networks",
// section 4: a tile of 4×4 values of the result comes from 6×6 of the input, which are brought to 36 places, each a
// linear function of them; there every channel needs one multiplication in place of four.
//
// What is in between stays in a core's cache: a thread takes some tiles through all three steps before it takes others.
// What follows a convolution in a network, bias and ReLU, is done where a value is written, and what comes before it on
// the way back, the gradient of ReLU, where it is read.
#include "winograd.h"

#include <algorithm>
#include <atomic>
#include <memory>

#include "bands.h"

namespace neural_style {
namespace {

constexpr int kTile = 4, kReach = 6, kPlaces = 36;
constexpr int kRows = 6;  // tiles that are summed at once: with the vectors of a panel they fill the registers
constexpr int kDepth = 128;  // channels of the input that are summed at once
constexpr int kMostPanel = 64;  // channels of the result that are, by any kernel

// Tiles of a block: their places and sums should fit into a core's cache, and be many enough that the weights, which
// every block reads, count for little. Deep layers have more weights than places.
constexpr int kBlock = 36, kDeepBlock = 72, kDeep = 512;

// Floats between two places beyond their values: places at equal distances would take each other's lines of the cache.
constexpr std::size_t kSkew = 16;

int tiles(int side) { return (side + kTile - 1) / kTile; }
std::size_t whole_rows(int count) { return static_cast<std::size_t>((count + kRows - 1) / kRows) * kRows; }
std::size_t place_step(std::size_t rows, int channels) { return rows * channels + kSkew; }
std::size_t room_for(int count, const Convolution& of) {
    return kPlaces * (place_step(whole_rows(count), of.inputs) + place_step(whole_rows(count), of.outputs));
}

// A tile of the result: where it begins, in which image.
struct Tile {
    int top, left;
    std::size_t first_row, width;
    Tile(const Convolution& of, int number) {
        const int across = tiles(of.width), down = tiles(of.height);
        top = number / across % down * kTile;
        left = number % across * kTile;
        first_row = static_cast<std::size_t>(number / (across * down)) * of.height;
        width = static_cast<std::size_t>(of.width);
    }
    std::size_t at(int y, int x, int channels) const { return ((first_row + y) * width + x) * channels; }
};

// Which of `count` rows or columns is read at a place beyond them by one at most; -1 where it is none. Places farther
// beyond belong to no value of the result.
inline int inside(int place, int count, bool reflected) {
    if (place >= 0 && place < count) return place;
    if (!reflected || place > count) return -1;
    return place < 0 ? 1 : count - 2;
}

#if defined(__GNUC__)
#if defined(__x86_64__)
namespace avx512 {
#define TARGET __attribute__((target("avx512f,fma")))
#define WIDTH 16
#define VECTORS 4
#include "winograd_kernel.inc"
}  // namespace avx512
namespace avx2 {
#define TARGET __attribute__((target("avx2,fma")))
#define WIDTH 8
#define VECTORS 2
#include "winograd_kernel.inc"
}  // namespace avx2
#elif defined(__aarch64__)
namespace neon {
#define TARGET
#define WIDTH 4
#define VECTORS 4
#include "winograd_kernel.inc"
}  // namespace neon
#endif
#endif

struct Kernel {
    std::string processor;
    int width, panel;
    void (*convolve)(const Convolution&, int, int, float*);
};

std::vector<Kernel> kernels_here() {
    std::vector<Kernel> found;
#if defined(__GNUC__)
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f"))
        found.push_back({"avx512", avx512::kWidth, avx512::kPanel, avx512::convolve});
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        found.push_back({"avx2", avx2::kWidth, avx2::kPanel, avx2::convolve});
#elif defined(__aarch64__)
    found.push_back({"neon", neon::kWidth, neon::kPanel, neon::convolve});
#endif
#endif
    return found;
}

const std::vector<Kernel>& kernels() {
    static const std::vector<Kernel> found = kernels_here();
    return found;
}

const Kernel* find(const std::string& processor) {
    for (const Kernel& kernel : kernels())
        if (kernel.processor == processor) return &kernel;
    return nullptr;
}

}  // namespace

const std::vector<std::string>& winograd_processors() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> found;
        for (const Kernel& kernel : kernels()) found.push_back(kernel.processor);
        return found;
    }();
    return names;
}

bool winograd_takes(const std::string& processor, int inputs, int outputs) {
    const Kernel* kernel = find(processor);
    return kernel && inputs > 0 && outputs > 0 && inputs % kernel->width == 0 && outputs % kernel->panel == 0;
}

void winograd_weights(const std::string& processor, const float* weights, int outputs, int inputs, float* result) {
    // G of the paper, whose G g Gᵀ brings a kernel to its places.
    static constexpr double kShares[kReach][3] = {
        {1.0 / 4, 0, 0},           {-1.0 / 6, -1.0 / 6, -1.0 / 6}, {-1.0 / 6, 1.0 / 6, -1.0 / 6},
        {1.0 / 24, 1.0 / 12, 1.0 / 6}, {1.0 / 24, -1.0 / 12, 1.0 / 6}, {0, 0, 1},
    };
    const int panel = find(processor)->panel;
    const std::size_t place = static_cast<std::size_t>(outputs) * inputs;
    // A panel's values for one channel of the input lie together.
    in_bands(outputs / panel * inputs, kDepth, 0, [&](int first, int last) {
        double g[3][3][kMostPanel], line[3][kMostPanel];
        for (int row = first; row < last; ++row) {
            for (int o = 0; o < panel; ++o) {
                const std::size_t output = static_cast<std::size_t>(row / inputs) * panel + o;
                const float* from = weights + (output * inputs + row % inputs) * 9;
                for (int y = 0; y < 3; ++y)
                    for (int x = 0; x < 3; ++x) g[y][x][o] = *from++;
            }
            float* to = result + static_cast<std::size_t>(row) * panel;
            for (const auto& down : kShares) {
                for (int x = 0; x < 3; ++x)
                    for (int o = 0; o < panel; ++o)
                        line[x][o] = down[0] * g[0][x][o] + down[1] * g[1][x][o] + down[2] * g[2][x][o];
                for (const auto& right : kShares) {
                    for (int o = 0; o < panel; ++o)
                        to[o] = static_cast<float>(right[0] * line[0][o] + right[1] * line[1][o] +
                                                   right[2] * line[2][o]);
                    to += place;
                }
            }
        }
    });
}

void winograd(const std::string& processor, const Convolution& of, int threads) {
    const Kernel* kernel = find(processor);
    if (threads <= 0) threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    const int total = of.images * tiles(of.height) * tiles(of.width);
    const int most = std::max(of.inputs, of.outputs) < kDeep ? kBlock : kDeepBlock;
    // As many blocks for each thread, of whole rows.
    const int rounds = std::max(1, (total + threads * most - 1) / (threads * most));
    const int block = static_cast<int>(whole_rows((total + threads * rounds - 1) / (threads * rounds)));
    const int blocks = (total + block - 1) / block;
    std::atomic<int> next{0};  // a core that has something else to do takes fewer
    in_bands(std::min(threads, blocks), 1, threads, [&](int, int) {
        const std::unique_ptr<float[]> room(new float[room_for(block, of)]);
        for (int taken = next++; taken < blocks; taken = next++)
            kernel->convolve(of, taken * block, std::min(total, (taken + 1) * block), room.get());
    });
}

}  // namespace neural_style
