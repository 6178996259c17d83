// Starting containers in the order of their dependencies, and their state at a moment.
#include "features/rehearsal/docker_host.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::rehearsal {
namespace {

using namespace std::chrono_literals;

/// True when what is bound there is meant to be a file.
bool means_file(const bound_path& b)
{
    const auto last = b.source.substr(b.source.rfind('/') + 1);
    return b.source.starts_with("../files/") && last.find('.', 1) != std::string::npos;
}

bool lacks_file(const stack_on_host& in, const container& c)
{
    return std::ranges::any_of(c.of.binds, [&](const bound_path& b) {
        return means_file(b) && !in.files.contains(b.source.substr(std::string_view("../files/").size()));
    });
}

std::string_view key_variable(stack::role r)
{
    if (r == stack::role::realtime)
        return "DB_ENC_KEY";
    return r == stack::role::pooler ? "VAULT_ENC_KEY" : "";
}

/// The password with which a service logs in, out of whatever it is given.
std::string password_of(const container& c)
{
    for (const auto* name : {"DB_PASSWORD", "PG_META_DB_PASSWORD", "POSTGRES_PASSWORD"})
        if (auto value = variable_of(c, name); !value.empty())
            return value;
    for (const auto* name : {"GOTRUE_DB_DATABASE_URL", "PGRST_DB_URI", "DATABASE_URL", "SUPABASE_DB_URL"}) {
        const auto url = variable_of(c, name);
        const auto host = url.rfind('@');
        const auto begin = url.find("://");
        if (host == std::string::npos || begin == std::string::npos)
            continue;
        const auto colon = url.find(':', begin + 3);
        if (colon < host)
            return url.substr(colon + 1, host - colon - 1);
    }
    return {};
}

/// What the first boot makes: passwords of all roles, and what services encrypt with.
void boot_first(stack_on_host& of, const container& c)
{
    if (c.of.role == stack::role::database && of.passwords.empty())
        for (const auto* role :
             {"postgres",
              "supabase_admin",
              "authenticator",
              "pgbouncer",
              "supabase_auth_admin",
              "supabase_storage_admin",
              "supabase_functions_admin",
              "supabase_replication_admin",
              "supabase_read_only_user"})
            of.passwords[role] = variable_of(c, "POSTGRES_PASSWORD");
    const auto key = key_variable(c.of.role);
    if (!key.empty())
        of.keys.try_emplace(c.of.name, variable_of(c, key));
}

std::string duration_text(std::chrono::microseconds span)
{
    const auto seconds = std::chrono::floor<std::chrono::seconds>(span).count();
    if (seconds < 1)
        return "Less than a second";
    if (seconds < 60)
        return seconds == 1 ? "1 second" : fmt::format("{} seconds", seconds);
    if (seconds < 120)
        return "About a minute";
    if (seconds < 3'600)
        return fmt::format("{} minutes", seconds / 60);
    if (seconds < 7'200)
        return "About an hour";
    if (seconds < 172'800)
        return fmt::format("{} hours", seconds / 3'600);
    return fmt::format("{} days", seconds / 86'400);
}

/// One run of `up`.
class starter
{
public:
    starter(stack_on_host& of, wall_time at, const fault_plan& faults, randomness& chance)
        : of_(of), at_(at), faults_(faults), chance_(chance)
    {}

    void remove_orphans(const std::vector<service_definition>& services)
    {
        std::erase_if(of_.containers, [&](const container& c) {
            const bool orphan = std::ranges::find(services, c.of.name, &service_definition::name) == services.end();
            if (orphan)
                say(at_, c.name, "Removed");
            return orphan;
        });
    }

    void make(const service_definition& wanted)
    {
        auto* there = of_.find(wanted.name);
        if (there == nullptr) {
            there = &of_.containers.emplace_back();
            there->name = name_of(wanted);
            say(at_ + 100ms, there->name, "Creating");
        } else if (there->of == wanted) {
            if (phase_of(*there, at_) != container_phase::running)
                pending_.insert(wanted.name);
            else
                say(at_ + 100ms, there->name, "Running");
            return;
        } else {
            say(at_ + 100ms, there->name, "Recreate");
            there->name = name_of(wanted);
        }
        there->id = chance_.hex(64);
        there->of = wanted;
        there->created_at = at_ + 500ms;
        there->started_at.reset();
        there->stopped_at.reset();
        there->restarts = 0;
        there->exit_code = 0;
        pending_.insert(wanted.name);
        say(at_ + 500ms, there->name, "Created");
    }

    std::string name_of(const service_definition& one) const
    {
        return one.container_name.empty() ? fmt::format("{}-{}-1", of_.app_name, one.name) : one.container_name;
    }

    /// When the service is there, as those want it that depend on it; nothing when it never is.
    std::optional<wall_time> start(const std::string& name, waits_for how)
    {
        auto* c = of_.find(name);
        if (c == nullptr)
            return at_;
        if (pending_.erase(name) > 0)
            start_now(*c);
        if (!c->started_at)
            return std::nullopt;
        if (how == waits_for::started)
            return std::max(at_, *c->started_at);
        const auto ready = std::max(at_, *c->started_at + c->boot);
        if (c->stopped_at || trouble_of(of_, *c, faults_, ready) != trouble::none) {
            if (failed_.insert(name).second)
                say(ready,
                    c->name,
                    c->stopped_at ? "Error dependency " + name + " failed to start" : std::string("Error"));
            fail_at(
                ready,
                fmt::format(
                    "dependency failed to start: container {} {}",
                    c->name,
                    c->stopped_at ? fmt::format("exited ({})", c->exit_code) : "is unhealthy"
                )
            );
            return std::nullopt;
        }
        if (waited_.insert(name).second)
            say(ready, c->name, "Healthy");
        return ready;
    }

    bring_up finish()
    {
        out_.ends_at = at_ + 1s;
        if (!out_.lines.empty())
            out_.ends_at = std::max(out_.ends_at, out_.lines.rbegin()->first);
        if (!failure_.empty()) {
            out_.worked = false;
            out_.lines.emplace(out_.ends_at, failure_);
        }
        return std::move(out_);
    }

private:
    void start_now(container& c)
    {
        auto when = std::max(at_, c.created_at) + 300ms;
        for (const auto& [needed, how] : c.of.depends_on) {
            const auto ready = start(needed, how);
            if (!ready)
                return; // it stays created
            when = std::max(when, *ready + 200ms);
        }
        c.started_at = when;
        c.stopped_at.reset();
        c.boot = boot_time(c.of.role);
        boot_first(of_, c);
        say(when, c.name, "Starting");
        say(when + 200ms, c.name, "Started");
        if (faults_.exits(c.of.name) || lacks_file(of_, c)) {
            c.stopped_at = when + 1s;
            c.exit_code = lacks_file(of_, c) ? 78 : 1;
        }
    }

    void say(wall_time when, const std::string& name, const std::string& what)
    {
        out_.lines.emplace(when, fmt::format(" Container {}  {}", name, what));
    }

    void fail_at(wall_time when, std::string why)
    {
        if (failure_.empty() || when < failed_at_) {
            failure_ = std::move(why);
            failed_at_ = when;
        }
    }

    stack_on_host& of_;
    wall_time at_;
    const fault_plan& faults_;
    randomness& chance_;
    bring_up out_;
    std::set<std::string> pending_;
    std::set<std::string> waited_;
    std::set<std::string> failed_;
    std::string failure_;
    wall_time failed_at_{};
};

} // namespace

std::chrono::milliseconds boot_time(stack::role r)
{
    switch (r) {
    case stack::role::vector:
    case stack::role::imgproxy:
        return 2s;
    case stack::role::gateway:
    case stack::role::studio:
        return 3s;
    case stack::role::auth:
        return 4s;
    case stack::role::database:
        return 5s;
    case stack::role::storage:
        return 6s;
    case stack::role::analytics:
        return 12s;
    case stack::role::pooler:
        return 10s;
    case stack::role::realtime:
        return 30s; // its check comes every half minute
    default:
        return 1s;
    }
}

std::string_view database_role(stack::role r)
{
    switch (r) {
    case stack::role::auth:
        return "supabase_auth_admin";
    case stack::role::rest:
        return "authenticator";
    case stack::role::storage:
        return "supabase_storage_admin";
    case stack::role::realtime:
    case stack::role::meta:
    case stack::role::pooler:
    case stack::role::analytics:
        return "supabase_admin";
    default:
        return "";
    }
}

container* stack_on_host::find(std::string_view service)
{
    const auto found = std::ranges::find_if(containers, [&](const container& c) { return c.of.name == service; });
    return found == containers.end() ? nullptr : &*found;
}

const container* stack_on_host::find(std::string_view service) const
{
    const auto found = std::ranges::find_if(containers, [&](const container& c) { return c.of.name == service; });
    return found == containers.end() ? nullptr : &*found;
}

const container* stack_on_host::database() const
{
    const auto found =
        std::ranges::find_if(containers, [](const container& c) { return c.of.role == stack::role::database; });
    return found == containers.end() ? nullptr : &*found;
}

stack_on_host& docker_host::stack(const std::string& app_name)
{
    auto& out = stacks_[app_name];
    out.app_name = app_name;
    return out;
}

bring_up docker_host::up(
    stack_on_host& of,
    const std::vector<service_definition>& services,
    wall_time at,
    const fault_plan& faults,
    randomness& chance
)
{
    starter work(of, at, faults, chance);
    work.remove_orphans(services);
    // Their places must not change while one is started because of another.
    of.containers.reserve(of.containers.size() + services.size());
    for (const auto& one : services)
        work.make(one);
    for (const auto& one : services)
        work.start(one.name, waits_for::started);
    return work.finish();
}

void docker_host::stop(stack_on_host& of, wall_time now)
{
    for (auto& one : of.containers)
        if (phase_of(one, now) == container_phase::running) {
            one.stopped_at = now;
            one.exit_code = 0;
        }
}

container* docker_host::find(std::string_view id_or_name)
{
    for (auto& [name, of] : stacks_)
        for (auto& one : of.containers)
            if (one.name == id_or_name || (id_or_name.size() >= 4 && one.id.starts_with(id_or_name)))
                return &one;
    return nullptr;
}

stack_on_host* docker_host::owner_of(const container& c)
{
    for (auto& [name, of] : stacks_)
        for (const auto& one : of.containers)
            if (one.id == c.id)
                return &of;
    return nullptr;
}

std::string variable_of(const container& c, std::string_view name)
{
    for (const auto& one : c.of.env)
        if (one.size() > name.size() && one.starts_with(name) && one[name.size()] == '=')
            return one.substr(name.size() + 1);
    return {};
}

container_phase phase_of(const container& c, wall_time now)
{
    if (!c.started_at || *c.started_at > now)
        return container_phase::created;
    return c.stopped_at && *c.stopped_at <= now ? container_phase::exited : container_phase::running;
}

trouble trouble_of(const stack_on_host& in, const container& c, const fault_plan& faults, wall_time now)
{
    if (faults.is_unhealthy(c.of.name))
        return trouble::injected;
    if (lacks_file(in, c))
        return trouble::missing_file;
    const auto key = key_variable(c.of.role);
    const auto before = in.keys.find(c.of.name);
    if (!key.empty() && before != in.keys.end() && before->second != variable_of(c, key))
        return trouble::wrong_encryption_key;
    const auto role = database_role(c.of.role);
    const auto* database = in.database();
    if (role.empty() || database == nullptr)
        return trouble::none;
    if (phase_of(*database, now) == container_phase::exited)
        return trouble::database_away;
    const auto password = in.passwords.find(std::string(role));
    const auto given = password_of(c);
    return password != in.passwords.end() && !given.empty() && password->second != given ? trouble::wrong_password
                                                                                         : trouble::none;
}

health health_of(const stack_on_host& in, const container& c, const fault_plan& faults, wall_time now)
{
    if (!c.of.is_checked || phase_of(c, now) != container_phase::running)
        return health::unchecked;
    if (now < *c.started_at + c.boot)
        return health::starting;
    return trouble_of(in, c, faults, now) == trouble::none ? health::healthy : health::unhealthy;
}

bool works(const stack_on_host& in, const container& c, const fault_plan& faults, wall_time now)
{
    return phase_of(c, now) == container_phase::running && now >= *c.started_at + c.boot &&
           trouble_of(in, c, faults, now) == trouble::none;
}

std::string_view state_text(const container& c, wall_time now)
{
    switch (phase_of(c, now)) {
    case container_phase::created:
        return "created";
    case container_phase::running:
        return "running";
    case container_phase::exited:
        return "exited";
    }
    return "dead";
}

std::string status_text(const stack_on_host& in, const container& c, const fault_plan& faults, wall_time now)
{
    const auto phase = phase_of(c, now);
    if (phase == container_phase::created)
        return "Created";
    if (phase == container_phase::exited)
        return fmt::format("Exited ({}) {} ago", c.exit_code, duration_text(now - *c.stopped_at));
    auto up = "Up " + duration_text(now - *c.started_at);
    switch (health_of(in, c, faults, now)) {
    case health::unchecked:
        return up;
    case health::starting:
        return up + " (health: starting)";
    case health::healthy:
        return up + " (healthy)";
    case health::unhealthy:
        return up + " (unhealthy)";
    }
    return up;
}

} // namespace basekeeper::rehearsal
