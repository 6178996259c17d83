// basekeeper key create, list, revoke: API keys for clients that come in over HTTP.
#include "access/api_key_text.hpp"
#include "access/scopes.hpp"
#include "base/duration.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/render.hpp"
#include "json/text.hpp"
#include "state/api_keys.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace basekeeper::cli {
namespace {

constexpr std::size_t longest_name = 100;

result<> check_name(std::string_view name)
{
    const bool printable_text =
        std::ranges::none_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    if (!name.empty() && name.size() <= longest_name && is_utf8(name) && printable_text)
        return {};
    return fail(
        condition::invalid_argument,
        "the name of an API key is empty, too long or not printable",
        "use at most 100 characters that say who will have it, such as ci or laptop-of-ada"
    );
}

result<> check_instance(const std::string& name, const std::vector<std::string>& known)
{
    if (std::ranges::find(known, name) != known.end())
        return {};
    return fail(
        condition::not_found,
        fmt::format("--instance: \"{}\" is not configured", utf8_prefix(name, 64)),
        known.empty() ? "add it first with `basekeeper instance add`"
                      : fmt::format("use some of: {}", fmt::join(known, ", "))
    );
}

/// Every scope on every instance; scopes that name one keep it.
result<std::string> scopes_of(const key_command& what, const key_services& with)
{
    for (const auto& name : what.instances)
        TRY(check_instance(name, with.instances));
    std::vector<access::scope> all;
    for (const auto& text : what.scopes) {
        const auto one = TRY(access::parse_scope(text, with.groups));
        if (!one.instance.empty())
            TRY(check_instance(one.instance, with.instances));
        if (!one.instance.empty() || what.instances.empty())
            all.push_back(one);
        else
            for (const auto& name : what.instances)
                all.push_back({.group = one.group, .upto = one.upto, .instance = name});
    }
    return access::join(std::move(all));
}

result<std::optional<wall_time>> expiry_of(const key_command& what, wall_time now)
{
    if (what.expires.empty())
        return std::nullopt;
    const auto span = parse_duration(what.expires);
    if (!span || span->count() == 0)
        return fail(
            condition::invalid_argument,
            fmt::format("--expires: \"{}\" is not a span of time", utf8_prefix(what.expires, 60)),
            "write for example 90d, 24h or 30m; leave it out for a key that does not expire"
        );
    return now + *span;
}

boost::json::value time_or_null(const std::optional<wall_time>& t)
{
    return t ? boost::json::value(to_rfc3339(*t)) : boost::json::value(nullptr);
}

boost::json::array scope_list(std::string_view scopes)
{
    boost::json::array out;
    for (const auto& one : access::known_scopes(scopes))
        out.emplace_back(access::to_text(one));
    return out;
}

result<> create(const key_command& what, const key_services& with, presentation show)
{
    TRY(check_name(what.name));
    const auto now = system_clock().wall();
    const auto made = access::new_api_key();
    const state::api_key record{
        .id = made.id,
        .name = what.name,
        .digest = made.digest,
        .scopes = TRY(scopes_of(what, with)),
        .created_at = now,
        .expires_at = TRY(expiry_of(what, now))
    };
    auto table = TRY(state::api_key_table::open(*with.settings.state_dir));
    TRY(table.add(record));
    if (show.format == output::json) {
        show.screen.print(json::to_text(boost::json::object{
            {"id", record.id},
            {"name", record.name},
            {"key", made.text.reveal()},
            {"scopes", scope_list(record.scopes)},
            {"expires_at", time_or_null(record.expires_at)},
        }));
        return {};
    }
    show.screen.print(fmt::format(
        "created the key {} for {}: {}{}",
        record.id,
        printable(record.name),
        record.scopes,
        record.expires_at ? ", until " + to_rfc3339(*record.expires_at) : ", does not expire"
    ));
    show.screen.print(made.text.reveal());
    show.screen.print("  it is shown this once\n  next: clients send it as `Authorization: Bearer KEY`");
    return {};
}

std::string_view standing_of(const state::api_key& key, wall_time now)
{
    if (key.revoked_at)
        return "revoked";
    return key.expires_at && *key.expires_at <= now ? "expired" : "active";
}

result<> list(const key_services& with, presentation show)
{
    auto table = TRY(state::api_key_table::open(*with.settings.state_dir));
    const auto now = system_clock().wall();
    boost::json::array all;
    for (const auto& key : TRY(table.list())) {
        boost::json::object row{{"id", key.id}, {"name", key.name}, {"state", standing_of(key, now)}};
        if (show.format == output::json)
            row["scopes"] = scope_list(key.scopes);
        else
            row["scopes"] = key.scopes;
        row["created_at"] = to_rfc3339(key.created_at);
        row["expires_at"] = time_or_null(key.expires_at);
        row["last_used_at"] = time_or_null(key.last_used_at);
        row["revoked_at"] = time_or_null(key.revoked_at);
        all.push_back(std::move(row));
    }
    if (show.format == output::json)
        show.screen.print(json::to_text(all));
    else if (all.empty())
        show.screen.print("no API keys yet\n  next: basekeeper key create NAME --scope database:read");
    else
        show.screen.print(render(all));
    return {};
}

result<> revoke(const key_command& what, const key_services& with, presentation show)
{
    auto table = TRY(state::api_key_table::open(*with.settings.state_dir));
    TRY(table.revoke(what.id, system_clock().wall()));
    show.screen.print(
        show.format == output::json ? json::to_text(boost::json::object{{"id", what.id}, {"outcome", "revoked"}})
                                    : fmt::format("revoked {}; servers refuse it within seconds", what.id)
    );
    return {};
}

boost::json::array texts(const std::vector<std::string>& all)
{
    boost::json::array out;
    for (const auto& one : all)
        out.emplace_back(one);
    return out;
}

result<> run(const key_command& what, const key_services& with, presentation show)
{
    if (what.action == key_action::list)
        return list(with, show);
    if (what.action == key_action::revoke)
        return recorded_command(with.book, "key revoke", {}, {{"id", what.id}}).end(revoke(what, with, show));
    boost::json::object asked{
        {"name", what.name},
        {"scopes", texts(what.scopes)},
        {"instances", texts(what.instances)},
        {"expires", what.expires},
    };
    return recorded_command(with.book, "key create", {}, std::move(asked)).end(create(what, with, show));
}

} // namespace

int key(const key_command& what, const key_services& with, presentation show)
{
    const auto done = run(what, with, show);
    return done ? 0 : report(show.screen, done.error());
}

} // namespace basekeeper::cli
