// One listing of projects answers all questions about names.
#include "features/deploy/stacks.hpp"

#include "base/text.hpp"
#include "stack/compose_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace basekeeper::deploy {
namespace {

constexpr std::size_t most_named = 20;

std::string full_name(const placed_service& s)
{
    return fmt::format("{}/{}/{}", s.project, s.environment, s.name);
}

bool means(std::string_view name, const placed_service& s)
{
    return name == s.id || name == s.name || name == fmt::format("{}/{}", s.project, s.name) || name == full_name(s);
}

} // namespace

io::task<result<std::vector<placed_service>>> list_services(server& on, io::deadline until)
{
    CO_TRY(co_await connect(on, until));
    std::vector<placed_service> out;
    for (const auto& project : CO_TRY(co_await dokploy::list_projects(on.api, until)))
        for (const auto& environment : project.environments)
            for (const auto& service : environment.compose)
                out.push_back({service.id, service.name, project.name, environment.name, service.status});
    co_return out;
}

result<placed_service> pick(const std::vector<placed_service>& all, std::string_view name, std::string_view server)
{
    std::vector<const placed_service*> found;
    for (const auto& s : all)
        if (means(name, s))
            found.push_back(&s);
    if (found.size() == 1)
        return *found.front();
    std::vector<std::string> names;
    if (found.empty())
        for (const auto& s : all)
            names.push_back(s.name);
    else
        for (const auto* s : found)
            names.push_back(full_name(*s));
    if (names.size() > most_named)
        names.resize(most_named);
    if (!found.empty())
        return fail(
            condition::conflict,
            fmt::format("name: {} services on the Dokploy server \"{}\" are called \"{}\"", found.size(), server, name),
            fmt::format("name one in full: {}", fmt::join(names, ", "))
        );
    return fail(
        condition::not_found,
        fmt::format("name: there is no service \"{}\" on the Dokploy server \"{}\"", utf8_prefix(name, 64), server),
        all.empty() ? std::string("deploy one first: basekeeper dokploy deploy NAME --domain HOST")
                    : fmt::format("use one of: {}", fmt::join(names, ", "))
    );
}

bool is_supabase(std::string_view compose)
{
    const auto file = stack::compose_file::parse(std::string(compose));
    return file && file->find(stack::role::auth) != nullptr && file->find(stack::role::gateway) != nullptr;
}

result<> check_is_text(const dokploy::compose& row)
{
    if (!row.source_type.empty() && row.source_type != "raw")
        return fail(
            condition::conflict,
            fmt::format(
                "name: the compose file of \"{}\" comes from {}, and not from Dokploy", row.name, row.source_type
            ),
            "set the provider of the service to Raw in Dokploy, with the compose file as its text, and deploy it there"
        );
    if (row.type == "stack")
        return fail(
            condition::conflict,
            fmt::format("name: \"{}\" is deployed as a stack of Docker Swarm", row.name),
            "only services of the type Docker Compose are looked after here"
        );
    return {};
}

io::task<result<dokploy::compose>> find_stack(server& on, std::string name, io::deadline until)
{
    const auto all = CO_TRY(co_await list_services(on, until));
    const auto picked = CO_TRY(pick(all, name, on.name));
    auto row = CO_TRY(co_await dokploy::read_compose(on.api, picked.id, until));
    CO_TRY(check_is_text(row));
    if (!is_supabase(row.file.reveal()))
        co_return fail(
            condition::not_found,
            fmt::format("name: the service \"{}\" is no Supabase: its compose file has no auth behind a gateway", name),
            "run `basekeeper dokploy list` for those that are"
        );
    co_return row;
}

} // namespace basekeeper::deploy
