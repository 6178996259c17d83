// begin, limits, who it runs as, the statement, and the end.
#include "features/postgres_meta/script.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::postgres_meta {
namespace {

std::string types_of(const std::vector<std::string>& names, std::size_t count)
{
    std::string out;
    if (count == 0)
        return out;
    for (std::size_t i = 0; i < count; ++i) {
        out += i == 0 ? "(" : ", ";
        out += i < names.size() && !names[i].empty() ? names[i] : "unknown";
    }
    return out + ")";
}

std::string values_of(const std::vector<pg::parameter>& params)
{
    std::string out;
    for (const auto& p : params) {
        out += out.empty() ? "(" : ", ";
        out += p.value ? literal(*p.value) : "null";
    }
    return out + ")";
}

} // namespace

std::string literal(std::string_view value)
{
    std::string out = "E'";
    for (const char c : value) {
        if (c == '\'' || c == '\\')
            out += c;
        out += c;
    }
    return out + "'";
}

script compose(
    const database::carried_statement& what, std::string_view name, std::size_t rows, std::chrono::milliseconds timeout
)
{
    script out;
    auto& text = out.text;
    text = what.access == database::transaction_access::read_only ? "begin transaction read only;" : "begin;";
    text += fmt::format("set local statement_timeout = {};", std::max<std::int64_t>(timeout.count(), 1));
    // SET and not set_config(): of several results the last with rows is returned, and these must have none.
    if (what.claims)
        text += fmt::format("set local \"request.jwt.claims\" = {};", literal(*what.claims));
    if (!what.role.empty())
        text += fmt::format("set local role {};", literal(what.role));
    const bool only_prepares = what.how == database::fetching::nothing;
    const bool prepares = only_prepares || !what.what.params.empty();
    if (prepares)
        text += fmt::format("prepare {}{} as ", name, types_of(what.param_types, what.what.params.size()));
    else if (what.how == database::fetching::by_cursor)
        text += fmt::format("declare {} no scroll cursor for ", name);
    out.characters_before = text.size();
    // A comment at the end of the statement ends with its line.
    text += what.what.sql + "\n;";
    if (only_prepares)
        text += fmt::format("deallocate {};", name);
    else if (prepares)
        text += fmt::format("execute {0}{1};deallocate {0};", name, values_of(what.what.params));
    else if (what.how == database::fetching::by_cursor)
        text += fmt::format("fetch forward {} from {};", rows, name);
    text += what.end == database::transaction_end::commit ? "commit" : "rollback";
    return out;
}

} // namespace basekeeper::postgres_meta
