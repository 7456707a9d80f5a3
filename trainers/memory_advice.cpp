// SPDX-License-Identifier: Apache-2.0
#include "trainers/memory_advice.h"

#include <fmt/format.h>

#include "core/cuda_plugin.h"
#include "core/device.h"
#include "core/errors.h"
#include "core/host_memory.h"
#include "core/memory_size.h"

namespace jetsmith {
namespace {

/// Half of the rows, a quarter, ... until they fit; 0: not even one does.
int64_t rows_that_fit(const MemoryUse& use)
{
    for (int64_t rows = use.batch_size / 2; rows > 0; rows /= 2) {
        if (use.device.is_cuda()) cuda_plugin()->release_memory();
        try {
            use.attempt(rows);
            return rows;
        } catch (const std::exception& error) {
            if (!is_out_of_memory(error)) throw;
        }
    }
    return 0;
}

std::string memory_text(const at::Device& device)
{
    if (!device.is_cuda())
        return fmt::format("of this machine ({} of it free)", bytes_text(available_memory()));
    cuda_plugin()->release_memory();
    const int index = device.index();
    return fmt::format("of {} ({}; {}, {} of it free)", device.str(), device_description(device),
                       bytes_text(cuda_plugin()->total_memory(index)),
                       bytes_text(cuda_plugin()->free_memory(index)));
}

}  // namespace

StepShape step_shape(int64_t rows, int64_t fit)
{
    const int64_t fewest = (rows + fit - 1) / fit;
    for (int64_t batches = fewest; batches <= 2 * fewest; ++batches)
        if (rows % batches == 0) return {rows / batches, batches};
    return {(rows + fewest - 1) / fewest, fewest};
}

void throw_out_of_memory(const MemoryUse& use)
{
    const auto memory = memory_text(use.device);
    const int64_t fit = rows_that_fit(use);
    if (fit == 0)
        throw RunError(
            "trainer.batch_size: {} rows do not fit into the memory {}, and not even one "
            "row does. Use a smaller model, trainer.precision: bf16, or a device with "
            "more memory.",
            use.batch_size, memory);
    const auto steps = step_shape(use.batch_size, fit);
    std::string advice = fmt::format("--set trainer.batch_size={}", steps.batch_size);
    if (use.accumulate > 0)
        advice += fmt::format(" --set trainer.accumulate={}", steps.accumulate * use.accumulate);
    if (use.accumulate > 0 && steps.batch_size * steps.accumulate == use.batch_size)
        advice += ", which makes the same steps";
    throw RunError("trainer.batch_size: {} rows do not fit into the memory {}; {} rows do. Use {}.",
                   use.batch_size, memory, fit, advice);
}

}  // namespace jetsmith
