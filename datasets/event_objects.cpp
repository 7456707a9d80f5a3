// SPDX-License-Identifier: Apache-2.0
#include "datasets/event_objects.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "core/errors.h"
#include "datasets/momentum_columns.h"

namespace jetsmith {
namespace {

using Members = std::map<std::string, at::Tensor>;

/// Names under which files keep a quantity; the first is ours.
const std::vector<std::vector<std::string>> kNames{
    {"pt", "PT", "pT"},      {"eta", "Eta", "ETA"},   {"phi", "Phi", "PHI"},
    {"mass", "m", "M", "Mass"}, {"energy", "e", "E", "Energy"}, {"valid", "mask", "MASK", "Valid"}};

/// Our name of a member, its own where we have none.
std::string our_name(const std::string& member)
{
    for (const auto& names : kNames)
        if (std::find(names.begin(), names.end(), member) != names.end()) return names.front();
    return member;
}

/// Tracks of a jet that give their direction relative to it alone: its axis is the origin then.
const std::map<std::string, std::string> kRelative{{"deta", "eta"}, {"dphi", "phi"}};

/// The same among the members of its group.
std::string our_name(const std::string& member, const std::set<std::string>& group)
{
    const auto relative = kRelative.find(member);
    return relative != kRelative.end() && !group.contains(relative->second) ? relative->second
                                                                             : our_name(member);
}

std::pair<std::string, std::string> parted(const std::string& column)
{
    const auto slash = column.rfind('/');
    if (slash == std::string::npos) return {"", column};
    return {column.substr(0, slash), column.substr(slash + 1)};
}

/// The number of rows that most columns have.
int64_t common_rows(const hdf5::Table& table)
{
    std::map<int64_t, int64_t> columns;
    for (const auto& column : table.columns) ++columns[table.rows(column)];
    if (columns.empty()) return 0;
    return std::max_element(columns.begin(), columns.end(), [](const auto& a, const auto& b) {
               return a.second < b.second;
           })->first;
}

/// A number as double, whatever it is stored as.
class Values {
  public:
    explicit Values(const Members& members, const char* name)
    {
        const auto found = members.find(name);
        if (found != members.end()) tensor_ = found->second.to(at::kDouble).contiguous();
        if (tensor_.defined()) values_ = tensor_.const_data_ptr<double>();
    }
    bool present() const { return values_ != nullptr; }
    double operator[](int64_t i) const { return values_[i]; }

  private:
    at::Tensor tensor_;
    const double* values_ = nullptr;
};

/// Places (row * slots + slot) of the objects that are there; fills offsets.
std::vector<int64_t> used_slots(const Members& members, int64_t rows, int64_t slots,
                                int64_t* offsets)
{
    const Values valid(members, "valid"), pt(members, "pt");
    std::vector<int64_t> used;
    offsets[0] = 0;
    for (int64_t row = 0; row < rows; ++row) {
        for (int64_t i = row * slots; i < (row + 1) * slots; ++i)
            if (valid.present() ? valid[i] != 0 : !(pt[i] <= 0)) used.push_back(i);
        offsets[row + 1] = static_cast<int64_t>(used.size());
    }
    return used;
}

Collection make_collection(const Members& members, int64_t rows, double unit)
{
    const int64_t slots = rows == 0 ? 0 : members.at("pt").numel() / rows;
    Collection out;
    out.offsets_B1 = at::empty({rows + 1}, at::kLong);
    const auto used =
        used_slots(members, rows, slots, out.offsets_B1.mutable_data_ptr<int64_t>());
    const auto count = static_cast<int64_t>(used.size());
    const auto places = at::empty({count}, at::kLong);
    std::copy(used.begin(), used.end(), places.mutable_data_ptr<int64_t>());
    for (const auto& [name, values] : members) {
        if (name == "valid") continue;
        const bool scaled = unit != 1 && (name == "pt" || name == "mass" || name == "energy");
        const auto picked = values.reshape({-1}).index_select(0, places);
        out.columns[name] = scaled ? picked.mul(unit) : picked;
    }
    const Values pt(out.columns, "pt"), eta(out.columns, "eta"), phi(out.columns, "phi");
    const Values mass(out.columns, "mass"), energy(out.columns, "energy");
    out.momenta_T4 = at::empty({count, 4}, at::kFloat);
    auto* momenta = out.momenta_T4.mutable_data_ptr<float>();
    for (int64_t i = 0; i < count; ++i) {
        const double p = pt[i] * std::cosh(eta[i]);
        const double e = energy.present() ? energy[i]
                         : mass.present() ? std::hypot(p, mass[i])
                                          : p;
        from_polar(pt[i], eta[i], phi[i], e, momenta + 4 * i);
    }
    return out;
}

}  // namespace

WantedColumns event_columns(const std::filesystem::path& file, const std::string& key)
{
    auto wanted = event_columns(hdf5::open_table(hdf5::File::open(file), key), key);
    if (wanted.dense.empty() && wanted.scalars.empty())
        throw UserError(
            "{}: holds no events (datasets with pt, eta and phi per object, or single numbers per "
            "row, are wanted). jetsmith inspect shows what it holds.",
            file.string());
    return wanted;
}

WantedColumns event_columns(const hdf5::Table& table, const std::string& key)
{
    const int64_t rows = common_rows(table);
    std::map<std::string, std::set<std::string>> members;
    for (const auto& column : table.columns) {
        const auto [group, member] = parted(column.name);
        if (!group.empty()) members[group].insert(our_name(member));
    }
    const auto is_collection = [&](const std::string& group) {
        const auto& all = members[group];
        const auto has = [&](const char* name) {
            return std::any_of(all.begin(), all.end(),
                               [&](const auto& member) { return our_name(member, all) == name; });
        };
        return has("pt") && has("eta") && has("phi");
    };
    WantedColumns wanted;
    wanted.key = key;
    for (const auto& column : table.columns) {
        if (table.rows(column) != rows || column.element == hdf5::Element::other) continue;
        const auto [group, member] = parted(column.name);
        if (column.shape.size() < 2 && !group.empty() && is_collection(group))
            wanted.dense[group + "/" + our_name(member, members[group])] = column.name;
        else if (column.is_scalar())
            wanted.scalars.push_back(column.name);
    }
    return wanted;
}

void group_objects(EventStore& store, double unit)
{
    std::map<std::string, Members> groups;
    for (const auto& [name, values] : store.dense) {
        const auto [group, member] = parted(name);
        groups[group][member] = values;
    }
    for (const auto& [group, members] : groups) {
        for (const auto& [member, values] : members)
            if (values.numel() != members.at("pt").numel())
                throw UserError(
                    "{}: '{}/{}' has {} values per row, '{}/pt' has {} (equal numbers are wanted). Write all "
            "columns of a collection with the same slots.",
                    store.files.empty() ? "data" : store.files.front(), group, member,
                    values.numel() / std::max<int64_t>(1, store.rows), group,
                    members.at("pt").numel() / std::max<int64_t>(1, store.rows));
        std::string name = group;
        std::replace(name.begin(), name.end(), '/', '.');
        store.collections[name] = make_collection(members, store.rows, unit);
    }
    store.dense.clear();
}

std::map<std::string, std::string> short_names(const std::vector<std::string>& columns)
{
    std::map<std::string, int> ends;
    for (const auto& name : columns) ++ends[parted(name).second];
    std::map<std::string, std::string> names;
    for (const auto& name : columns) {
        const std::string end = parted(name).second;
        std::string full = name;
        std::replace(full.begin(), full.end(), '/', '.');
        names[name] = ends[end] == 1 ? end : full;
    }
    return names;
}

void name_scalars(EventStore& store)
{
    std::vector<std::string> columns;
    for (const auto& [name, values] : store.scalars) columns.push_back(name);
    std::map<std::string, at::Tensor> named;
    for (const auto& [name, full] : short_names(columns)) named[full] = store.scalars.at(name);
    store.scalars = std::move(named);
}

}  // namespace jetsmith
