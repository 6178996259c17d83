// Merges configured and stored instances, and opens their secrets on the pool.
#include "instances/directory.hpp"

#include "crypto/encoding.hpp"
#include "crypto/random.hpp"
#include "io/offload.hpp"
#include "pg/host_kind.hpp"

#include <boost/describe/enum_from_string.hpp>
#include <boost/describe/enum_to_string.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace basekeeper::instances {
namespace {

instance from_settings(const std::string& name, const config::instance_settings& s)
{
    return {
        .name = name,
        .kind = *s.kind,
        .source = defined_by::configuration,
        .api_url = *s.url,
        .tags = *s.tags,
        .sql_by_gateway = s.database_url->empty() && !s.url->empty() && !s.service_role_key->empty(),
    };
}

bool has_secret(const std::vector<std::string>& stored, const std::string& instance, std::string_view which)
{
    return std::ranges::find(stored, state::instance_secret_name(instance, which)) != stored.end();
}

/// `stored`: the names of all secrets.
instance from_record(const state::instance_record& record, const std::vector<std::string>& stored)
{
    instance out{.name = record.name, .source = defined_by::store};
    out.kind = kind_from(record.kind).value_or(config::instance_kind::self_hosted);
    if (const auto* url = record.settings.if_contains("url"); url != nullptr && url->is_string())
        out.api_url = url->get_string();
    if (const auto* tags = record.settings.if_contains("tags"); tags != nullptr && tags->is_array())
        for (const auto& tag : tags->get_array())
            if (tag.is_string())
                out.tags.emplace_back(tag.get_string());
    out.sql_by_gateway = !out.api_url.empty() && !has_secret(stored, record.name, database_url_secret) &&
                         has_secret(stored, record.name, service_role_key_secret);
    return out;
}

std::string new_read_only_role()
{
    std::array<std::byte, 4> own{};
    crypto::random_bytes(own);
    return std::string(read_only_role_prefix) + crypto::to_hex(own);
}

/// The secret, or nothing when it was never stored. Looks at the names first: a lost master key is not_found too and
/// must not pass for an instance without credentials.
result<std::optional<crypto::secret<>>> find_secret(state::store& in, const std::string& name, std::string_view which)
{
    const auto full_name = state::instance_secret_name(name, which);
    const auto stored = TRY(in.list_secret_names(full_name));
    if (std::ranges::find(stored, full_name) == stored.end())
        return std::nullopt;
    return TRY(in.get_secret(full_name));
}

} // namespace

credentials by_way(credentials with, const ways::candidate& way)
{
    if (with.read_only) {
        // The role of the narrow login has no dot.
        const auto role = pg::split_user(with.read_only->user).role;
        with.read_only = ways::as_role(way, role, with.read_only->password);
    }
    with.owner = way.to;
    with.way = way;
    return with;
}

std::string_view kind_name(config::instance_kind kind)
{
    return boost::describe::enum_to_string(kind, "unknown");
}

std::optional<config::instance_kind> kind_from(std::string_view name)
{
    config::instance_kind kind{};
    if (!boost::describe::enum_from_string(std::string(name).c_str(), kind))
        return std::nullopt;
    return kind;
}

directory::directory(const config::settings& settings, state::store& store, io::offload_pool& pool)
    : settings_(&settings), store_(&store), pool_(&pool), store_use_(std::make_unique<std::mutex>())
{}

result<directory> directory::open(const config::settings& settings, state::store& store, io::offload_pool& pool)
{
    directory d(settings, store, pool);
    d.accept(TRY(d.load()));
    return d;
}

result<std::vector<instance>> directory::load() const
{
    const std::scoped_lock one_at_a_time(*store_use_);
    std::vector<instance> loaded;
    loaded.reserve(settings_->instances.size());
    for (const auto& [name, s] : settings_->instances)
        loaded.push_back(from_settings(name, s));
    const auto stored = TRY(store_->list_secret_names("instance/"));
    for (const auto& record : TRY(store_->list_instances()))
        if (!settings_->instances.contains(record.name))
            loaded.push_back(from_record(record, stored));
    std::ranges::sort(loaded, {}, &instance::name);
    return loaded;
}

void directory::accept(std::vector<instance> loaded)
{
    all_ = std::move(loaded);
    names_.clear();
    for (const auto& i : all_)
        names_.push_back(i.name);
}

const instance* directory::find(std::string_view name) const
{
    const auto at = std::ranges::find(all_, name, &instance::name);
    return at == all_.end() ? nullptr : &*at;
}

io::task<result<crypto::secret<>>> directory::service_role_key(std::string name)
{
    if (const auto configured = settings_->instances.find(name); configured != settings_->instances.end())
        co_return *configured->second.service_role_key;
    const auto read = [&]() -> result<crypto::secret<>> {
        const std::scoped_lock one_at_a_time(*store_use_);
        return TRY(find_secret(*store_, name, service_role_key_secret)).value_or(crypto::secret<>{});
    };
    co_return co_await io::offload(*pool_, read);
}

io::task<result<>> directory::remember(state::instance_record record, state::instance_secrets secrets)
{
    if (settings_->instances.contains(record.name))
        co_return fail(
            condition::conflict,
            fmt::format("the configuration has an instance \"{}\" already", record.name),
            fmt::format("rename [instances.{}] in the configuration, or choose another name", record.name)
        );
    const auto write = [&]() -> result<> {
        const std::scoped_lock one_at_a_time(*store_use_);
        for (const auto& there : TRY(store_->list_instances()))
            if (there.name == record.name) {
                if (there.kind != record.kind)
                    return fail(
                        condition::conflict,
                        fmt::format("there is an instance \"{}\" of another kind already", record.name),
                        fmt::format("run `basekeeper instance remove {}` first, or choose another name", record.name)
                    );
                return store_->update_instance(record, secrets);
            }
        return store_->add_instance(record, secrets);
    };
    CO_TRY(co_await io::offload(*pool_, write));
    co_return co_await refresh();
}

io::task<result<std::optional<boost::json::object>>> directory::stored_settings(std::string name)
{
    const auto read = [&]() -> result<std::optional<boost::json::object>> {
        const std::scoped_lock one_at_a_time(*store_use_);
        auto found = store_->get_instance(name);
        if (!found && found.error().code == condition::not_found)
            return std::nullopt;
        return TRY(std::move(found)).settings;
    };
    co_return co_await io::offload(*pool_, read);
}

io::task<result<>> directory::forget(std::string name)
{
    const auto remove = [&]() -> result<> {
        const std::scoped_lock one_at_a_time(*store_use_);
        auto removed = store_->remove_instance(name);
        return removed || removed.error().code == condition::not_found ? result<>{} : removed;
    };
    CO_TRY(co_await io::offload(*pool_, remove));
    co_return co_await refresh();
}

io::task<result<>> directory::refresh()
{
    const auto read = [this] { return load(); };
    accept(CO_TRY(co_await io::offload(*pool_, read)));
    co_return result<>{};
}

result<std::optional<std::string>> directory::find_read_only_role(const std::string& name) const
{
    const auto kept = TRY(find_secret(*store_, name, read_only_role_secret));
    return kept ? std::optional(std::string(kept->reveal())) : std::nullopt;
}

result<credentials> directory::unlock_blocking(const std::string& name) const
{
    const std::scoped_lock one_at_a_time(*store_use_);
    crypto::secret<> url;
    if (const auto configured = settings_->instances.find(name); configured != settings_->instances.end())
        url = *configured->second.database_url;
    else
        url = TRY(find_secret(*store_, name, database_url_secret)).value_or(crypto::secret<>{});
    if (const auto* known = find(name); url.empty() && known != nullptr && known->sql_by_gateway)
        return fail(
            condition::not_found,
            fmt::format(
                "this needs a connection to the database, and instance \"{}\" is reached through its gateway only", name
            ),
            fmt::format(
                "publish the port of its pooler (or database) and set database_url in [instances.{}]; through the "
                "gateway go execute_sql, query_database, explain_query, list_tables, get_schema and list_extensions",
                name
            )
        );
    if (url.empty())
        return fail(
            condition::not_found,
            fmt::format("instance \"{}\" has no database connection configured", name),
            fmt::format("set database_url in [instances.{}], or run `basekeeper instance add`", name)
        );
    const auto info = TRY(ways::read_connection(url.reveal()));
    credentials out{.owner = info.given, .read_only = {}, .ways = ways::candidates(info)};
    out.way = out.ways.front();
    const auto role = TRY(find_read_only_role(name));
    auto password = TRY(find_secret(*store_, name, read_only_password_secret));
    if (role && password)
        out.read_only = ways::as_role(out.ways.front(), *role, *std::move(password));
    return out;
}

io::task<result<credentials>> directory::unlock(std::string name)
{
    const auto open = [&] { return unlock_blocking(name); };
    co_return co_await io::offload(*pool_, open);
}

io::task<result<std::string>> directory::choose_read_only_role(std::string name)
{
    const auto choose = [&]() -> result<std::string> {
        const std::scoped_lock one_at_a_time(*store_use_);
        if (auto chosen = TRY(find_read_only_role(name)))
            return *std::move(chosen);
        auto role = new_read_only_role();
        TRY(store_->put_secret(state::instance_secret_name(name, read_only_role_secret), crypto::secret<>(role)));
        return role;
    };
    co_return co_await io::offload(*pool_, choose);
}

io::task<result<std::optional<std::string>>> directory::read_only_role(std::string name)
{
    const auto look = [&] {
        const std::scoped_lock one_at_a_time(*store_use_);
        return find_read_only_role(name);
    };
    co_return co_await io::offload(*pool_, look);
}

io::task<result<>> directory::keep_read_only_password(std::string name, crypto::secret<> password)
{
    const auto keep = [&] {
        const std::scoped_lock one_at_a_time(*store_use_);
        return store_->put_secret(state::instance_secret_name(name, read_only_password_secret), password);
    };
    co_return co_await io::offload(*pool_, keep);
}

} // namespace basekeeper::instances
