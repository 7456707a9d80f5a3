// SPDX-License-Identifier: Apache-2.0
// Top quark tagging reference data set, doi:10.5281/zenodo.2603256: a pandas table with up to 200
// constituents as E_i, PX_i, PY_i, PZ_i [GeV], the top's momentum, is_signal_new (1 top, 0 light quark
// or gluon), and ttv, the file a row belongs to, which nothing here reads: 0 train and 1 test as
// published, but 1 val and 2 test in other copies and in datasets/samples.
#include <fmt/format.h>

#include "datasets/hdf5_reader.h"

namespace jetsmith {
namespace {

constexpr int kSlots = 200;

/// The published order, for files whose list of names cannot be read.
std::vector<std::string> published_names()
{
    std::vector<std::string> names;
    for (int i = 0; i < kSlots; ++i)
        for (const char* component : {"E", "PX", "PY", "PZ"})
            names.push_back(fmt::format("{}_{}", component, i));
    for (const char* name : {"truthE", "truthPX", "truthPY", "truthPZ", "ttv", "is_signal_new"})
        names.emplace_back(name);
    return names;
}

class TopTagging final : public Hdf5Reader {
  public:
    struct Options {
        ReaderOptions common;

        explicit Options(Config& config) : common(config, {"qcd", "top"}) {}
    };

    explicit TopTagging(const Options& options) : Hdf5Reader(options.common, wanted()) {}

  private:
    static WantedColumns wanted()
    {
        WantedColumns columns;
        columns.row_noun = "jets";
        columns.momenta = {.energy = "E_*", .px = "PX_*", .py = "PY_*", .pz = "PZ_*"};
        columns.label = "is_signal_new";
        columns.fallback_names = published_names();
        return columns;
    }
};

JETSMITH_REGISTER(Reader, "top_tagging", TopTagging);

}  // namespace
}  // namespace jetsmith
