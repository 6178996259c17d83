// API keys and blocked addresses: kept across opening, shared with other processes, refused by name.
#include "state/api_keys.hpp"
#include "state/blocked_addresses.hpp"
#include "state/test_folder.hpp"

#include <gmock/gmock.h>

namespace basekeeper::state {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;

constexpr wall_time now{std::chrono::seconds{1'800'000'000}};
constexpr std::chrono::hours hour{1};

class state_access : public testing::state_test
{
protected:
    api_key_table keys() const
    {
        auto t = api_key_table::open(dir);
        EXPECT_TRUE(t) << describe(t.error());
        return *std::move(t);
    }

    blocked_address_table blocks() const
    {
        auto t = blocked_address_table::open(dir);
        EXPECT_TRUE(t) << describe(t.error());
        return *std::move(t);
    }

    static api_key sample(std::string id)
    {
        return {
            .id = std::move(id),
            .name = "ci \"robot\"",
            .digest = crypto::sha256("secret"),
            .scopes = "database:read backups:write@dev",
            .created_at = now,
            .expires_at = now + hour
        };
    }
};

TEST_F(state_access, keeps_an_api_key_whole)
{
    ASSERT_TRUE(keys().add(sample("aa")));
    auto table = keys();
    const auto found = table.find("aa").value();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->name, "ci \"robot\"");
    EXPECT_EQ(found->digest, crypto::sha256("secret"));
    EXPECT_EQ(found->scopes, "database:read backups:write@dev");
    EXPECT_EQ(found->created_at, now);
    EXPECT_EQ(found->expires_at, now + hour);
    EXPECT_FALSE(found->revoked_at);
    EXPECT_FALSE(found->last_used_at);
    EXPECT_FALSE(table.find("bb").value());
    EXPECT_EQ(every_byte().find("\"secret\""), std::string::npos);
}

TEST_F(state_access, refuses_a_second_key_with_the_same_id)
{
    auto table = keys();
    ASSERT_TRUE(table.add(sample("aa")));
    EXPECT_EQ(table.add(sample("aa")).error().code, condition::conflict);
}

TEST_F(state_access, a_revoked_key_stays_listed_and_another_process_sees_it)
{
    auto server = keys();
    ASSERT_TRUE(server.add(sample("aa")));
    auto late = sample("00");
    late.created_at = now + hour;
    ASSERT_TRUE(server.add(late));
    auto command = keys();
    ASSERT_TRUE(command.revoke("aa", now + hour));
    EXPECT_EQ(command.revoke("aa", now + hour).error().code, condition::conflict);
    EXPECT_EQ(command.revoke("zz", now).error().code, condition::not_found);
    EXPECT_EQ(server.find("aa").value()->revoked_at, now + hour);
    EXPECT_THAT(server.list().value(), ElementsAre(Field(&api_key::id, "aa"), Field(&api_key::id, "00")));
}

TEST_F(state_access, notes_the_latest_use)
{
    auto table = keys();
    ASSERT_TRUE(table.add(sample("aa")));
    ASSERT_TRUE(table.note_use("aa", now + hour));
    ASSERT_TRUE(table.note_use("aa", now)) << "another server's clock, a little behind";
    ASSERT_TRUE(table.note_use("zz", now));
    EXPECT_EQ(table.find("aa").value()->last_used_at, now + hour);
}

TEST_F(state_access, says_when_a_key_is_damaged)
{
    auto table = keys();
    ASSERT_TRUE(table.add(sample("aa")));
    tamper("update api_keys set digest = x'00'");
    EXPECT_EQ(table.find("aa").error().code, condition::internal);
}

TEST_F(state_access, keeps_blocks_until_they_are_over_or_removed)
{
    auto table = blocks();
    ASSERT_TRUE(table.put({.address = "192.0.2.1", .until = now + hour, .reason = "failures", .created_at = now}));
    ASSERT_TRUE(table.put({.address = "2001:db8::/64", .reason = "by hand", .created_at = now}));
    ASSERT_TRUE(table.put({.address = "192.0.2.2", .until = now + hour, .reason = "x", .created_at = now}));
    ASSERT_TRUE(table.put({.address = "192.0.2.2", .until = now + 2 * hour, .reason = "y", .created_at = now}));
    EXPECT_EQ(blocks().list(now)->size(), 3U);
    const auto left = table.list(now + hour).value();
    ASSERT_EQ(left.size(), 2U);
    EXPECT_EQ(left[0].reason, "y");
    EXPECT_EQ(left[0].until, now + 2 * hour);
    EXPECT_FALSE(left[1].until);
    EXPECT_EQ(blocks().list(now)->size(), 2U) << "what is over is forgotten";
    ASSERT_TRUE(blocks().remove("2001:db8::/64"));
    EXPECT_EQ(table.remove("2001:db8::/64").error().code, condition::not_found);
    EXPECT_EQ(table.list(now)->size(), 1U);
}

} // namespace
} // namespace basekeeper::state
