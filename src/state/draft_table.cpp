// Drafts are secrets whose names tell whose they are; the time stands before the content, under the same seal.
#include "state/draft_table.hpp"

#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"
#include "sqlite/transaction.hpp"
#include "state/sealed_database.hpp"

#include <fmt/format.h>

#include <charconv>
#include <span>
#include <utility>

namespace basekeeper::state {
namespace {

/// A principal may hold what the name of a secret may not.
std::string name_of(std::string_view kind, std::string_view principal)
{
    const auto digest = crypto::sha256(principal);
    return fmt::format("draft/{}/{}", kind, crypto::to_hex(std::span(digest).first<16>()));
}

/// What stands before the content.
std::optional<wall_time> time_of(std::string_view text)
{
    const auto end_of_time = text.find('\n');
    std::int64_t since = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), since);
    if (failed != std::errc{} || end_of_time == std::string_view::npos || end != text.data() + end_of_time)
        return std::nullopt;
    return wall_time{std::chrono::microseconds{since}};
}

} // namespace

struct draft_table::opened : sealed_database
{
    using sealed_database::sealed_database;
};

draft_table::draft_table(std::unique_ptr<opened> o) : opened_(std::move(o)) {}

draft_table::draft_table(draft_table&&) noexcept = default;
draft_table& draft_table::operator=(draft_table&&) noexcept = default;
draft_table::~draft_table() = default;

result<draft_table> draft_table::open(std::filesystem::path dir, master_key_source key, const clock& time)
{
    return draft_table(TRY(open_sealed<opened>(std::move(dir), std::move(key), time, sqlite::synchronous::normal)));
}

/// Drafts of those who never came back are not found by them either.
result<> draft_table::forget_old()
{
    for (const auto& name : TRY(opened_->secrets.names("draft/"))) {
        const auto text = TRY(opened_->secrets.get(name));
        const auto since = time_of(text.reveal());
        if (!since || opened_->time.wall() - *since > draft_lifetime)
            TRY(opened_->secrets.remove(name));
    }
    return {};
}

result<> draft_table::keep(std::string_view kind, std::string_view principal, const crypto::secret<>& content)
{
    const auto now = opened_->time.wall().time_since_epoch().count();
    auto change = TRY(sqlite::transaction::begin(opened_->db));
    TRY(forget_old());
    TRY(opened_->secrets.put(name_of(kind, principal), crypto::secret<>(fmt::format("{}\n{}", now, content.reveal()))));
    return change.commit();
}

result<std::optional<draft>> draft_table::find(std::string_view kind, std::string_view principal)
{
    auto found = opened_->secrets.get(name_of(kind, principal));
    if (!found && found.error().code == condition::not_found)
        return std::nullopt;
    const auto whole = TRY(std::move(found));
    const std::string_view text = whole.reveal();
    const auto since = time_of(text);
    if (!since)
        return fail(condition::internal, "the answers given so far are damaged", "begin afresh");
    if (opened_->time.wall() - *since > draft_lifetime) {
        TRY(forget(kind, principal));
        return std::nullopt;
    }
    return draft{.content = crypto::secret<>(std::string(text.substr(text.find('\n') + 1))), .kept_at = *since};
}

result<> draft_table::forget(std::string_view kind, std::string_view principal)
{
    if (auto removed = opened_->secrets.remove(name_of(kind, principal));
        !removed && removed.error().code != condition::not_found)
        return std::unexpected(std::move(removed).error());
    return {};
}

} // namespace basekeeper::state
