// SPDX-License-Identifier: Apache-2.0
#include "trainers/run_callbacks.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/atomic_file.h"
#include "core/log.h"
#include "core/progress.h"
#include "trainers/trainer.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;

std::string skipped_text(int64_t steps)
{
    return steps == 0 ? "" : fmt::format("  {} step{} left out", steps, steps == 1 ? "" : "s");
}

class ProgressCallback final : public Callback {
  public:
    void on_step_end(Trainer& trainer) override
    {
        if (!bar_) {
            const int64_t epoch = trainer.position().epoch + 1;
            bar_ = std::make_unique<Progress>(
                fmt::format("epoch {}/{}", epoch, trainer.options().epochs),
                trainer.rows_per_epoch(), trainer.row_noun());
            steps_ = 0;
        }
        // Reading the loss waits for a GPU, so the bar hears it only now and then.
        if (steps_++ % kLossEvery == 0) note_ = fmt::format("loss {:.4g}", trainer.running_loss());
        bar_->update(trainer.position().rows, note_);
    }

    void on_epoch_end(Trainer& trainer, const EpochRecord& record) override
    {
        bar_.reset();
        std::string metrics;
        for (const auto& metric : record.metrics)
            metrics += fmt::format("  {} {:.4g}", metric.name, metric.value);
        log::info(
            "epoch {}/{}  loss {:.4g}  val loss {:.4g}{}  {} {}/s  {}  data {:.1f} %, "
            "waiting {:.1f} %{}",
            record.epoch, trainer.options().epochs, record.train_loss, record.val_loss, metrics,
            count_text(record.rows_per_second), trainer.row_noun(), duration_text(record.seconds),
            100 * record.data_share, 100 * record.wait_share, skipped_text(record.skipped));
    }

  private:
    static constexpr int kLossEvery = 20;
    std::string note_;
    std::unique_ptr<Progress> bar_;
    int steps_ = 0;
};

class HistoryCallback final : public Callback {
  public:
    explicit HistoryCallback(fs::path path) : path_(std::move(path)) { text_.reserve(kRoom); }

    nlohmann::ordered_json state() const override { return {{"history.csv", text_}}; }
    void load_state(const nlohmann::ordered_json& state) override
    {
        text_.assign(state.at("history.csv").get_ref<const std::string&>());
        if (!text_.empty()) write_atomically(path_, text_);
    }

    void on_epoch_end(Trainer&, const EpochRecord& r) override
    {
        if (text_.empty()) {
            text_ = "epoch,step,train_loss,val_loss";
            for (const auto& metric : r.metrics) text_ += ",val_" + metric.name;
            text_ += ",lr,seconds,rate,data_share,wait_share,skipped\n";
        }
        text_ += fmt::format("{},{},{:.9g},{:.9g}", r.epoch, r.step, r.train_loss, r.val_loss);
        for (const auto& metric : r.metrics) text_ += fmt::format(",{:.9g}", metric.value);
        text_ += fmt::format(",{:.9g},{:.3f},{:.1f},{:.5f},{:.5f},{}\n", r.learning_rate, r.seconds,
                             r.rows_per_second, r.data_share, r.wait_share, r.skipped);
        write_atomically(path_, text_);
    }

  private:
    /// Some 8,000 epochs: text that moved to a larger place during training would take it from the
    /// tensors of the step, whose own place then grows.
    static constexpr size_t kRoom = 1 << 20;
    fs::path path_;
    std::string text_;
};

}  // namespace

std::unique_ptr<Callback> make_progress_callback() { return std::make_unique<ProgressCallback>(); }
std::unique_ptr<Callback> make_history_callback(const fs::path& path)
{
    return std::make_unique<HistoryCallback>(path);
}

}  // namespace jetsmith
