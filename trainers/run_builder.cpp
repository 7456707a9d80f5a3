// SPDX-License-Identifier: Apache-2.0
#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/cuda_plugin.h"
#include "core/errors.h"
#include "core/log.h"
#include "core/parallel.h"
#include "datasets/data_card.h"
#include "datasets/mixture.h"
#include "trainers/training_run.h"

namespace jetsmith {
namespace {

/// Every class must occur, or the loss and every metric would be meaningless; in training those
/// with a share of a stated mixture.
void check_classes(const EventStore& store, Split split, const std::vector<double>& shares)
{
    if (!store.labels_B.defined())
        throw UserError("data.{}: has no labels (a training needs the class of every row). Name the "
                        "label column, or give each file a class.",
                        split_name(split));
    const auto labels = store.labels_B.to(at::kCPU);
    const int64_t* begin = labels.const_data_ptr<int64_t>();
    const std::set<int64_t> seen(begin, begin + labels.numel());
    for (size_t label = 0; label < store.class_names.size(); ++label)
        if (!seen.count(static_cast<int64_t>(label)) && (shares.empty() || shares[label] > 0))
            throw UserError("data.{}: no row of class '{}' is left ({} rows read). Check the "
                            "selection, row range and labels.",
                            split_name(split), store.class_names[label], store.rows);
}

}  // namespace

RunBuilder::RunBuilder(const ConfigNode& root)
    : config(root), device(choose_device(config.trainer.device)),
      precision(choose_precision(config.trainer.precision, device)), reader(config.make_reader())
{
    at::set_num_threads(thread_count());
    if (device.is_cuda())
        cuda_plugin()->set_numerics(config.trainer.deterministic, precision.compute != at::kFloat);
    log::info("device {} ({}), precision {}", device.str(), device_description(device),
              precision.reason);
}

void RunBuilder::load_data(bool with_test)
{
    if (config.folds.active()) {
        load_folds();
        return;
    }
    for (const Split split : {Split::train, Split::val})
        if (!reader->has(split))
            throw UserError("data.{}: missing key (a training needs a {} file).",
                            split_name(split), split_name(split));
    for (const Split split : {Split::train, Split::val, Split::test})
        if (split != Split::test || with_test) hashes.start(reader->files(split));
    train = reader->read(Split::train);
    val = reader->read(Split::val);
    std::vector<NamedStore> stores{{"train", &train}, {"val", &val}};
    if (with_test && reader->has(Split::test)) {
        test = reader->read(Split::test);
        stores.push_back({"test", &*test});
    }
    describe(stores);
}

void RunBuilder::load_folds()
{
    for (const Split split : {Split::val, Split::test})
        if (reader->has(split))
            throw UserError("data.{}: has files (with folds every row is a training row, validates "
                            "and tests in its turn). Empty it: data.{}: null.",
                            split_name(split), split_name(split));
    if (!reader->training_shares().empty())
        throw UserError("data.mixture: cannot stand beside folds (it would change the rows that are "
                        "tested, too). Remove one of them.");
    if (config.folds.index < 0)
        throw UserError("folds.index: is missing (a single run tests one fold). Train the config as "
                        "it is, or name a fold.");
    hashes.start(reader->files(Split::train));
    FoldSplit parts = split_by_fold(reader->read(Split::train), config.folds);
    train = std::move(parts.train);
    val = std::move(parts.val);
    test = std::move(parts.test);
    describe({{"train", &train}, {"val", &val}, {"test", &*test}});
}

void RunBuilder::describe(const std::vector<NamedStore>& stores)
{
    const DataCard card = make_data_card(stores);
    data_card_text = card.text();
    data_card_json = card.json();
    log::info("{}", data_card_text);
    const auto shares = reader->training_shares();
    check_classes(train, Split::train, shares);
    check_classes(val, Split::val, {});
    class_weights = train.class_weights = reader->class_weights(train);
    validation_weights = composition_factors(val.labels_B, shares, class_weights.size());
    for (size_t c = 0; c < class_weights.size(); ++c) validation_weights[c] *= class_weights[c];
}

void RunBuilder::build_model(const EventStore& store)
{
    input = config.make_input();
    shape = input->shape(store);
    shape.classes = static_cast<int64_t>(reader->class_names().size());
    objective = config.make_objective();
    model = config.make_model(shape);
    model->to(device);
}

}  // namespace jetsmith
