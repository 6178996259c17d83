// The passes are Dokploy's: generated variables, variables in variables, then everything else with both.
#include "stack/blueprint.hpp"

#include "stack/lenient_toml.hpp"
#include "stack/template_helpers.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>

namespace basekeeper::stack {
namespace {

std::unexpected<error> no_template(std::string_view what)
{
    return fail(
        condition::invalid_argument,
        fmt::format("the template is wrong: {}", what),
        "check the address of the template; with the name of a template and no address Dokploy's own are used"
    );
}

std::string text_of(const toml::value* v)
{
    return v == nullptr || v->kind == toml::value_kind::list || v->kind == toml::value_kind::table ? std::string{}
                                                                                                   : v->text;
}

result<std::vector<std::string>> env_of(const toml::value& env)
{
    std::vector<std::string> out;
    out.reserve(env.members.size() + env.items.size());
    for (const auto& [name, v] : env.members)
        out.push_back(fmt::format("{}={}", name, text_of(&v)));
    for (const auto& item : env.items) {
        if (item.kind == toml::value_kind::table && !item.members.empty())
            out.push_back(fmt::format("{}={}", item.members[0].first, text_of(&item.members[0].second)));
        else if (item.kind == toml::value_kind::text || item.kind == toml::value_kind::other)
            out.push_back(item.text);
        else
            return no_template("config.env holds something other than texts");
    }
    return out;
}

result<domain_wish> domain_in(const toml::value& v)
{
    domain_wish out{
        .service = text_of(v.find("serviceName")), .host = text_of(v.find("host")), .path = text_of(v.find("path"))
    };
    const auto port = text_of(v.find("port"));
    std::from_chars(port.data(), port.data() + port.size(), out.port);
    if (out.service.empty() || out.port == 0)
        return no_template("a domain has no serviceName or port");
    return out;
}

result<file_mount> mount_of(const toml::value& v)
{
    file_mount out{.path = text_of(v.find("filePath")), .content = text_of(v.find("content"))};
    if (out.path.empty())
        return no_template("a mount has no filePath");
    if (!out.path.starts_with('/'))
        out.path.insert(0, 1, '/');
    if (("/" + out.path + "/").contains("/../"))
        return no_template("a mount leads out of its folder");
    return out;
}

/// Replaces every `${…}` by what `become` gives; what it does not know stays.
template <class Become>
result<std::string> replaced(std::string_view text, const Become& become)
{
    std::string out;
    while (!text.empty()) {
        const auto begin = text.find("${");
        const auto end = begin == text.npos ? text.npos : text.find('}', begin + 2);
        if (end == text.npos) {
            out += text;
            break;
        }
        out += text.substr(0, begin);
        const auto call = text.substr(begin + 2, end - begin - 2);
        const auto value = call.empty() ? std::nullopt : TRY(become(call));
        out += value ? *value : text.substr(begin, end + 1 - begin);
        text.remove_prefix(end + 1);
    }
    return out;
}

class filler
{
public:
    explicit filler(const surroundings& here) : here_(here) {}

    result<std::string> fill(std::string_view text) const
    {
        const auto variable = [this](std::string_view name) -> result<std::optional<std::string>> {
            const auto found = variables_.find(name);
            return found == variables_.end() ? std::nullopt : std::optional(found->second);
        };
        const auto helped = TRY(replaced(text, [&](std::string_view call) -> result<std::optional<std::string>> {
            if (auto value = TRY(help(call, variables_, here_)))
                return value;
            return variable(call);
        }));
        return replaced(helped, variable);
    }

    result<> add_variables(const blueprint& from)
    {
        // What is generated first may be used by every other, also by those above it.
        for (const auto& [name, text] : from.variables)
            variables_.insert_or_assign(name, is_generated(text) ? TRY(fill(text)) : text);
        for (const auto& [name, text] : from.variables) {
            auto value = TRY(fill(variables_.at(name)));
            variables_.insert_or_assign(name, std::move(value));
        }
        return {};
    }

    template_variables& variables() { return variables_; }

private:
    static bool is_generated(std::string_view text)
    {
        constexpr std::array beginnings{
            std::string_view("${base64:"), std::string_view("${password:"), std::string_view("${hash:")
        };
        for (const auto beginning : beginnings)
            if (text.starts_with(beginning))
                return true;
        return text == "${domain}" || text == "${hash}";
    }

    surroundings here_;
    template_variables variables_;
};

} // namespace

result<blueprint> read_blueprint(std::string_view text)
{
    const auto root = TRY(toml::read(text));
    const auto* config = root.find("config");
    if (config == nullptr || config->kind != toml::value_kind::table)
        return no_template("it has no [config]");
    blueprint out;
    if (const auto* variables = root.find("variables"))
        for (const auto& [name, v] : variables->members)
            if (v.kind == toml::value_kind::text) // others are ignored by Dokploy as well
                out.variables.emplace_back(name, v.text);
    if (const auto* env = config->find("env"))
        out.env = TRY(env_of(*env));
    if (const auto* domains = config->find("domains"))
        for (const auto& one : domains->items)
            out.domains.push_back(TRY(domain_in(one)));
    if (const auto* mounts = config->find("mounts"))
        for (const auto& one : mounts->items)
            out.mounts.push_back(TRY(mount_of(one)));
    return out;
}

result<filled_blueprint> fill_in(const blueprint& from, const surroundings& here)
{
    filler work(here);
    work.variables().emplace("APP_NAME", here.project);
    TRY(work.add_variables(from));
    filled_blueprint out;
    for (const auto& line : from.env)
        out.env.push_back(TRY(work.fill(line)));
    for (auto domain : from.domains) {
        domain.host = TRY(work.fill(domain.host.empty() ? "${domain}" : domain.host));
        out.domains.push_back(std::move(domain));
    }
    for (const auto& mount : from.mounts) {
        auto path = TRY(work.fill(mount.path));
        out.mounts.push_back({std::move(path), TRY(work.fill(mount.content))});
    }
    return out;
}

} // namespace basekeeper::stack
