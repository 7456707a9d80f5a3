// SPDX-License-Identifier: Apache-2.0
#include "datasets/expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "core/config.h"
#include "core/errors.h"

namespace jetsmith {

namespace {

using enum Operation;

struct Operator {
    std::string_view symbol;
    int level;  ///< operators of a higher level bind more tightly
    Operation operation;
};

constexpr int kComparison = 3;

// Longer symbols come first, so that `<=` is not read as `<`.
const Operator kOperators[] = {
    {"||", 1, logical_or},
    {"&&", 2, logical_and},
    {"==", kComparison, equal},
    {"!=", kComparison, unequal},
    {"<=", kComparison, less_equal},
    {">=", kComparison, greater_equal},
    {"<", kComparison, less},
    {">", kComparison, greater},
    {"+", 4, add},
    {"-", 4, subtract},
    {"*", 5, multiply},
    {"/", 5, divide},
    {"%", 5, remainder},
};

const std::map<std::string, Operation> kFunctions{
    {"abs", Operation::abs},     {"sqrt", Operation::sqrt},   {"log", Operation::log},
    {"exp", Operation::exp},     {"sin", Operation::sin},     {"cos", Operation::cos},
    {"tan", Operation::tan},     {"acos", Operation::acos},   {"sinh", Operation::sinh},
    {"cosh", Operation::cosh},   {"tanh", Operation::tanh},   {"floor", Operation::floor},
    {"min", Operation::min},     {"max", Operation::max},     {"pow", Operation::pow},
    {"atan2", Operation::atan2}, {"hypot", Operation::hypot}, {"delta_phi", Operation::delta_phi},
    {"otherwise", Operation::otherwise}};

/// Functions of a whole collection: part of a name, see store_columns.h.
constexpr std::string_view kOfCollections[] = {"count", "sum"};

/// Precedence climbing over the text; writes the program as it goes.
class Parser {
  public:
    Parser(const std::string& text, const std::string& place, std::vector<std::string>& names,
           std::vector<Instruction>& program)
        : text_(text), place_(place), names_(names), program_(program)
    {
    }

    void parse()
    {
        binary(1);
        if (peek() == '\0') return;
        for (const std::string_view word : {"and", "or", "&", "|", "="})
            if (std::string_view(text_).substr(at_).starts_with(word))
                fail("an operator is wanted here", " Write &&, || or ==.");
        fail("an operator is wanted here");
    }

  private:
    static constexpr int kMaxDepth = 200, kMaxOperators = 1000;

    void emit(Operation operation) { program_.push_back({operation, -1, 0}); }

    void binary(int level)
    {
        unary();
        bool compared = false;
        for (const Operator* op; (op = next_operator()) && op->level >= level;) {
            if (op->level == kComparison && std::exchange(compared, true))
                fail("comparisons cannot be chained", " Write a < x && x < b.");
            if (++operators_ > kMaxOperators) fail("too long");
            at_ += op->symbol.size();
            binary(op->level + 1);
            emit(op->operation);
        }
    }

    void unary()
    {
        if (++depth_ > kMaxDepth) fail("nested too deeply");
        if (take('-')) {
            unary();
            emit(negate);
        } else if (take('!')) {
            unary();
            emit(logical_not);
        } else if (take('(')) {
            binary(1);
            expect(')');
        } else {
            operand();
        }
        --depth_;
    }

    void operand()
    {
        const char c = peek();
        if ((c >= '0' && c <= '9') || c == '.') return constant();
        const size_t begin = at_;
        const std::string word = name();
        if (peek() != '(' || text_[begin] == '`') return column(word);
        if (std::find(std::begin(kOfCollections), std::end(kOfCollections), word) !=
            std::end(kOfCollections)) {
            expect('(');
            const std::string inside = name();
            expect(')');
            return column(word + "(" + inside + ")");
        }
        const auto function = kFunctions.find(word);
        if (function == kFunctions.end()) {
            at_ = begin;
            std::vector<std::string> known(std::begin(kOfCollections), std::end(kOfCollections));
            for (const auto& [called, unused] : kFunctions) known.push_back(called);
            fail(fmt::format("unknown function '{}'", word), suggestion(word, known));
        }
        expect('(');
        binary(1);
        if (takes_two(function->second)) {
            expect(',');
            binary(1);
        }
        expect(')');
        emit(function->second);
    }

    void constant()
    {
        Instruction push{number, -1, 0};
        const char* begin = text_.data() + at_;
        const auto result = std::from_chars(begin, text_.data() + text_.size(), push.number);
        if (result.ec != std::errc{}) fail("not a number");
        at_ += static_cast<size_t>(result.ptr - begin);
        program_.push_back(push);
    }

    void column(const std::string& word)
    {
        const auto known = std::find(names_.begin(), names_.end(), word);
        program_.push_back({Operation::name, static_cast<int32_t>(known - names_.begin()), 0});
        if (known == names_.end()) names_.push_back(word);
    }

    std::string name()
    {
        const bool quoted = take('`');
        const size_t begin = at_;
        const auto belongs = [quoted](char c) {
            if (quoted) return c != '`';
            return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.';
        };
        while (at_ < text_.size() && (belongs(text_[at_]) || (!quoted && index()))) ++at_;
        const std::string word = text_.substr(begin, at_ - begin);
        if (word.empty()) fail("a number, a column or '(' is wanted here");
        if (quoted) expect('`');
        return word;
    }

    /// True at the beginning of `[3]`, the number of an object; moves to its end.
    bool index()
    {
        const size_t end = text_.find_first_not_of("0123456789", at_ + 1);
        const bool found = text_[at_] == '[' && end != std::string::npos && end > at_ + 1 &&
                           text_[end] == ']';
        if (found) at_ = end;
        return found;
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
                        seen, hint.empty() ? " Write e.g. pt > 550 && abs(eta) < 2." : hint);
    }

    const std::string& text_;
    const std::string& place_;
    std::vector<std::string>& names_;
    std::vector<Instruction>& program_;
    size_t at_ = 0;
    int depth_ = 0, operators_ = 0;
};

}  // namespace

Expression::Expression(const std::string& text, const std::string& place) : text_(text)
{
    Parser(text_, place, names_, program_).parse();
}

std::vector<double> Expression::evaluate(const std::vector<const double*>& columns,
                                         size_t rows) const
{
    return run_program(program_, columns, rows);
}

std::vector<double> run_program(const std::vector<Instruction>& program,
                                const std::vector<const double*>& columns, size_t rows)
{
    std::vector<std::vector<double>> stack;
    for (const auto& [operation, name, value] : program) {
        if (operation == number) {
            stack.emplace_back(rows, value);
        } else if (operation == Operation::name) {
            const double* column = columns[static_cast<size_t>(name)];
            stack.emplace_back(column, column + rows);
        } else if (takes_one(operation)) {
            for (double& top : stack.back()) top = apply(operation, top, 0);
        } else {
            const auto right = std::move(stack.back());
            stack.pop_back();
            auto& left = stack.back();
            for (size_t i = 0; i < rows; ++i) left[i] = apply(operation, left[i], right[i]);
        }
    }
    return std::move(stack.back());
}

}  // namespace jetsmith
