// SPDX-License-Identifier: Apache-2.0
#include "datasets/reader.h"

namespace jetsmith {

std::string_view split_name(Split split)
{
    switch (split) {
        case Split::train: return "train";
        case Split::val: return "val";
        case Split::test: return "test";
    }
    throw InternalError("not a split");
}

namespace {

std::unique_ptr<RowFeed> in_memory(EventStore store, const BlockVisitor& visit)
{
    if (visit) visit(store);
    return std::make_unique<ResidentFeed>(std::move(store));
}

}  // namespace

std::unique_ptr<RowFeed> Reader::open(Split split, const BlockVisitor& visit) const
{
    return in_memory(read(split), visit);
}

std::unique_ptr<RowFeed> Reader::open_files(const std::vector<std::filesystem::path>& files,
                                            const BlockVisitor& visit) const
{
    return in_memory(read_files(files), visit);
}

}  // namespace jetsmith
