// SPDX-License-Identifier: Apache-2.0
#include "analysis/class_medoids.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "analysis/distance_matrix.h"
#include "tests/support/temp_folder.h"
#include "tests/support/toy_distances.h"
#include "tests/support/user_error.h"

namespace jetsmith::analysis {
namespace {

using test::user_error;
using testing::ElementsAre;
using testing::HasSubstr;

/// Rows of classes 3 and -1 in turn, each around a place of its own.
struct Toy {
    test::TempFolder folder;
    DistanceFile distances;
    RowClasses classes;

    explicit Toy(int64_t rows)
        : distances{"d.h5",
                    std::make_shared<const DistanceMatrix>(
                        rows, test::condensed(test::toy_points(rows, 2, 9, 2))),
                    {},
                    "{}"}
    {
        std::vector<int64_t> labels;
        for (int64_t row = 0; row < rows; ++row) {
            labels.push_back(row % 2 == 0 ? 3 : -1);
            distances.source_rows_N.push_back(1000 + row);
        }
        test::Hdf5Writer(folder.path() / "l.h5").dataset("labels", labels, {labels.size()});
        classes = read_row_classes((folder.path() / "l.h5:labels").string(), distances);
    }
};

TEST(RowClasses, AreThoseThatOccurInOrder)
{
    const Toy toy(11);
    ASSERT_EQ(toy.classes.classes.size(), 2U);
    EXPECT_EQ(toy.classes.classes[0].name, "class -1");
    EXPECT_THAT(toy.classes.classes[0].rows, ElementsAre(1, 3, 5, 7, 9));
    EXPECT_THAT(toy.classes.classes[1].rows, ElementsAre(0, 2, 4, 6, 8, 10));
    EXPECT_EQ(without_labels(toy.distances).classes.at(0).rows.size(), 11U);
}

TEST(RowClasses, HaveTheNamesThatTheFileGives)
{
    const Toy toy(6);
    {
        test::Hdf5Writer file(toy.folder.path() / "named.h5");
        file.dataset("truth", std::vector<int64_t>{1, 0, 0, 1, 2, 1}, {6});
        file.labels("unused", {"a"});
        const hid_t type = H5Tcopy(H5T_C_S1);
        H5Tset_size(type, H5T_VARIABLE);
        const hsize_t count = 2;
        const hid_t space = H5Screate_simple(1, &count, nullptr);
        const hid_t attribute =
            H5Acreate2(file.id(), "class_names", type, space, H5P_DEFAULT, H5P_DEFAULT);
        const char* names[] = {"qcd", "top"};
        H5Awrite(attribute, type, names);
        H5Aclose(attribute), H5Sclose(space), H5Tclose(type);
    }
    const auto classes =
        read_row_classes((toy.folder.path() / "named.h5:truth").string(), toy.distances);
    ASSERT_EQ(classes.classes.size(), 3U);
    EXPECT_EQ(classes.classes[0].name, "qcd");
    EXPECT_EQ(classes.classes[1].name, "top");
    EXPECT_EQ(classes.classes[2].name, "class 2") << "beyond the names";
}

TEST(ClassMedoids, OfAClassAreThoseOfItsPartOfTheMatrix)
{
    const Toy toy(60);
    const auto result = find_medoids(toy.distances, toy.classes, {.k = 3});
    ASSERT_EQ(result.by_class.size(), 2U);
    for (const auto& found : result.by_class) {
        const auto part = k_medoids(toy.distances.all->select(found.of.rows), {.k = 3});
        EXPECT_EQ(found.medoids.rows_K, part.rows_K);
        EXPECT_EQ(found.medoids.cost, part.cost);
        for (int64_t m = 0; m < 3; ++m)
            EXPECT_EQ(found.row(m), found.of.rows.at(part.rows_K[m])) << "rows of the matrix";
    }
    EXPECT_EQ(result.medoid_rows()[4], result.by_class[1].row(1));
}

TEST(ClassMedoids, OfLargeClassesComeFromSamples)
{
    const Toy toy(61);
    const auto whole = find_medoids(toy.distances, toy.classes, {.k = 3}, 31);
    const auto sampled = find_medoids(toy.distances, toy.classes, {.k = 3}, 30);
    EXPECT_FALSE(sampled.by_class[0].sampled) << "30 rows";
    EXPECT_TRUE(sampled.by_class[1].sampled) << "31 rows";
    EXPECT_EQ(medoids_json(sampled, toy.distances)["classes"][1]["method"], "CLARA");
    EXPECT_EQ(sampled.medoid_rows(), whole.medoid_rows())
        << "a sample of 2,000 holds all of 31 rows";
}

TEST(ClassMedoids, ThatDoNotFitBesideTheMatrixComeFromSamples)
{
    Toy toy(61);
    const auto matrix = DistanceMatrix::bytes(61);
    toy.distances.memory = matrix + DistanceMatrix::bytes(30);
    const auto found = find_medoids(toy.distances, toy.classes, {.k = 3});
    EXPECT_FALSE(found.by_class[0].sampled) << "30 rows";
    EXPECT_TRUE(found.by_class[1].sampled) << "31 rows";
}

TEST(LeaveOneOutScores, AreTheShareOfTheSecondClass)
{
    const Toy toy(40);
    const auto scores = leave_one_out_scores(toy.distances, toy.classes, 5);
    for (int64_t row = 0; row < 40; ++row)
        EXPECT_EQ(scores.at(row), row % 2 == 0 ? 1 : 0) << "clusters far apart, by class";
    const auto all = leave_one_out_scores(toy.distances, toy.classes, 39);
    const auto weighted = leave_one_out_scores(toy.distances, toy.classes, 39, Vote::inverse);
    EXPECT_EQ(all.at(0), 19 / 39.0);
    EXPECT_GT(weighted.at(0), 0.9) << "those of its own cluster are near";
    EXPECT_THAT(
        user_error([&] { leave_one_out_scores(toy.distances, without_labels(toy.distances), 5); }),
        HasSubstr("--knn: a matrix without labels has one class (two wanted"));
}

}  // namespace
}  // namespace jetsmith::analysis
