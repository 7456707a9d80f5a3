// SPDX-License-Identifier: Apache-2.0
// Formulas against plain C++ in double, over every kind and type of column.
#include "kernels/formula/formula.h"

#include <ATen/Functions.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/cuda_plugin.h"
#include "tests/support/gpu.h"
#include "tests/support/user_error.h"

namespace jetsmith::kernels {
namespace {

using Of = RowColumn::Of;

constexpr int64_t kRows = 1000;

/// A store of `kRows` rows with 0 to 4 objects each.
struct Toy {
    at::Tensor offsets = at::zeros({kRows + 1}, at::kLong);
    at::Tensor doubles, bytes, longs, momenta;

    Toy()
    {
        at::manual_seed(1);
        offsets.narrow(0, 1, kRows).copy_(at::randint(0, 5, {kRows}, at::kLong).cumsum(0));
        const auto objects = offsets[kRows].item<int64_t>();
        doubles = at::rand({kRows}, at::kDouble).add(0.5);
        bytes = at::randint(0, 250, {kRows}, at::kLong).to(at::kByte);
        longs = at::randint(-9, 9, {objects}, at::kLong);
        momenta = at::rand({objects, 4}).add(1);
    }

    RowProgram sum_of_logs() const  // log(d) + byte - 3
    {
        return {{{Operation::name, 0, 0},
                 {Operation::log, -1, 0},
                 {Operation::name, 1, 0},
                 {Operation::add, -1, 0},
                 {Operation::number, -1, 3},
                 {Operation::subtract, -1, 0}},
                {{.values = doubles}, {.values = bytes}}};
    }
    RowProgram of_object(int64_t k) const  // hypot(px, py) of object k
    {
        const RowColumn px{.of = Of::object, .values = momenta, .offsets = offsets, .stride = 4,
                           .offset = 1, .object = k};
        auto py = px;
        py.offset = 2;
        return {{{Operation::name, 0, 0}, {Operation::name, 1, 0}, {Operation::hypot, -1, 0}},
                {px, py}};
    }
    RowProgram counted() const  // sum(long) / max(count, 1)
    {
        return {{{Operation::name, 0, 0},
                 {Operation::name, 1, 0},
                 {Operation::number, -1, 1},
                 {Operation::max, -1, 0},
                 {Operation::divide, -1, 0}},
                {{.of = Of::sum, .values = longs, .offsets = offsets},
                 {.of = Of::count, .offsets = offsets}}};
    }
    std::vector<RowProgram> all() const { return {sum_of_logs(), of_object(1), counted()}; }

    /// The three features of a row in double; NaN where there is no second object.
    std::array<double, 3> reference(int64_t row) const
    {
        const auto* o = offsets.const_data_ptr<int64_t>();
        const auto* p = momenta.const_data_ptr<float>();
        double sum = 0;
        for (int64_t i = o[row]; i < o[row + 1]; ++i) sum += longs[i].item<double>();
        const int64_t second = o[row] + 1;
        const double pt = second < o[row + 1] ? std::sqrt(double{p[4 * second + 1]} * p[4 * second + 1] +
                                                          double{p[4 * second + 2]} * p[4 * second + 2])
                                              : NAN;
        return {std::log(doubles[row].item<double>()) + bytes[row].item<double>() - 3, pt,
                sum / static_cast<double>(std::max<int64_t>(1, o[row + 1] - o[row]))};
    }
};

void expect_reference(const at::Tensor& out_BF, const at::Tensor& rows, const Toy& toy)
{
    const double mean[] = {100, 1, -0.5}, inverse[] = {0.01, 2, 3};
    for (int64_t i = 0; i < rows.size(0); ++i) {
        const auto expected = toy.reference(rows[i].item<int64_t>());
        for (int64_t f = 0; f < 3; ++f) {
            const double wanted =
                std::isnan(expected[f]) ? -7 : (expected[f] - mean[f]) * inverse[f];
            EXPECT_NEAR(out_BF[i][f].item<double>(), wanted, 1e-6 * (1 + std::abs(wanted)));
        }
    }
}

FormulaScale scale()
{
    return {at::tensor({100.0, 1.0, -0.5}, at::kDouble), at::tensor({0.01, 2.0, 3.0}, at::kDouble),
            -7};
}

TEST(Formula, EqualsPlainArithmeticInDouble)
{
    const Toy toy;
    const auto rows = at::randint(0, kRows, {137}, at::kLong);
    expect_reference(Formulas(toy.all()).run(rows, scale()), rows, toy);
}

TEST(Formula, ARowDoesNotDependOnItsBatch)
{
    const Toy toy;
    const Formulas formulas(toy.all());
    const auto rows = at::randperm(kRows, at::kLong).repeat({30});  // enough for threads
    const auto all = formulas.run(rows, scale());
    const auto strided = rows.slice(0, 5, 1000, 7);
    EXPECT_TRUE(formulas.run(strided, scale()).equal(all.slice(0, 5, 1000, 7)));
    EXPECT_EQ(formulas.run(rows.narrow(0, 0, 0), scale()).sizes(), at::IntArrayRef({0, 3}));
}

TEST(Formula, OnlyMissingObjectsAreFilled)
{
    const Toy toy;
    RowProgram bad{{{Operation::number, -1, -1}, {Operation::sqrt, -1, 0}, {Operation::name, 0, 0},
                    {Operation::add, -1, 0}},
                   {{.values = toy.doubles}}};
    const auto out = Formulas({bad}).run(at::arange(4, at::kLong), {.fill = 5});
    EXPECT_TRUE(out.isnan().all().item<bool>());
}

TEST(Formula, ProgramsTooDeepForTheStackAreRefused)
{
    RowProgram deep;
    for (int i = 0; i <= kMostStacked; ++i) deep.program.push_back({Operation::number, -1, 1});
    for (int i = 0; i < kMostStacked; ++i) deep.program.push_back({Operation::add, -1, 0});
    EXPECT_THAT(test::user_error([&] { Formulas({deep}); }),
                ::testing::HasSubstr("too deeply nested"));
}

TEST(FormulaCuda, EqualsTheCpu)
{
    JETSMITH_NEEDS_GPU();
    const Toy toy;
    auto programs = toy.all();
    for (auto& program : programs)
        for (auto& column : program.columns) {
            if (column.values.defined()) column.values = column.values.to(at::kCUDA);
            if (column.offsets.defined()) column.offsets = column.offsets.to(at::kCUDA);
        }
    const auto rows = at::randint(0, kRows, {137}, at::kLong);
    auto on_device = scale();
    on_device.mean_F = on_device.mean_F.to(at::kCUDA);
    on_device.inverse_F = on_device.inverse_F.to(at::kCUDA);
    const auto out = Formulas(programs).run(rows.to(at::kCUDA), on_device);
    expect_reference(out.cpu(), rows, toy);
}

}  // namespace
}  // namespace jetsmith::kernels
