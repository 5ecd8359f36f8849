// The Python module `neural_style._native`: takes NumPy arrays, checks them, and lets the kernels run without the GIL.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <limits>
#include <string>

#include "reliability.h"
#include "warp.h"

namespace py = pybind11;

namespace {

using Array = py::array_t<float, py::array::c_style>;

std::string shape_of(const py::array& array) { return py::str(array.attr("shape")); }

// The argument as C-contiguous float32 of three axes: without a copy where it is that already, else (a slice, a
// transposed view) copied. depth: the length of the last axis, 0 for any.
Array take(const py::object& value, const std::string& name, const std::string& expected, py::ssize_t depth) {
    if (!py::isinstance<py::array>(value)) {
        const std::string type = py::str(py::type::of(value).attr("__name__"));
        throw py::type_error(name + " is a " + type + "; expected a float32 array " + expected);
    }
    const auto array = py::reinterpret_borrow<py::array>(value);
    if (!py::isinstance<py::array_t<float>>(array)) {
        const std::string dtype = py::str(array.dtype());
        throw py::type_error(name + " is " + dtype + " " + shape_of(array) + "; expected float32 " + expected);
    }
    bool fits = array.ndim() == 3 && array.size() > 0 && (depth == 0 || array.shape(2) == depth);
    for (py::ssize_t axis = 0; fits && axis < 3; ++axis) fits = array.shape(axis) < std::numeric_limits<int>::max() / 2;
    if (!fits) throw py::value_error(name + " has shape " + shape_of(array) + "; expected " + expected + ", not empty");
    return Array::ensure(array);
}

void same_size(const Array& array, const std::string& name, const Array& other, const std::string& expected) {
    if (array.shape(0) != other.shape(0) || array.shape(1) != other.shape(1))
        throw py::value_error(name + " has shape " + shape_of(array) + "; expected " + expected + " of the size of " +
                              shape_of(other));
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

}  // namespace

PYBIND11_MODULE(_native, module) {
    module.doc() = "Warping and reliability of optical flow, on threads; see neural_style.motion for what they mean.";
    module.def("warp", &warp, py::arg("image"), py::arg("flow"), py::arg("kernel") = "bilinear", py::arg("threads") = 0,
               "image (H, W, C) sampled at (x + u, y + v) for flow (H, W, 2); float32. An array that is not "
               "C-contiguous is copied. TypeError: not float32; ValueError: the wrong shape, kernel or threads.");
    module.def("reliability", &reliability, py::arg("flow"), py::arg("reverse"), py::arg("motion_boundaries") = true,
               py::arg("threads") = 0,
               "Where flow (H, W, 2) can be trusted, given the reverse flow: float32 (H, W) in [0, 1]. An array that "
               "is not C-contiguous is copied. TypeError: not float32; ValueError: the wrong shape or threads.");
}
