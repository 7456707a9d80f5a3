// SPDX-License-Identifier: Apache-2.0
#include "datasets/folds.h"

#include <ATen/ops/empty.h>

#include <cmath>

#include "core/random.h"
#include "datasets/store_columns.h"

namespace jetsmith {
namespace {

constexpr int64_t kFewest = 3;  // one to test, one to validate, one to train on
constexpr int kFileShift = 40;  // as in random keys: the number of the file lies above the row
const char* const kPlace = "folds.key";

}  // namespace

FoldOptions::FoldOptions(Config& config)
{
    config.read("count", count,
                "parts of the training rows, each tested by a member that did not train on it; "
                "0: none",
                non_negative);
    config.read("key", key,
                "expression that tells the fold, such as event_number: its value rounded down, "
                "modulo count; empty: a hash of source file and row");
    config.read("index", index, "the fold that this run tests; -1: each in turn, as members");
    if (config.is_describing()) return;
    if (count != 0 && count < kFewest)
        config.fail("count", fmt::format("{} folds are too few (at least {}: one to test, one to validate, the "
                                         "others to train on). Choose more, or 0 for none",
                                         count, kFewest));
    if (index < -1 || index >= std::max<int64_t>(count, 1))
        config.fail("index", fmt::format("there is no fold {} (0 to {}, or -1 for each in turn). "
                                         "Count folds from 0",
                                         index, std::max<int64_t>(count, 1) - 1));
}

at::Tensor folds_of(const EventStore& store, const FoldOptions& options)
{
    at::Tensor folds_B = at::empty({store.rows}, at::kLong);
    int64_t* folds = folds_B.mutable_data_ptr<int64_t>();
    if (options.key.empty()) {
        const int64_t* rows = store.source_rows_B.const_data_ptr<int64_t>();
        const int32_t* files = store.source_files_B.defined()
                                   ? store.source_files_B.const_data_ptr<int32_t>()
                                   : nullptr;
        for (int64_t i = 0; i < store.rows; ++i) {
            const auto file = static_cast<uint64_t>(files ? files[i] : 0);
            const uint64_t row = static_cast<uint64_t>(rows[i]) | file << kFileShift;
            folds[i] = static_cast<int64_t>(random_bits({1, Purpose::fold, 0, row}) %
                                            static_cast<uint64_t>(options.count));
        }
        return folds_B;
    }
    const auto values = evaluate(Expression(options.key, kPlace), store, kPlace);
    for (int64_t i = 0; i < store.rows; ++i) {
        const double value = std::floor(values[static_cast<size_t>(i)]);
        if (!(std::abs(value) < 0x1p53))
            throw UserError(
                "{}: '{}' is {} in row {} (a whole number is wanted). Choose a column "
                "that every row has, or no key for a hash of the row.",
                kPlace, options.key, value, store.source_rows_B.const_data_ptr<int64_t>()[i]);
        const auto rest = static_cast<int64_t>(value) % options.count;
        folds[i] = rest < 0 ? rest + options.count : rest;
    }
    return folds_B;
}

void FoldRows::check(const FoldOptions& options) const
{
    for (const auto* rows : {&train, &val, &test})
        if (rows->size(0) == 0)
            throw UserError(
                "{}: '{}' leaves a fold of {} without rows. Choose fewer folds, or "
                "another key.",
                kPlace, options.key, options.count);
}

FoldRows rows_by_fold(const at::Tensor& folds_B, const FoldOptions& options)
{
    const at::Tensor test_B = folds_B.eq(options.index);
    const at::Tensor val_B = folds_B.eq((options.index + 1) % options.count);
    const auto rows = [](const at::Tensor& mask_B) { return mask_B.nonzero().select(1, 0); };
    return {rows(test_B.logical_or(val_B).logical_not()), rows(val_B), rows(test_B)};
}

}  // namespace jetsmith
