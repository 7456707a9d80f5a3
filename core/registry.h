// SPDX-License-Identifier: Apache-2.0
// Components by name. A component is a class with a nested `Options` (constructible from a
// Config&) and a constructor (const Options&, Args...); one line at the end of its file registers it:
//
//     JETSMITH_REGISTER(Model, "cnn", Cnn);
//
// The registry, not the component, checks that every key of the section was read.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/config.h"

namespace jetsmith {

/// What is needed of an interface to have a registry: its family name (= the YAML section) and
/// the arguments that every constructor gets after its options, as
/// `template <> struct Family<Model> { static constexpr auto name = "model";
///   using Make = std::unique_ptr<Model>(const BatchShape&); };`
template <typename T>
struct Family;

/// One registered name as `jetsmith list` sees it.
struct ComponentInfo {
    std::string family;
    std::string name;
    std::string file;
    std::function<std::vector<Declaration>()> describe;
};

/// Every registered component of the program, in order of family and name.
const std::vector<ComponentInfo>& all_components();

namespace detail {
void add_component(ComponentInfo info);
[[noreturn]] void unknown_component(const Config& config, const std::string& family,
                                    const std::string& name, std::vector<std::string> known);
std::string read_type(Config& config, const std::string& family);
}  // namespace detail

template <typename T, typename Make = typename Family<T>::Make>
class Registry;

template <typename T, typename... Args>
class Registry<T, std::unique_ptr<T>(Args...)> {
  public:
    using Factory = std::function<std::unique_ptr<T>(Config&, Args...)>;

    /// Builds the component that the section's `type:` names. Throws UserError for an absent or
    /// unknown type and for every key that the component does not read.
    static std::unique_ptr<T> make(Config& config, Args... args)
    {
        const std::string name = detail::read_type(config, Family<T>::name);
        const auto found = factories().find(name);
        if (found == factories().end())
            detail::unknown_component(config, Family<T>::name, name, names());
        config.set_owner(std::string(Family<T>::name) + " '" + name + "'");
        return found->second(config, std::forward<Args>(args)...);
    }

    static std::vector<std::string> names()
    {
        std::vector<std::string> all;
        for (const auto& [name, factory] : factories()) all.push_back(name);
        return all;
    }

    template <typename Component>
    static bool add(const std::string& name, const char* file)
    {
        factories()[name] = [](Config& config, Args... args) -> std::unique_ptr<T> {
            typename Component::Options options(config);
            config.finish();
            return std::make_unique<Component>(options, std::forward<Args>(args)...);
        };
        detail::add_component({Family<T>::name, name, file, [name] {
                                   auto config = Config::describing(name);
                                   typename Component::Options options(config);
                                   return config.declarations();
                               }});
        return true;
    }

  private:
    static std::map<std::string, Factory>& factories()
    {
        static std::map<std::string, Factory> all;
        return all;
    }
};

}  // namespace jetsmith

#define JETSMITH_REGISTER(Interface, name, Component) \
    [[maybe_unused]] static const bool registered_##Component = \
        ::jetsmith::Registry<Interface>::add<Component>(name, __FILE__)
