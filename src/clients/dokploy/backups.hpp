// Where backups go and what makes them: destinations, database backups, volume backups.
#pragma once

#include "clients/dokploy/call.hpp"
#include "clients/dokploy/create_once.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace basekeeper::dokploy {

/// A bucket.
struct destination
{
    std::string id;
    std::string name;
    std::string provider;
    crypto::secret<> access_key;
    crypto::secret<> secret_access_key;
    std::string bucket;
    std::string region;
    std::string endpoint;

    static constexpr auto fields = std::tuple{
        json::required("destinationId", &destination::id),
        json::optional("name", &destination::name),
        json::optional("provider", &destination::provider),
        json::optional("accessKey", &destination::access_key),
        json::optional("secretAccessKey", &destination::secret_access_key),
        json::optional("bucket", &destination::bucket),
        json::optional("region", &destination::region),
        json::optional("endpoint", &destination::endpoint),
    };
};

struct new_destination
{
    std::string name;
    std::string provider = "Other";
    crypto::secret<> access_key;
    crypto::secret<> secret_access_key;
    std::string bucket;
    std::string region;
    std::string endpoint;
    std::vector<std::string> additional_flags{};

    static constexpr auto fields = std::tuple{
        json::required("name", &new_destination::name),
        json::required("provider", &new_destination::provider),
        json::required("accessKey", &new_destination::access_key),
        json::required("secretAccessKey", &new_destination::secret_access_key),
        json::required("bucket", &new_destination::bucket),
        json::required("region", &new_destination::region),
        json::required("endpoint", &new_destination::endpoint),
        json::required("additionalFlags", &new_destination::additional_flags),
    };
};

io::task<result<std::vector<destination>>> list_destinations(caller& on, io::deadline until);
io::task<result<destination>> read_destination(caller& on, std::string id, io::deadline until);

/// Fails with conflict when there is one of that name.
io::task<result<created<destination>>> create_destination(caller& on, new_destination what, io::deadline until);

/// Whether the bucket can be reached from the host of Dokploy; invalid_argument says why not.
io::task<result<>> test_destination(caller& on, new_destination what, io::deadline until);
io::task<result<>> remove_destination(caller& on, std::string id, io::deadline until);

struct backup
{
    std::string id;
    std::string schedule; ///< cron
    bool enabled = true;
    std::string database;
    std::string prefix;
    std::string service_name;
    std::string destination_id;
    std::optional<std::int64_t> keep_latest{};

    static constexpr auto fields = std::tuple{
        json::required("backupId", &backup::id),
        json::optional("schedule", &backup::schedule),
        json::optional("enabled", &backup::enabled),
        json::optional("database", &backup::database),
        json::optional("prefix", &backup::prefix),
        json::optional("serviceName", &backup::service_name),
        json::optional("destinationId", &backup::destination_id),
        json::optional("keepLatestCount", &backup::keep_latest),
    };
};

/// A dump of one database, without roles, owners and privileges: a restore into a new Supabase lacks its grants.
struct new_backup
{
    std::string compose_id;
    std::string service_name = "db";
    std::string database = "postgres";
    std::string database_user = "postgres";
    std::string schedule;
    std::string prefix; ///< not empty; one of its own, by which the backup is found
    std::string destination_id;
    std::optional<std::int64_t> keep_latest{};
};

/// Gives the id. Fails with conflict when the service has a backup of that prefix to that destination.
io::task<result<created<backup>>> create_backup(caller& on, new_backup what, io::deadline until);

/// Waits until the dump is in the bucket. Not sent twice.
io::task<result<>> run_backup(caller& on, std::string id, io::deadline until);
io::task<result<>> remove_backup(caller& on, std::string id, io::deadline until);

struct backup_file
{
    std::string path;
    std::string name;
    std::int64_t bytes = 0;
    bool is_folder = false;

    static constexpr auto fields = std::tuple{
        json::optional("Path", &backup_file::path),
        json::optional("Name", &backup_file::name),
        json::optional("Size", &backup_file::bytes),
        json::optional("IsDir", &backup_file::is_folder),
    };
};

/// What lies below `path`, which must not be empty.
io::task<result<std::vector<backup_file>>>
list_backup_files(caller& on, std::string destination_id, std::string path, io::deadline until);

struct volume_backup
{
    std::string id;
    std::string name;
    std::string volume_name;
    std::string prefix;
    std::string schedule;
    std::string service_name;
    bool enabled = true;

    static constexpr auto fields = std::tuple{
        json::required("volumeBackupId", &volume_backup::id),
        json::optional("name", &volume_backup::name),
        json::optional("volumeName", &volume_backup::volume_name),
        json::optional("prefix", &volume_backup::prefix),
        json::optional("cronExpression", &volume_backup::schedule),
        json::optional("serviceName", &volume_backup::service_name),
        json::optional("enabled", &volume_backup::enabled),
    };
};

/// Of named volumes only: the database of a template lies in a folder, which none of them holds.
io::task<result<std::vector<volume_backup>>>
list_volume_backups(caller& on, std::string compose_id, io::deadline until);
io::task<result<>> run_volume_backup(caller& on, std::string id, io::deadline until);
io::task<result<>> remove_volume_backup(caller& on, std::string id, io::deadline until);

} // namespace basekeeper::dokploy
