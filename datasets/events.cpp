// SPDX-License-Identifier: Apache-2.0
// Reconstructed events: collections of objects (jets, leptons, ...) and numbers per event, as in
// datasets/samples/events. Recognised by shape: a dataset or group with pt, eta and phi is a
// collection, of (N, slots) or (N,) values; every other value per row belongs to the event. Slots
// are empty where `valid` (or `mask`) is false, or, without such a column, pt is 0 or less. Records
// of ATLAS flavour tagging are such files: `jets` (N,), one object per row, and `tracks` (N, slots)
// with pt, deta, dphi (then eta and phi are relative to the jet) and `valid`.
#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>

#include <cmath>

#include "core/errors.h"
#include "datasets/event_objects.h"
#include "datasets/hdf5_reader.h"
#include "datasets/store_columns.h"

namespace jetsmith {
namespace {

constexpr const char* kLabels[] = {"process", "label", "class"};

std::vector<std::string> names_of(const std::map<std::string, at::Tensor>& columns)
{
    std::vector<std::string> names;
    for (const auto& [name, values] : columns) names.push_back(name);
    return names;
}

class Events final : public Hdf5Reader {
  public:
    struct Options {
        ReaderOptions common;
        std::string key, label;
        std::vector<std::string> energies;

        explicit Options(Config& config)
            : common(config, {}, "balanced", RowKinds::class_or_labels)
        {
            config.read("key", key, "group of the datasets; empty: all of the file");
            config.read("label", label,
                        "expression of the class number, such as process or process > 3; empty: "
                        "the column process, label or class");
            config.read("energies", energies,
                        "columns of one number per event that 'units' converts; pt, mass and "
                        "energy of objects always are");
            if (!label.empty() && !common.labels.empty())
                config.fail("label", "says the class, 'labels' several yes/no labels. Give one of "
                                     "them");
            if (common.classes.empty() && !config.is_describing())
                config.fail("classes",
                            "missing key (seen: nothing; names in the order of the labels 0, 1 and so "
                            "on, or 'labels', several per event, wanted). See jetsmith list data events");
        }
    };

    explicit Events(const Options& options)
        : Hdf5Reader(options.common, {.row_noun = "events"}, /*refines=*/true), o_(options)
    {
    }

  private:
    WantedColumns wanted_of(const std::filesystem::path& file) const override
    {
        return event_columns(file, o_.key);
    }

    EventStore refine(EventStore store, Extras extras, RowFaults& faults) const override
    {
        const bool lenient = extras != Extras::demanded;
        group_objects(store, options().unit);
        name_scalars(store);
        for (const auto& name : o_.energies) {
            const auto found = store.scalars.find(name);
            if (found == store.scalars.end())
                throw UserError("data.energies: the data have no column '{}' of one number per "
                                "event.{}",
                                name, suggestion(name, names_of(store.scalars)));
            found->second = found->second.to(at::kDouble).mul(options().unit);
        }
        if (extras != Extras::observers) {
            label(store, lenient, faults);
            weigh(store, lenient);
        }
        observe(store, lenient);
        return store;
    }

    /// By expression, unless every file has a class of its own.
    void label(EventStore& store, bool lenient, RowFaults& faults) const
    {
        if (store.labels_B.defined() || !options().labels.empty()) return;
        std::string text = o_.label;
        for (const char* name : kLabels)
            if (text.empty() && store.scalars.contains(name)) text = name;
        if (text.empty() && lenient) return;
        if (text.empty())
            throw UserError(
                "data.label: the data have no column process, label or class. Name the column of "
                "the class, or give each file a class.");
        const Expression expression(text, "data.label");
        if (lenient && !can_evaluate(expression, store)) return;
        const auto values = evaluate(expression, store, "data.label");
        const int64_t classes = std::ssize(options().classes);
        store.labels_B = at::empty({store.rows}, at::kLong);
        auto* labels = store.labels_B.mutable_data_ptr<int64_t>();
        const auto* row = store.source_rows_B.const_data_ptr<int64_t>();
        for (size_t i = 0; i < values.size(); ++i) {
            const bool whole = values[i] == std::floor(values[i]);
            const bool known =
                whole && values[i] >= 0 && values[i] < static_cast<double>(classes);
            labels[i] = known ? static_cast<int64_t>(values[i]) : -1;
            if (!known) faults.try_emplace(row[i], no_class("'" + text + "'", values[i], classes));
        }
    }

    void weigh(EventStore& store, bool lenient) const
    {
        if (options().weights.empty()) return;
        const Expression expression(options().weights, "data.weights");
        if (lenient && !can_evaluate(expression, store)) return;
        store.weights_B = at::tensor(evaluate(expression, store, "data.weights"), at::kDouble);
    }

    void observe(EventStore& store, bool lenient) const
    {
        for (const auto& text : options().observers) {
            const Expression expression(text, "data.observers");
            if (store.scalars.contains(text) || (lenient && !can_evaluate(expression, store)))
                continue;
            store.scalars[text] =
                at::tensor(evaluate(expression, store, "data.observers"), at::kDouble);
        }
    }

    Options o_;
};

JETSMITH_REGISTER(Reader, "events", Events);

}  // namespace
}  // namespace jetsmith
