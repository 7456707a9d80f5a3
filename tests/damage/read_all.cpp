// SPDX-License-Identifier: Apache-2.0
#include "tests/damage/read_all.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <thread>

#include "core/errors.h"
#include "core/sha256.h"
#include "datasets/hdf5/column_table.h"

namespace jetsmith::damage {
namespace {

using hdf5::RowSource;
using Clock = std::chrono::steady_clock;

constexpr int kRefused = 2;

void add(Sha256& hash, const void* bytes, size_t count)
{
    hash.update({static_cast<const uint8_t*>(bytes), count});
}

/// The fields of all records in a row; what lies between them has no meaning.
void add_row(Sha256& hash, const std::byte* row, const RowSource& source)
{
    size_t records = 1;
    for (size_t d = 1; d < source.dims().size(); ++d)
        records *= static_cast<size_t>(source.dims()[d]);
    for (size_t record = 0; record < records; ++record)
        for (const auto& field : source.fields()) {
            size_t bytes = element_size(field.element);
            for (const int64_t extent : field.shape) bytes *= static_cast<size_t>(extent);
            add(hash, row + record * (source.row_bytes() / records) + field.offset, bytes);
        }
}

void add_rows(Sha256& hash, const RowSource& source)
{
    const std::string shown = fmt::format("{} ({})", source.path(), fmt::join(source.dims(), ", "));
    add(hash, shown.data(), shown.size());
    source.check_readable();
    RowSource::Scratch scratch;
    for (int64_t begin = 0; begin < source.rows(); begin += source.band_rows()) {
        const int64_t end = std::min(source.rows(), begin + source.band_rows());
        const auto* rows = source.read(begin, end, scratch);
        if (source.fields().front().name.empty()) {
            add(hash, rows, static_cast<size_t>(end - begin) * source.row_bytes());
            continue;
        }
        for (int64_t row = begin; row < end; ++row)
            add_row(hash, rows + static_cast<size_t>(row - begin) * source.row_bytes(), source);
    }
}

void add_table(Sha256& hash, const hdf5::Table& table)
{
    for (const auto& column : table.columns) {
        const std::string shown = fmt::format(
            "{} {} ({})", column.name, element_name(column.element), fmt::join(column.shape, ", "));
        add(hash, shown.data(), shown.size());
        if (column.element == hdf5::Element::other || !column.is_scalar()) continue;
        const auto values = hdf5::read_column(table, column);
        add(hash, values.data(), values.size() * sizeof(double));
    }
}

bool only_numbers(const RowSource& source)
{
    for (const auto& field : source.fields())
        if (field.element == hdf5::Element::other) return false;
    return true;
}

std::string digest(const std::filesystem::path& path)
{
    Sha256 hash;
    const auto file = hdf5::File::open(path);
    for (const auto& frame : hdf5::pandas_frames(*file))
        add_table(hash, hdf5::open_table(file, frame));
    const auto all = hdf5::open_datasets(file, "/");
    for (const auto& source : all.sources)
        if (only_numbers(*source)) add_rows(hash, *source);
    return hash.hex();
}

/// In the child: says the digest or the message, and ends.
[[noreturn]] void answer(const std::filesystem::path& path, int out)
{
    std::string text;
    int code = 0;
    try {
        text = digest(path);
    } catch (const UserError& error) {
        text = error.what();
        code = kRefused;
    } catch (const std::exception& error) {
        text = fmt::format("unexpected: {}", error.what());
        code = 1;
    }
    if (::write(out, text.data(), text.size()) < 0) code = 1;
    ::_exit(code);
}

std::chrono::milliseconds milliseconds(const timeval& time)
{
    return std::chrono::milliseconds(time.tv_sec * 1000 + time.tv_usec / 1000);
}

std::string all_of(int in)
{
    std::string text;
    std::array<char, 4096> buffer;
    for (ssize_t count; (count = ::read(in, buffer.data(), buffer.size())) > 0;)
        text.append(buffer.data(), static_cast<size_t>(count));
    return text;
}

}  // namespace

Reading read_in_process(const std::filesystem::path& path, std::chrono::seconds most)
{
    std::array<int, 2> pipe{};
    ensure(::pipe(pipe.data()) == 0, "no pipe");
    const auto begin = Clock::now();
    const pid_t child = ::fork();
    ensure(child >= 0, "no process");
    if (child == 0) {
        ::close(pipe[0]);
        answer(path, pipe[1]);
    }
    ::close(pipe[1]);
    std::jthread watch([&](const std::stop_token& stop) {
        while (!stop.stop_requested() && Clock::now() - begin < most)
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        if (!stop.stop_requested()) ::kill(child, SIGKILL);
    });
    Reading reading;
    reading.text = all_of(pipe[0]);
    ::close(pipe[0]);
    int status = 0;
    rusage used{};
    ::wait4(child, &status, 0, &used);
    watch.request_stop();
    reading.peak_bytes = used.ru_maxrss * 1024;
    reading.time = milliseconds(used.ru_utime) + milliseconds(used.ru_stime);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        reading.end = Reading::End::read;
    else if (WIFEXITED(status) && WEXITSTATUS(status) == kRefused)
        reading.end = Reading::End::refused;
    else if (WIFSIGNALED(status))
        reading.text = fmt::format("signal {}", WTERMSIG(status));
    return reading;
}

}  // namespace jetsmith::damage
