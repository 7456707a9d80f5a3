// SPDX-License-Identifier: Apache-2.0
#include "core/nearest_file.h"

#include <gtest/gtest.h>

#include "tests/support/temp_folder.h"

namespace jetsmith {
namespace {

TEST(NearestFile, NamesTheNeighbourThatIsMeant)
{
    const test::TempFolder folder;
    folder.file("train.h5", "");
    folder.file("notes.txt", "");
    const auto path = folder.path();
    EXPECT_EQ(nearest_file(path / "trian.h5", " Check it."),
              " Did you mean '" + (path / "train.h5").string() + "'?");
    EXPECT_EQ(nearest_file(path / "something_else.root", " Check it."), " Check it.");
}

TEST(NearestFile, SaysThatTheFolderIsMissingAsWell)
{
    EXPECT_EQ(nearest_file("/no/such/train.h5", " Check it."),
              " There is no folder '/no/such' either.");
}

}  // namespace
}  // namespace jetsmith
