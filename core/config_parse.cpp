// SPDX-License-Identifier: Apache-2.0
// YAML text -> ConfigNode through yaml-cpp's event interface, which shows what its node interface
// hides: duplicate keys, where an alias points, and how much a document expands to.
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <unordered_map>
#include <utility>

#include "core/config_messages.h"
#include "core/config_node.h"
#include "core/errors.h"

namespace jetsmith {
namespace {

constexpr int kMaxDepth = 64;
constexpr int64_t kMaxValues = 100'000;
constexpr size_t kMaxKeyBytes = 200;  // YAML has keys of at most 1,024 characters on one line

int64_t count_values(const ConfigNode& node)
{
    int64_t count = 1;
    for (const auto& item : node.items) count += count_values(item);
    for (const auto& [key, value] : node.entries) count += count_values(value);
    return count;
}

/// One line of the document, from 0, cut where it is long.
std::string line_of(const std::string& text, int number)
{
    constexpr size_t kMost = 60;
    std::istringstream lines(text);
    std::string line;
    for (int i = 0; i <= number && std::getline(lines, line); ++i) continue;
    const auto first = line.find_first_not_of(" \t\r"), last = line.find_last_not_of(" \t\r");
    line = first == std::string::npos ? "an empty line" : line.substr(first, last + 1 - first);
    return config_messages::one_line(line.size() > kMost ? line.substr(0, kMost - 3) + "..." : line);
}

/// What to look at where yaml-cpp stumbled.
[[noreturn]] void not_yaml(const std::string& text, const std::string& file, int line,
                           const std::string& why)
{
    const std::string seen = line_of(text, line);
    const bool tab = text.find('\t') != std::string::npos;
    ConfigNode there;
    there.file = file;
    there.line = line + 1;
    throw UserError("{}: not valid YAML ({}; seen: {}; 'key: value' wanted). {}", there.place(),
                    config_messages::one_line(why), seen,
                    tab ? "Replace the tabs by spaces."
                        : "Check indentation, colons, brackets and quotes there.");
}

/// Builds the tree while yaml-cpp reports what it meets.
class Builder : public YAML::EventHandler {
  public:
    Builder(const std::string& text, std::string file) : text_(text), file_(std::move(file)) {}

    ConfigNode root;

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override
    {
        if (expects_key()) fail(mark, "a key is empty", "a name wanted", "Write key: value.");
        deliver(leaf(mark), anchor, mark);
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override
    {
        if (expects_key()) return take_key(mark, value);
        // Plain scalars carry the tag "?", quoted ones "!"; other tags have no meaning here.
        if (tag != "?" && tag != "!") fail(mark, "tags are not supported", "plain values wanted", "Leave '" + tag + "' away.");
        ConfigNode node = leaf(mark);
        const bool quoted = tag == "!";
        const bool null = !quoted && (value.empty() || value == "~" || value == "null");
        node.kind = null ? ConfigNode::Kind::null : ConfigNode::Kind::scalar;
        node.scalar = null ? "" : value;
        node.quoted = quoted;
        deliver(std::move(node), anchor, mark);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override
    {
        if (expects_key()) fail(mark, "an alias cannot be a key", "a name wanted", "Write key: value.");
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end())
            fail(mark, "an alias points to a section that contains it",
                 "an alias of something complete wanted", "Write it out.");
        // Counted before the copy: a bomb must not be allowed to expand first.
        count(count_values(found->second), mark);
        attach(found->second, mark);
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override
    {
        open(mark, ConfigNode::Kind::list, anchor);
    }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override
    {
        open(mark, ConfigNode::Kind::map, anchor);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapEnd() override { close(); }

    [[noreturn]] void fail(const YAML::Mark& mark, const std::string& problem,
                           const std::string& wanted, const std::string& way_out) const
    {
        throw UserError("{}: {} (seen: {}; {}). {}", leaf(mark).place(), problem,
                        line_of(text_, mark.line), wanted, way_out);
    }

  private:
    struct Open {
        ConfigNode node;
        YAML::anchor_t anchor;
        YAML::Mark mark;
        std::string key;
        bool has_key = false;
        std::unordered_map<std::string, int> lines;  ///< of the keys so far
    };

    ConfigNode leaf(const YAML::Mark& mark) const
    {
        ConfigNode node;
        node.file = file_;
        node.line = mark.line + 1;
        return node;
    }

    bool expects_key() const
    {
        return !stack_.empty() && stack_.back().node.kind == ConfigNode::Kind::map &&
               !stack_.back().has_key;
    }

    void take_key(const YAML::Mark& mark, const std::string& key)
    {
        if (key == "<<")
            fail(mark, "merge keys ('<<') are not supported", "every key written out wanted",
                 "Use base: other.yaml for what several recipes share.");
        if (key.size() > kMaxKeyBytes)
            fail(mark, fmt::format("a key of {} bytes", key.size()),
                 fmt::format("at most {} wanted", kMaxKeyBytes), "Check the quotes and colons.");
        if (config_messages::one_line(key) != key)
            fail(mark, "a line break or control character in a key", "a name wanted",
                 "Check the quotes and colons.");
        auto& open = stack_.back();
        const auto [first, is_new] = open.lines.emplace(key, mark.line + 1);
        if (!is_new)
            throw UserError("{}: {}: duplicate key (first seen in line {}; one wanted). Remove one "
                            "of them.",
                            leaf(mark).place(), key, first->second);
        open.key = key;
        open.has_key = true;
    }

    void open(const YAML::Mark& mark, ConfigNode::Kind kind, YAML::anchor_t anchor)
    {
        if (expects_key())
            fail(mark, "a map or a list stands where a key must", "a name wanted",
                 "Write key: value.");
        if (stack_.size() >= kMaxDepth)
            fail(mark, fmt::format("nested deeper than {} levels", kMaxDepth),
                 "a few levels wanted", "Check the brackets.");
        Open next{leaf(mark), anchor, mark, "", false, {}};
        next.node.kind = kind;
        stack_.push_back(std::move(next));
    }

    void close()
    {
        Open done = std::move(stack_.back());
        stack_.pop_back();
        deliver(std::move(done.node), done.anchor, done.mark);
    }

    void deliver(ConfigNode node, YAML::anchor_t anchor, const YAML::Mark& mark)
    {
        count(1, mark);
        if (anchor) {
            count(count_values(node) - 1, mark);  // the copy
            anchors_[anchor] = node;
        }
        attach(std::move(node), mark);
    }

    void attach(ConfigNode node, const YAML::Mark&)
    {
        if (stack_.empty()) {
            root = std::move(node);
            return;
        }
        auto& parent = stack_.back();
        if (parent.node.kind == ConfigNode::Kind::list) {
            parent.node.items.push_back(std::move(node));
        } else {
            parent.node.entries.emplace_back(std::move(parent.key), std::move(node));
            parent.has_key = false;
        }
    }

    void count(int64_t values, const YAML::Mark& mark)
    {
        values_ += values;
        if (values_ > kMaxValues)
            fail(mark,
                 fmt::format("the document expands to more than {} values, since its aliases "
                             "multiply",
                             kMaxValues),
                 "fewer wanted", "Write it without nested aliases.");
    }

    const std::string& text_;
    std::string file_;
    std::vector<Open> stack_;
    std::map<YAML::anchor_t, ConfigNode> anchors_;
    int64_t values_ = 0;
};

}  // namespace

ConfigNode parse_yaml(const std::string& text, const std::string& file)
{
    std::istringstream stream(text);
    Builder builder(text, file);
    try {
        YAML::Parser parser(stream);
        if (!parser.HandleNextDocument(builder)) builder.root.file = file;
        Builder second(text, file);
        if (parser.HandleNextDocument(second))
            throw UserError("{}: holds more than one YAML document (seen: a line '---' between "
                            "them; one wanted). Keep one per file.",
                            file);
    } catch (const YAML::Exception& error) {
        not_yaml(text, file, error.mark.line, error.msg);
    }
    return std::move(builder.root);
}

}  // namespace jetsmith
