// SPDX-License-Identifier: Apache-2.0
#include "datasets/expression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/user_error.h"

namespace jetsmith {
namespace {

using ::testing::HasSubstr;

/// The value for one row with a = 2, b = -3, pt = 600, eta = -1.5, nan = NaN.
double value(const std::string& text)
{
    const Expression expression(text, "test");
    std::vector<double> row;
    for (const auto& name : expression.names()) {
        if (name == "a")
            row.push_back(2);
        else if (name == "b")
            row.push_back(-3);
        else if (name == "pt")
            row.push_back(600);
        else if (name == "eta")
            row.push_back(-1.5);
        else if (name == "tau 21")
            row.push_back(0.25);
        else
            row.push_back(std::numeric_limits<double>::quiet_NaN());
    }
    std::vector<const double*> columns;
    for (const double& number : row) columns.push_back(&number);
    return expression.evaluate(columns, 1)[0];
}

// The right-hand column is worked out by hand.
TEST(Expression, FollowsTheRulesOfArithmeticAndLogic)
{
    const std::pair<const char*, double> table[] = {
        {"1 + 2 * 3", 7},
        {"(1 + 2) * 3", 9},
        {"10 - 4 - 3", 3},
        {"24 / 4 / 2", 3},
        {"-a * b", 6},
        {"2 - -b", -1},
        {"1.5e2 + .5", 150.5},
        {"pt > 550 && abs(eta) < 2", 1},
        {"pt > 550 && abs(eta) < 1", 0},
        {"pt<=600", 1},
        {"pt >= 600.5", 0},
        {"a == 2 || b == 2", 1},
        {"a != 2 || b == 2", 0},
        {"1 || 0 && 0", 1},
        {"(1 || 0) && 0", 0},
        {"!(a > 1)", 0},
        {"!a == 0", 1},
        {"min(a, b) + max(a, b)", -1},
        {"sqrt(a * 8) + log(1)", 4},
        {"`tau 21` < 0.5", 1},
        {"b && 1", 1},
        {"7 % 4 + -1 % 5", 7},
        {"exp(log(a)) * pow(b, 2)", 18},
        {"hypot(b, 4)", 5},
        {"floor(b / a)", -2},
        {"atan2(0, -1) - acos(-1)", 0},
        {"delta_phi(3, -3)", 6 - 2 * M_PI},
        {"otherwise(missing, a)", 2},
        {"otherwise(a, missing)", 2},
        {"sin(0) + cos(0) + tan(0) + sinh(0) + cosh(0) + tanh(0)", 2},
    };
    for (const auto& [text, expected] : table) EXPECT_DOUBLE_EQ(value(text), expected) << text;
}

TEST(Expression, NothingComparedWithNanPasses)
{
    EXPECT_FALSE(is_true(value("missing > 0")));
    EXPECT_FALSE(is_true(value("missing < 0")));
    EXPECT_FALSE(is_true(value("missing")));
    EXPECT_FALSE(is_true(value("missing + 1")));
}

TEST(Expression, NanPassesThroughEverythingButOtherwise)
{
    for (const char* text : {"min(missing, 1)", "min(1, missing)", "max(missing, 1)",
                             "max(1, missing)", "missing * 0", "missing % 2"})
        EXPECT_TRUE(std::isnan(value(text))) << text;
}

TEST(Expression, NamesReachIntoCollections)
{
    const Expression expression("log(jets[0].pt) + count(jets) * sum(jets.btag) - jets[12].pt",
                                "test");
    EXPECT_EQ(expression.names(), (std::vector<std::string>{"jets[0].pt", "count(jets)",
                                                            "sum(jets.btag)", "jets[12].pt"}));
    EXPECT_THAT(test::user_error([] { Expression("jets[].pt", "here"); }),
                HasSubstr("an operator is wanted here (column 5"));
}

TEST(Expression, RowsAreIndependent)
{
    const Expression expression("x * 2 > y", "test");
    const double x[] = {1, 2, 3}, y[] = {2, 3, 7};
    EXPECT_EQ(expression.names(), (std::vector<std::string>{"x", "y"}));
    EXPECT_EQ(expression.evaluate({x, y}, 3), (std::vector<double>{0, 1, 0}));
}

TEST(Expression, ErrorsNameColumnAndTextSeen)
{
    const auto error = [](const std::string& text) {
        return test::user_error([&] { Expression(text, "top.yaml:7: data.select"); });
    };
    EXPECT_EQ(error("pt > "),
              "top.yaml:7: data.select: a number, a column or '(' is wanted here (column 6 of "
              "'pt > '; seen: the end). Write e.g. pt > 550 && abs(eta) < 2.");
    EXPECT_THAT(error("pt > 5)"), HasSubstr("an operator is wanted here (column 7"));
    EXPECT_THAT(error("(pt > 5"), HasSubstr("')' is wanted here (column 8"));
    EXPECT_THAT(error("abss(eta) < 2"), HasSubstr("unknown function 'abss' (column 1"));
    EXPECT_THAT(error("abss(eta) < 2"), HasSubstr("Did you mean 'abs'?"));
    EXPECT_THAT(error("min(a)"), HasSubstr("',' is wanted here (column 6"));
    EXPECT_THAT(error("1 < eta < 2"), HasSubstr("Write a < x && x < b."));
    EXPECT_THAT(error("a and b"), HasSubstr("Write &&, || or ==."));
    EXPECT_THAT(error("a = 2"), HasSubstr("Write &&, || or ==."));
    EXPECT_THAT(error("pt > @"), HasSubstr("seen: '@'"));
    EXPECT_THAT(error("`pt"), HasSubstr("'`' is wanted here"));
    EXPECT_THAT(error(std::string(5000, '(')), HasSubstr("nested too deeply"));
    std::string sum = "1";
    for (int i = 0; i < 5000; ++i) sum += "+1";
    EXPECT_THAT(error(sum), HasSubstr("too long"));
    EXPECT_THAT(error(std::string(5000, '-')), HasSubstr("nested too deeply"));
}

}  // namespace
}  // namespace jetsmith
