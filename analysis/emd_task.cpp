// SPDX-License-Identifier: Apache-2.0
#include "analysis/emd_task.h"

#include "core/device.h"
#include "core/errors.h"
#include "core/version.h"

namespace jetsmith::analysis {
namespace {

/// Sections of a recipe that are not looked at here.
void pass_over(Config& root)
{
    for (const char* section : {"inputs", "model", "objective", "optimizer", "schedule", "trainer",
                                "evaluate", "folds", "init", "scan"})
        root.section(section, "of a training");
    root.items("callbacks", "of a training");
    std::string name;
    int64_t seed = 0;
    root.read("name", name, "of a run");
    root.read("seed", seed, "of a run");
}

inputs::EmdSettings read_settings(const ConfigNode& root)
{
    Config config(root, "", "jetsmith emd");
    Config section = config.section("emd", "what is measured");
    config.section("data", "how files are read");
    pass_over(config);
    config.finish_own_keys();
    inputs::EmdSettings settings(section);
    section.finish();
    return settings;
}

/// Throws UserError where a GPU is asked for what the CPU alone computes.
at::Device device_of(const inputs::EmdSettings& settings)
{
    const bool on_sphere = settings.isotropy.wanted() && settings.isotropy.on_sphere();
    const bool on_cpu = on_sphere || settings.kernel.tier == kernels::EmdTier::exact;
    if (on_cpu && settings.device.starts_with("cuda"))
        throw UserError(
            "--device: {} does not compute {} (the CPU does). Leave it away, or choose "
            "{}.",
            settings.device, on_sphere ? settings.isotropy.text() : "--tier exact",
            on_sphere ? "ring:N or cylinder:N" : "--tier fast");
    try {
        return on_cpu ? at::Device(at::kCPU) : choose_device(settings.device);
    } catch (const UserError& error) {
        const std::string text = error.what(), place = "trainer.device";
        throw UserError(text.starts_with(place) ? "--device" + text.substr(place.size()) : text);
    }
}

/// Options that choose pairs of rows.
void check_isotropy(const EmdRequest& request)
{
    const auto refuse = [](bool given, const char* option) {
        if (given)
            throw UserError(
                "{}: has no meaning with --isotropy (every row is compared with the reference). "
                "Leave it away.",
                option);
    };
    refuse(!request.second.empty(), request.second.c_str());
    refuse(!request.second_rows.empty(), "--rows2");
    refuse(request.pairs != "all", "--pairs");
}

/// Every row with the reference of the isotropy.
EmdTask read_isotropy_task(const EmdRequest& request, const ConfigNode& data,
                           const inputs::EmdSettings& settings, FileHashes& hashes)
{
    check_isotropy(request);
    EmdRows rows = read_emd_rows({request.file, request.dataset, {"--rows", request.rows}}, data,
                                 settings, hashes);
    rows.events = settings.isotropy.prepare(rows.events);
    rows.noun = "events";
    EmdRows reference{settings.isotropy.reference(), {0}, settings.isotropy.text()};
    const auto layout = DistanceLayout::rectangular;
    PairOrder order(layout, rows.events.size(), 1);
    return {std::move(rows),  std::move(reference), layout, {},
            std::move(order), settings.kernel,      {},     settings.isotropy};
}

/// The rows and which pairs of them, without a word on how they are compared.
EmdTask read_task(const EmdRequest& request, const ConfigNode& data,
                  const inputs::EmdSettings& settings, FileHashes& hashes)
{
    const RowChoice rows("--rows", request.rows), second_rows("--rows2", request.second_rows);
    const bool two = !request.second.empty(), listed = request.pairs != "all";
    if (!two && !second_rows.all())
        throw UserError(
            "--rows2: there is no second file (one whose rows are chosen is wanted). Name "
            "it, or leave --rows2 away.");
    std::vector<int64_t> pairs_K2, positions;
    if (listed) pairs_K2 = read_pairs(request.pairs);
    EmdRows first = read_emd_rows({request.file, request.dataset, rows}, data, settings, hashes);
    EmdRows second = first;
    if (two)
        second =
            read_emd_rows({request.second, request.dataset, second_rows}, data, settings, hashes);
    const auto layout = listed ? DistanceLayout::pairs
                        : two  ? DistanceLayout::rectangular
                               : DistanceLayout::condensed;
    const int64_t n = first.events.size(), m = second.events.size();
    if (layout == DistanceLayout::condensed && n < 2)
        throw UserError(
            "{}: 1 row was read (2 or more wanted to make a pair). Choose other --rows.",
            request.file);
    if (listed) positions = pair_positions(pairs_K2, request.pairs, first, second);
    PairOrder order(layout, n, m, std::move(positions));
    return {std::move(first),
            std::move(second),
            layout,
            std::move(pairs_K2),
            std::move(order),
            settings.options(!request.dataset.empty()),
            {},
            {}};
}

}  // namespace

kernels::EmdResult EmdTask::measure(const at::Tensor& pairs_K2) const
{
    return isotropy.wanted() ? isotropy.measure(first.events, second.events, pairs_K2, options.tier)
                             : kernels::emd_pairs(first.events, second.events, pairs_K2, options);
}

EmdTask make_emd_task(const EmdRequest& request, const ConfigNode& config)
{
    const inputs::EmdSettings settings = read_settings(config);
    const ConfigNode* data = config.find("data");
    FileHashes hashes;
    const bool given = !request.dataset.empty(), isotropy = settings.isotropy.wanted();
    EmdTask task = (isotropy ? read_isotropy_task : read_task)(request, data ? *data : ConfigNode{},
                                                               settings, hashes);
    const at::Device device = device_of(settings);
    for (EmdRows* side : {&task.first, &task.second}) side->events = side->events.to(device);
    auto& all = task.settings;
    all["program"] = fmt::format("{} {}", program_version(), program_commit());
    all["layout"] = layout_name(task.layout);
    all.update(settings.json(given));
    all["device"] = device.is_cuda() ? "cuda" : "cpu";
    all["files"].push_back(task.first.described);
    if (!request.second.empty()) all["files"].push_back(task.second.described);
    if (task.layout == DistanceLayout::pairs) all["pairs"]["sha256"] = hashes.of(request.pairs);
    return task;
}

}  // namespace jetsmith::analysis
