// SPDX-License-Identifier: Apache-2.0
#include "datasets/file_rows.h"

#include "core/errors.h"

namespace jetsmith {
namespace {

/// Files may differ in a column's type; those of the first decide.
void take_types(const FilePlan& first, FilePlan& next)
{
    bool same = first.values.size() == next.values.size();
    for (size_t k = 0; same && k < first.values.size(); ++k) {
        same = first.values[k].name == next.values[k].name &&
               first.values[k].column.shape == next.values[k].column.shape;
        next.values[k].dtype = first.values[k].dtype;
    }
    if (!same)
        throw UserError(
            "{}: its columns differ from those of {} in name or shape (equal ones are "
            "wanted). jetsmith inspect shows both.",
            next.file(), first.file());
}

}  // namespace

RowRange resolve(const RowRange& range, int64_t rows, const std::string& file)
{
    const int64_t end = range.end == -1 ? rows : range.end;
    if (rows == 0)
        throw UserError("{}: has no rows (0 seen; one or more wanted). Check how it was written.",
                        file);
    if (range.begin < 0 || end > rows || range.begin >= end)
        throw UserError(
            "{}: rows {}:{} do not exist (the file has {} rows). Choose a range within "
            "them; '{}:' means from row {} on.",
            file, range.begin, end, rows, rows / 2, rows / 2);
    return {range.begin, end};
}

std::vector<FilePlan> open_plans(const std::vector<FileRows>& files, const WantedColumns& wanted,
                                 const RowRules& rules, bool lenient)
{
    std::vector<FilePlan> plans;
    for (const FileRows& rows : files) {
        plans.emplace_back(rows.file, wanted, rules, lenient);
        if (plans.size() > 1) take_types(plans.front(), plans.back());
    }
    return plans;
}

}  // namespace jetsmith
