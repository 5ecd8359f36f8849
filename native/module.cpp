// The Python module `neural_style._native`: takes NumPy arrays, checks them, and lets the kernels run without the GIL.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "instance_norm.h"
#include "pooling.h"
#include "reliability.h"
#include "warp.h"
#include "winograd.h"

namespace py = pybind11;

namespace {

using Array = py::array_t<float, py::array::c_style>;

std::string shape_of(const py::array& array) { return py::str(array.attr("shape")); }

// The argument as C-contiguous float32 of some axes: without a copy where it is that already, else (a slice, a
// transposed view) copied. depth: the length of the last axis, 0 for any.
Array take(const py::object& value, const std::string& name, const std::string& expected, py::ssize_t depth,
           py::ssize_t axes = 3) {
    if (!py::isinstance<py::array>(value)) {
        const std::string type = py::str(py::type::of(value).attr("__name__"));
        throw py::type_error(name + " is a " + type + "; expected a float32 array " + expected);
    }
    const auto array = py::reinterpret_borrow<py::array>(value);
    if (!py::isinstance<py::array_t<float>>(array)) {
        const std::string dtype = py::str(array.dtype());
        throw py::type_error(name + " is " + dtype + " " + shape_of(array) + "; expected float32 " + expected);
    }
    bool fits = array.ndim() == axes && array.size() > 0 && (depth == 0 || array.shape(axes - 1) == depth);
    for (py::ssize_t axis = 0; fits && axis < axes; ++axis)
        fits = array.shape(axis) < std::numeric_limits<int>::max() / 2;
    if (!fits) throw py::value_error(name + " has shape " + shape_of(array) + "; expected " + expected + ", not empty");
    return Array::ensure(array);
}

void same_size(const Array& array, const std::string& name, const Array& other, const std::string& expected) {
    if (array.shape(0) != other.shape(0) || array.shape(1) != other.shape(1))
        throw py::value_error(name + " has shape " + shape_of(array) + "; expected " + expected + " of the size of " +
                              shape_of(other));
}

// The array that a result goes into, which must be of that shape, C-contiguous and writable: it is never copied.
Array target(const py::object& value, const std::string& name, const std::vector<py::ssize_t>& shape) {
    if (!py::isinstance<Array>(value)) throw py::type_error(name + " is not a C-contiguous float32 array");
    const auto array = py::reinterpret_borrow<Array>(value);
    const bool fits = std::equal(shape.begin(), shape.end(), array.shape(), array.shape() + array.ndim());
    if (!fits || !array.writeable())
        throw py::value_error(name + " has shape " + shape_of(array) + ", which does not fit, or is read-only");
    return array;
}

void check_threads(int threads) {
    if (threads < 0) throw py::value_error("threads is " + std::to_string(threads) + "; expected 0 or more");
}

Array warp(const py::object& image_, const py::object& flow_, const std::string& kernel_, int threads) {
    const Array image = take(image_, "image", "(H, W, C)", 0);
    const Array flow = take(flow_, "flow", "(H, W, 2)", 2);
    same_size(flow, "flow", image, "(H, W, 2)");
    check_threads(threads);
    if (kernel_ != "bilinear" && kernel_ != "lanczos4")
        throw py::value_error("kernel is '" + kernel_ + "'; expected 'bilinear' or 'lanczos4'");
    const auto kernel = kernel_ == "bilinear" ? neural_style::Kernel::bilinear : neural_style::Kernel::lanczos4;
    Array result({image.shape(0), image.shape(1), image.shape(2)});
    const float *image_data = image.data(), *flow_data = flow.data();
    float* result_data = result.mutable_data();
    const int height = static_cast<int>(image.shape(0)), width = static_cast<int>(image.shape(1));
    const int channels = static_cast<int>(image.shape(2));
    {
        py::gil_scoped_release release;
        neural_style::warp(image_data, flow_data, result_data, height, width, channels, kernel, threads);
    }
    return result;
}

Array reliability(const py::object& flow_, const py::object& reverse_, bool motion_boundaries, int threads) {
    const Array flow = take(flow_, "flow", "(H, W, 2)", 2);
    const Array reverse = take(reverse_, "reverse", "(H, W, 2)", 2);
    same_size(reverse, "reverse", flow, "(H, W, 2)");
    check_threads(threads);
    Array result({flow.shape(0), flow.shape(1)});
    const float *flow_data = flow.data(), *reverse_data = reverse.data();
    float* result_data = result.mutable_data();
    const int height = static_cast<int>(flow.shape(0)), width = static_cast<int>(flow.shape(1));
    {
        py::gil_scoped_release release;
        neural_style::reliability(flow_data, reverse_data, result_data, height, width, motion_boundaries, threads);
    }
    return result;
}

void check_kernel(const std::string& processor, int inputs, int outputs) {
    if (!neural_style::winograd_takes(processor, inputs, outputs))
        throw py::value_error("no kernel for '" + processor + "' takes " + std::to_string(inputs) + " channels to " +
                              std::to_string(outputs) + "; ask winograd_takes");
}

Array winograd_weights(const py::object& weights_, const std::string& processor) {
    const Array weights = take(weights_, "weights", "(O, I, 3, 3)", 3, 4);
    if (weights.shape(2) != 3)
        throw py::value_error("weights has shape " + shape_of(weights) + "; expected (O, I, 3, 3), not empty");
    const int outputs = static_cast<int>(weights.shape(0)), inputs = static_cast<int>(weights.shape(1));
    check_kernel(processor, inputs, outputs);
    Array result({py::ssize_t{36}, weights.shape(0), weights.shape(1)});
    const float* data = weights.data();
    float* result_data = result.mutable_data();
    {
        py::gil_scoped_release release;
        neural_style::winograd_weights(processor, data, outputs, inputs, result_data);
    }
    return result;
}

void winograd(const py::object& input_, const py::object& weights_, const py::object& bias_, const py::object& mask_,
              const py::object& result_, bool rectify, int threads, const std::string& processor,
              bool reflected) {
    const Array input = take(input_, "input", "(N, H, W, I)", 0, 4);
    const Array weights = take(weights_, "weights", "(36, O, I)", input.shape(3));
    const Array bias = bias_.is_none() ? Array() : take(bias_, "bias", "(O,)", weights.shape(1), 1);
    const Array mask = mask_.is_none() ? Array() : take(mask_, "mask", "(N, H, W, I)", input.shape(3), 4);
    for (py::ssize_t axis = 0; !mask_.is_none() && axis < 3; ++axis)
        if (mask.shape(axis) != input.shape(axis))
            throw py::value_error("mask has shape " + shape_of(mask) + "; expected the input's, " + shape_of(input));
    check_threads(threads);
    const int inputs = static_cast<int>(input.shape(3)), outputs = static_cast<int>(weights.shape(1));
    if (weights.shape(0) != 36)
        throw py::value_error("weights has shape " + shape_of(weights) + "; expected what winograd_weights gives");
    check_kernel(processor, inputs, outputs);
    if (reflected && (input.shape(1) < 2 || input.shape(2) < 2))
        throw py::value_error("input has shape " + shape_of(input) + "; a reflection takes at least two pixels");
    Array result = target(result_, "result", {input.shape(0), input.shape(1), input.shape(2), weights.shape(1)});
    const neural_style::Convolution convolution{
        input.data(),
        mask_.is_none() ? nullptr : mask.data(),
        weights.data(),
        bias_.is_none() ? nullptr : bias.data(),
        result.mutable_data(),
        static_cast<int>(input.shape(0)),
        static_cast<int>(input.shape(1)),
        static_cast<int>(input.shape(2)),
        inputs,
        outputs,
        rectify,
        reflected,
    };
    py::gil_scoped_release release;
    neural_style::winograd(processor, convolution, threads);
}

neural_style::Pictures pictures(const Array& of) {
    return {static_cast<int>(of.shape(0)), static_cast<int>(of.shape(1)), static_cast<int>(of.shape(2)),
            static_cast<int>(of.shape(3))};
}

std::vector<py::ssize_t> pooled_shape(const Array& of) {
    return {of.shape(0), of.shape(1) / 2, of.shape(2) / 2, of.shape(3)};
}

void pool(const py::object& input_, const py::object& result_, int threads) {
    const Array input = take(input_, "input", "(N, H, W, C)", 0, 4);
    Array result = target(result_, "result", pooled_shape(input));
    check_threads(threads);
    const float* data = input.data();
    float* result_data = result.mutable_data();
    const auto of = pictures(input);
    py::gil_scoped_release release;
    neural_style::pool(data, of, result_data, threads);
}

void unpool(const py::object& gradient_, const py::object& input_, const py::object& result_, int threads) {
    const Array input = take(input_, "input", "(N, H, W, C)", 0, 4);
    const Array gradient = take(gradient_, "gradient", "(N, H/2, W/2, C)", input.shape(3), 4);
    const auto expected = pooled_shape(input);
    if (!std::equal(expected.begin(), expected.end(), gradient.shape()))
        throw py::value_error("gradient has shape " + shape_of(gradient) + "; expected half the input's, " +
                              shape_of(input));
    Array result = target(result_, "result", {input.shape(0), input.shape(1), input.shape(2), input.shape(3)});
    check_threads(threads);
    const float *data = input.data(), *gradient_data = gradient.data();
    float* result_data = result.mutable_data();
    const auto of = pictures(input);
    py::gil_scoped_release release;
    neural_style::unpool(gradient_data, data, of, result_data, threads);
}

void instance_norm(const py::object& picture_, const py::object& weight_, const py::object& bias_,
                   const py::object& added_, float epsilon, bool rectify, int threads) {
    const Array shape = take(picture_, "picture", "(N, H, W, C)", 0, 4);
    Array picture = target(picture_, "picture", {shape.shape(0), shape.shape(1), shape.shape(2), shape.shape(3)});
    const Array weight = take(weight_, "weight", "(C,)", picture.shape(3), 1);
    const Array bias = take(bias_, "bias", "(C,)", picture.shape(3), 1);
    const Array added = added_.is_none() ? Array() : take(added_, "added", "(N, H, W, C)", picture.shape(3), 4);
    if (!added_.is_none() && !std::equal(picture.shape(), picture.shape() + 4, added.shape()))
        throw py::value_error("added has shape " + shape_of(added) + "; expected the picture's, " + shape_of(picture));
    check_threads(threads);
    const neural_style::Normalisation normalisation{
        weight.data(), bias.data(), added_.is_none() ? nullptr : added.data(), epsilon, rectify,
    };
    float* data = picture.mutable_data();
    const auto of = pictures(picture);
    py::gil_scoped_release release;
    neural_style::instance_norm(data, of, normalisation, threads);
}

}  // namespace

PYBIND11_MODULE(_native, module) {
    module.doc() = "Warping and reliability of optical flow, convolutions and what is between them, on threads; what they "
                   "mean is said in neural_style.motion and neural_style.networks.";
    module.def("warp", &warp, py::arg("image"), py::arg("flow"), py::arg("kernel") = "bilinear", py::arg("threads") = 0,
               "image (H, W, C) sampled at (x + u, y + v) for flow (H, W, 2); float32. An array that is not "
               "C-contiguous is copied. TypeError: not float32; ValueError: the wrong shape, kernel or threads.");
    module.def("reliability", &reliability, py::arg("flow"), py::arg("reverse"), py::arg("motion_boundaries") = true,
               py::arg("threads") = 0,
               "Where flow (H, W, 2) can be trusted, given the reverse flow: float32 (H, W) in [0, 1]. An array that "
               "is not C-contiguous is copied. TypeError: not float32; ValueError: the wrong shape or threads.");
    module.def("winograd_processors", &neural_style::winograd_processors,
               "The kinds of processor that this one is of and that winograd has kernels for, the fastest first.");
    module.def("winograd_takes", &neural_style::winograd_takes, py::arg("processor"), py::arg("inputs"),
               py::arg("outputs"), "Whether a kernel can take so many channels to so many.");
    module.def("winograd_weights", &winograd_weights, py::arg("weights"), py::arg("processor"),
               "A convolution's kernels (O, I, 3, 3), float32, as winograd takes them: (36, O, I). TypeError: not "
               "float32; ValueError: the wrong shape, or channels that no kernel takes.");
    module.def("winograd", &winograd, py::arg("input"), py::arg("weights"), py::arg("bias"), py::arg("mask"),
               py::arg("result"), py::arg("rectify"), py::arg("threads"), py::arg("processor"),
               py::arg("reflected") = false,
               "Writes input (N, H, W, I), continued by zeros, convolved by 3x3 into result (N, H, W, O); float32. "
               "reflected: whether it is continued by reflection, which takes two pixels or more. "
               "bias: (O,) or None. mask: as the input, which counts as zero where this is not above zero, or None. "
               "rectify: whether negative results become zero. TypeError: not float32; ValueError: the wrong shape, "
               "channels or threads.");
    module.def("pool", &pool, py::arg("input"), py::arg("result"), py::arg("threads"),
               "Writes the largest of each 2x2 values of input (N, H, W, C) into result (N, H/2, W/2, C); float32. "
               "TypeError: not float32; ValueError: the wrong shape or threads.");
    module.def("unpool", &unpool, py::arg("gradient"), py::arg("input"), py::arg("result"), py::arg("threads"),
               "Writes the gradient of pool, (N, H/2, W/2, C), into result where the largest values of input (N, H, W, "
               "C) are, the first of several, and 0 elsewhere; float32. TypeError: not float32; ValueError: the wrong "
               "shape or threads.");
    module.def("instance_norm", &instance_norm, py::arg("picture"), py::arg("weight"), py::arg("bias"),
               py::arg("added"), py::arg("epsilon"), py::arg("rectify"), py::arg("threads"),
               "Brings each channel of each picture (N, H, W, C) to mean 0 and variance 1, times weight (C,), plus bias "
               "(C,), plus added (as the picture, or None), in place; float32. rectify: whether negative results become "
               "zero. TypeError: not float32; ValueError: the wrong shape or threads.");
}
