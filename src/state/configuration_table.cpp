// Configurations in SQLite: rows for the list, contents in the vault, one transaction for both.
#include "state/configuration_table.hpp"

#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"
#include "crypto/random.hpp"
#include "sqlite/transaction.hpp"
#include "state/sealed_database.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <utility>

namespace basekeeper::state {
namespace {

constexpr std::string_view select_row =
    "SELECT id, server, service, instance, reason, principal, digest, created_at FROM configurations ";

std::string content_name(std::string_view id)
{
    return fmt::format("configuration/{}", id);
}

std::string new_id()
{
    std::array<std::byte, 5> drawn{};
    crypto::random_bytes(drawn);
    return crypto::to_hex(drawn);
}

configuration_record record_at(const sqlite::statement& row)
{
    return {
        .id = std::string(row.column_text(0)),
        .server = std::string(row.column_text(1)),
        .service = std::string(row.column_text(2)),
        .instance = std::string(row.column_text(3)),
        .reason = std::string(row.column_text(4)),
        .principal = std::string(row.column_text(5)),
        .digest = std::string(row.column_text(6)),
        .created_at = wall_time{std::chrono::microseconds{row.column_int64(7)}},
    };
}

} // namespace

struct configuration_table::opened : sealed_database
{
    using sealed_database::sealed_database;

    result<std::optional<configuration_record>> newest(std::string_view server, std::string_view service)
    {
        auto query =
            TRY(db.prepare(std::string(select_row) + "WHERE server = ?1 AND service = ?2 ORDER BY number DESC LIMIT 1")
            );
        TRY(query.bind_all(server, service));
        if (!TRY(query.step()))
            return std::nullopt;
        return record_at(query);
    }

    result<> forget_oldest(std::string_view server, std::string_view service)
    {
        auto query = TRY(db.prepare("SELECT id FROM configurations WHERE server = ?1 AND service = ?2 "
                                    "ORDER BY number DESC LIMIT -1 OFFSET ?3"));
        TRY(query.bind_all(server, service, most_configurations));
        std::vector<std::string> old;
        while (TRY(query.step()))
            old.emplace_back(query.column_text(0));
        auto remove = TRY(db.prepare("DELETE FROM configurations WHERE id = ?"));
        for (const auto& id : old) {
            TRY(secrets.remove(content_name(id)));
            TRY(remove.run(std::string_view(id)));
        }
        return {};
    }
};

configuration_table::configuration_table(std::unique_ptr<opened> o) : opened_(std::move(o)) {}

configuration_table::configuration_table(configuration_table&&) noexcept = default;
configuration_table& configuration_table::operator=(configuration_table&&) noexcept = default;
configuration_table::~configuration_table() = default;

result<configuration_table>
configuration_table::open(std::filesystem::path dir, master_key_source key, const clock& time)
{
    return configuration_table(TRY(open_sealed<opened>(std::move(dir), std::move(key), time, sqlite::synchronous::full))
    );
}

result<configuration_record> configuration_table::keep(configuration_record record, const crypto::secret<>& content)
{
    record.digest = crypto::to_hex(crypto::sha256(content.reveal()));
    record.id = new_id();
    record.created_at = opened_->time.wall();
    auto change = TRY(sqlite::transaction::begin(opened_->db));
    if (auto last = TRY(opened_->newest(record.server, record.service)); last && last->digest == record.digest)
        return *std::move(last);
    auto insert = TRY(opened_->db.prepare("INSERT INTO configurations "
                                          "(id, server, service, instance, reason, principal, digest, created_at) "
                                          "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"));
    TRY(insert.run(
        std::string_view(record.id),
        std::string_view(record.server),
        std::string_view(record.service),
        std::string_view(record.instance),
        std::string_view(record.reason),
        std::string_view(record.principal),
        std::string_view(record.digest),
        record.created_at.time_since_epoch().count()
    ));
    TRY(opened_->secrets.put(content_name(record.id), content));
    TRY(opened_->forget_oldest(record.server, record.service));
    TRY(change.commit());
    return record;
}

result<std::vector<configuration_record>> configuration_table::list(std::string_view server, std::string_view service)
{
    auto query =
        TRY(opened_->db.prepare(std::string(select_row) + "WHERE server = ?1 AND service = ?2 ORDER BY number DESC"));
    TRY(query.bind_all(server, service));
    std::vector<configuration_record> out;
    while (TRY(query.step()))
        out.push_back(record_at(query));
    return out;
}

result<configuration_record> configuration_table::get(std::string_view id)
{
    auto query = TRY(opened_->db.prepare(std::string(select_row) + "WHERE id = ?"));
    TRY(query.bind_all(id));
    if (!TRY(query.step()))
        return fail(
            condition::not_found,
            fmt::format("there is no configuration `{}`", utf8_prefix(id, 64)),
            "run `basekeeper dokploy history NAME`"
        );
    return record_at(query);
}

result<crypto::secret<>> configuration_table::content(std::string_view id)
{
    TRY(get(id));
    return opened_->secrets.get(content_name(id));
}

} // namespace basekeeper::state
