// destination.*, backup.* and volumeBackups.*: buckets that take everything and keep the names.
#include "features/rehearsal/listing.hpp"
#include "features/rehearsal/world.hpp"

#include <fmt/format.h>

namespace basekeeper::rehearsal {
namespace {

using boost::json::array;
using enum procedure_kind;

constexpr std::string_view destination_inputs =
    "name!:text(1) provider!:text? accessKey! bucket! region! endpoint! secretAccessKey! additionalFlags!:anything? "
    "serverId";

outcome create_destination(incoming& what)
{
    auto columns = what.input;
    columns["organizationId"] = what.on.organization_id;
    columns["createdAt"] = time_text(what.on.now);
    return what.on.destinations.insert(std::move(columns), what.on.chance);
}

outcome all_destinations(incoming& what)
{
    array out;
    for (const auto* one : what.on.destinations.all())
        out.emplace_back(*one);
    return out;
}

outcome one_destination(incoming& what)
{
    const auto* found = what.on.destinations.find(what.text("destinationId"));
    if (found == nullptr)
        return not_found("Destination not found");
    return *found;
}

outcome remove_destination(incoming& what)
{
    auto gone = what.on.destinations.take(what.text("destinationId"));
    if (!gone)
        return not_found("Destination not found");
    return *std::move(gone);
}

/// Fails for buckets below .invalid, and then repeats the keys, as Dokploy does.
outcome test_destination(incoming& what)
{
    if (what.text("endpoint").contains(".invalid"))
        return bad_request(fmt::format(
            "Command failed: rclone ls --s3-access-key-id=\"{}\" --s3-secret-access-key=\"{}\" :s3:{}",
            what.text("accessKey"),
            what.text("secretAccessKey"),
            what.text("bucket")
        ));
    return nothing();
}

/// Answers nothing: the id is found in compose.one.
outcome create_backup(incoming& what)
{
    if (what.on.destinations.find(what.text("destinationId")) == nullptr)
        return bad_request("Error creating the Backup");
    row all{{"enabled", true}, {"keepLatestCount", nullptr}, {"backupType", "database"}, {"composeId", nullptr}};
    overwrite(all, what.input);
    what.on.backups.insert(std::move(all), what.on.chance);
    return nothing();
}

outcome one_backup(incoming& what)
{
    const auto* found = what.on.backups.find(what.text("backupId"));
    if (found == nullptr)
        return not_found("Backup not found");
    return *found;
}

outcome remove_backup(incoming& what)
{
    auto gone = what.on.backups.take(what.text("backupId"));
    if (!gone)
        return not_found("Backup not found");
    return *std::move(gone);
}

outcome run_backup(incoming& what)
{
    auto& in = what.on;
    auto* backup = in.backups.find(what.text("backupId"));
    if (backup == nullptr)
        return not_found("Backup not found");
    const auto* service = in.composes.find(text_of(*backup, "composeId"));
    const auto stack =
        service == nullptr ? in.docker.stacks().end() : in.docker.stacks().find(text_of(*service, "appName"));
    const auto* c = stack == in.docker.stacks().end() ? nullptr : stack->second.find(text_of(*backup, "serviceName"));
    if (c == nullptr || phase_of(*c, in.now) != container_phase::running)
        return bad_request("Error running manual Compose backup ");
    auto& files = (*backup)["files"];
    if (!files.is_array())
        files = array{};
    files.get_array().emplace_back(
        fmt::format("{}_{}/{}{}.sql.gz", stack->first, c->of.name, text_of(*backup, "prefix"), time_text(in.now))
    );
    return true;
}

outcome list_files(incoming& what)
{
    if (what.on.destinations.find(what.text("destinationId")) == nullptr)
        return not_found("Destination not found");
    array out;
    for (const auto* backup : what.on.backups.where("destinationId", what.text("destinationId"))) {
        const auto* files = backup->if_contains("files");
        if (files == nullptr || !files->is_array())
            continue;
        for (const auto& file : files->get_array()) {
            const std::string path(file.get_string());
            if (path.contains(what.text("search")))
                out.emplace_back(row{
                    {"Path", path},
                    {"Name", path.substr(path.rfind('/') + 1)},
                    {"Size", 4'096},
                    {"IsDir", false},
                });
        }
    }
    return out;
}

outcome volume_backups(incoming& what)
{
    array out;
    for (const auto* one : what.on.volume_backups.where("composeId", what.text("id")))
        out.emplace_back(*one);
    return out;
}

outcome create_volume_backup(incoming& what)
{
    return what.on.volume_backups.insert(what.input, what.on.chance);
}

outcome run_volume_backup(incoming& what)
{
    if (what.on.volume_backups.find(what.text("volumeBackupId")) == nullptr)
        return not_found("Volume backup not found");
    return true;
}

outcome remove_volume_backup(incoming& what)
{
    if (!what.on.volume_backups.take(what.text("volumeBackupId")))
        return not_found("Volume backup not found");
    return true;
}

} // namespace

std::vector<procedure> backup_procedures()
{
    return {
        {"destination.create", mutation, destination_inputs, create_destination},
        {"destination.testConnection", mutation, destination_inputs, test_destination},
        {"destination.all", query, "", all_destinations},
        {"destination.one", query, "destinationId!:text(1)", one_destination},
        {"destination.remove", mutation, "destinationId!", remove_destination},
        {"backup.create",
         mutation,
         "schedule! enabled:truth? prefix!:text(1) destinationId! keepLatestCount:number? database!:text(1) "
         "databaseType!:{postgres,mariadb,mysql,mongo,web-server,libsql} userId:text? backupType:{database,compose} "
         "composeId:text? serviceName:text? metadata:anything?",
         create_backup},
        {"backup.one", query, "backupId!:text(1)", one_backup},
        {"backup.remove", mutation, "backupId!:text(1)", remove_backup},
        {"backup.manualBackupCompose", mutation, "backupId!:text(1)", run_backup},
        {"backup.listBackupFiles", query, "destinationId! search! serverId", list_files},
        {"volumeBackups.create",
         mutation,
         "name!:text(1) volumeName!:text(1) prefix! cronExpression!:text(1) destinationId!:text(1) "
         "serviceType:{application,postgres,mysql,mariadb,mongo,redis,compose,libsql} composeId:text? "
         "serviceName:text? turnOff:truth enabled:truth? keepLatestCount:number?",
         create_volume_backup},
        {"volumeBackups.list",
         query,
         "id!:text(1) volumeBackupType!:{application,postgres,mysql,mariadb,mongo,redis,compose,libsql}",
         volume_backups},
        {"volumeBackups.runManually", mutation, "volumeBackupId!:text(1)", run_volume_backup},
        {"volumeBackups.delete", mutation, "volumeBackupId!:text(1)", remove_volume_backup},
    };
}

} // namespace basekeeper::rehearsal
