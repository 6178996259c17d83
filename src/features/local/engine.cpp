// The order of steps that makes every interruption harmless: seed kept, cluster made, disk synced, record written.
#include "features/local/engine.hpp"

#include "features/local/bootstrap.hpp"
#include "features/local/cluster.hpp"
#include "features/local/instance_lock.hpp"
#include "features/local/instance_record.hpp"
#include "io/offload.hpp"
#include "pg/target.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <set>
#include <system_error>

namespace basekeeper::local {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// For cleaning up after a failure, whatever the caller's deadline was.
constexpr auto cleaning_time = 10s;

std::unexpected<error> no_such_instance(const layout& place)
{
    return fail(
        condition::not_found,
        "there is no local instance \"" + place.name() + "\"",
        "run `basekeeper local list` to see them, `basekeeper local up " + place.name() + "` to make it"
    );
}

/// The whole file system of the folder: initdb and the bootstrap did not wait for the disk.
void sync_disk(const fs::path& folder)
{
    const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (handle < 0)
        return;
    ::syncfs(handle);
    ::close(handle);
}

std::optional<int> major_of_data(const layout& place)
{
    std::ifstream file(place.data() / "PG_VERSION");
    int major = 0;
    return file >> major ? std::optional(major) : std::nullopt;
}

std::uint64_t size_of(const fs::path& folder)
{
    std::uint64_t bytes = 0;
    std::error_code failed;
    auto entry = fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied, failed);
    while (!failed && entry != fs::recursive_directory_iterator()) {
        std::error_code gone; // a running server removes files at any time
        if (entry->is_regular_file(gone))
            if (const auto size = entry->file_size(gone); !gone)
                bytes += size;
        entry.increment(failed);
    }
    return bytes;
}

/// Ports that the other instances will want again.
std::set<int> ports_of_others(const layout& place)
{
    std::set<int> ports;
    const auto root = place.home().parent_path();
    for (const auto& name : instance_names(root))
        if (name != place.name())
            if (const auto record = read_record(layout(root, name)))
                ports.insert(record->port);
    return ports;
}

result<> remove_folders(const layout& place)
{
    std::error_code failed;
    // A socket folder outside has a name of ours and belongs to nobody else.
    if (const auto record = read_record(place)) {
        const fs::path socket_dir = record->socket_dir;
        if (socket_dir != place.run() && socket_dir.filename().native().starts_with("basekeeper-"))
            fs::remove_all(socket_dir, failed);
    }
    // Without its record the instance counts as half made, should we be interrupted.
    fs::remove(place.record(), failed);
    fs::remove_all(place.home(), failed);
    if (failed)
        return fail(
            condition::denied,
            "cannot remove " + place.home().string() + ": " + failed.message(),
            "run as the user who made the instance, or as root"
        );
    return {};
}

result<local_instance> describe_instance(const layout& place, const instance_record& record, secret_text seed)
{
    local_instance out;
    out.name = place.name();
    out.port = record.port;
    out.socket_dir = record.socket_dir;
    out.data_dir = place.data();
    out.server_version = record.server_version;
    pg::target to;
    to.host = "127.0.0.1";
    to.port = static_cast<std::uint16_t>(record.port);
    to.password = password_of(seed, to.user);
    to.tls = pg::tls_mode::disable;
    out.database_url = pg::to_url(to);
    out.jwt_secret = jwt_secret_of(seed);
    const wall_time created{std::chrono::seconds(record.created)};
    out.anon_key = TRY(api_key(out.jwt_secret, "anon", created));
    out.service_role_key = TRY(api_key(out.jwt_secret, "service_role", created));
    out.seed = std::move(seed);
    return out;
}

/// Starts the server; when somebody took the port in the moment between choosing and listening, on another one.
io::task<result<pid_t>> start_on_free_port(io::offload_pool& pool, server_plan& plan, io::deadline until)
{
    const auto taken = co_await io::offload(pool, [&plan] { return ports_of_others(plan.place); });
    plan.port = CO_TRY(choose_port(plan.port, taken));
    auto pid = co_await start_server(pool, plan, until);
    if (pid)
        co_return pid;
    const auto other = choose_port(plan.port, taken);
    if (!other || *other == plan.port || until.expired())
        co_return pid;
    plan.port = *other;
    co_return co_await start_server(pool, plan, until);
}

} // namespace

/// What every operation needs first.
struct engine::place_of_work
{
    server_account account;
    layout place;
};

engine::engine(io::offload_pool& pool, seed_keeper& seeds, const clock& now, engine_options options)
    : pool_(pool), seeds_(seeds), now_(now), options_(std::move(options))
{}

io::task<result<engine::place_of_work>> engine::enter(std::string name)
{
    CO_TRY(check_name(name));
    co_return co_await io::offload(pool_, [&]() -> result<place_of_work> {
        auto account = TRY(find_server_account(options_.user));
        auto root = TRY(instances_root(options_.state_dir, options_.shared_dir, account));
        return place_of_work{std::move(account), layout(root, name)};
    });
}

io::task<result<local_instance>> engine::up(std::string name, io::deadline until)
{
    auto work = CO_TRY(co_await enter(std::move(name)));
    const auto lock = CO_TRY(co_await instance_lock::acquire(work.place.lock(), until));
    const auto there = CO_TRY(co_await io::offload(pool_, [&work] { return inspect(work.place); }));
    if (there == presence::made)
        co_return co_await wake(std::move(work.account), std::move(work.place), until);
    if (there == presence::half_made)
        CO_TRY(co_await remove(work.place, until));
    auto made = co_await build(work.account, work.place, until);
    if (!made)
        co_await remove(work.place, io::deadline::after(cleaning_time));
    co_return made;
}

io::task<result<local_instance>> engine::build(server_account account, layout place, io::deadline until)
{
    const installation_search where{.wanted_bin = options_.postgres_bin};
    server_plan plan{place, account, CO_TRY(co_await find_installation(pool_, where, until))};
    // Kept before it is used: a cluster whose passwords nobody knows must not come to be.
    auto seed = new_seed();
    CO_TRY(co_await seeds_.save(place.name(), seed));
    plan.socket_dir = CO_TRY(co_await io::offload(pool_, [&]() -> result<fs::path> {
        TRY(make_folders(place, account));
        return socket_folder(place, account, options_.runtime_dir);
    }));
    CO_TRY(co_await make_cluster(plan, password_of(seed, "supabase_admin"), until));
    const auto pid = CO_TRY(co_await start_on_free_port(pool_, plan, until));
    auto shaped = CO_TRY(co_await bootstrap(pool_, {plan.socket_dir, plan.port, seed}, until));

    instance_record record{.name = place.name(), .port = plan.port, .socket_dir = plan.socket_dir};
    record.server_version = shaped.server_version;
    record.created = std::chrono::floor<std::chrono::seconds>(now_.wall()).time_since_epoch().count();
    CO_TRY(co_await io::offload(pool_, [&] {
        sync_disk(place.data());
        return write_record(place, record);
    }));
    auto out = CO_TRY(describe_instance(place, record, std::move(seed)));
    out.outcome = up_outcome::created;
    out.pid = pid;
    out.missing_extensions = std::move(shaped.missing_extensions);
    co_return out;
}

io::task<result<local_instance>> engine::wake(server_account account, layout place, io::deadline until)
{
    auto record = CO_TRY(co_await io::offload(pool_, [&place] { return read_record(place); }));
    auto seed = CO_TRY(co_await seeds_.load(place.name()));
    if (const auto running = find_running(place); running && seed) {
        auto out = CO_TRY(describe_instance(place, record, *std::move(seed)));
        out.outcome = up_outcome::running_already;
        out.pid = running->pid;
        co_return out;
    }
    const installation_search where{.wanted_bin = options_.postgres_bin, .major = major_of_data(place)};
    server_plan plan{place, account, CO_TRY(co_await find_installation(pool_, where, until)), record.port};
    plan.socket_dir =
        CO_TRY(co_await io::offload(pool_, [&] { return socket_folder(place, account, options_.runtime_dir); }));
    if (!seed) {
        CO_TRY(co_await stop_server(place, shutdown::fast, until));
        // The server's own folder is proof enough of the right to it: set new passwords, then keep their seed.
        seed = new_seed();
        CO_TRY(co_await reset_passwords(plan, *seed, until));
        CO_TRY(co_await seeds_.save(place.name(), *seed));
    }
    const auto pid = CO_TRY(co_await start_on_free_port(pool_, plan, until));
    record.port = plan.port;
    record.socket_dir = plan.socket_dir;
    CO_TRY(co_await io::offload(pool_, [&] { return write_record(place, record); }));
    auto out = CO_TRY(describe_instance(place, record, *std::move(seed)));
    out.outcome = up_outcome::started;
    out.pid = pid;
    co_return out;
}

io::task<result<down_outcome>> engine::down(std::string name, io::deadline until)
{
    const auto work = CO_TRY(co_await enter(std::move(name)));
    const auto lock = CO_TRY(co_await instance_lock::acquire(work.place.lock(), until));
    if (CO_TRY(co_await io::offload(pool_, [&work] { return inspect(work.place); })) == presence::absent)
        co_return no_such_instance(work.place);
    const bool was_running = CO_TRY(co_await stop_server(work.place, shutdown::fast, until));
    co_return was_running ? down_outcome::stopped : down_outcome::stopped_already;
}

io::task<result<std::vector<instance_summary>>> engine::list()
{
    const auto work = CO_TRY(co_await enter("list"));
    const auto root = work.place.home().parent_path();
    co_return co_await io::offload(pool_, [&root] {
        std::vector<instance_summary> out;
        for (auto& name : instance_names(root)) {
            const layout place(root, name);
            const auto there = inspect(place);
            if (!there || *there == presence::absent)
                continue; // not ours
            instance_summary one{.name = std::move(name), .data_dir = place.data()};
            one.size_bytes = size_of(place.home());
            const auto record = read_record(place);
            one.state = !record               ? instance_state::half_made
                        : find_running(place) ? instance_state::running
                                              : instance_state::stopped;
            if (record) {
                one.port = record->port;
                one.server_version = record->server_version;
            }
            out.push_back(std::move(one));
        }
        return out;
    });
}

io::task<result<>> engine::destroy(std::string name, io::deadline until)
{
    const auto work = CO_TRY(co_await enter(std::move(name)));
    const auto lock = CO_TRY(co_await instance_lock::acquire(work.place.lock(), until));
    if (CO_TRY(co_await io::offload(pool_, [&work] { return inspect(work.place); })) == presence::absent)
        co_return no_such_instance(work.place);
    CO_TRY(co_await remove(work.place, until));
    co_return co_await seeds_.forget(work.place.name());
}

io::task<result<>> engine::remove(layout place, io::deadline until)
{
    CO_TRY(co_await stop_server(place, shutdown::immediate, until));
    CO_TRY(co_await kill_leftovers(place, until));
    co_return co_await io::offload(pool_, [&place] { return remove_folders(place); });
}

} // namespace basekeeper::local
