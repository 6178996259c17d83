// One update for env, compose file and isolation; one call for each file and domain that differs.
#include "features/deploy/writing.hpp"

#include "clients/dokploy/domains.hpp"
#include "clients/dokploy/mounts.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::deploy {
namespace {

std::string path_of(const dokploy::mount& m)
{
    return m.file_path.starts_with('/') ? m.file_path : "/" + m.file_path;
}

dokploy::domain_settings settings_of(const setup_domain& d)
{
    return {
        .host = d.host,
        .service_name = d.service,
        .port = d.port,
        .path = d.path,
        .https = d.https,
        .certificate = d.certificate,
        .certificate_resolver = d.resolver.empty() ? std::nullopt : std::optional(d.resolver)
    };
}

io::task<result<>> write_texts(server& on, const dokploy::compose& row, const setup& to, io::deadline until)
{
    if (row.env == to.env && row.file == to.compose && row.isolated == to.isolated && row.source_type == "raw")
        co_return result<>{};
    dokploy::compose_change change{.id = row.id, .source_type = "raw", .isolated = to.isolated};
    if (!(row.env == to.env))
        change.env = to.env;
    if (!(row.file == to.compose))
        change.file = to.compose;
    CO_TRY(co_await dokploy::update_compose(on.api, std::move(change), until));
    co_return result<>{};
}

io::task<result<>> write_files(server& on, const dokploy::compose& row, const setup& to, io::deadline until)
{
    std::vector<dokploy::new_file> missing;
    for (const auto& f : to.files) {
        const auto there = std::ranges::find_if(row.mounts, [&](const dokploy::mount& m) {
            return m.type == "file" && path_of(m) == f.path;
        });
        if (there == row.mounts.end())
            missing.push_back({.compose_id = row.id, .path = f.path, .content = f.content});
        else if (!(there->content == f.content))
            CO_TRY(co_await dokploy::update_file(on.api, there->id, f.content, until));
    }
    if (!missing.empty())
        CO_TRY(co_await dokploy::create_files(on.api, std::move(missing), until));
    for (const auto& m : row.mounts)
        if (m.type == "file" && std::ranges::find(to.files, path_of(m), &setup_file::path) == to.files.end())
            CO_TRY(co_await dokploy::remove_mount(on.api, m.id, until));
    co_return result<>{};
}

io::task<result<>>
write_domains(server& on, const dokploy::compose& row, const setup& now, const setup& to, io::deadline until)
{
    const auto same_place = [](const setup_domain& a, const dokploy::domain& b) {
        return a.host == b.host && a.path == (b.path.empty() ? "/" : b.path);
    };
    for (const auto& d : row.domains)
        if (std::ranges::none_of(to.domains, [&](const setup_domain& s) { return same_place(s, d); }))
            CO_TRY(co_await dokploy::remove_domain(on.api, d.id, until));
    for (const auto& d : to.domains) {
        if (std::ranges::find(now.domains, d) != now.domains.end())
            continue;
        const auto there =
            std::ranges::find_if(row.domains, [&](const dokploy::domain& each) { return same_place(d, each); });
        if (there == row.domains.end())
            CO_TRY(co_await dokploy::create_domain(on.api, row.id, settings_of(d), until));
        else
            CO_TRY(co_await dokploy::update_domain(on.api, there->id, settings_of(d), until));
    }
    co_return result<>{};
}

} // namespace

io::task<result<setup>> read_setup(server& on, std::string compose_id, io::deadline until)
{
    co_return setup_of(CO_TRY(co_await dokploy::read_compose(on.api, std::move(compose_id), until)));
}

io::task<result<>> write_setup(server& on, std::string compose_id, const setup& to, io::deadline until)
{
    const auto row = CO_TRY(co_await dokploy::read_compose(on.api, compose_id, until));
    const auto now = setup_of(row);
    if (now == to)
        co_return result<>{};
    CO_TRY(co_await write_texts(on, row, to, until));
    CO_TRY(co_await write_files(on, row, to, until));
    CO_TRY(co_await write_domains(on, row, now, to, until));
    const auto written = CO_TRY(co_await read_setup(on, compose_id, until));
    if (written == to)
        co_return result<>{};
    std::string what;
    for (const auto& d : CO_TRY(compare(to, written)))
        what += fmt::format("{}{}", what.empty() ? "" : ", ", d.subject);
    co_return fail(
        condition::conflict,
        fmt::format("Dokploy holds something else than was written: {}", what),
        "look whether somebody else changes the service at the same time, then resume the job"
    );
}

} // namespace basekeeper::deploy
