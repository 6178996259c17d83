// Reads the configuration once, lets every group of rules look at it, and words the commands.
#include "stack/validate.hpp"

#include "stack/rules.hpp"

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

std::string_view verb_of(const finding& f)
{
    switch (f.remedy.kind) {
    case remedy_kind::regenerate_keys:
        return "regenerate-keys";
    case remedy_kind::update_env:
    case remedy_kind::mend:
        return "update-env";
    case remedy_kind::manage_domain:
        return "domain";
    case remedy_kind::by_hand:
        break;
    }
    return {};
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
    auto out = fmt::format("basekeeper dokploy {} {}", verb_of(f), word(instance));
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

} // namespace basekeeper::stack
