// Reads the configuration once, lets every group of rules look at it, and words the commands.
#include "stack/validate.hpp"

#include "json/text.hpp"
#include "stack/rules.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace basekeeper::stack {
namespace {

constexpr std::array groups{
    check_keys,
    check_opaque_keys,
    check_containers,
    check_addresses,
    check_domains,
    check_variables,
    check_env_text,
    check_mail,
    check_services,
    check_files,
    check_names,
};

struct verb
{
    std::string_view command;
    std::string_view tool;
};

constexpr std::array<verb, 5> verbs{{
    {"regenerate-keys", "dokploy_regenerate_keys"},
    {"update-env", "dokploy_update_env"},
    {"update-env", "dokploy_update_env"},
    {"domain", "dokploy_manage_domain"},
    {},
}};

const verb& verb_of(const finding& f)
{
    return verbs.at(static_cast<std::size_t>(f.remedy.kind));
}

/// As a shell takes it.
std::string word(std::string_view text)
{
    constexpr std::string_view harmless = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/:=,@%+";
    if (!text.empty() && text.find_first_not_of(harmless) == text.npos)
        return std::string(text);
    std::string out = "'";
    for (const char c : text)
        out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out += "'";
}

} // namespace

std::string printable(std::string_view text)
{
    std::string out;
    for (const char c : text.substr(0, 80))
        out += c >= ' ' && c <= '~' ? c : '?';
    return out;
}

result<std::vector<finding>> validate(const configuration& of)
{
    looked_at stack{.given = of, .env = TRY(env_text::document::parse(of.env)), .compose = std::nullopt};
    if (!of.compose.empty())
        stack.compose = TRY(compose_file::parse(of.compose));
    findings found;
    for (const auto check : groups)
        check(stack, found);
    findings out; // the worst first, else in the order of the rules
    for (const auto how : {severity::critical, severity::error, severity::warning, severity::info})
        std::ranges::copy_if(found, std::back_inserter(out), [&](const finding& one) { return one.severity == how; });
    return out;
}

std::string command(const finding& f, std::string_view instance)
{
    const auto& remedy = f.remedy;
    if (remedy.kind == remedy_kind::by_hand)
        return {};
    auto out = fmt::format("basekeeper dokploy {} {}", verb_of(f).command, word(instance));
    if (remedy.kind == remedy_kind::mend)
        out += " --mend " + f.id;
    for (const auto& [name, value] : remedy.set)
        out += " " + word(name + "=" + value.reveal());
    for (const auto& name : remedy.generate)
        out += " --generate " + word(name);
    for (const auto& name : remedy.remove)
        out += " --remove " + word(name);
    if (remedy.kind == remedy_kind::manage_domain)
        out += fmt::format(" --host {} --service {} --https", word(remedy.host), word(remedy.service));
    return out;
}

tool_call tool(const finding& f, std::string_view instance)
{
    const auto& remedy = f.remedy;
    if (remedy.kind == remedy_kind::by_hand)
        return {};
    boost::json::object arguments{{"instance", instance}};
    if (remedy.kind == remedy_kind::mend)
        arguments["mend"] = boost::json::array{f.id};
    if (!remedy.set.empty()) {
        boost::json::object set;
        for (const auto& [name, value] : remedy.set)
            set[name] = value.reveal();
        arguments["set"] = std::move(set);
    }
    if (!remedy.generate.empty())
        arguments["generate"] = boost::json::array(remedy.generate.begin(), remedy.generate.end());
    if (!remedy.remove.empty())
        arguments["remove"] = boost::json::array(remedy.remove.begin(), remedy.remove.end());
    if (remedy.kind == remedy_kind::manage_domain) {
        arguments["host"] = remedy.host;
        arguments["service"] = remedy.service;
        arguments["https"] = true;
    }
    return {std::string(verb_of(f).tool), json::to_text(arguments)};
}

} // namespace basekeeper::stack
