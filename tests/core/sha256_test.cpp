// SPDX-License-Identifier: Apache-2.0
#include "core/sha256.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/file_hashes.h"
#include "tests/support/sha256sum.h"
#include "tests/support/temp_folder.h"
#include "tests/support/user_error.h"

namespace jetsmith {
namespace {

using ::testing::HasSubstr;

std::string hash_of(const std::string& text, size_t piece, bool portable)
{
    Sha256 hash(portable);
    const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
    for (size_t begin = 0; begin < text.size(); begin += piece)
        hash.update({bytes + begin, std::min(piece, text.size() - begin)});
    return hash.hex();
}

/// With the processor's instructions, where it has them, and without.
class Sha256Test : public testing::TestWithParam<bool> {
  protected:
    static std::string hash_of(const std::string& text, size_t piece)
    {
        return jetsmith::hash_of(text, piece, GetParam());
    }
};

INSTANTIATE_TEST_SUITE_P(Portable, Sha256Test, testing::Bool());

TEST_P(Sha256Test, GivesTheValuesOfTheStandard)
{
    // FIPS 180-4 examples of NIST: "", "abc", 448 bits, a million 'a'.
    EXPECT_EQ(hash_of("", 1), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(hash_of("abc", 3),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hash_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(hash_of(std::string(1'000'000, 'a'), 4096),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_P(Sha256Test, DoesNotDependOnThePieces)
{
    std::string text;
    for (int i = 0; i < 500; ++i) text += static_cast<char>(i * 7);
    for (const size_t piece : {1, 63, 64, 65, 128, 500})
        EXPECT_EQ(hash_of(text, piece), hash_of(text, 500)) << piece;
}

TEST(FileHashes, AreThoseOfSha256sum)
{
    const test::TempFolder folder;
    const auto small = folder.file("small", "jets\n"), empty = folder.file("empty", "");
    const auto large = folder.file("large", std::string((3 << 20) + 17, 'x'));
    FileHashes hashes;
    hashes.start({small, large, small});
    for (const auto& file : {large, small, empty}) {
        EXPECT_EQ(hashes.of(file), test::sha256sum(file)) << file;
        EXPECT_EQ(hashes.of(file).size(), 64u);
    }
    EXPECT_EQ(hashes.of(folder.path() / "x/../small"), hashes.of(small));
}

TEST(FileHashes, SayWhichFileCannotBeRead)
{
    FileHashes hashes;
    hashes.start({"/no/such/file"});
    EXPECT_THAT(test::user_error([&] { hashes.of("/no/such/file"); }),
                HasSubstr("/no/such/file: cannot be opened"));
}

}  // namespace
}  // namespace jetsmith
