// basekeeper key and block: what they store, what they show, what they refuse.
#include "access/api_key_text.hpp"
#include "cli/commands.hpp"
#include "cli/test_audit_book.hpp"
#include "cli/test_terminal.hpp"
#include "state/api_keys.hpp"
#include "state/blocked_addresses.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>

namespace basekeeper::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class access_commands : public ::testing::Test
{
protected:
    void SetUp() override
    {
        std::string name = (std::filesystem::temp_directory_path() / "key_test.XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        settings.state_dir.value = name;
    }

    void TearDown() override { std::filesystem::remove_all(*settings.state_dir); }

    int run(const key_command& what, output format = output::json)
    {
        const int code = key(what, {settings, {"backups", "database"}, {"dev", "prod"}, recorded}, {at.screen, format});
        take();
        return code;
    }

    int run(const block_command& what, output format = output::json)
    {
        const int code = block(what, settings, recorded, {at.screen, format});
        take();
        return code;
    }

    testing::audit_book book;
    const bookkeeping recorded{book, {"cli:me"}, system_clock()};

    void take()
    {
        out = at.out.take();
        said = at.diagnostics.take();
    }

    boost::json::value printed() const { return boost::json::parse(out); }

    static key_command creating(std::vector<std::string> scopes, std::vector<std::string> instances = {})
    {
        return {
            .action = key_action::create, .name = "ci", .scopes = std::move(scopes), .instances = std::move(instances)
        };
    }

    config::settings settings;
    testing::test_terminal at;
    std::string out;
    std::string said;
};

TEST_F(access_commands, a_key_is_shown_once_and_only_its_digest_is_stored)
{
    auto what = creating({"database:write", "backups:read@prod"}, {"dev"});
    what.expires = "90d";
    ASSERT_EQ(run(what), 0) << said;
    const auto made = printed().as_object();
    const std::string text(made.at("key").as_string());
    const std::string id(made.at("id").as_string());
    EXPECT_EQ(boost::json::serialize(made.at("scopes")), R"(["backups:read@prod","database:write@dev"])");
    const auto stored = state::api_key_table::open(*settings.state_dir)->find(id).value();
    ASSERT_TRUE(stored);
    EXPECT_EQ(stored->digest, access::read_api_key(text)->digest);
    EXPECT_EQ(stored->expires_at, stored->created_at + std::chrono::days{90});
    ASSERT_EQ(run({.action = key_action::list}), 0);
    EXPECT_THAT(out, AllOf(HasSubstr(id), HasSubstr("\"active\""), Not(HasSubstr(text.substr(16)))));
}

TEST_F(access_commands, people_see_the_key_on_a_line_of_its_own)
{
    ASSERT_EQ(run(creating({"*:read"}), output::table), 0);
    EXPECT_THAT(out, AllOf(HasSubstr("\nbk_"), HasSubstr("does not expire"), HasSubstr("shown this once")));
    ASSERT_EQ(run({.action = key_action::list}, output::table), 0);
    EXPECT_THAT(out, AllOf(HasSubstr("*:read"), HasSubstr("active"), Not(HasSubstr("bk_"))));
}

TEST_F(access_commands, wrong_scopes_instances_names_and_times_are_refused_by_name)
{
    EXPECT_EQ(run(creating({"databse:read"})), 2);
    EXPECT_THAT(said, AllOf(HasSubstr("databse"), HasSubstr("backups, database")));
    EXPECT_EQ(run(creating({"database:reads"})), 2);
    EXPECT_EQ(run(creating({"database:read"}, {"nope"})), 3);
    EXPECT_THAT(said, AllOf(HasSubstr("nope"), HasSubstr("dev, prod")));
    EXPECT_EQ(run(creating({"database:read@nope"})), 3);
    auto what = creating({"database:read"});
    for (const auto* bad : {"soon", "0d", "90", "-1d"}) {
        what.expires = bad;
        EXPECT_EQ(run(what), 2) << bad;
    }
    what.expires.clear();
    for (const auto& bad : {std::string(), std::string(101, 'x'), std::string("a\nb"), std::string("\xff")}) {
        what.name = bad;
        EXPECT_EQ(run(what), 2) << bad;
    }
    EXPECT_EQ(out, "");
    EXPECT_TRUE(state::api_key_table::open(*settings.state_dir)->list()->empty());
}

TEST_F(access_commands, a_revoked_key_stays_in_the_list)
{
    ASSERT_EQ(run(creating({"database:read"})), 0);
    const std::string id(printed().as_object().at("id").as_string());
    EXPECT_EQ(run(key_command{.action = key_action::revoke, .id = id}), 0);
    EXPECT_EQ(run(key_command{.action = key_action::revoke, .id = id}), 4);
    EXPECT_EQ(run(key_command{.action = key_action::revoke, .id = "000000000000"}), 3);
    ASSERT_EQ(run({.action = key_action::list}), 0);
    EXPECT_EQ(printed().as_array().at(0).as_object().at("state").as_string(), "revoked");
    EXPECT_THAT(
        book.lines,
        ::testing::ElementsAre(
            "key create  allowed ok",
            "key revoke  allowed ok",
            "key revoke  allowed conflict",
            "key revoke  allowed not_found"
        )
    );
}

TEST_F(access_commands, addresses_are_blocked_for_a_while_or_until_they_are_removed)
{
    ASSERT_EQ(run({.action = block_action::add, .address = "2001:db8::5", .how_long = "1h"}), 0) << said;
    EXPECT_EQ(printed().as_object().at("address").as_string(), "2001:db8::/64");
    ASSERT_EQ(run({.action = block_action::add, .address = "192.0.2.1", .how_long = ""}), 0);
    EXPECT_TRUE(printed().as_object().at("until").is_null());
    ASSERT_EQ(run({.action = block_action::list, .address = "", .how_long = ""}), 0);
    EXPECT_EQ(printed().as_array().size(), 2U);
    ASSERT_EQ(run({.action = block_action::remove, .address = "2001:db8::77", .how_long = ""}), 0);
    EXPECT_EQ(run({.action = block_action::remove, .address = "2001:db8::77", .how_long = ""}), 3);
    EXPECT_EQ(state::blocked_address_table::open(*settings.state_dir)->list(system_clock().wall())->size(), 1U);
}

TEST_F(access_commands, what_is_no_address_or_no_time_is_not_blocked)
{
    EXPECT_EQ(run({.action = block_action::add, .address = "example.com", .how_long = ""}), 2);
    EXPECT_THAT(said, HasSubstr("example.com"));
    EXPECT_EQ(run({.action = block_action::add, .address = "192.0.2.1", .how_long = "ever"}), 2);
    ASSERT_EQ(run({.action = block_action::list, .address = "", .how_long = ""}, output::table), 0);
    EXPECT_THAT(out, HasSubstr("no address is blocked"));
}

} // namespace
} // namespace basekeeper::cli
