// destination.*, backup.* and volumeBackups.* of the API, for compose services.
#include "clients/dokploy/backups.hpp"

#include "clients/dokploy/compose.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::dokploy {
namespace {

/// A dump of a large database takes its time.
constexpr std::chrono::hours dump_patience{2};

struct postgres_user
{
    std::string name;

    static constexpr auto fields = std::tuple{json::required("databaseUser", &postgres_user::name)};
};

struct backup_metadata
{
    postgres_user postgres;

    static constexpr auto fields = std::tuple{json::required("postgres", &backup_metadata::postgres)};
};

struct backup_request
{
    std::string schedule;
    std::string prefix;
    std::string destination_id;
    std::string database;
    std::string database_type = "postgres";
    std::string backup_type = "compose";
    std::string compose_id;
    std::string service_name;
    backup_metadata metadata;
    bool enabled = true;
    std::optional<std::int64_t> keep_latest{};

    static constexpr auto fields = std::tuple{
        json::required("schedule", &backup_request::schedule),
        json::required("prefix", &backup_request::prefix),
        json::required("destinationId", &backup_request::destination_id),
        json::required("database", &backup_request::database),
        json::required("databaseType", &backup_request::database_type),
        json::required("backupType", &backup_request::backup_type),
        json::required("composeId", &backup_request::compose_id),
        json::required("serviceName", &backup_request::service_name),
        json::required("metadata", &backup_request::metadata),
        json::required("enabled", &backup_request::enabled),
        json::optional("keepLatestCount", &backup_request::keep_latest),
    };
};

io::task<result<std::vector<std::string>>> destinations_named(caller& on, std::string name, io::deadline until)
{
    std::vector<std::string> out;
    for (auto& one : CO_TRY(co_await list_destinations(on, until)))
        if (one.name == name)
            out.push_back(std::move(one.id));
    co_return out;
}

io::task<result<std::vector<backup>>>
backups_like(caller& on, std::string compose_id, std::string prefix, std::string destination_id, io::deadline until)
{
    auto all = std::move(CO_TRY(co_await read_compose(on, std::move(compose_id), until)).backups);
    std::erase_if(all, [&](const backup& b) { return b.prefix != prefix || b.destination_id != destination_id; });
    co_return all;
}

io::task<result<std::vector<std::string>>>
ids_of_backups_like(caller& on, std::string compose_id, std::string prefix, std::string destination, io::deadline until)
{
    std::vector<std::string> out;
    for (auto& one : CO_TRY(co_await backups_like(on, compose_id, prefix, destination, until)))
        out.push_back(std::move(one.id));
    co_return out;
}

call once_and_long(call what)
{
    what.unanswered = when_unanswered::tell;
    what.patience = dump_patience;
    return what;
}

} // namespace

io::task<result<std::vector<destination>>> list_destinations(caller& on, io::deadline until)
{
    co_return co_await fetch_rows<destination>(on, query("destination.all"), until);
}

io::task<result<destination>> read_destination(caller& on, std::string id, io::deadline until)
{
    co_return co_await fetch_row<destination>(on, query("destination.one", {{"destinationId", id}}), until);
}

io::task<result<created<destination>>> create_destination(caller& on, new_destination what, io::deadline until)
{
    creation how{
        .what = mutation("destination.create", what),
        .look = [&on, name = what.name, until] { return destinations_named(on, name, until); },
        .named = fmt::format("a destination named \"{}\"", what.name)
    };
    auto made = CO_TRY(co_await create_once(on, std::move(how), until));
    co_return co_await finish_creation<destination>(
        std::move(made),
        "destination.create",
        [&on, until](std::string id) { return read_destination(on, std::move(id), until); }
    );
}

io::task<result<>> test_destination(caller& on, new_destination what, io::deadline until)
{
    co_return co_await carry_out(on, mutation("destination.testConnection", what), until);
}

io::task<result<>> remove_destination(caller& on, std::string id, io::deadline until)
{
    co_return co_await remove_row(on, mutation("destination.remove", "destinationId", id), until);
}

io::task<result<created<backup>>> create_backup(caller& on, new_backup what, io::deadline until)
{
    const backup_request body{
        .schedule = what.schedule,
        .prefix = what.prefix,
        .destination_id = what.destination_id,
        .database = what.database,
        .compose_id = what.compose_id,
        .service_name = what.service_name,
        .metadata = {.postgres = {.name = what.database_user}},
        .keep_latest = what.keep_latest
    };
    creation how{
        .what = mutation("backup.create", body),
        .look = [&on,
                 what,
                 until] { return ids_of_backups_like(on, what.compose_id, what.prefix, what.destination_id, until); },
        .named = fmt::format("a backup with the prefix \"{}\" to that destination", what.prefix)
    };
    const auto made = CO_TRY(co_await create_once(on, std::move(how), until));
    // The answer is empty: the service tells the id.
    auto found = CO_TRY(co_await backups_like(on, what.compose_id, what.prefix, what.destination_id, until));
    if (found.empty())
        co_return fail(empty_answer("backup.create"));
    const auto how_known = made.found_id.empty() ? came_through::answered : came_through::found_after_lost_answer;
    co_return created<backup>{std::move(found.front()), how_known};
}

io::task<result<>> run_backup(caller& on, std::string id, io::deadline until)
{
    co_return co_await carry_out(on, once_and_long(mutation("backup.manualBackupCompose", "backupId", id)), until);
}

io::task<result<>> remove_backup(caller& on, std::string id, io::deadline until)
{
    co_return co_await remove_row(on, mutation("backup.remove", "backupId", id), until);
}

io::task<result<std::vector<backup_file>>>
list_backup_files(caller& on, std::string destination_id, std::string path, io::deadline until)
{
    auto what = query("backup.listBackupFiles", {{"destinationId", destination_id}, {"search", path}});
    co_return co_await fetch_rows<backup_file>(on, std::move(what), until);
}

io::task<result<std::vector<volume_backup>>> list_volume_backups(caller& on, std::string compose_id, io::deadline until)
{
    auto what = query("volumeBackups.list", {{"id", compose_id}, {"volumeBackupType", "compose"}});
    co_return co_await fetch_rows<volume_backup>(on, std::move(what), until);
}

io::task<result<>> run_volume_backup(caller& on, std::string id, io::deadline until)
{
    co_return co_await carry_out(on, once_and_long(mutation("volumeBackups.runManually", "volumeBackupId", id)), until);
}

io::task<result<>> remove_volume_backup(caller& on, std::string id, io::deadline until)
{
    co_return co_await remove_row(on, mutation("volumeBackups.delete", "volumeBackupId", id), until);
}

} // namespace basekeeper::dokploy
