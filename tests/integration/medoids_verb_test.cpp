// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/atomic_file.h"
#include "core/sha256.h"
#include "datasets/hdf5/arrays.h"
#include "tests/support/paths.h"
#include "tests/support/run_program.h"
#include "tests/support/temp_folder.h"
#include "tests/support/toy_distances.h"

namespace jetsmith {
namespace {

using Json = nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using Labels = std::vector<int64_t>;

/// Distances between points on a line: two clusters of class 0 (rows 0 to 4: 0, 1, 2, 50, 51) and
/// one of class 1 (rows 5 to 7: 200, 201, 203). They are rows 10 to 17 of their file.
class Medoids : public testing::Test {
  protected:
    Medoids()
    {
        const test::Points points{{0}, {1}, {2}, {50}, {51}, {200}, {201}, {203}};
        test::write_distances(path("d.h5"), test::toy_distances(points, 10));
        write_labels("labels.h5", {0, 0, 0, 0, 0, 1, 1, 1});
    }

    std::string path(const std::string& name) const { return (folder_.path() / name).string(); }

    void write_labels(const std::string& name, const Labels& labels) const
    {
        test::Hdf5Writer(path(name)).dataset("labels", labels, {labels.size()});
    }

    /// The distances again, as if they were those of rows of a real file.
    void made_of(const std::filesystem::path& input) const
    {
        auto distances = test::toy_distances({{0}, {1}, {2}, {50}, {51}, {200}, {201}, {203}}, 10);
        distances.settings =
            Json{{"ground", "jets"},
                 {"files", {{{"name", input.string()}, {"sha256", sha256_of_file(input)}}}}}
                .dump();
        test::write_distances(path("d.h5"), distances);
    }

    static test::ProgramResult medoids(std::vector<std::string> arguments)
    {
        arguments.insert(arguments.begin(), "medoids");
        return test::run_program(arguments);
    }

    /// The JSON document with these arguments.
    Json document(std::vector<std::string> arguments) const
    {
        arguments.insert(arguments.begin(), {path("d.h5"), "--json"});
        const auto result = medoids(arguments);
        EXPECT_EQ(result.exit_code, 0) << result.err;
        return Json::parse(result.out);
    }

    template <typename T>
    std::vector<T> column(const std::string& file, const std::string& name) const
    {
        return hdf5::read_array<T>(hdf5::File::open(path(file)), name).values;
    }

    test::TempFolder folder_;
};

/// Source rows of the medoids of a class.
std::vector<int64_t> source_rows(const Json& one)
{
    std::vector<int64_t> rows;
    for (const auto& medoid : one.at("medoids")) rows.push_back(medoid.at("source_row"));
    return rows;
}

TEST_F(Medoids, OfAllRowsAreAnnouncedInJson)
{
    const auto json = document({"--k", "3"});
    EXPECT_EQ(json.at("format_version"), 1);
    EXPECT_EQ(json.at("content"), "medoids");
    EXPECT_EQ(json.at("rows"), 8);
    EXPECT_FALSE(json.contains("labels"));
    ASSERT_EQ(json.at("classes").size(), 1U);
    const auto& all = json.at("classes")[0];
    EXPECT_TRUE(all.at("label").is_null());
    EXPECT_EQ(all.at("cost"), 2 + 1 + 3);
    EXPECT_EQ(all.at("mean_distance"), 6.0 / 8);
    EXPECT_THAT(source_rows(all), ElementsAre(11, 16, 13));
    EXPECT_EQ(
        all.at("medoids")[1],
        (Json{{"rank", 2}, {"row", 6}, {"source_row", 16}, {"size", 3}, {"mean_distance", 1.0}}));
}

TEST_F(Medoids, OfEachClassCountItsRowsAlone)
{
    const auto json = document({"--k", "2", "--labels", path("labels.h5:labels")});
    EXPECT_EQ(json.at("labels").at("indexed_by"), "row");
    ASSERT_EQ(json.at("classes").size(), 2U);
    EXPECT_EQ(json.at("classes")[0].at("label"), 0);
    EXPECT_THAT(source_rows(json.at("classes")[0]), ElementsAre(11, 13));
    EXPECT_THAT(source_rows(json.at("classes")[1]), ElementsAre(16, 17));
}

TEST_F(Medoids, LabelsOfTheWholeInputAreFoundBySourceRow)
{
    Labels labels(18, 7);
    for (size_t row = 10; row < 18; ++row) labels[row] = row >= 15;
    write_labels("input.h5", labels);
    const auto json = document({"--k", "2", "--labels", path("input.h5:labels")});
    EXPECT_EQ(json.at("labels").at("indexed_by"), "source_row");
    ASSERT_EQ(json.at("classes").size(), 2U) << "no row of class 7 was compared";
    EXPECT_THAT(source_rows(json.at("classes")[1]), ElementsAre(16, 17));
    EXPECT_THAT(medoids({path("d.h5"), "--k", "1", "--labels", path("input.h5:labels")}).out,
                HasSubstr("input.h5:labels, by source row"));
}

TEST_F(Medoids, AreATableForPeople)
{
    const auto result = medoids({path("d.h5"), "--k", "2", "--labels", path("labels.h5:labels")});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.out, testing::StartsWith(
                                "class    rank  row  source row  cluster size  mean distance\n"));
    EXPECT_THAT(result.out,
                HasSubstr("\nclass 0     1    1          11             3        0.66667\n"
                          "class 0     2    3          13             2            0.5\n"));
    EXPECT_THAT(result.out, HasSubstr("mean distance to the nearest medoid: class 0 0.6 (5 rows), "
                                      "class 1 0.33333 (3 rows)"));
    EXPECT_THAT(result.out, HasSubstr("labels.h5:labels, one per row of the matrix"));
}

TEST_F(Medoids, LeaveFeaturesAndScoresInAFile)
{
    const auto result = medoids({path("d.h5"), "--k", "2", "--labels", path("labels.h5:labels"),
                                 "--knn", "3", "--out", path("m.h5")});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(column<int64_t>("m.h5", "medoid_row"), ElementsAre(1, 3, 6, 7));
    EXPECT_THAT(column<int64_t>("m.h5", "medoid_label"), ElementsAre(0, 0, 1, 1));
    EXPECT_THAT(column<int64_t>("m.h5", "cluster"), ElementsAre(0, 0, 0, 1, 1, 2, 2, 3));
    EXPECT_THAT(column<int64_t>("m.h5", "source_row"), ElementsAre(10, 11, 12, 13, 14, 15, 16, 17));
    const auto features = column<double>("m.h5", "distances");
    EXPECT_THAT(std::vector<double>(features.begin(), features.begin() + 4),
                ElementsAre(1, 50, 201, 203));
    const double third = 1 / 3.0;
    EXPECT_THAT(column<double>("m.h5", "knn_score"),
                ElementsAre(0, 0, 0, 0, 0, 2 * third, 2 * third, 2 * third))
        << "each of class 1 has two of its own, and one of the others, around it";
    const auto metrics = test::run_program(
        {"metrics", path("m.h5"), "--scores", "knn_score", "--labels", "labels", "--json"});
    ASSERT_EQ(metrics.exit_code, 0) << metrics.err;
    EXPECT_EQ(Json::parse(metrics.out)["taggers"][0]["metrics"]["auc"]["value"], 1);
}

TEST_F(Medoids, OfRowsThatAreNotThoseOfTheLabelsAreRefused)
{
    const auto input = test::sample_folder() / "test.h5",
               other = test::sample_folder() / "train.h5";
    made_of(input);
    const auto json = document({"--k", "1", "--labels", input.string() + ":is_signal_new"});
    EXPECT_EQ(json.at("labels").at("indexed_by"), "source_row");
    const auto refused = medoids({path("d.h5"), "--labels", other.string() + ":is_signal_new"});
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_THAT(refused.err, HasSubstr("train.h5: holds other rows than those of " + path("d.h5")));
    EXPECT_EQ(
        document({"--k", "1", "--labels", path("labels.h5:labels")}).at("labels").at("indexed_by"),
        "row")
        << "a file of labels alone";
    {
        test::Hdf5Writer predictions(path("labels.h5"));
        predictions.dataset("labels", Labels(8, 1), {8});
        predictions.text("/", "source_hashes", sha256_of_file(other));
    }
    EXPECT_THAT(medoids({path("d.h5"), "--labels", path("labels.h5:labels")}).err,
                HasSubstr("labels.h5: was made of other rows than those of"));
}

/// One image of 2 x 2 pixels per source row.
void write_images(const std::string& path, std::vector<int64_t> source_rows)
{
    test::Hdf5Writer file(path);
    const hsize_t rows = source_rows.size();
    file.dataset("images", std::vector<float>(rows * 4, 0.5F), {rows, 1, 2, 2});
    file.dataset("source_row", source_rows, {rows});
}

size_t count(const std::string& text, const std::string& part)
{
    size_t found = 0;
    for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++found;
    return found;
}

TEST_F(Medoids, AreShownOnAPage)
{
    if (test::run_other("gnuplot", {"--version"}).exit_code != 0) GTEST_SKIP() << "no gnuplot";
    write_images(path("images.h5"), {17, 16, 15, 14, 13, 12, 11, 10});
    const auto result = medoids({path("d.h5"), "--k", "2", "--labels", path("labels.h5:labels"),
                                 "--report", path("page.html"), "--images", path("images.h5")});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const auto html = read_text(path("page.html"));
    EXPECT_EQ(count(html, "data:image/png"), 4U);
    EXPECT_THAT(html, HasSubstr("row 11, for 3 events"));
    EXPECT_EQ(count(html, "<svg"), 2U) << "distances and correlation dimension";
    EXPECT_THAT(html, HasSubstr("class 0, class 1"));
}

TEST_F(Medoids, WithoutAnImageAreNamed)
{
    write_images(path("images.h5"), {10, 11, 12, 13, 14, 15, 16});
    const auto result = medoids({path("d.h5"), "--k", "2", "--labels", path("labels.h5:labels"),
                                 "--report", path("page.html"), "--images", path("images.h5")});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.err, HasSubstr("images.h5: has no image of row 17 (7 rows seen;"));
    EXPECT_FALSE(std::filesystem::exists(path("page.html")));
}

TEST_F(Medoids, AreNotShownAsImagesOfAnotherFile)
{
    const auto input = test::sample_folder() / "test.h5";
    made_of(input);
    const auto error = [&](const std::string& hash) {
        {
            hdf5::ArrayWriter file(path("images.h5"));
            file.array<float>("images", {15, 1, 2, 2}, std::vector<float>(4 * 15, 0.5F));
            file.array<int64_t>("source_row", {15},
                                Labels{10, 11, 12, 13, 14, 15, 16, 17, 10, 11, 12, 13, 14, 15, 16});
            file.array<int64_t>("source_file", {15},
                                Labels{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1});
            if (!hash.empty()) file.texts("source_hashes", {"0f", hash});
            file.close();
        }
        const auto result = medoids({path("d.h5"), "--k", "2", "--labels", path("labels.h5:labels"),
                                     "--report", path("page.html"), "--images", path("images.h5")});
        EXPECT_EQ(result.exit_code, 2);
        return result.err;
    };
    EXPECT_THAT(error(sha256_of_file(input)), HasSubstr("has no image of row 17 (7 rows seen;"))
        << "the first file has one";
    EXPECT_THAT(error("1e"), HasSubstr("images.h5: holds no images of " + input.string()));
    EXPECT_THAT(error(""), HasSubstr("images that do not say of which files they are"));
}

TEST_F(Medoids, OfAFileLargerThanTheMemoryAreTheSame)
{
    test::write_distances(path("d.h5"), test::toy_distances(test::toy_points(800, 2, 3)));
    Labels labels(800);
    for (size_t row = 0; row < 800; ++row) labels[row] = row % 3 == 0;
    write_labels("labels.h5", labels);
    const auto written = [&](const std::string& memory, const std::string& out) {
        return document({"--labels", path("labels.h5:labels"), "--k", "4", "--knn", "7", "--out",
                         path(out), "--memory", memory});
    };
    EXPECT_EQ(written("9 MB", "a.h5").at("in_memory"), true);
    const auto streamed = written("1.2 MB", "b.h5");  // the matrix: 1.28 MB
    EXPECT_EQ(streamed.at("in_memory"), false);
    EXPECT_EQ(streamed.at("classes")[0].at("method"), "FasterPAM");
    EXPECT_EQ(test::run_other("cmp", {path("a.h5"), path("b.h5")}).exit_code, 0);
    EXPECT_THAT(medoids({path("d.h5"), "--memory", "1.2 MB"}).err,
                HasSubstr("a sample of 800 rows and the distances to 5 medoids take 1.29 MB"));
}

TEST_F(Medoids, AreTheSameAgain)
{
    for (const char* name : {"a.h5", "b.h5"})
        ASSERT_EQ(medoids({path("d.h5"), "--k", "3", "--out", path(name)}).exit_code, 0);
    EXPECT_EQ(test::run_other("cmp", {path("a.h5"), path("b.h5")}).exit_code, 0);
}

}  // namespace
}  // namespace jetsmith
