// Instances and secrets: each change one transaction.
#include "state/store.hpp"

#include "base/text.hpp"
#include "json/text.hpp"
#include "sqlite/transaction.hpp"
#include "state/sealed_database.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace basekeeper::state {
namespace {

wall_time time_of(std::int64_t microseconds)
{
    return wall_time{std::chrono::microseconds{microseconds}};
}

result<instance_record> record_of(const sqlite::statement& row)
{
    auto settings = TRY(json::read(row.column_text(2)));
    if (!settings.is_object())
        return fail(
            condition::internal,
            fmt::format("reading the instance `{}`: its settings are damaged", row.column_text(0)),
            "remove the instance and add it again"
        );
    return instance_record{
        .name = std::string(row.column_text(0)),
        .kind = std::string(row.column_text(1)),
        .settings = std::move(settings.get_object()),
        .created_at = time_of(row.column_int64(3)),
        .updated_at = time_of(row.column_int64(4))
    };
}

std::unexpected<error> no_such_instance(std::string_view name)
{
    return fail(
        condition::not_found,
        fmt::format("there is no instance `{}` in the store", name),
        "run `basekeeper instance list`"
    );
}

result<> check_record(const instance_record& record, const instance_secrets& secrets)
{
    TRY(check_instance_name(record.name));
    if (record.kind.empty())
        return fail(condition::invalid_argument, "an instance has no kind", "give its kind");
    for (const auto& [name, value] : secrets)
        if (name.empty() || name.contains('/'))
            return fail(
                condition::invalid_argument,
                "the name of an instance's secret is not allowed",
                "use a-z, 0-9 and '_', as in database_url"
            );
    return {};
}

} // namespace

struct store::opened : sealed_database
{
    using sealed_database::sealed_database;

    std::int64_t now() const { return time.wall().time_since_epoch().count(); }

    result<> put_all(std::string_view instance, const instance_secrets& values)
    {
        for (const auto& [name, value] : values)
            TRY(secrets.put(instance_secret_name(instance, name), value));
        return {};
    }
};

store::store(std::unique_ptr<opened> o) : opened_(std::move(o)) {}

store::store(store&&) noexcept = default;
store& store::operator=(store&&) noexcept = default;
store::~store() = default;

result<store> store::open(std::filesystem::path dir, master_key_source key, const clock& time)
{
    return store(TRY(open_sealed<opened>(std::move(dir), std::move(key), time, sqlite::synchronous::full)));
}

const std::filesystem::path& store::dir() const
{
    return opened_->dir;
}

result<> store::put_secret(std::string_view name, const crypto::secret<>& value)
{
    auto change = TRY(sqlite::transaction::begin(opened_->db));
    TRY(opened_->secrets.put(name, value));
    return change.commit();
}

result<crypto::secret<>> store::get_secret(std::string_view name)
{
    return opened_->secrets.get(name);
}

result<> store::delete_secret(std::string_view name)
{
    return opened_->secrets.remove(name);
}

result<std::vector<std::string>> store::list_secret_names(std::string_view prefix)
{
    return opened_->secrets.names(prefix);
}

result<std::uint32_t> store::rotate_master_key(master_key_source next)
{
    if (next.key_file.empty())
        next.key_file = opened_->dir / "master.key";
    return opened_->secrets.rotate(std::move(next));
}

result<std::uint32_t> store::key_version()
{
    return opened_->secrets.version();
}

result<> store::add_instance(const instance_record& record, const instance_secrets& secrets)
{
    TRY(check_record(record, secrets));
    auto change = TRY(sqlite::transaction::begin(opened_->db));
    auto insert = TRY(opened_->db.prepare(
        "INSERT INTO instances (name, kind, settings, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?4) "
        "ON CONFLICT (name) DO NOTHING"
    ));
    TRY(insert.run(record.name, record.kind, json::to_text(record.settings), opened_->now()));
    if (opened_->db.changes() == 0)
        return fail(
            condition::conflict,
            fmt::format("there is already an instance `{}`", record.name),
            fmt::format("choose another name, or run `basekeeper instance remove {}` first", record.name)
        );
    TRY(opened_->put_all(record.name, secrets));
    return change.commit();
}

result<> store::update_instance(const instance_record& record, const instance_secrets& secrets)
{
    TRY(check_record(record, secrets));
    auto change = TRY(sqlite::transaction::begin(opened_->db));
    auto update =
        TRY(opened_->db.prepare("UPDATE instances SET kind = ?2, settings = ?3, updated_at = ?4 WHERE name = ?1"));
    TRY(update.run(record.name, record.kind, json::to_text(record.settings), opened_->now()));
    if (opened_->db.changes() == 0)
        return no_such_instance(record.name);
    TRY(opened_->put_all(record.name, secrets));
    return change.commit();
}

result<> store::remove_instance(std::string_view name)
{
    auto change = TRY(sqlite::transaction::begin(opened_->db));
    auto remove = TRY(opened_->db.prepare("DELETE FROM instances WHERE name = ?"));
    TRY(remove.run(name));
    if (opened_->db.changes() == 0)
        return no_such_instance(name);
    TRY(opened_->secrets.remove_all(instance_secret_name(name, {})));
    return change.commit();
}

result<instance_record> store::get_instance(std::string_view name)
{
    auto query =
        TRY(opened_->db.prepare("SELECT name, kind, settings, created_at, updated_at FROM instances WHERE name = ?"));
    TRY(query.bind_all(name));
    if (!TRY(query.step()))
        return no_such_instance(name);
    return record_of(query);
}

result<std::vector<instance_record>> store::list_instances()
{
    auto query =
        TRY(opened_->db.prepare("SELECT name, kind, settings, created_at, updated_at FROM instances ORDER BY name"));
    std::vector<instance_record> records;
    while (TRY(query.step()))
        records.push_back(TRY(record_of(query)));
    return records;
}

result<crypto::secret<>> store::get_instance_secret(std::string_view instance, std::string_view name)
{
    return opened_->secrets.get(instance_secret_name(instance, name));
}

result<> check_instance_name(std::string_view name)
{
    if (is_dns_label(name))
        return {};
    return fail(
        condition::invalid_argument,
        fmt::format("`{}` cannot be the name of an instance", utf8_prefix(name, 100)),
        "use a-z, 0-9 and inner hyphens, at most 63 characters"
    );
}

std::string instance_secret_name(std::string_view instance, std::string_view name)
{
    return fmt::format("instance/{}/{}", instance, name);
}

} // namespace basekeeper::state
