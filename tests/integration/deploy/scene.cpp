// What the program wires at its start, in a folder of its own.
#include "scene.hpp"

#include "log/logger.hpp"
#include "state/store.hpp"

#include <stdlib.h>

#include <stdexcept>

namespace basekeeper::deploy::test {
namespace {

using namespace std::chrono_literals;

constexpr double speed = 2'000;

template <class T>
T must(result<T> got)
{
    if (!got)
        throw std::runtime_error(describe(got.error()));
    return *std::move(got);
}

std::filesystem::path fresh_folder()
{
    std::string name = (std::filesystem::temp_directory_path() / "deploy_test.XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
        throw std::runtime_error("no temporary folder");
    return name;
}

state::master_key_source key()
{
    return {.key_text = crypto::secret<>(std::string(64, 'a')), .passphrase = {}, .key_file = {}};
}

config::settings settings_for(const rehearsal::access_facts& facts)
{
    config::settings out;
    auto& home = out.dokploy["home"];
    home.url.value = facts.url;
    home.api_key.value = config::secret_text(facts.key);
    home.reach.value = facts.stacks;
    home.ca_file.value = facts.authority_file;
    home.templates_url.value = facts.url + "/templates";
    home.poll_interval.value = 20ms;
    return out;
}

} // namespace

struct scene::house
{
    house(io::runtime& on, const clock& time, rehearsal::server& dokploy)
        : folder(fresh_folder()), settings(settings_for(must(dokploy.start()))),
          quiet(log::level::off, log::format::text), store(must(state::store::open(folder / "state", key()))),
          names(must(instances::directory::open(settings, store, on.pool()))),
          dokploys(settings.dokploy, on.executor(), on.pool(), system_clock()),
          kept(on.pool(), store.dir(), key(), time), book(on.pool(), store.dir(), key(), time),
          work(book, on.executor(), time, quiet), of({dokploys, names, on.pool(), time}, work, kept)
    {}

    std::filesystem::path folder;
    config::settings settings;
    log::logger quiet;
    state::store store;
    instances::directory names;
    servers dokploys;
    history kept;
    jobs::ledger book;
    jobs::engine work;
    engine of;
};

scene::scene(io::runtime& on)
    : dokploy(on.executor(), system_clock(), {.speed = speed, .front = rehearsal::simulated_front(system_clock())}),
      house_(std::make_unique<house>(on, time, dokploy)), of(house_->of), folder(house_->folder)
{}

scene::~scene()
{
    std::filesystem::remove_all(folder);
}

io::task<result<>> scene::deploy(std::string name, std::string domain)
{
    const auto until = soon();
    const auto begun =
        CO_TRY(co_await of.deploy({.name = std::move(name), .domain = std::move(domain)}, "test", until));
    const auto end = CO_TRY(co_await of.jobs().follow(begun.record.id, [](const jobs::view&) {}, until));
    if (end.record.status != state::job_status::succeeded)
        co_return fail(condition::internal, end.record.failure, end.record.hint);
    co_return result<>{};
}

io::task<> scene::close()
{
    EXPECT_TRUE(co_await house_->work.stop(soon()));
    co_await house_->dokploys.close(soon());
    co_await dokploy.stop();
}

} // namespace basekeeper::deploy::test
