// SPDX-License-Identifier: Apache-2.0
#include "datasets/hdf5/pickle_names.h"

#include <gtest/gtest.h>

namespace jetsmith::hdf5 {
namespace {

using Names = std::vector<std::string>;

// The bytes are what CPython's pickle.dumps(list, protocol=0) gives; the one with S is Python 2's.
TEST(PickleNames, AListOfTextsIsRead)
{
    EXPECT_EQ(pickled_names("(lp0\nVttv\np1\naVis_signal_new\np2\na."),
              (Names{"ttv", "is_signal_new"}));
    EXPECT_EQ(pickled_names("(lp0\nS'E_0'\np1\naS'PX_0'\np2\na."), (Names{"E_0", "PX_0"}));
    EXPECT_EQ(pickled_names("(lp0\nVE_0\np1\naV\xe9\np3\naI3\na."),
              (Names{"E_0", "\xc3\xa9", "3"}));
    EXPECT_EQ(pickled_names("(lp0\nV\\u03b7\np1\na."), (Names{"\xce\xb7"}));
}

TEST(PickleNames, AnythingElseGivesNoNames)
{
    EXPECT_TRUE(pickled_names("").empty());
    EXPECT_TRUE(pickled_names("(lp0\n.").empty());
    EXPECT_TRUE(pickled_names("N.").empty());
    EXPECT_TRUE(pickled_names("(lp0\nVttv\np1\na").empty());
    EXPECT_TRUE(pickled_names("(lp0\nVttv").empty());
    EXPECT_TRUE(pickled_names("(dp0\nVnames\np1\n(lp2\ns.").empty());
}

TEST(PickleNames, AProgramIsNotRun)
{
    // os.system("true") as a pickle: refused at its first token.
    EXPECT_TRUE(pickled_names("cposix\nsystem\np0\n(Vtrue\np1\ntp2\nRp3\n.").empty());
    EXPECT_TRUE(pickled_names("(lp0\ncposix\nsystem\np1\n(Vtrue\np2\ntp3\nRp4\na.").empty());
}

}  // namespace
}  // namespace jetsmith::hdf5
