// Applying the sources to the defaults, weakest first, and refusing what no key knows.
#include "config/read.hpp"

#include "base/text.hpp"
#include "config/document.hpp"
#include "config/environment.hpp"
#include "config/keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace basekeeper::config {
namespace {

std::string in_capitals(std::string_view key)
{
    std::string out(key);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c == '.' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return out;
}

std::unexpected<error> unknown_key(const given& g, const std::vector<std::string_view>& names)
{
    const auto meant = nearest(g.key, names);
    auto hint = meant.empty() ? fmt::format("remove it; known are ") : fmt::format("did you mean `{}`?", meant);
    if (meant.empty())
        for (const auto name : names)
            hint += fmt::format("{}{}", name == names.front() ? "" : ", ", name);
    return fail(
        condition::invalid_argument,
        fmt::format("{}: unknown key `{}`", g.from.where, utf8_prefix(full_key(g), 100)),
        std::move(hint)
    );
}

/// Sets the one member that the key names.
result<> apply(settings& s, const given& g)
{
    std::vector<std::string_view> names;
    bool known = false;
    result<> done;
    const auto offer = [&](const rule& r, auto& member) {
        names.push_back(r.name);
        if (r.name != g.key)
            return;
        known = true;
        done = assign(member, r, g);
    };
    if (g.named.empty())
        for_each_key(s, offer);
    else if (g.of == family::dokploy)
        for_each_dokploy_key(s.dokploy[g.named], offer);
    else
        for_each_instance_key(s.instances[g.named], offer);
    return known ? done : unknown_key(g, names);
}

/// Every value of every source, weakest first.
struct everything_given
{
    std::vector<given> values;
    std::vector<named_table> named;
};

result<everything_given> collect(const inputs& in)
{
    everything_given all;
    if (in.file) {
        auto parsed = TRY(parse_document(in.file->text, in.file->origin));
        all = {std::move(parsed.values), std::move(parsed.named)};
    }
    const bool default_in_file = std::ranges::any_of(all.named, [](const named_table& t) {
        return t.of == family::instances && t.name == environment_instance;
    });
    for (auto& v : TRY(program_values(in.environment)))
        all.values.push_back(std::move(v));
    for (auto& v : TRY(instance_values(
             in.environment, default_in_file ? default_instance::in_file : default_instance::not_in_file
         )))
    {
        // The guess from the host name is weaker than what the file says.
        const auto said = std::ranges::any_of(all.values, [&](const given& g) {
            return g.of == family::instances && g.named == environment_instance && g.key == "kind" && v.key == "kind";
        });
        if (!said)
            all.values.push_back(std::move(v));
    }
    for (auto& v : dokploy_values(in.environment))
        all.values.push_back(std::move(v));
    for (const auto& [key, text] : in.flags)
        all.values.push_back({"", key, untyped{text}, {source_kind::flag, flag_name(key)}});
    return all;
}

settings defaults_of(const setting<profile>& p)
{
    settings s;
    s.profile = p;
    const source from{source_kind::profile, boost::describe::enum_to_string(*p, "")};
    if (*p != profile::development)
        s.confirmation = {confirmation::always, from};
    if (*p == profile::production)
        s.read_only = {true, from};
    return s;
}

result<std::filesystem::path> home(const inputs& in)
{
    const auto found = in.environment.find("HOME");
    if (found == in.environment.end() || !found->second.starts_with('/'))
        return fail(
            condition::invalid_argument,
            "the home folder is not known: HOME is not set to an absolute path",
            "set HOME, or give absolute paths with BASEKEEPER_STATE_DIR"
        );
    return std::filesystem::path(found->second);
}

result<> complete_paths(settings& s, const inputs& in)
{
    for (auto* path : {&s.state_dir, &s.key_file, &s.local.postgres_bin, &s.http.tls_certificate, &s.http.tls_key})
        if (const auto text = path->value.string(); text.starts_with("~/"))
            path->value = TRY(home(in)) / text.substr(2);
    for (auto& [name, server] : s.dokploy)
        if (const auto text = server.ca_file->string(); text.starts_with("~/"))
            server.ca_file.value = TRY(home(in)) / text.substr(2);
    if (!s.state_dir->empty())
        return {};
    const auto xdg = in.environment.find("XDG_STATE_HOME");
    if (in.who == account::root)
        s.state_dir.value = "/var/lib/basekeeper";
    else if (xdg != in.environment.end() && xdg->second.starts_with('/'))
        s.state_dir.value = std::filesystem::path(xdg->second) / "basekeeper";
    else
        s.state_dir.value = TRY(home(in)) / ".local/state/basekeeper";
    return {};
}

result<> check_instances(const settings& s, const std::vector<named_table>& tables)
{
    for (const auto& [of, name, from] : tables) {
        if (of != family::instances)
            continue;
        const auto& i = s.instances.at(name);
        if (*i.kind != instance_kind::local && i.database_url->empty() && i.url->empty())
            return fail(
                condition::invalid_argument,
                fmt::format("{}: the instance `{}` has neither a database_url nor a url", from.where, name),
                fmt::format("set `instances.{}.database_url`, or remove the table", name)
            );
    }
    return {};
}

result<> check_servers(const settings& s)
{
    for (const auto& [name, server] : s.dokploy)
        if (server.url->empty() != server.api_key->empty())
            return fail(
                condition::invalid_argument,
                fmt::format("the Dokploy server `{}` has {}", name, server.url->empty() ? "no url" : "no api_key"),
                name == environment_instance
                    ? "set both DOKPLOY_URL and DOKPLOY_API_KEY, or neither"
                    : fmt::format("set `dokploy.{}.{}`", name, server.url->empty() ? "url" : "api_key")
            );
    return {};
}

} // namespace

result<settings> read(const inputs& in)
{
    const auto all = TRY(collect(in));
    settings chosen;
    for (const auto& g : all.values)
        if (g.named.empty() && g.key == "profile")
            TRY(apply(chosen, g));
    auto s = defaults_of(chosen.profile);
    for (const auto& [of, name, from] : all.named) {
        const std::string_view what = of == family::dokploy ? "a Dokploy server" : "an instance";
        if (!is_dns_label(name))
            return fail(
                condition::invalid_argument,
                fmt::format("{}: `{}` cannot be the name of {}", from.where, utf8_prefix(name, 100), what),
                "use a-z, 0-9 and inner hyphens, at most 63 characters"
            );
        if (of == family::dokploy)
            s.dokploy[name];
        else
            s.instances[name];
    }
    for (const auto& g : all.values)
        TRY(apply(s, g));
    TRY(complete_paths(s, in));
    TRY(check_instances(s, all.named));
    TRY(check_servers(s));
    return s;
}

std::string environment_name(std::string_view key)
{
    return "BASEKEEPER_" + in_capitals(key);
}

std::string flag_name(std::string_view key)
{
    std::string out = "--";
    for (const char c : key)
        out += c == '.' || c == '_' ? '-' : c;
    return out;
}

std::vector<known_key> known_keys()
{
    std::vector<known_key> keys;
    settings s;
    for_each_key(s, [&]<class T>(const rule& r, const setting<T>&) {
        keys.push_back({std::string(r.name), value_type<T>::allowed(r), std::string(r.meaning)});
    });
    return keys;
}

} // namespace basekeeper::config
