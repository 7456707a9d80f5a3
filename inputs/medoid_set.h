// SPDX-License-Identifier: Apache-2.0
// Typical events (medoids) and how distances to them are measured: what `jetsmith medoids --out`
// wrote, and what a trained network keeps of it. K medoids.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "datasets/event_store.h"
#include "inputs/emd_settings.h"
#include "inputs/input.h"
#include "kernels/emd/emd.h"

namespace jetsmith::inputs {

/// Medoids of one class: [first, first + count) of all.
struct MedoidClass {
    std::string name;  ///< empty: of all events alike
    int64_t first = 0, count = 0;
};

class MedoidSet {
  public:
    /// place: of the key that names the file; what messages begin with. Throws UserError when the
    /// file holds no medoids, or none that distances can be measured to.
    static MedoidSet of_file(const std::filesystem::path& path, const std::string& place);

    /// Of what state() returned. Throws UserError for something else.
    static MedoidSet of_state(const InputState& state, const std::string& place);

    /// Tensors on the CPU, whose names begin with "medoid_".
    InputState state() const;

    int64_t size() const { return events_.size(); }
    const std::vector<MedoidClass>& classes() const { return classes_; }

    /// "medoid 2 of top"
    std::string name(int64_t medoid) const;

    /// SHA-256 of the files whose rows they were chosen among.
    const std::vector<std::string>& source_hashes() const { return source_hashes_; }

    /// The particles of jets, of which nothing may be NaN or infinite; null for events and where
    /// the store has none.
    const Collection* particles(const EventStore& store) const;

    /// The rows of a store as they are compared, on the CPU. Throws UserError when the store lacks
    /// what they are made of.
    kernels::EmdEvents prepare(const EventStore& store) const;

    /// Distances of prepared events to all medoids, on the device of the events; N K of them.
    kernels::EmdResult distances(const kernels::EmdEvents& events) const;

    /// Whether every event has a distance to all medoids, without measuring them; events on the
    /// CPU. int8 (N): EmdStatus.
    at::Tensor judge(const kernels::EmdEvents& events) const;

  private:
    /// source: names in messages what the events came from.
    MedoidSet(kernels::EmdEvents events, std::string settings,
              const std::vector<std::string>& class_K, std::string place,
              const std::string& source);
    void check(const std::string& source) const;

    std::vector<std::string> class_names_K() const;

    std::string place_, settings_text_;
    EmdSettings settings_;
    kernels::EmdOptions options_;
    kernels::EmdEvents events_;
    std::vector<MedoidClass> classes_;
    std::vector<std::string> source_hashes_;
};

}  // namespace jetsmith::inputs
