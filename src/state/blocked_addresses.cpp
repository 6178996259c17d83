// Blocked addresses in SQLite.
#include "state/blocked_addresses.hpp"

#include "base/text.hpp"
#include "sqlite/connection.hpp"
#include "state/database.hpp"

#include <fmt/format.h>

#include <utility>

namespace basekeeper::state {

struct blocked_address_table::opened
{
    sqlite::connection db;
};

blocked_address_table::blocked_address_table(std::unique_ptr<opened> o) : opened_(std::move(o)) {}

blocked_address_table::blocked_address_table(blocked_address_table&&) noexcept = default;
blocked_address_table& blocked_address_table::operator=(blocked_address_table&&) noexcept = default;
blocked_address_table::~blocked_address_table() = default;

result<blocked_address_table> blocked_address_table::open(const std::filesystem::path& dir)
{
    auto db = TRY(open_database(dir, sqlite::synchronous::full));
    return blocked_address_table(std::make_unique<opened>(std::move(db)));
}

result<> blocked_address_table::put(const blocked_address& block)
{
    auto insert = TRY(opened_->db.prepare(
        "INSERT INTO blocked_addresses (address, until, reason, created_at) VALUES (?1, ?2, ?3, ?4) "
        "ON CONFLICT (address) DO UPDATE SET until = ?2, reason = ?3, created_at = ?4"
    ));
    return insert.run(
        std::string_view(block.address),
        block.until ? std::optional<std::int64_t>(block.until->time_since_epoch().count()) : std::nullopt,
        std::string_view(block.reason),
        block.created_at.time_since_epoch().count()
    );
}

result<> blocked_address_table::remove(std::string_view address)
{
    auto remove = TRY(opened_->db.prepare("DELETE FROM blocked_addresses WHERE address = ?"));
    TRY(remove.run(address));
    if (opened_->db.changes() == 0)
        return fail(
            condition::not_found,
            fmt::format("the address {} is not blocked", utf8_prefix(address, 64)),
            "run `basekeeper block list`"
        );
    return {};
}

result<std::vector<blocked_address>> blocked_address_table::list(wall_time now)
{
    auto query =
        TRY(opened_->db.prepare("SELECT address, until, reason, created_at FROM blocked_addresses ORDER BY address"));
    std::vector<blocked_address> all;
    bool any_over = false;
    while (TRY(query.step())) {
        blocked_address one{
            .address = std::string(query.column_text(0)),
            .reason = std::string(query.column_text(2)),
            .created_at = wall_time{std::chrono::microseconds{query.column_int64(3)}}
        };
        if (!query.is_null(1))
            one.until = wall_time{std::chrono::microseconds{query.column_int64(1)}};
        if (one.until && *one.until <= now)
            any_over = true;
        else
            all.push_back(std::move(one));
    }
    query.reset();
    if (any_over) {
        auto forget = TRY(opened_->db.prepare("DELETE FROM blocked_addresses WHERE until <= ?"));
        TRY(forget.run(now.time_since_epoch().count()));
    }
    return all;
}

} // namespace basekeeper::state
