// The order in which things are built, and how settings become the parameters of each.
#include "app/services.hpp"

#include "app/adapters.hpp"
#include "crypto/random.hpp"
#include "features/advisors/tools/tools.hpp"
#include "features/database/tools/tools.hpp"
#include "features/deploy/engine.hpp"
#include "features/deploy/stored_servers.hpp"
#include "features/deploy/tools/tools.hpp"
#include "features/inspection/tools/tools.hpp"
#include "features/instances/tools/tools.hpp"
#include "features/jobs/tools/tools.hpp"
#include "features/migrations/tools/tools.hpp"
#include "features/postgres_meta/service.hpp"
#include "features/schema_diff/tools/tools.hpp"
#include "features/types/tools/tools.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <set>

namespace basekeeper::app {
namespace {

mcp::policy_settings policy_from(const config::settings& s)
{
    return {
        .mode = *s.read_only ? mcp::access::read_only : mcp::access::full,
        .pinned_instance = *s.pinned_instance,
        .longest_call = *s.limits.call_timeout,
        .longest_task = *s.limits.task_timeout,
        // Tools keep to max_result_bytes themselves; this one catches what does not.
        .max_result_bytes = *s.limits.max_result_bytes * 2 + 65'536,
        .confirm_from = *s.confirmation == config::confirmation::always ? mcp::effect::writes : mcp::effect::destroys,
    };
}

database::limits limits_from(const config::settings& s)
{
    return {
        .statement_timeout = *s.limits.statement_timeout,
        .default_rows = *s.limits.max_rows,
        .result_bytes = *s.limits.max_result_bytes,
    };
}

state::master_key_source key_from(const config::settings& s)
{
    return {
        .key_text = *s.master_key,
        .passphrase = *s.passphrase,
        .key_file = s.key_file->empty() ? *s.state_dir / "master.key" : *s.key_file,
    };
}

std::string variable(const char* name)
{
    const char* value = std::getenv(name); // NOLINT(concurrency-mt-unsafe): at start-up, one thread
    return value == nullptr ? "" : value;
}

local::engine_options local_options_from(const config::settings& s)
{
    return {
        .state_dir = *s.state_dir,
        .runtime_dir = variable("XDG_RUNTIME_DIR"),
        .postgres_bin = *s.local.postgres_bin,
        .user = *s.local.user,
    };
}

/// Takes away the tools of groups that `features` does not name. An unknown name is an error, never ignored.
result<mcp::registry> only_features(const mcp::registry& all, const std::vector<std::string>& features)
{
    std::set<std::string, std::less<>> groups;
    for (const auto& t : all.tools())
        groups.insert(t.about.group);
    for (const auto& name : features)
        if (!groups.contains(name))
            return fail(
                condition::invalid_argument,
                fmt::format("features: there is no group \"{}\"", name),
                fmt::format("use some of: {}", fmt::join(groups, ", "))
            );
    const auto wanted = [&](const std::string& group) {
        return features.empty() || group == "instances" || std::ranges::find(features, group) != features.end();
    };
    mcp::registry out;
    for (const auto& t : all.tools())
        if (wanted(t.about.group))
            out.add(t);
    for (const auto& r : all.resources())
        if (wanted(r.group))
            out.add(r);
    for (const auto& p : all.prompts())
        out.add(p);
    return out;
}

} // namespace

struct services::parts
{
    parts(config::loaded s, state::store opened)
        : settings(std::move(s)), log(*settings.values.log.level, *settings.values.log.format),
          store(std::move(opened)), seeds(store, runtime.pool()),
          local(runtime.pool(), seeds, system_clock(), local_options_from(settings.values)),
          audit(runtime.executor(), runtime.pool(), store.dir(), log, {.retention = *settings.values.audit.retention}),
          audit_face(audit), job_book(runtime.pool(), store.dir(), key_from(settings.values), system_clock()),
          jobs(job_book, runtime.executor(), system_clock(), log),
          configurations(runtime.pool(), store.dir(), key_from(settings.values), system_clock()),
          unfinished(runtime.pool(), store.dir(), key_from(settings.values), system_clock())
    {}

    result<> wire()
    {
        names.emplace(TRY(instances::directory::open(settings.values, store, runtime.pool())));
        open.emplace(
            runtime.executor(),
            runtime.pool(),
            *names,
            log,
            pg::pool_settings{.max_connections = *settings.values.pool.max_connections}
        );
        by_gateway.emplace(*names, runtime.executor(), runtime.pool());
        database.emplace(*open, limits_from(settings.values), &*by_gateway);
        types.emplace(*open, runtime.pool(), *settings.values.limits.max_result_bytes);
        advisors.emplace(*open);
        inspection.emplace(inspection::sources{*open, runtime.executor(), runtime.pool()}, *database);
        compare.emplace(*open, runtime.executor(), runtime.pool());
        migrations.emplace(*open, system_clock(), [this](const std::string& instance) {
            database->forget_catalogue(instance);
        });
        catalog.emplace(*names, log);
        mcp::registry all;
        const auto ask_gateway = [this](std::string instance, io::deadline until) {
            return by_gateway->ask(std::move(instance), until);
        };
        instances::tools::add_all(all, {*names, *open, runtime.executor(), runtime.pool(), ask_gateway});
        database::tools::add_all(all, *database, *names);
        types::tools::add_all(all, *types);
        advisors::tools::add_all(all, *advisors, *settings.values.limits.max_result_bytes / 2);
        inspection::tools::add_all(all, *inspection);
        schema_diff::tools::add_all(all, *compare, *settings.values.limits.max_result_bytes);
        migrations::tools::add_all(all, *migrations);
        jobs::tools::add_all(all, {jobs, *settings.values.pinned_instance});
        wire_dokploy(all);
        offers = TRY(only_features(all, *settings.values.features));
        watch.emplace(observed{*names, *open, audit, log, runtime.pool(), store.dir()}, audit_face, offers);
        rules.emplace(
            policy_from(settings.values),
            *catalog,
            *watch,
            mcp::confirmation_tokens(crypto::secret<>(crypto::random_token(32)), system_clock()),
            system_clock()
        );
        return {};
    }

    /// Those of the configuration, and those that were connected by command. Of one that has both, the configuration
    /// says the rest, and also where it is and with which key when it says that.
    deploy::server_table known_dokploys()
    {
        auto all = settings.values.dokploy;
        const auto connected = deploy::stored_server_names(store);
        if (!connected) {
            log.warning(fmt::format("no Dokploy server that was connected is known: {}", connected.error().message));
            return all;
        }
        for (const auto& name : *connected) {
            auto& place = all[name];
            if (!place.url->empty())
                continue;
            if (auto one = deploy::stored_server(store, name)) {
                place.url = std::move(one->url);
                place.api_key = std::move(one->api_key);
                if (place.pin->empty())
                    place.pin = std::move(one->pin);
            } else
                log.warning(fmt::format("the Dokploy server {} cannot be used: {}", name, one.error().message));
        }
        return all;
    }

    /// The tools are offered where there is a server for them; its jobs are known anyway, so that they can be told of.
    void wire_dokploy(mcp::registry& all)
    {
        const auto& values = settings.values;
        dokploy_servers.emplace(known_dokploys(), runtime.executor(), runtime.pool(), system_clock());
        deploy.emplace(
            deploy::workshop{*dokploy_servers, *names, runtime.pool(), system_clock()}, jobs, configurations
        );
        if (dokploy_servers->empty())
            return;
        deploy::tools::add_all(
            all,
            {.of = *deploy,
             .unfinished = unfinished,
             .time = system_clock(),
             .smtp = values.smtp,
             .pinned = *values.pinned_instance,
             .result_bytes = *values.limits.max_result_bytes}
        );
    }

    config::loaded settings;
    log::logger log;
    state::store store;
    io::runtime runtime;
    seed_adapter seeds;
    local::engine local;
    state::audit_log audit;
    audit_adapter audit_face;
    jobs::ledger job_book; // opens its file with the first job
    jobs::engine jobs;
    deploy::history configurations; // as the jobs
    deploy::drafts unfinished;
    std::optional<deploy::servers> dokploy_servers;
    std::optional<deploy::engine> deploy;
    std::optional<instances::directory> names;
    std::optional<instances::connections> open;
    std::optional<postgres_meta::service> by_gateway;
    std::optional<database::engine> database;
    std::optional<types::engine> types;
    std::optional<advisors::engine> advisors;
    std::optional<inspection::engine> inspection;
    std::optional<schema_diff::engine> compare;
    std::optional<migrations::engine> migrations;
    std::optional<catalog_adapter> catalog;
    mcp::registry offers;
    std::optional<observability> watch;
    std::optional<mcp::policy> rules;
};

services::services(std::unique_ptr<parts> built) : parts_(std::move(built)) {}

services::~services() = default;

result<std::unique_ptr<services>> services::build(config::loaded settings)
{
    auto store = TRY(state::store::open(*settings.values.state_dir, key_from(settings.values)));
    auto built = std::make_unique<parts>(std::move(settings), std::move(store));
    TRY(built->wire());
    return std::unique_ptr<services>(new services(std::move(built)));
}

const config::loaded& services::settings() const
{
    return parts_->settings;
}

log::logger& services::log()
{
    return parts_->log;
}

io::runtime& services::runtime()
{
    return parts_->runtime;
}

state::store& services::store()
{
    return parts_->store;
}

instances::directory& services::names()
{
    return *parts_->names;
}

instances::connections& services::open()
{
    return *parts_->open;
}

local::engine& services::local()
{
    return parts_->local;
}

schema_diff::engine& services::compare()
{
    return *parts_->compare;
}

const mcp::registry& services::offers() const
{
    return parts_->offers;
}

deploy::engine& services::dokploy()
{
    return *parts_->deploy;
}

migrations::engine& services::migrations()
{
    return *parts_->migrations;
}

jobs::engine& services::jobs()
{
    return parts_->jobs;
}

mcp::policy& services::rules()
{
    return *parts_->rules;
}

mcp::audit_sink& services::audit()
{
    return parts_->audit_face;
}

catalog_adapter& services::catalog()
{
    return *parts_->catalog;
}

observability& services::watch()
{
    return *parts_->watch;
}

void services::start()
{
    for (const auto& warning : parts_->settings.warnings)
        parts_->log.warning(warning);
    parts_->audit.start();
}

io::task<result<>> services::stop()
{
    const auto until = io::deadline::after(std::chrono::seconds{10});
    parts_->watch->begin_stop();
    // Their steps use the connections.
    if (const auto ended = co_await parts_->jobs.stop(until); !ended)
        parts_->log.warning("the work of a job did not stop");
    co_await parts_->open->close(until);
    (void)co_await parts_->by_gateway->close(until);
    co_await parts_->dokploy_servers->close(until);
    co_return co_await parts_->audit.stop(until);
}

} // namespace basekeeper::app
