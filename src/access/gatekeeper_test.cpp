// The way in: the order of the questions, and the store behind it.
#include "access/api_key_text.hpp"
#include "access/gatekeeper.hpp"
#include "access/records.hpp"
#include "support/run_task.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <list>

namespace basekeeper::access {
namespace {

using std::chrono::seconds;

class way_in : public ::testing::Test
{
protected:
    void SetUp() override
    {
        std::string name = (std::filesystem::temp_directory_path() / "way_in.XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        dir = name;
        kept = records::open(dir, pool, log).value();
        door.emplace(
            authenticator_settings{}, credential_sources{kept->keys(), nullptr}, challenges("", ""), log, time
        );
        blocks.emplace(block_rules{.after_failures = 3}, kept->blocks(), home.executor(), log, time);
        make({.per_address = {.per_second = 1, .burst = 100}, .per_principal = {.per_second = 1, .burst = 3}});
    }

    void TearDown() override { std::filesystem::remove_all(dir); }

    void make(gatekeeper_rules rules) { gate.emplace(std::move(rules), *blocks, *door, time); }

    unsigned admit(visitor v)
    {
        if (!v.host)
            v.host = "localhost";
        const auto refused = gate->admit(v);
        return refused ? refused->status : 200;
    }

    /// The whole way: the id of the principal, or the status.
    std::string come(const std::string& token, std::string_view ip = "192.0.2.1")
    {
        if (const auto status = admit({.ip = ip}); status != 200)
            return std::to_string(status);
        const auto header = "Bearer " + token;
        auto found = gate->try_identify({.ip = ip, .authorization = header});
        if (!found) {
            found = test::run_task(runs.emplace_back(), gate->identify(std::string(ip), header));
        }
        return *found ? (*found)->id : std::to_string(found->error().status);
    }

    std::string issue()
    {
        auto table = state::api_key_table::open(dir).value();
        const auto made = new_api_key();
        EXPECT_TRUE(table.add({.id = made.id, .name = "n", .digest = made.digest, .scopes = "*:read"}));
        id = made.id;
        return made.text.reveal();
    }

    std::list<io::runtime> runs; // each runs once; threads of the pool may still let go of it afterwards
    io::offload_pool pool{1};
    io::runtime home;
    manual_clock time;
    log::logger log{log::level::off, log::format::text};
    std::filesystem::path dir;
    std::string id;
    std::unique_ptr<records> kept;
    std::optional<authenticator> door;
    std::optional<address_blocks> blocks;
    std::optional<gatekeeper> gate;
};

TEST_F(way_in, is_open_for_a_stored_key)
{
    const auto key = issue();
    EXPECT_EQ(come(key), "key:" + id);
    EXPECT_EQ(state::api_key_table::open(dir)->find(id).value()->last_used_at, time.wall());
    EXPECT_EQ(come(key), "key:" + id);
}

TEST_F(way_in, closes_for_an_address_that_guesses)
{
    const auto key = issue();
    const auto wrong = "bk_0123456789ab_" + std::string(43, 'A');
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(come(wrong, "2001:db8::1"), "401");
    EXPECT_EQ(come(key, "2001:db8::1"), "403") << "even with a right key";
    EXPECT_EQ(come(key, "2001:db8::ffff"), "403") << "the same network";
    EXPECT_EQ(come(key, "2001:db8:0:1::1"), "key:" + id);
    ASSERT_TRUE(test::run_task(runs.emplace_back(), blocks->synchronise()));
    EXPECT_EQ(state::blocked_address_table::open(dir)->list(time.wall())->front().address, "2001:db8::/64");
    ASSERT_TRUE(state::blocked_address_table::open(dir)->remove("2001:db8::/64"));
    ASSERT_TRUE(test::run_task(runs.emplace_back(), blocks->synchronise()));
    EXPECT_EQ(come(key, "2001:db8::1"), "key:" + id);
}

TEST_F(way_in, does_not_close_for_those_who_show_nothing)
{
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(gate->try_identify({.ip = "192.0.2.1"})->error().status, 401U);
    EXPECT_EQ(admit({.ip = "192.0.2.1"}), 200U);
}

TEST_F(way_in, asks_whether_the_address_is_blocked_before_anything_else)
{
    gate->suspect("192.0.2.1");
    gate->suspect("192.0.2.1");
    gate->suspect("192.0.2.1");
    const auto refused = gate->admit({.ip = "192.0.2.1", .host = "evil.example.com", .origin = "null"});
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->status, 403U);
    EXPECT_EQ(refused->retry_after, seconds{900});
}

TEST_F(way_in, is_narrow_for_each_address_and_each_caller)
{
    const auto key = issue();
    make({.per_address = {.per_second = 1, .burst = 4}, .per_principal = {.per_second = 1, .burst = 2}});
    EXPECT_EQ(come(key), "key:" + id);
    EXPECT_EQ(come(key), "key:" + id);
    EXPECT_EQ(come(key), "429") << "the caller";
    EXPECT_EQ(come(key, "192.0.2.2"), "429") << "from wherever";
    EXPECT_EQ(admit({.ip = "192.0.2.1"}), 200U);
    const auto refused = gate->admit({.ip = "192.0.2.1", .host = "evil.example.com"});
    EXPECT_EQ(refused->status, 429U) << "the address, before its Host is looked at";
    EXPECT_EQ(refused->retry_after, seconds{1});
    EXPECT_EQ(admit({.ip = "192.0.2.3"}), 200U);
    time.advance(seconds{1});
    EXPECT_EQ(come(key), "key:" + id);
}

TEST_F(way_in, counts_nothing_against_a_client_that_is_not_known)
{
    make({.per_address = {.per_second = 1, .burst = 2}});
    for (int i = 0; i < 10; ++i) {
        gate->suspect("");
        EXPECT_EQ(admit({.ip = ""}), 200U);
    }
}

TEST_F(way_in, tells_blocked_addresses_that_the_process_runs_but_not_without_end)
{
    make({.per_address = {.per_second = 1, .burst = 4}});
    for (int i = 0; i < 3; ++i)
        gate->suspect("192.0.2.1");
    EXPECT_EQ(admit({.ip = "192.0.2.1"}), 403U);
    for (int i = 0; i < 4; ++i)
        EXPECT_EQ(admit({.ip = "192.0.2.1", .wants = purpose::liveness}), 200U);
    EXPECT_EQ(admit({.ip = "192.0.2.1", .wants = purpose::liveness}), 429U);
}

TEST_F(way_in, looks_at_host_and_origin_each_alone)
{
    EXPECT_EQ(admit({.ip = "127.0.0.1", .host = "evil.example.com"}), 403U);
    EXPECT_EQ(admit({.ip = "127.0.0.1", .host = "localhost:1", .origin = "http://evil.example.com"}), 403U);
    EXPECT_EQ(admit({.ip = "127.0.0.1", .host = "localhost:1", .origin = "http://localhost:1"}), 200U);
}

TEST_F(way_in, takes_its_rules_from_the_configuration)
{
    config::settings settings;
    settings.http.public_url.value = "https://db.example.com/mcp";
    settings.http.trusted_proxies.value = {"10.0.0.5"};
    settings.rate.per_address.value = 7;
    settings.rate.per_principal.value = 0;
    const auto rules = gatekeeper_rules_from(settings, reach::beyond);
    EXPECT_EQ(rules.places.listens, reach::beyond);
    EXPECT_EQ(rules.places.public_url, "https://db.example.com/mcp");
    EXPECT_EQ(rules.proxies, std::vector<std::string>{"10.0.0.5"});
    EXPECT_EQ(rules.per_address.burst, 14);
    EXPECT_EQ(rules.per_principal.per_second, 0);
}

} // namespace
} // namespace basekeeper::access
