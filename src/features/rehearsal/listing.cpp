// Views of rows.
#include "features/rehearsal/listing.hpp"

#include <algorithm>
#include <cctype>

namespace basekeeper::rehearsal {
namespace {

using boost::json::array;

row compose_view(const row& service, detail how)
{
    row out;
    for (const auto* column : {"composeId", "name", "composeStatus"})
        out[column] = service.at(column);
    if (how == detail::whole) {
        for (const auto* column : {"appName", "description", "createdAt", "serverId", "environmentId"})
            out[column] = service.at(column);
        out["server"] = nullptr;
    }
    return out;
}

std::string lower(std::string_view text)
{
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

} // namespace

row environment_view(world& in, const row& environment, detail how)
{
    row out;
    if (how == detail::whole)
        out = environment;
    else
        for (const auto* column : {"environmentId", "name", "isDefault"})
            out[column] = environment.at(column);
    array services;
    for (const auto* one : in.composes.where("environmentId", text_of(environment, "environmentId")))
        services.emplace_back(compose_view(*one, how));
    for (const auto* other : {"applications", "mariadb", "mongo", "mysql", "postgres", "redis", "libsql"})
        out[other] = array{};
    out["compose"] = std::move(services);
    return out;
}

boost::json::value value_or_null(const row& input, std::string_view name)
{
    const auto* v = input.if_contains(name);
    return v == nullptr ? boost::json::value(nullptr) : *v;
}

void overwrite(row& target, const row& input)
{
    for (const auto& [name, value] : input)
        target[name] = value;
}

bool matches(const row& in, std::string_view column, std::string_view part)
{
    return lower(text_of(in, column)).contains(lower(part));
}

row page(array items, const row& input)
{
    const auto total = items.size();
    const auto from = std::min(static_cast<std::size_t>(number_of(input, "offset").value_or(0)), total);
    const auto count = std::min(static_cast<std::size_t>(number_of(input, "limit").value_or(20)), total - from);
    array shown;
    for (std::size_t i = from; i < from + count; ++i)
        shown.push_back(items[i]);
    return {{"items", std::move(shown)}, {"total", total}};
}

void forget_service_parts(world& in, const std::string& compose_id)
{
    for (auto* of : {&in.mounts, &in.domains, &in.schedules, &in.backups, &in.volume_backups})
        of->remove_where("composeId", compose_id);
    for (const auto* one : in.deployments.where("composeId", compose_id))
        in.logs.erase(text_of(*one, "deploymentId"));
    in.deployments.remove_where("composeId", compose_id);
}

} // namespace basekeeper::rehearsal
