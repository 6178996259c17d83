// API keys in SQLite.
#include "state/api_keys.hpp"

#include "base/text.hpp"
#include "sqlite/transaction.hpp"
#include "state/database.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace basekeeper::state {
namespace {

std::optional<std::int64_t> microseconds(const std::optional<wall_time>& t)
{
    return t ? std::optional<std::int64_t>(t->time_since_epoch().count()) : std::nullopt;
}

std::optional<wall_time> time_or_nothing(const sqlite::statement& row, int column)
{
    if (row.is_null(column))
        return std::nullopt;
    return wall_time{std::chrono::microseconds{row.column_int64(column)}};
}

result<api_key> key_of(const sqlite::statement& row)
{
    api_key out{.id = std::string(row.column_text(0)), .name = std::string(row.column_text(1))};
    const auto digest = row.column_blob(2);
    if (digest.size() != out.digest.size())
        return fail(
            condition::internal,
            fmt::format("reading the API key {}: its record is damaged", out.id),
            fmt::format("run `basekeeper key revoke {}` and create another", out.id)
        );
    std::ranges::copy(digest, out.digest.begin());
    out.scopes = row.column_text(3);
    out.created_at = wall_time{std::chrono::microseconds{row.column_int64(4)}};
    out.expires_at = time_or_nothing(row, 5);
    out.revoked_at = time_or_nothing(row, 6);
    out.last_used_at = time_or_nothing(row, 7);
    return out;
}

std::unexpected<error> no_such_key(std::string_view id)
{
    return fail(
        condition::not_found,
        fmt::format("there is no API key with the id `{}`", utf8_prefix(id, 64)),
        "run `basekeeper key list`"
    );
}

constexpr std::string_view select_one =
    "SELECT id, name, digest, scopes, created_at, expires_at, revoked_at, last_used_at FROM api_keys WHERE id = ?";
constexpr std::string_view select_all = "SELECT id, name, digest, scopes, created_at, expires_at, revoked_at, "
                                        "last_used_at FROM api_keys ORDER BY created_at, id";

} // namespace

struct api_key_table::opened
{
    sqlite::connection db;
};

api_key_table::api_key_table(std::unique_ptr<opened> o) : opened_(std::move(o)) {}

api_key_table::api_key_table(api_key_table&&) noexcept = default;
api_key_table& api_key_table::operator=(api_key_table&&) noexcept = default;
api_key_table::~api_key_table() = default;

result<api_key_table> api_key_table::open(const std::filesystem::path& dir)
{
    auto db = TRY(open_database(dir, sqlite::synchronous::full));
    return api_key_table(std::make_unique<opened>(std::move(db)));
}

result<> api_key_table::add(const api_key& key)
{
    auto insert = TRY(opened_->db.prepare(
        "INSERT INTO api_keys (id, name, digest, scopes, created_at, expires_at, revoked_at, last_used_at) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO NOTHING"
    ));
    TRY(insert.run(
        std::string_view(key.id),
        std::string_view(key.name),
        std::span<const std::byte>(key.digest),
        std::string_view(key.scopes),
        key.created_at.time_since_epoch().count(),
        microseconds(key.expires_at),
        microseconds(key.revoked_at),
        microseconds(key.last_used_at)
    ));
    if (opened_->db.changes() == 0)
        return fail(condition::conflict, "there is already an API key with that id", "try again: ids are random");
    return {};
}

result<std::optional<api_key>> api_key_table::find(std::string_view id)
{
    auto query = TRY(opened_->db.prepare(select_one));
    TRY(query.bind_all(id));
    if (!TRY(query.step()))
        return std::optional<api_key>{};
    return std::optional(TRY(key_of(query)));
}

result<std::vector<api_key>> api_key_table::list()
{
    auto query = TRY(opened_->db.prepare(select_all));
    std::vector<api_key> keys;
    while (TRY(query.step()))
        keys.push_back(TRY(key_of(query)));
    return keys;
}

result<> api_key_table::revoke(std::string_view id, wall_time now)
{
    auto change = TRY(sqlite::transaction::begin(opened_->db));
    auto query = TRY(opened_->db.prepare("SELECT revoked_at FROM api_keys WHERE id = ?"));
    TRY(query.bind_all(id));
    if (!TRY(query.step()))
        return no_such_key(id);
    if (const auto before = time_or_nothing(query, 0))
        return fail(
            condition::conflict,
            fmt::format("the API key {} was revoked already, at {}", utf8_prefix(id, 64), to_rfc3339(*before))
        );
    query.reset();
    auto update = TRY(opened_->db.prepare("UPDATE api_keys SET revoked_at = ?2 WHERE id = ?1"));
    TRY(update.run(id, now.time_since_epoch().count()));
    return change.commit();
}

result<> api_key_table::note_use(std::string_view id, wall_time when)
{
    auto update =
        TRY(opened_->db.prepare("UPDATE api_keys SET last_used_at = ?2 WHERE id = ?1 AND coalesce(last_used_at, 0) < ?2"
        ));
    return update.run(id, when.time_since_epoch().count());
}

} // namespace basekeeper::state
