// SPDX-License-Identifier: Apache-2.0
#include "datasets/expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <map>
#include <utility>

#include "core/config.h"
#include "core/errors.h"

namespace jetsmith {

using Function = double (*)(double, double);

struct Expression::Node {
    Function apply = nullptr;  ///< null for a number or a name
    double number = 0;
    int name = -1;
    std::unique_ptr<Node> left, right;  ///< right is null for functions of one argument
};

namespace {

using Node = Expression::Node;
using NodePtr = std::unique_ptr<Node>;

struct Operator {
    std::string_view symbol;
    int level;  ///< operators of a higher level bind more tightly
    Function apply;
};

constexpr int kComparison = 3;

// Longer symbols come first, so that `<=` is not read as `<`.
const Operator kOperators[] = {
    {"||", 1, [](double a, double b) -> double { return is_true(a) || is_true(b); }},
    {"&&", 2, [](double a, double b) -> double { return is_true(a) && is_true(b); }},
    {"==", kComparison, [](double a, double b) -> double { return a == b; }},
    {"!=", kComparison, [](double a, double b) -> double { return a != b; }},
    {"<=", kComparison, [](double a, double b) -> double { return a <= b; }},
    {">=", kComparison, [](double a, double b) -> double { return a >= b; }},
    {"<", kComparison, [](double a, double b) -> double { return a < b; }},
    {">", kComparison, [](double a, double b) -> double { return a > b; }},
    {"+", 4, [](double a, double b) { return a + b; }},
    {"-", 4, [](double a, double b) { return a - b; }},
    {"*", 5, [](double a, double b) { return a * b; }},
    {"/", 5, [](double a, double b) { return a / b; }},
};

struct Call {
    int arguments;
    Function apply;
};

const std::map<std::string, Call> kFunctions{
    {"abs", {1, [](double a, double) { return std::abs(a); }}},
    {"sqrt", {1, [](double a, double) { return std::sqrt(a); }}},
    {"log", {1, [](double a, double) { return std::log(a); }}},
    {"min", {2, [](double a, double b) { return std::min(a, b); }}},
    {"max", {2, [](double a, double b) { return std::max(a, b); }}},
};

NodePtr make_call(Function apply, NodePtr left, NodePtr right = nullptr)
{
    auto node = std::make_unique<Node>();
    node->apply = apply;
    node->left = std::move(left);
    node->right = std::move(right);
    return node;
}

/// Precedence climbing over the text.
class Parser {
  public:
    Parser(const std::string& text, const std::string& place, std::vector<std::string>& names)
        : text_(text), place_(place), names_(names)
    {
    }

    NodePtr parse()
    {
        auto node = binary(1);
        if (peek() == '\0') return node;
        for (const std::string_view word : {"and", "or", "&", "|", "="})
            if (std::string_view(text_).substr(at_).starts_with(word))
                fail("an operator is wanted here", " Write &&, || or ==.");
        fail("an operator is wanted here");
    }

  private:
    static constexpr int kMaxDepth = 200, kMaxOperators = 1000;

    NodePtr binary(int level)
    {
        auto left = unary();
        bool compared = false;
        for (const Operator* op; (op = next_operator()) && op->level >= level;) {
            if (op->level == kComparison && std::exchange(compared, true))
                fail("comparisons cannot be chained", " Write a < x && x < b.");
            if (++operators_ > kMaxOperators) fail("too long");
            at_ += op->symbol.size();
            left = make_call(op->apply, std::move(left), binary(op->level + 1));
        }
        return left;
    }

    NodePtr unary()
    {
        if (++depth_ > kMaxDepth) fail("nested too deeply");
        NodePtr node;
        if (take('-')) {
            node = make_call([](double a, double) { return -a; }, unary());
        } else if (take('!')) {
            node = make_call([](double a, double) -> double { return !is_true(a); }, unary());
        } else if (take('(')) {
            node = binary(1);
            expect(')');
        } else {
            node = operand();
        }
        --depth_;
        return node;
    }

    NodePtr operand()
    {
        const char c = peek();
        if ((c >= '0' && c <= '9') || c == '.') return number();
        const size_t begin = at_;
        const std::string word = name();
        if (peek() != '(' || text_[begin] == '`') return column(word);
        const auto call = kFunctions.find(word);
        if (call == kFunctions.end()) {
            at_ = begin;
            std::vector<std::string> known;
            for (const auto& [function, unused] : kFunctions) known.push_back(function);
            fail(fmt::format("unknown function '{}'", word), suggestion(word, known));
        }
        expect('(');
        auto first = binary(1);
        NodePtr second;
        if (call->second.arguments == 2) {
            expect(',');
            second = binary(1);
        }
        expect(')');
        return make_call(call->second.apply, std::move(first), std::move(second));
    }

    NodePtr number()
    {
        auto node = std::make_unique<Node>();
        const char* begin = text_.data() + at_;
        const auto result = std::from_chars(begin, text_.data() + text_.size(), node->number);
        if (result.ec != std::errc{}) fail("not a number");
        at_ += static_cast<size_t>(result.ptr - begin);
        return node;
    }

    NodePtr column(const std::string& word)
    {
        auto node = std::make_unique<Node>();
        const auto known = std::find(names_.begin(), names_.end(), word);
        node->name = static_cast<int>(known - names_.begin());
        if (known == names_.end()) names_.push_back(word);
        return node;
    }

    std::string name()
    {
        const bool quoted = take('`');
        const size_t begin = at_;
        const auto belongs = [quoted](char c) {
            if (quoted) return c != '`';
            return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.';
        };
        while (at_ < text_.size() && belongs(text_[at_])) ++at_;
        const std::string word = text_.substr(begin, at_ - begin);
        if (word.empty()) fail("a number, a column or '(' is wanted here");
        if (quoted) expect('`');
        return word;
    }

    const Operator* next_operator()
    {
        peek();
        for (const Operator& op : kOperators)
            if (std::string_view(text_).substr(at_).starts_with(op.symbol)) return &op;
        return nullptr;
    }

    char peek()
    {
        while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
        return at_ < text_.size() ? text_[at_] : '\0';
    }

    bool take(char c)
    {
        if (peek() != c) return false;
        ++at_;
        return true;
    }

    void expect(char c)
    {
        if (!take(c)) fail(fmt::format("'{}' is wanted here", c));
    }

    [[noreturn]] void fail(const std::string& problem, const std::string& hint = "") const
    {
        const std::string seen =
            at_ < text_.size() ? fmt::format("'{}'", text_.substr(at_, 12)) : "the end";
        throw UserError("{}: {} (column {} of '{}'; seen: {}).{}", place_, problem, at_ + 1, text_,
                        seen, hint);
    }

    const std::string& text_;
    const std::string& place_;
    std::vector<std::string>& names_;
    size_t at_ = 0;
    int depth_ = 0, operators_ = 0;
};

std::vector<double> values(const Node& node, const std::vector<const double*>& columns, size_t rows)
{
    if (node.name >= 0) {
        const double* column = columns[static_cast<size_t>(node.name)];
        return {column, column + rows};
    }
    if (!node.apply) return std::vector<double>(rows, node.number);
    auto left = values(*node.left, columns, rows);
    if (!node.right) {
        for (double& value : left) value = node.apply(value, 0);
        return left;
    }
    const auto right = values(*node.right, columns, rows);
    for (size_t i = 0; i < rows; ++i) left[i] = node.apply(left[i], right[i]);
    return left;
}

}  // namespace

Expression::Expression(const std::string& text, const std::string& place) : text_(text)
{
    root_ = Parser(text_, place, names_).parse();
}

Expression::~Expression() = default;
Expression::Expression(Expression&&) noexcept = default;
Expression& Expression::operator=(Expression&&) noexcept = default;

std::vector<double> Expression::evaluate(const std::vector<const double*>& columns,
                                         size_t rows) const
{
    return values(*root_, columns, rows);
}

}  // namespace jetsmith
