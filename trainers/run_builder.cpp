// SPDX-License-Identifier: Apache-2.0
#include <ATen/Parallel.h>
#include <ATen/ops/cat.h>
#include <fmt/format.h>

#include <algorithm>

#include "core/cuda_plugin.h"
#include "core/config_place.h"
#include "core/errors.h"
#include "core/log.h"
#include "core/parallel.h"
#include "datasets/data_card.h"
#include "datasets/data_warnings.h"
#include "datasets/mixture.h"
#include "trainers/training_run.h"

namespace jetsmith {
namespace {

/// "60 rows read", and how many bad ones were left out.
std::string rows_read(const EventStore& store)
{
    int64_t bad = 0;
    for (const auto& reasons : store.left_out)
        for (const auto& [reason, rows] : reasons) bad += rows;
    return fmt::format("{} rows read", store.rows) +
           (bad > 0 ? fmt::format(", {} bad ones left out", bad) : "");
}

/// Every class must occur, or the loss and every metric would be meaningless; in training those
/// with a share of a stated mixture.
void check_classes(const EventStore& store, Split split, const std::vector<double>& shares)
{
    if (!store.labelled())
        throw UserError("data.{}: has no labels (no label column, no class per file; a training "
                        "needs the class of every row). Name the label column, or give each file a "
                        "class.",
                        split_name(split));
    const char* const what = store.targets_BL.defined() ? "with label" : "of class";
    for (size_t c = 0; c < store.class_names.size(); ++c) {
        const at::Tensor members = store.belongs(static_cast<int64_t>(c));
        if (!members.any().item<bool>() && (shares.empty() || shares[c] > 0))
            throw UserError("data.{}: no row {} '{}' is left ({}; one or more of each wanted). Check "
                            "the selection, row range and labels.",
                            split_name(split), what, store.class_names[c], rows_read(store));
        if (store.targets_BL.defined() && members.all().item<bool>())
            throw UserError("data.{}: every row has label '{}' ({}; rows without it are wanted as "
                            "well). Check the selection, row range and labels.",
                            split_name(split), store.class_names[c], rows_read(store));
    }
}

/// The loss is a mean over weights: those of a class must not cancel or point the wrong way.
void check_weights(const DataCard& card)
{
    for (const auto& split : card.splits)
        for (const auto& entry : split.classes)
            if (entry.rows > 0 && !(entry.weight > 0) && split.name != "test")
                throw UserError("data.weights: the weights of class '{}' in data.{} add up to {} "
                                "(above 0 wanted). Check the column of the weights.",
                                entry.name, split.name, entry.weight);
}

/// Rows that come from files want an order whose parts fit into memory.
void check_order(const RowFeed& train, const OrderPolicy& order)
{
    const int64_t rows = train.rows(), most = train.largest_span();
    const int64_t wanted = order.blocks ? std::min(order.buffer, rows) : rows;
    if (wanted <= most) return;
    const auto& noun = train.index().row_noun;
    if (order.blocks)
        throw UserError(
            "trainer.buffer: {} {} do not fit into data.memory (two buffers of at most {} {} do). "
            "Set trainer.buffer: {}, or raise data.memory.",
            wanted, noun, most, noun, most >= 2048 ? most / 1024 * 1024 : most);
    log::warning("trainer.order is rows: an epoch reads the training files about {} times, since "
                 "{} of {} {} fit into data.memory. trainer.order: blocks reads them once.",
                 (rows + most - 1) / most, most, rows, noun);
}

}  // namespace

RunBuilder::RunBuilder(const ConfigNode& config_root)
    : root(config_root), config(root), device(choose_device(config.trainer.device)),
      precision(choose_precision(config.trainer.precision, device)), reader(config.make_reader())
{
    at::set_num_threads(thread_count());
    input = config.make_input();
    reader->judge_with([judging = input.get()](const EventStore& block, RowFaults& faults) {
        judging->judge(block, faults);
    });
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
            throw UserError("data.{}: missing key (seen: no file; a training needs a {} file). Give "
                            "a path, a glob or a list of these.",
                            split_name(split), split_name(split));
    for (const Split split : {Split::train, Split::val, Split::test})
        if (split != Split::test || with_test) hashes.start(reader->files(split));
    DataCardMaker card;
    const auto open = [&](Split split) {
        return reader->open(split, [&card, split](const EventStore& block) {
            card.add(std::string(split_name(split)), block);
        });
    };
    train = open(Split::train);
    val = open(Split::val);
    if (with_test && reader->has(Split::test)) test = open(Split::test);
    for (const auto& [split, rows] : {std::pair{Split::train, train.get()},
                                      {Split::val, val.get()}, {Split::test, test.get()}})
        if (rows) card.add_left_out(std::string(split_name(split)), rows->index());
    describe(card.finish());
}

void RunBuilder::load_folds()
{
    for (const Split split : {Split::val, Split::test})
        if (reader->has(split))
            throw UserError("data.{}: has files ({}; none wanted: with folds every row is a "
                            "training row, validates and tests in its turn). Empty it: data.{}: "
                            "null.",
                            split_name(split), reader->files(split).front().string(),
                            split_name(split));
    if (!reader->training_shares().empty())
        throw UserError("data.mixture: cannot stand beside folds (it would change the rows that are "
                        "tested, too). Remove one of them.");
    if (config.folds.index < 0)
        throw UserError("folds.index: is missing (a single run tests one fold). Train the config as "
                        "it is, or name a fold.");
    hashes.start(reader->files(Split::train));
    DataCardMaker card;
    std::vector<at::Tensor> folds;
    const auto all = reader->open(Split::train, [&](const EventStore& block) {
        folds.push_back(folds_of(block, config.folds));
        const FoldRows rows = rows_by_fold(folds.back(), config.folds);
        card.add("train", block.select(rows.train));
        card.add("val", block.select(rows.val));
        card.add("test", block.select(rows.test));
    });
    const FoldRows rows = rows_by_fold(at::cat(folds), config.folds);
    rows.check(config.folds);
    card.add_left_out("train", all->index());
    train = all->part(rows.train);
    val = all->part(rows.val);
    test = all->part(rows.test);
    describe(card.finish());
}

void RunBuilder::describe(const DataCard& card)
{
    data_card_text = card.text();
    data_card_json = card.json();
    log::info("{}", data_card_text);
    for (const auto& warning : data_warnings(card))
        log::warning("{}", with_place(root, warning));
    const auto shares = reader->training_shares();
    check_classes(train->index(), Split::train, shares);
    check_classes(val->index(), Split::val, {});
    check_weights(card);
    class_weights = reader->class_weights(train->index());
    validation_weights = composition_factors(val->index().labels_B, shares, class_weights.size());
    for (size_t c = 0; c < class_weights.size(); ++c) validation_weights[c] *= class_weights[c];
}

void RunBuilder::build_model(RowFeed& rows)
{
    rows.begin(file_order(rows.rows()));
    const auto some = rows.next(1).store;
    set_memory_aside(rows, std::ssize(some->scalars));
    shape = input->shape(*some);
    shape.classes = static_cast<int64_t>(reader->class_names().size());
    objective = config.make_objective();
    model = config.make_model(shape);
    model->to(device);
}

void RunBuilder::set_memory_aside(RowFeed& rows, int64_t columns)
{
    constexpr int64_t kPlace = 8, kSorted = 16;  // bytes of a row in the order of an epoch
    constexpr int64_t kPredicted = 32, kClass = 12;
    const auto classes = static_cast<int64_t>(reader->class_names().size());
    for (RowFeed* scored : {val.get(), test.get(), train ? nullptr : &rows})
        if (scored)
            scored->set_aside(scored->rows() * (kPredicted + kClass * classes + 8 * columns),
                              "predictions");
    if (!train) return;
    const OrderPolicy& order = config.trainer.order;
    train->set_aside(train->rows() * (order.blocks ? kPlace : kPlace + kSorted),
                     "the order of an epoch");
    check_order(*train, order);
}

}  // namespace jetsmith
