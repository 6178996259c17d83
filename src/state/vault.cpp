// Key versions, sealing, opening and rotation.
#include "state/vault.hpp"

#include "crypto/aes_gcm.hpp"
#include "crypto/digest.hpp"
#include "crypto/random.hpp"
#include "sqlite/transaction.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace basekeeper::state {
namespace {

constexpr std::string_view check_text = "basekeeper";

std::string check_context(std::uint32_t version)
{
    return fmt::format("key check {}", version);
}

crypto::key256 data_key(const crypto::key256& master, const crypto::argon2_salt& salt, std::uint32_t version)
{
    return crypto::hkdf_key(
        {.key_material = master.reveal(), .salt = salt, .info = fmt::format("basekeeper secrets {}", version)}
    );
}

/// As `keys.source` spells it.
std::string_view source_name(const master_key_source& from)
{
    if (!from.key_text.empty())
        return "variable";
    return from.passphrase.empty() ? "file" : "passphrase";
}

std::unexpected<error> wrong_key(std::string_view stored, const master_key_source& given, std::uint32_t version)
{
    const auto now = source_name(given);
    auto hint = std::string("set BASEKEEPER_MASTER_KEY to the key that they were encrypted with");
    if (stored == "passphrase")
        hint = "set BASEKEEPER_PASSPHRASE to the passphrase that they were encrypted with";
    else if (stored == "file")
        hint = "name the right key file with BASEKEEPER_KEY_FILE, or restore it from a backup, and unset "
               "BASEKEEPER_MASTER_KEY and BASEKEEPER_PASSPHRASE";
    return fail(
        condition::denied,
        fmt::format("the master key ({}) does not open the stored secrets, key version {} ({})", now, version, stored),
        std::move(hint)
    );
}

result<> check_secret_name(std::string_view name)
{
    const auto good = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' || c == '/';
    };
    if (!name.empty() && name.size() <= 200 && std::ranges::all_of(name, good))
        return {};
    return fail(
        condition::invalid_argument,
        "the name of a secret is not allowed",
        "use 1 to 200 characters of a-z, 0-9, '_', '-', '.' and '/'"
    );
}

} // namespace

struct vault::key_row
{
    std::string source;
    crypto::argon2_salt salt{};
    crypto::argon2_cost cost;
    std::vector<std::byte> check_value;
};

vault::vault(sqlite::connection& db, master_key_source key, const clock& time)
    : db_(db), key_(std::move(key)), time_(time)
{}

result<std::uint32_t> vault::version()
{
    auto query = TRY(db_.prepare("SELECT value FROM meta WHERE name = 'key_version'"));
    std::uint32_t version = 0;
    if (TRY(query.step())) {
        const auto text = query.column_text(0);
        const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), version);
        if (failed == std::errc{} && end == text.data() + text.size())
            return version;
    }
    return fail(
        condition::internal, "reading the key version: it is damaged", "restore the state folder from a backup"
    );
}

result<> vault::set_version(std::uint32_t version)
{
    auto update = TRY(db_.prepare("UPDATE meta SET value = ? WHERE name = 'key_version'"));
    return update.run(std::to_string(version));
}

result<vault::key_row> vault::read_key_row(std::uint32_t version)
{
    auto query = TRY(db_.prepare("SELECT source, salt, passes, memory_bytes, check_value FROM keys WHERE version = ?"));
    TRY(query.bind_all(version));
    key_row row;
    if (!TRY(query.step()) || query.column_blob(1).size() != row.salt.size())
        return fail(
            condition::internal,
            fmt::format("reading key version {}: it is missing or damaged", version),
            "restore the state folder from a backup"
        );
    row.source = query.column_text(0);
    std::ranges::copy(query.column_blob(1), row.salt.begin());
    row.cost = {static_cast<std::uint64_t>(query.column_int64(2)), static_cast<std::size_t>(query.column_int64(3))};
    const auto check = query.column_blob(4);
    row.check_value.assign(check.begin(), check.end());
    return row;
}

result<crypto::key256> vault::unlock(std::uint32_t version)
{
    if (const auto known = data_keys_.find(version); known != data_keys_.end())
        return known->second;
    const auto row = TRY(read_key_row(version));
    // Deriving from a passphrase takes long and a key file is not one: say so without trying.
    if ((row.source == "passphrase") != needs_salt(key_))
        return wrong_key(row.source, key_, version);
    for (const auto& master : TRY(load_master_keys(key_, row.salt, row.cost))) {
        const auto key = data_key(master, row.salt, version);
        if (crypto::open(key, row.check_value, crypto::bytes_of(check_context(version)))) {
            data_keys_.insert_or_assign(version, key);
            return key;
        }
    }
    return wrong_key(row.source, key_, version);
}

result<> vault::add_version(std::uint32_t version, const master_key_source& from)
{
    crypto::argon2_salt salt;
    crypto::random_bytes(salt);
    const crypto::argon2_cost cost;
    const auto masters = TRY(load_master_keys(from, salt, cost));
    const auto key = data_key(masters.front(), salt, version);
    auto insert =
        TRY(db_.prepare("INSERT INTO keys (version, source, salt, passes, memory_bytes, check_value, created_at) "
                        "VALUES (?, ?, ?, ?, ?, ?, ?)"));
    TRY(insert.run(
        version,
        source_name(from),
        std::span<const std::byte>(salt),
        static_cast<std::int64_t>(cost.passes),
        static_cast<std::int64_t>(cost.memory_bytes),
        std::span<const std::byte>(
            crypto::seal(key, crypto::bytes_of(check_text), crypto::bytes_of(check_context(version)))
        ),
        time_.wall().time_since_epoch().count()
    ));
    TRY(set_version(version));
    data_keys_.insert_or_assign(version, key);
    return {};
}

result<std::uint32_t> vault::current_or_first()
{
    const auto current = TRY(version());
    if (current != 0)
        return current;
    if (source_name(key_) == "file")
        if (auto made = create_key_file(key_.key_file); !made && made.error().code != condition::conflict)
            return fail(std::move(made).error());
    TRY(add_version(1, key_));
    return 1;
}

result<> vault::put(std::string_view name, const crypto::secret<>& value)
{
    TRY(check_secret_name(name));
    const auto version = TRY(current_or_first());
    const auto key = TRY(unlock(version));
    const auto sealed = crypto::seal(key, crypto::bytes_of(value.reveal()), crypto::bytes_of(name));
    auto insert = TRY(
        db_.prepare("INSERT INTO secrets (name, key_version, sealed, updated_at) VALUES (?, ?, ?, ?) "
                    "ON CONFLICT (name) DO UPDATE SET key_version = excluded.key_version, sealed = excluded.sealed, "
                    "updated_at = excluded.updated_at")
    );
    return insert.run(name, version, std::span<const std::byte>(sealed), time_.wall().time_since_epoch().count());
}

result<crypto::secret<>> vault::get(std::string_view name)
{
    TRY(check_secret_name(name));
    auto query = TRY(db_.prepare("SELECT key_version, sealed FROM secrets WHERE name = ?"));
    TRY(query.bind_all(name));
    if (!TRY(query.step()))
        return fail(condition::not_found, fmt::format("there is no secret `{}`", name), "store it first");
    const auto version = static_cast<std::uint32_t>(query.column_int64(0));
    const auto key = TRY(unlock(version));
    auto value = crypto::open(key, query.column_blob(1), crypto::bytes_of(name));
    if (!value)
        return fail(
            condition::denied,
            fmt::format("the secret `{}` was changed outside basekeeper and cannot be trusted", name),
            "store it again"
        );
    return value;
}

result<> vault::remove(std::string_view name)
{
    auto change = TRY(db_.prepare("DELETE FROM secrets WHERE name = ?"));
    TRY(change.run(name));
    if (db_.changes() == 0)
        return fail(condition::not_found, fmt::format("there is no secret `{}`", name), "list the names first");
    return {};
}

result<> vault::remove_all(std::string_view prefix)
{
    auto change = TRY(db_.prepare("DELETE FROM secrets WHERE substr(name, 1, length(?1)) = ?1"));
    return change.run(prefix);
}

result<std::vector<std::string>> vault::names(std::string_view prefix)
{
    auto query = TRY(db_.prepare("SELECT name FROM secrets WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name"));
    TRY(query.bind_all(prefix));
    std::vector<std::string> names;
    while (TRY(query.step()))
        names.emplace_back(query.column_text(0));
    return names;
}

result<> vault::encrypt_again(std::uint32_t from, std::uint32_t to)
{
    const auto new_key = TRY(unlock(to));
    auto update = TRY(db_.prepare("UPDATE secrets SET key_version = ?, sealed = ? WHERE name = ?"));
    for (const auto& name : TRY(names({}))) {
        const auto value = TRY(get(name));
        const auto sealed = crypto::seal(new_key, crypto::bytes_of(value.reveal()), crypto::bytes_of(name));
        TRY(update.run(to, std::span<const std::byte>(sealed), name));
    }
    auto forget = TRY(db_.prepare("DELETE FROM keys WHERE version = ?"));
    return forget.run(from);
}

result<std::uint32_t> vault::rotate(master_key_source next)
{
    auto change = TRY(sqlite::transaction::begin(db_));
    const auto current = TRY(version());
    if (current != 0)
        TRY(unlock(current));
    const bool to_file = source_name(next) == "file";
    const bool same_file = to_file && source_name(key_) == "file" && next.key_file == key_.key_file;
    if (same_file && current != 0)
        TRY(append_key(next.key_file));
    else if (to_file)
        if (auto made = create_key_file(next.key_file); !made && made.error().code != condition::conflict)
            return fail(std::move(made).error());
    const auto added = [&]() -> result<> {
        TRY(add_version(current + 1, next));
        TRY(encrypt_again(current, current + 1));
        return change.commit();
    }();
    if (!added) {
        data_keys_.erase(current + 1);
        return fail(error(added.error()));
    }
    data_keys_.erase(current);
    key_ = std::move(next);
    // Only now is the old key of no use; a file that still holds it opens the secrets all the same.
    if (same_file && current != 0)
        TRY(drop_old_keys(key_.key_file));
    return current + 1;
}

} // namespace basekeeper::state
