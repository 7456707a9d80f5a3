// SPDX-License-Identifier: Apache-2.0
// Ready-made images: a dense column of the published file, such as the jet images of the hls4ml
// LHC jet set. B images, C channels, H, W pixels.
#include <ATen/ops/empty.h>
#include <ATen/ops/log1p.h>
#include <ATen/ops/where.h>

#include "core/errors.h"
#include "core/float32_checks.h"
#include "inputs/input.h"
#include "inputs/standardise.h"

namespace jetsmith::inputs {
namespace {

class Image final : public Input {
  public:
    struct Options {
        std::string column;
        std::string layout = "chw";
        bool normalise = false;
        std::string transform = "none";
        double log_scale = 1e-3;
        StandardiseOptions standardise;

        explicit Options(Config& config) : standardise(read(config)) {}

      private:
        StandardiseOptions read(Config& config)
        {
            config.read("column", column, "dense column of the data; empty: the only one");
            config.read("layout", layout, "order of a column with channels: chw or hwc",
                        one_of({"chw", "hwc"}));
            config.read("normalise", normalise, "divide each image by the sum of its pixels");
            config.read("transform", transform,
                        "function of each pixel: none, sqrt(v) or log(1 + v / log_scale)",
                        one_of({"none", "sqrt", "log"}));
            config.read("log_scale", log_scale, "v at which the logarithm sets in", positive,
                        normal_float32);
            return StandardiseOptions(
                config.section("standardise", "subtract and divide by training statistics"));
        }
    };

    explicit Image(const Options& options) : o_(options), standardiser_(options.standardise) {}

    BatchShape shape(const EventStore& store) const override
    {
        const auto [name, values] = column(store);
        const auto sizes = values.sizes();
        if (sizes.size() == 3) return {1, sizes[1], sizes[2], 0, 0};
        return o_.layout == "chw" ? BatchShape{sizes[1], sizes[2], sizes[3], 0, 0}
                                  : BatchShape{sizes[3], sizes[1], sizes[2], 0, 0};
    }

    void judge(const EventStore& block, RowFaults& faults) const override
    {
        const auto [name, values] = column(block);
        judge_column(block, values, name, faults);
    }

    void fit(RowFeed& train, const std::vector<double>&) override
    {
        standardiser_.fit(train, [&](const RowPiece& piece) {
            return prepared(column(*piece.store).values, piece.rows_B);
        });
    }

    bool learns() const override { return standardiser_.active(); }
    InputState state() const override { return standardiser_.state(); }
    void load_state(const InputState& state) override { standardiser_.load_state(state); }

    Batch make(const EventStore& store, const at::Tensor& rows, const std::optional<Augment>&,
               at::ScalarType dtype) const override
    {
        const auto values = column(store).values;
        const auto s = shape(store);
        auto images = prepared(values, rows);
        const auto table = standardiser_.table(values.device(), s.channels, s.height, s.width);
        if (table.defined())
            images = images.sub(spread(table.mean, s)).mul(spread(table.inverse, s));
        Batch batch = labelled_batch(store, rows);
        // A copy, since one channel counts as channels-last in any memory order.
        batch.images_BCHW = at::empty(images.sizes(), images.options().dtype(dtype),
                                      at::MemoryFormat::ChannelsLast);
        batch.images_BCHW.copy_(images);
        return batch;
    }

  private:
    struct Column {
        std::string name;
        at::Tensor values;
    };

    Column column(const EventStore& store) const
    {
        std::vector<std::string> known;
        for (const auto& [name, _] : store.dense) known.push_back(name);
        if (known.empty())
            throw UserError(
                "inputs: the data have no dense column to take images from. Choose "
                "another input, or name the column in the data section.");
        if (o_.column.empty() && known.size() > 1)
            throw UserError(
                "inputs.column: is missing (the data have the dense columns {}). "
                "Name one of them.",
                fmt::join(known, ", "));
        const auto found = store.dense.find(o_.column.empty() ? known.front() : o_.column);
        if (found == store.dense.end())
            throw UserError("inputs.column: the data have no dense column '{}'.{}", o_.column,
                            suggestion(o_.column, known));
        const auto& values = found->second;
        if (values.dim() != 3 && values.dim() != 4)
            throw UserError(
                "inputs.column: '{}' is no column of images ({} axes; wanted rows, H, "
                "W, or with channels 4). Choose another column.",
                found->first, values.dim());
        return {found->first, values};
    }

    /// float32 (B, C, H, W) before standardisation.
    at::Tensor prepared(const at::Tensor& values, const at::Tensor& rows) const
    {
        auto images = values.index_select(0, rows).to(at::kFloat);
        if (images.dim() == 3)
            images = images.unsqueeze(1);
        else if (o_.layout == "hwc")
            images = images.permute({0, 3, 1, 2});
        if (o_.normalise) {
            const auto sums = images.sum({1, 2, 3}, /*keepdim=*/true);
            images = images.div(at::where(sums.eq(0.0), sums.add(1.0), sums));
        }
        if (o_.transform == "sqrt") return images.clamp_min(0.0).sqrt();
        if (o_.transform == "log") return images.clamp_min(0.0).div(o_.log_scale).log1p();
        return images;
    }

    /// A table of the pixelation kernel as (C, H, W).
    static at::Tensor spread(const at::Tensor& table, const BatchShape& s)
    {
        return table.narrow(0, 0, s.channels * s.height * s.width)
            .view({s.height, s.width, s.channels})
            .permute({2, 0, 1});
    }

    Options o_;
    Standardiser standardiser_;
};

JETSMITH_REGISTER(Input, "image", Image);

}  // namespace
}  // namespace jetsmith::inputs
