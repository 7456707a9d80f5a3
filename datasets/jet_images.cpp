// SPDX-License-Identifier: Apache-2.0
// Ready-made jet images of the hls4ml LHC jet data sets, doi:10.5281/zenodo.3602260: `jetImage`
// (N, 100, 100), eta by phi, and one-hot `jetClass` (N, 5) for g, q, W, Z, t.
#include "datasets/hdf5_reader.h"

namespace jetsmith {
namespace {

class JetImages final : public Hdf5Reader {
  public:
    struct Options {
        ReaderOptions common;
        std::string images = "jetImage";
        std::string label = "jetClass";

        explicit Options(Config& config) : common(config, {"gluon", "quark", "W", "Z", "top"})
        {
            config.read("images", images, "dataset of the images, (N, H, W) or (N, C, H, W)");
            config.read("label", label, "dataset of the class: a number, or one value per class");
        }
    };

    JetImages(const Options& options, uint64_t seed)
        : Hdf5Reader(options.common, wanted(options), seed)
    {
    }

  private:
    static WantedColumns wanted(const Options& options)
    {
        WantedColumns columns;
        columns.dense["images"] = options.images;
        columns.label = options.label;
        return columns;
    }
};

JETSMITH_REGISTER(Reader, "jet_images", JetImages);

}  // namespace
}  // namespace jetsmith
