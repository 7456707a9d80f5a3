// SPDX-License-Identifier: Apache-2.0
// LHC Olympics 2020, raw events, doi:10.5281/zenodo.4536377 and the black boxes: a pandas fixed
// frame with up to 700 hadrons as (pT [GeV], eta, phi) in columns 0 to 2099, massless and in no
// order; the R&D file adds the label (1 signal) as column 2100.
#include "datasets/hdf5_reader.h"

namespace jetsmith {
namespace {

class LhcoRaw final : public Hdf5Reader {
  public:
    struct Options {
        ReaderOptions common;
        int64_t hadrons = 700;
        bool labelled = true;

        explicit Options(Config& config) : common(config, {"background", "signal"})
        {
            config.read("hadrons", hadrons, "slots for hadrons per event", within(1, 100000));
            config.read("labelled", labelled,
                        "the column after the hadrons is the label; false for black boxes");
        }
    };

    explicit LhcoRaw(const Options& options) : Hdf5Reader(options.common, wanted(options)) {}

  private:
    static WantedColumns wanted(const Options& options)
    {
        WantedColumns columns;
        columns.row_noun = "events";
        const std::string range = std::to_string(3 * options.hadrons);
        columns.momenta = {
            .pt = "0:" + range + ":3", .eta = "1:" + range + ":3", .phi = "2:" + range + ":3"};
        if (options.labelled) columns.label = range;
        return columns;
    }
};

JETSMITH_REGISTER(Reader, "lhco_raw", LhcoRaw);

}  // namespace
}  // namespace jetsmith
