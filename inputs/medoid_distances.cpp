// SPDX-License-Identifier: Apache-2.0
// Distances of every row to typical events (medoids), standardised by the training data: 2004.09360
// for events, 1902.02346 for jets. A distance takes some 30 us, a row of a store is seen in every
// epoch: here, unlike elsewhere, what is derived of a store is kept as long as the store.
// N rows, K medoids, F features.
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <mutex>

#include "core/log.h"
#include "inputs/feature_statistics.h"
#include "inputs/medoid_set.h"

namespace jetsmith::inputs {
namespace {

constexpr int64_t kBlock = 4096;  // rows that are prepared at a time

/// K distances, then the least of each class.
at::Tensor with_nearest(const at::Tensor& distances_NK, const std::vector<MedoidClass>& classes)
{
    std::vector<at::Tensor> all{distances_NK};
    for (const auto& one : classes)
        all.push_back(distances_NK.narrow(1, one.first, one.count).amin(1, /*keepdim=*/true));
    return at::cat(all, 1);
}

class MedoidDistances final : public Input {
  public:
    struct Options {
        std::filesystem::path medoids;
        bool nearest = false, standardise = true;
        std::string place;

        explicit Options(Config& config)
        {
            config.require(
                "medoids", medoids,
                "file that jetsmith medoids --out wrote, with the medoids and how distances "
                "to them are measured; the weights of a run keep both");
            config.read("nearest", nearest,
                        "also the distance to the nearest medoid of each class, behind the others");
            config.read("standardise", standardise,
                        "subtract the mean and divide by the standard deviation of the training "
                        "rows, with the weights that they have in the loss");
            place = config.place("medoids");
        }
    };

    explicit MedoidDistances(const Options& options)
        : o_(options), standardiser_(options.standardise)
    {
    }

    BatchShape shape(const EventStore& store) const override
    {
        const std::lock_guard lock(mutex_);
        if (store.rows > 0) medoids().prepare(store.select(first_row(store)));
        return {.features = features()};
    }

    void judge(const EventStore& block, RowFaults& faults) const override;
    bool learns() const override { return true; }
    void fit(RowFeed& train, const std::vector<double>& class_weights) override;
    InputState state() const override;
    void load_state(const InputState& state) override;
    std::vector<std::string> source_hashes() const override
    {
        const std::lock_guard lock(mutex_);
        return medoids().source_hashes();
    }
    std::string feature_name(int64_t feature) const override;
    Batch make(const EventStore& store, const at::Tensor& rows, const std::optional<Augment>&,
               at::ScalarType) const override;

  private:
    /// Features of all rows of one store, before standardisation.
    struct Table {
        c10::weak_intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>
            key;                 ///< the store's source rows: no two stores share them
        at::Tensor features_NF;  ///< float32, on the device of the store
    };

    static at::Tensor first_row(const EventStore& store)
    {
        return at::arange(1, at::TensorOptions(at::kLong).device(store.source_rows_B.device()));
    }

    // All of these want mutex_ to be held.
    const MedoidSet& medoids() const;
    int64_t features() const;
    at::Tensor table(const EventStore& store) const;
    at::Tensor measured(const EventStore& store) const;
    at::Tensor standardised(const at::Tensor& features_BF) const;

    Options o_;
    FeatureStandardiser standardiser_;
    mutable std::mutex mutex_;
    mutable std::shared_ptr<const MedoidSet> medoids_;  ///< read when first wanted, unless loaded
    mutable std::vector<Table> tables_;
    mutable kernels::FormulaScale scale_;  ///< on the device of the last batch
};

/// "<file>: row 7" of a store.
std::string row_text(const EventStore& store, int64_t row)
{
    const auto file =
        store.source_files_B.defined() && !store.files.empty()
            ? store.files[static_cast<size_t>(store.source_files_B[row].item<int64_t>())] + ": "
            : "";
    return fmt::format("{}row {}", file, store.source_rows_B[row].item<int64_t>());
}

RowFault no_distance(kernels::EmdStatus status)
{
    if (status == kernels::EmdStatus::empty_event) return no_constituents();
    return {"no distance to the medoids",
            fmt::format(" has no distance to the medoids ({}; a row that can be compared is "
                        "wanted). Set data.on_bad_row: drop to leave such rows out.",
                        kernels::status_text(status))};
}

const MedoidSet& MedoidDistances::medoids() const
{
    if (!medoids_)
        medoids_ = std::make_shared<const MedoidSet>(MedoidSet::of_file(o_.medoids, o_.place));
    return *medoids_;
}

int64_t MedoidDistances::features() const
{
    return medoids().size() + (o_.nearest ? std::ssize(medoids().classes()) : 0);
}

void MedoidDistances::judge(const EventStore& block, RowFaults& faults) const
{
    const auto medoids = [&] {
        const std::lock_guard lock(mutex_);
        this->medoids();
        return medoids_;
    }();
    if (const auto* particles = medoids->particles(block))
        judge_objects(block, *particles, {}, faults);
    const auto status_N = medoids->judge(medoids->prepare(block));
    const auto* status = status_N.const_data_ptr<int8_t>();
    const auto* row = block.source_rows_B.const_data_ptr<int64_t>();
    for (int64_t i = 0; i < block.rows; ++i)
        if (const auto found = static_cast<kernels::EmdStatus>(status[i]);
            found != kernels::EmdStatus::ok)
            faults.try_emplace(row[i], no_distance(found));
}

void MedoidDistances::fit(RowFeed& train, const std::vector<double>& class_weights)
{
    const std::lock_guard lock(mutex_);
    scale_ = {};
    medoids();
    if (!o_.standardise) return;
    log::info("measuring {} {} against {} medoids", train.rows(), train.index().row_noun,
              medoids().size());
    standardiser_.use(feature_statistics(train, class_weights, [&](const RowPiece& piece) {
        return table(*piece.store).index_select(0, piece.rows_B).cpu();
    }));
}

InputState MedoidDistances::state() const
{
    const std::lock_guard lock(mutex_);
    if (!medoids_) return {};
    InputState state = medoids_->state();
    state.merge(standardiser_.state());
    return state;
}

void MedoidDistances::load_state(const InputState& state)
{
    const std::lock_guard lock(mutex_);
    const auto loaded = std::make_shared<const MedoidSet>(MedoidSet::of_state(state, o_.place));
    if (medoids_ && medoids_->size() != loaded->size())
        throw UserError(
            "inputs: the saved state is of {} medoids (wanted {}). Use the config that was saved "
            "beside it.",
            loaded->size(), medoids_->size());
    medoids_ = loaded;
    tables_.clear();
    scale_ = {};
    InputState statistics = state;
    std::erase_if(statistics, [](const auto& entry) { return entry.first.starts_with("medoid_"); });
    standardiser_.load_state(statistics, features());
}

std::string MedoidDistances::feature_name(int64_t feature) const
{
    const std::lock_guard lock(mutex_);
    if (feature < medoids().size()) return "distance to " + medoids().name(feature);
    const auto& name = medoids().classes().at(feature - medoids().size()).name;
    return "distance to the nearest medoid" + (name.empty() ? "" : " of " + name);
}

Batch MedoidDistances::make(const EventStore& store, const at::Tensor& rows,
                            const std::optional<Augment>&, at::ScalarType) const
{
    Batch batch = labelled_batch(store, rows);
    const std::lock_guard lock(mutex_);
    batch.features_BF = standardised(table(store).index_select(0, rows));
    return batch;
}

/// In double, as the statistics are.
at::Tensor MedoidDistances::standardised(const at::Tensor& features_BF) const
{
    const auto device = features_BF.device();
    if (!scale_.mean_F.defined() || scale_.mean_F.device() != device)
        scale_ = standardiser_.scale(device);
    if (!scale_.mean_F.defined()) return features_BF;
    return features_BF.to(at::kDouble).sub(scale_.mean_F).mul(scale_.inverse_F).to(at::kFloat);
}

/// Tables of stores that are gone go as well: what is kept of streamed rows is bounded.
at::Tensor MedoidDistances::table(const EventStore& store) const
{
    std::erase_if(tables_, [](const Table& table) { return table.key.expired(); });
    const auto& key = store.source_rows_B;
    for (const Table& table : tables_)
        if (table.key.lock().get() == key.unsafeGetTensorImpl()) return table.features_NF;
    const at::Tensor features_NF = measured(store);
    tables_.push_back({decltype(Table::key)(key.getIntrusivePtr()), features_NF});
    return features_NF;
}

at::Tensor MedoidDistances::measured(const EventStore& store) const
{
    const auto device = store.source_rows_B.device();
    const auto all_NF =
        at::empty({store.rows, features()}, at::TensorOptions(at::kFloat).device(device));
    for (int64_t begin = 0; begin < store.rows; begin += kBlock) {
        const int64_t count = std::min(kBlock, store.rows - begin);
        const auto rows =
            at::arange(begin, begin + count, at::TensorOptions(at::kLong).device(device));
        const auto result = medoids().distances(medoids().prepare(store.select(rows)).to(device));
        const auto failed = result.status_K.cpu().nonzero();
        if (failed.size(0) > 0) {
            const int64_t pair = failed[0][0].item<int64_t>();
            throw UserError("{} has no distance to {} ({}). Leave it out.",
                            row_text(store, begin + pair / medoids().size()),
                            medoids().name(pair % medoids().size()),
                            kernels::status_text(static_cast<kernels::EmdStatus>(
                                result.status_K[pair].item<int64_t>())));
        }
        const auto distances = result.values_K.view({count, medoids().size()}).to(at::kFloat);
        all_NF.narrow(0, begin, count)
            .copy_(o_.nearest ? with_nearest(distances, medoids().classes()) : distances);
    }
    return all_NF;
}

JETSMITH_REGISTER(Input, "medoid_distances", MedoidDistances);

}  // namespace
}  // namespace jetsmith::inputs
