// SPDX-License-Identifier: Apache-2.0
#include "inputs/stored_emd_events.h"

#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "tests/support/temp_folder.h"
#include "tests/support/user_error.h"

namespace jetsmith::inputs {
namespace {

using kernels::EmdEvents;
using testing::HasSubstr;

/// Three events with 2, 0 and 1 objects.
EmdEvents three_events()
{
    return {at::tensor({0.5, -1.0, 0.25}, at::kDouble), at::tensor({1.0, 2.0, 3.0}, at::kDouble),
            at::tensor({0.75, 0.25, 1.0}, at::kDouble), at::tensor({60.0, 20.0, 35.0}, at::kDouble),
            at::tensor({0, 7, 3}, at::kChar),           at::tensor({0, 2, 2, 3}, at::kLong)};
}

EmdEvents jets_only()
{
    EmdEvents events = three_events();
    events.pt_T = events.object_T = at::Tensor();
    return events;
}

void expect_equal(const EmdEvents& a, const EmdEvents& b)
{
    EXPECT_TRUE(a.x_T.equal(b.x_T));
    EXPECT_TRUE(a.y_T.equal(b.y_T));
    EXPECT_TRUE(a.weight_T.equal(b.weight_T));
    EXPECT_TRUE(a.offsets_N1.equal(b.offsets_N1));
    ASSERT_EQ(a.object_T.defined(), b.object_T.defined());
    if (!a.object_T.defined()) return;
    EXPECT_TRUE(a.object_T.equal(b.object_T));
    EXPECT_TRUE(a.pt_T.equal(b.pt_T));
}

std::optional<EmdEvents> written_and_read(const EmdEvents& events, const std::string& prefix)
{
    const test::TempFolder folder;
    const auto path = folder.path() / "e.h5";
    hdf5::ArrayWriter writer(path);
    write_emd_events(writer, "event", events);
    writer.close();
    return read_emd_events(hdf5::File::open(path), prefix);
}

TEST(StoredEmdEvents, ComeBack)
{
    for (const EmdEvents& events : {three_events(), jets_only()}) {
        const auto read = written_and_read(events, "event");
        ASSERT_TRUE(read);
        expect_equal(*read, events);
    }
    EXPECT_FALSE(written_and_read(jets_only(), "medoid")) << "a file without any";
}

TEST(StoredEmdEvents, AreChosenInTheOrderGiven)
{
    const std::vector<int64_t> rows{2, 1, 0};
    expect_equal(
        select_emd_events(three_events(), rows),
        {at::tensor({0.25, 0.5, -1.0}, at::kDouble), at::tensor({3.0, 1.0, 2.0}, at::kDouble),
         at::tensor({1.0, 0.75, 0.25}, at::kDouble), at::tensor({35.0, 60.0, 20.0}, at::kDouble),
         at::tensor({3, 0, 7}, at::kChar), at::tensor({0, 1, 1, 3}, at::kLong)});
}

TEST(StoredEmdEvents, ThatDoNotFitEachOtherAreRefused)
{
    const auto error = [](const std::function<void(EmdEvents&)>& spoil) {
        EmdEvents events = three_events();
        spoil(events);
        return test::user_error([&] { written_and_read(events, "event"); });
    };
    const auto wanted = HasSubstr("e.h5: the particles of its events do not fit each other");
    EXPECT_THAT(error([](auto& e) { e.x_T = at::tensor({1.0, 2.0}, at::kDouble); }), wanted);
    EXPECT_THAT(error([](auto& e) { e.pt_T = at::tensor({1.0, 2.0}, at::kDouble); }), wanted);
    EXPECT_THAT(error([](auto& e) { e.offsets_N1 = at::tensor({0, 2, 1, 3}, at::kLong); }), wanted);
    EXPECT_THAT(error([](auto& e) { e.offsets_N1 = at::tensor({1, 2, 3}, at::kLong); }), wanted);
    EXPECT_THAT(error([](auto& e) { e.offsets_N1 = at::tensor({0, 2, 4}, at::kLong); }), wanted);
    EXPECT_THAT(error([](auto& e) { e.object_T = at::tensor({0, 8, 3}, at::kChar); }), wanted);
}

}  // namespace
}  // namespace jetsmith::inputs
