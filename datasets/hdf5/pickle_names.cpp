// SPDX-License-Identifier: Apache-2.0
// Protocol 0 is text: "(l" begins a list, "p<n>\n" remembers the last value, "V<text>\n" is a text,
// "S'<text>'\n" a Python 2 text, "I<n>\n" an integer, "a" appends, "." ends.
#include "datasets/hdf5/pickle_names.h"

#include <charconv>

namespace jetsmith::hdf5 {
namespace {

class Scanner {
  public:
    explicit Scanner(std::string_view bytes) : rest_(bytes) {}

    bool take(std::string_view token)
    {
        if (!rest_.starts_with(token)) return false;
        rest_.remove_prefix(token.size());
        return true;
    }

    /// The remainder of a line after `code`, e.g. 'V'.
    bool line(char code, std::string& text)
    {
        const auto end = rest_.find('\n');
        if (rest_.empty() || rest_.front() != code || end == std::string_view::npos) return false;
        text = rest_.substr(1, end - 1);
        rest_.remove_prefix(end + 1);
        return true;
    }

  private:
    std::string_view rest_;
};

void append_utf8(std::string& out, unsigned code)
{
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xC0 | code >> 6);
        out += static_cast<char>(0x80 | (code & 0x3F));
    } else {
        out += static_cast<char>(0xE0 | code >> 12);
        out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
        out += static_cast<char>(0x80 | (code & 0x3F));
    }
}

/// Latin-1 with \uXXXX for the rest, as protocol 0 writes texts.
std::string unescaped(std::string_view text)
{
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
        unsigned code = static_cast<unsigned char>(text[i]);
        if (text.substr(i, 2) == "\\u" && i + 6 <= text.size()) {
            std::from_chars(text.data() + i + 2, text.data() + i + 6, code, 16);
            i += 5;
        }
        append_utf8(out, code);
    }
    return out;
}

bool value(Scanner& scanner, std::string& text)
{
    if (scanner.line('V', text)) {
        text = unescaped(text);
        return true;
    }
    if (scanner.line('I', text)) return true;
    if (!scanner.line('S', text) || text.size() < 2 || text.front() != text.back()) return false;
    text = text.substr(1, text.size() - 2);
    return true;
}

}  // namespace

std::vector<std::string> pickled_names(std::string_view bytes)
{
    Scanner scanner(bytes);
    std::string text, memo;
    if (!scanner.take("(l")) return {};
    scanner.line('p', memo);
    std::vector<std::string> names;
    while (!scanner.take(".")) {
        if (!value(scanner, text)) return {};
        names.push_back(text);
        scanner.line('p', memo);
        if (!scanner.take("a")) return {};
    }
    return names;
}

}  // namespace jetsmith::hdf5
