// SPDX-License-Identifier: Apache-2.0
#include "datasets/hdf5/vet_walk.h"

#include <algorithm>
#include <memory>
#include <new>
#include <stdexcept>
#include <vector>

#include "core/errors.h"
#include "datasets/hdf5/arrays.h"
#include "datasets/hdf5/attributes.h"
#include "datasets/hdf5/column_table.h"

namespace jetsmith::hdf5 {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kReadWhole = int64_t{64}
                               << 20;  // bytes of values that are copied or decoded here

/// What the library says when an allocation fails. In the program, which has no limit, it would
/// not.
bool is_memory(const H5E_error2_t& entry)
{
    return entry.maj_num == H5E_RESOURCE &&
           (entry.min_num == H5E_NOSPACE || entry.min_num == H5E_CANTALLOC);
}

herr_t note_memory(unsigned, const H5E_error2_t* entry, void* out_of_memory)
{
    if (is_memory(*entry)) *static_cast<bool*>(out_of_memory) = true;
    return 0;
}

/// Called by the library whenever a call fails.
herr_t on_error(hid_t stack, void* out_of_memory)
{
    H5Ewalk2(stack, H5E_WALK_DOWNWARD, note_memory, out_of_memory);
    return 0;
}

herr_t note_name(hid_t, const char* name, const H5A_info_t*, void* names)
{
    static_cast<std::vector<std::string>*>(names)->emplace_back(name);
    return 0;
}

/// Every attribute in all the ways in which readers ask for one.
void read_attributes(const File& file, const std::string& object)
{
    std::vector<std::string> names;
    hsize_t from = 0;
    H5Aiterate_by_name(file.id(), object.c_str(), H5_INDEX_NAME, H5_ITER_INC, &from, note_name,
                       &names, H5P_DEFAULT);
    for (const auto& name : names) {
        file.text(object, name.c_str());
        file.integer(object, name.c_str());
        read_texts(file, object, name.c_str());
    }
}

/// Looks every chunk up in the index, as reading does.
void walk_chunks(const File& file, const RowSource& source)
{
    const auto &dims = source.dims(), &chunk = source.chunk_dims();
    const Handle dataset = file.dataset(source.path());
    std::vector<hsize_t> origin(dims.size(), 0);
    const bool empty = std::find(dims.begin(), dims.end(), 0) != dims.end();
    for (bool more = !chunk.empty() && !empty; more;) {
        hsize_t size = 0;
        H5Dget_chunk_storage_size(dataset.id(), origin.data(), &size);
        more = false;
        for (size_t d = dims.size(); d-- > 0 && !more;) {
            origin[d] += static_cast<hsize_t>(chunk[d]);
            more = origin[d] < static_cast<hsize_t>(dims[d]);
            if (!more) origin[d] = 0;
        }
    }
}

/// True when reading is copying: of numbers as they lie in the file, without heaps and conversions.
bool is_copied(const File& file, const RowSource& source)
{
    const Handle dataset = file.dataset(source.path());
    const Handle type(H5Dget_type(dataset.id()), H5Tclose);
    const bool fixed_size = H5Tdetect_class(type.id(), H5T_VLEN) == 0 &&
                            H5Tdetect_class(type.id(), H5T_STRING) == 0 &&
                            H5Tdetect_class(type.id(), H5T_REFERENCE) == 0;
    return fixed_size && is_native(type.id()) &&
           (source.decoded_here() || source.filters().empty());
}

/// All rows, or the first and last chunk of a dataset of more than `budget` bytes that is only
/// copied or decoded here. The budget goes down by what was read of these.
void read_rows(const std::shared_ptr<const File>& file, const std::string& path, int64_t& budget)
{
    const RowSource source(file, path);
    walk_chunks(*file, source);
    if (!source.chunk_dims().empty() && !can_read(source.filters())) return;
    const int64_t band = source.band_rows(), rows = source.rows();
    const int64_t bands = rows / band + (rows % band != 0);
    const bool copied = is_copied(*file, source);
    const int64_t bytes = rows * static_cast<int64_t>(source.row_bytes());
    const bool all = !copied || bytes <= budget;
    if (copied && all) budget -= bytes;
    RowSource::Scratch scratch;
    for (int64_t k = 0; k < bands; k = all ? k + 1 : std::max(k + 1, bands - 1))
        source.read(k * band, std::min(rows, (k + 1) * band), scratch);
}

class Walk {
  public:
    explicit Walk(const std::function<void(const std::string&)>& step) : step_(step)
    {
        const Lock lock;  // has silenced the library's own messages in this thread
        H5Eset_auto2(H5E_DEFAULT, on_error, &out_of_memory_);
    }
    ~Walk() { H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); }

    Verdict through(const fs::path& path)
    {
        try {
            step_("its structure");
            auto file = File::open_unvetted(path);
            contents(file);
            at("its end", [&] { file.reset(); });
        } catch (const UserError& error) {
            if (!out_of_memory_) return {"unreadable", error.what()};
        } catch (const std::bad_alloc&) {
            out_of_memory_ = true;
        } catch (const std::length_error&) {  // even larger
            out_of_memory_ = true;
        }
        if (out_of_memory_)
            return {"refused", "asked for more memory than a file of this size needs"};
        return {"whole", ""};
    }

  private:
    void contents(const std::shared_ptr<const File>& file)
    {
        int64_t budget = kReadWhole;
        for (const auto& group : file->groups())
            at("the attributes of " + group, [&] { read_attributes(*file, group); });
        for (const auto& dataset : file->datasets()) {
            at("the attributes of " + dataset, [&] { read_attributes(*file, dataset); });
            at(dataset, [&] { read_rows(file, dataset, budget); });
        }
        for (const auto& frame : pandas_frames(*file))
            at("the frame " + frame, [&] { open_table(file, frame); });
        at("the columns of all datasets", [&] { open_datasets(file, "/"); });
    }

    /// What the reader refuses with a sentence is well.
    template <typename Work>
    void at(const std::string& place, const Work& work)
    {
        if (out_of_memory_) throw std::bad_alloc();
        step_(place);
        try {
            work();
        } catch (const UserError&) {
        }
    }

    const std::function<void(const std::string&)>& step_;
    bool out_of_memory_ = false;
};

}  // namespace

Verdict walk(const fs::path& file, const std::function<void(const std::string&)>& step)
{
    return Walk(step).through(file);
}

}  // namespace jetsmith::hdf5
