// SPDX-License-Identifier: Apache-2.0
// Ready-made jet images of the hls4ml LHC jet data sets, doi:10.5281/zenodo.3602260: `jetImage`
// (N, 100, 100), eta by phi. The class is one-hot for g, q, W, Z, t: in columns 53 to 57 of the
// published `jets` (N, 59), or as `jetClass` (N, 5) in extracts without the other columns.
#include "datasets/hdf5_reader.h"

namespace jetsmith {
namespace {

constexpr auto kExtractedClass = "jetClass";
constexpr auto kPublishedClass = "jets[53:58]";

class JetImages final : public Hdf5Reader {
  public:
    struct Options {
        ReaderOptions common;
        std::string images = "jetImage";
        std::string label;

        explicit Options(Config& config) : common(config, {"gluon", "quark", "W", "Z", "top"})
        {
            config.read("images", images, "dataset of the images, (N, H, W) or (N, C, H, W)");
            config.read("label", label, "dataset of the class: a number, or one value per class; empty: jetClass, or "
                        "the one-hot columns 53 to 57 of jets");
        }
    };

    explicit JetImages(const Options& options) : Hdf5Reader(options.common, wanted(options)) {}

  private:
    static WantedColumns wanted(const Options& options)
    {
        WantedColumns columns;
        columns.row_noun = "jets";
        columns.dense["images"] = options.images;
        columns.label = options.label;
        if (options.label.empty()) {
            columns.label = kExtractedClass;
            columns.label_otherwise = kPublishedClass;
        }
        return columns;
    }
};

JETSMITH_REGISTER(Reader, "jet_images", JetImages);

}  // namespace
}  // namespace jetsmith
