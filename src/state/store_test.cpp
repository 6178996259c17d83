// Secrets and instances: kept, encrypted, rotated, refused.
#include "crypto/encoding.hpp"
#include "state/store.hpp"
#include "state/test_folder.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <chrono>

namespace basekeeper::state {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::mode_of;
using ::testing::Not;

crypto::secret<> text(std::string_view s)
{
    return crypto::secret<>(std::string(s));
}

master_key_source variable(char digit)
{
    return {.key_text = crypto::secret<>(std::string(64, digit)), .passphrase = {}, .key_file = {}};
}

master_key_source passphrase(std::string_view words)
{
    return {.key_text = {}, .passphrase = text(words), .key_file = {}};
}

class state_store : public testing::state_test
{
protected:
    store opened(master_key_source key = {}) const
    {
        auto s = store::open(dir, std::move(key), time);
        EXPECT_TRUE(s) << describe(s.error());
        return *std::move(s);
    }

    /// The value, or the name of the condition.
    static std::string secret_of(store& s, std::string_view name)
    {
        const auto value = s.get_secret(name);
        return value ? value->reveal() : std::string(to_string(value.error().code));
    }

    manual_clock time;
};

TEST_F(state_store, makes_folder_and_files_with_their_modes)
{
    const auto before = ::umask(0077);
    auto s = opened();
    ::umask(before);
    ASSERT_TRUE(s.put_secret("a", text("b")));
    EXPECT_EQ(mode_of(dir), 0711U);
    EXPECT_EQ(mode_of(dir / "state.db"), 0600U);
    EXPECT_EQ(mode_of(dir / "state.db-wal"), 0600U);
    EXPECT_EQ(mode_of(dir / "master.key"), 0600U);
}

TEST_F(state_store, refuses_a_folder_that_others_may_write_to)
{
    std::filesystem::create_directory(dir);
    ::chmod(dir.c_str(), 0777);
    const auto s = store::open(dir, {});
    ASSERT_FALSE(s);
    EXPECT_EQ(s.error().code, condition::denied);
}

TEST_F(state_store, refuses_a_file_in_place_of_its_folder)
{
    std::ofstream(dir) << "x";
    EXPECT_FALSE(store::open(dir, {}));
    EXPECT_FALSE(store::open(dir / "below", {}));
}

TEST_F(state_store, closes_a_database_that_others_can_read)
{
    opened();
    ::chmod((dir / "state.db").c_str(), 0644);
    opened();
    EXPECT_EQ(mode_of(dir / "state.db"), 0600U);
}

TEST_F(state_store, opening_does_not_touch_the_master_key)
{
    auto s = opened();
    EXPECT_FALSE(std::filesystem::exists(dir / "master.key"));
    EXPECT_EQ(s.key_version().value(), 0U);
    EXPECT_TRUE(s.list_secret_names()->empty());
    EXPECT_FALSE(std::filesystem::exists(dir / "master.key"));
}

TEST_F(state_store, keeps_secrets_across_opening)
{
    {
        auto s = opened();
        ASSERT_TRUE(s.put_secret("instance/shop/database_url", text("first")));
        ASSERT_TRUE(s.put_secret("instance/shop/database_url", text("second")));
        ASSERT_TRUE(s.put_secret("empty", text("")));
        ASSERT_TRUE(s.put_secret("zeros", text(std::string_view("a\0b", 3))));
    }
    auto s = opened();
    EXPECT_EQ(secret_of(s, "instance/shop/database_url"), "second");
    EXPECT_EQ(secret_of(s, "empty"), "");
    EXPECT_EQ(secret_of(s, "zeros"), std::string("a\0b", 3));
    EXPECT_THAT(s.list_secret_names().value(), ElementsAre("empty", "instance/shop/database_url", "zeros"));
    EXPECT_THAT(s.list_secret_names("instance/").value(), ElementsAre("instance/shop/database_url"));
    ASSERT_TRUE(s.delete_secret("empty"));
    EXPECT_EQ(secret_of(s, "empty"), "not_found");
    EXPECT_EQ(s.delete_secret("empty").error().code, condition::not_found);
}

TEST_F(state_store, refuses_names_of_secrets_that_are_no_names)
{
    auto s = opened();
    for (const auto name : {"", "A", "a b", "a\n", "ä"}) {
        EXPECT_EQ(s.put_secret(name, text("x")).error().code, condition::invalid_argument) << name;
        EXPECT_EQ(s.get_secret(name).error().code, condition::invalid_argument) << name;
    }
    EXPECT_FALSE(s.put_secret(std::string(201, 'a'), text("x")));
}

TEST_F(state_store, secrets_never_stand_in_the_files)
{
    auto s = opened();
    ASSERT_TRUE(s.put_secret("one", text("hunter2-hunter2-hunter2")));
    ASSERT_TRUE(s.add_instance({.name = "shop", .kind = "cloud"}, {{"database_url", text("postgres://swordfish")}}));
    ASSERT_TRUE(s.rotate_master_key({}));
    ASSERT_TRUE(s.delete_secret("one"));
    const auto all = every_byte();
    EXPECT_THAT(all, HasSubstr("instance/shop/database_url")) << "the scan must see the database";
    EXPECT_THAT(all, Not(HasSubstr("hunter2")));
    EXPECT_THAT(all, Not(HasSubstr("swordfish")));
}

TEST_F(state_store, equal_secrets_are_encrypted_differently)
{
    auto s = opened(variable('1'));
    ASSERT_TRUE(s.put_secret("a", text("same")));
    ASSERT_TRUE(s.put_secret("b", text("same")));
    tamper("CREATE TABLE t AS SELECT count(DISTINCT sealed) AS n FROM secrets; "
           "UPDATE instances SET kind = kind; DELETE FROM secrets WHERE (SELECT n FROM t) <> 2; DROP TABLE t");
    EXPECT_EQ(s.list_secret_names()->size(), 2U);
}

TEST_F(state_store, notices_a_changed_or_moved_secret)
{
    auto s = opened();
    ASSERT_TRUE(s.put_secret("a", text("alpha")));
    ASSERT_TRUE(s.put_secret("b", text("beta")));
    tamper("UPDATE secrets SET sealed = (SELECT sealed FROM secrets WHERE name = 'b') WHERE name = 'a'");
    const auto moved = s.get_secret("a");
    ASSERT_FALSE(moved);
    EXPECT_EQ(moved.error().code, condition::denied);
    EXPECT_THAT(moved.error().message, HasSubstr("`a`"));
    tamper("UPDATE secrets SET sealed = x'00' WHERE name = 'b'");
    EXPECT_EQ(secret_of(s, "b"), "denied");
}

TEST_F(state_store, takes_the_master_key_from_a_variable_in_hex_and_base64)
{
    ASSERT_TRUE(opened(variable('1')).put_secret("a", text("x")));
    EXPECT_FALSE(std::filesystem::exists(dir / "master.key"));
    master_key_source base64;
    base64.key_text = crypto::secret<>(crypto::to_base64(*crypto::from_hex(std::string(64, '1'))));
    auto s = opened(std::move(base64));
    EXPECT_EQ(secret_of(s, "a"), "x");
}

TEST_F(state_store, refuses_a_variable_that_is_no_key_without_showing_it)
{
    for (const auto* bad : {"hunter2", "aHVudGVyMg==", "zz"}) {
        master_key_source key;
        key.key_text = text(bad);
        const auto failed = opened(std::move(key)).put_secret("a", text("x"));
        ASSERT_FALSE(failed);
        EXPECT_EQ(failed.error().code, condition::invalid_argument);
        EXPECT_THAT(describe(failed.error()), Not(HasSubstr(bad)));
        EXPECT_THAT(failed.error().hint, HasSubstr("openssl rand -base64 32"));
    }
}

TEST_F(state_store, a_wrong_master_key_is_denied_with_the_next_step)
{
    ASSERT_TRUE(opened(variable('1')).put_secret("a", text("x")));
    auto s = opened(variable('2'));
    const auto failed = s.get_secret("a");
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, condition::denied);
    EXPECT_THAT(failed.error().hint, HasSubstr("BASEKEEPER_MASTER_KEY"));
    EXPECT_FALSE(s.put_secret("b", text("y"))) << "one store must not hold secrets of two keys";
    EXPECT_THAT(opened(passphrase("words")).get_secret("a").error().hint, HasSubstr("BASEKEEPER_MASTER_KEY"));
    EXPECT_FALSE(opened().get_secret("a"));
}

TEST_F(state_store, derives_the_key_from_a_passphrase)
{
    ASSERT_TRUE(opened(passphrase("correct horse")).put_secret("a", text("x")));
    auto right = opened(passphrase("correct horse"));
    EXPECT_EQ(secret_of(right, "a"), "x");
    const auto wrong = opened(passphrase("wrong horse")).get_secret("a");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, condition::denied);
    EXPECT_THAT(wrong.error().hint, HasSubstr("BASEKEEPER_PASSPHRASE"));
    EXPECT_THAT(opened(variable('1')).get_secret("a").error().hint, HasSubstr("BASEKEEPER_PASSPHRASE"));
}

TEST_F(state_store, refuses_a_key_file_that_others_can_read)
{
    ASSERT_TRUE(opened().put_secret("a", text("x")));
    ::chmod((dir / "master.key").c_str(), 0640);
    const auto failed = opened().get_secret("a");
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, condition::denied);
    EXPECT_THAT(failed.error().hint, HasSubstr("chmod 600"));
}

TEST_F(state_store, says_so_when_the_key_file_is_gone_or_damaged)
{
    ASSERT_TRUE(opened().put_secret("a", text("x")));
    std::ofstream(dir / "master.key") << "# nothing\n";
    EXPECT_EQ(opened().get_secret("a").error().code, condition::invalid_argument);
    std::ofstream(dir / "master.key") << "garbage\n";
    EXPECT_EQ(opened().get_secret("a").error().code, condition::invalid_argument);
    std::filesystem::remove(dir / "master.key");
    const auto gone = opened().get_secret("a");
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().code, condition::not_found);
    EXPECT_THAT(gone.error().hint, HasSubstr("restore"));
    EXPECT_FALSE(opened().put_secret("b", text("y"))) << "a new key must not hide that the old one is lost";
    EXPECT_FALSE(std::filesystem::exists(dir / "master.key"));
}

TEST_F(state_store, uses_a_key_file_that_is_there_already)
{
    std::filesystem::create_directory(root / "keys");
    const auto file = root / "keys" / "k";
    ASSERT_TRUE(create_key_file(file));
    EXPECT_EQ(create_key_file(file).error().code, condition::conflict);
    ASSERT_TRUE(opened({.key_text = {}, .passphrase = {}, .key_file = file}).put_secret("a", text("x")));
    auto s = opened({.key_text = {}, .passphrase = {}, .key_file = file});
    EXPECT_EQ(secret_of(s, "a"), "x");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(root / "keys"), {}), 1) << "no leftovers";
}

TEST_F(state_store, rotates_the_key_file_in_place)
{
    auto s = opened();
    ASSERT_TRUE(s.put_secret("a", text("x")));
    const auto old_key = load_master_keys({.key_text = {}, .passphrase = {}, .key_file = dir / "master.key"}, {}, {});
    EXPECT_EQ(s.rotate_master_key({}).value(), 2U);
    EXPECT_EQ(s.key_version().value(), 2U);
    EXPECT_EQ(secret_of(s, "a"), "x");
    ASSERT_TRUE(s.put_secret("b", text("y")));
    const auto keys = load_master_keys({.key_text = {}, .passphrase = {}, .key_file = dir / "master.key"}, {}, {});
    ASSERT_EQ(keys->size(), 1U);
    EXPECT_FALSE(keys->front() == old_key->front());
    auto again = opened();
    EXPECT_EQ(secret_of(again, "a"), "x");
    EXPECT_EQ(secret_of(again, "b"), "y");
}

TEST_F(state_store, survives_a_rotation_that_stopped_between_file_and_database)
{
    ASSERT_TRUE(opened().put_secret("a", text("x")));
    ASSERT_TRUE(append_key(dir / "master.key")); // the process was killed here
    auto s = opened();
    EXPECT_EQ(secret_of(s, "a"), "x");
    EXPECT_EQ(s.rotate_master_key({}).value(), 2U);
    EXPECT_EQ(secret_of(s, "a"), "x");
}

TEST_F(state_store, rotates_from_one_kind_of_key_to_another)
{
    auto s = opened();
    ASSERT_TRUE(s.put_secret("a", text("x")));
    EXPECT_EQ(s.rotate_master_key(variable('1')).value(), 2U);
    EXPECT_EQ(secret_of(s, "a"), "x");
    EXPECT_FALSE(opened().get_secret("a"));
    EXPECT_EQ(s.rotate_master_key(passphrase("words")).value(), 3U);
    EXPECT_EQ(secret_of(s, "a"), "x");
    auto again = opened(passphrase("words"));
    EXPECT_EQ(again.rotate_master_key({}).value(), 4U);
    auto file = opened();
    EXPECT_EQ(secret_of(file, "a"), "x");
}

TEST_F(state_store, a_failed_rotation_changes_nothing)
{
    auto s = opened(variable('1'));
    ASSERT_TRUE(s.put_secret("a", text("x")));
    ASSERT_TRUE(s.put_secret("b", text("y")));
    tamper("UPDATE secrets SET sealed = x'00' WHERE name = 'b'");
    EXPECT_FALSE(s.rotate_master_key(variable('2')));
    EXPECT_EQ(s.key_version().value(), 1U);
    EXPECT_EQ(secret_of(s, "a"), "x");
    master_key_source bad;
    bad.key_text = text("bad");
    EXPECT_FALSE(s.rotate_master_key(std::move(bad)));
    auto stranger = opened(variable('3'));
    EXPECT_EQ(stranger.rotate_master_key(variable('4')).error().code, condition::denied);
    auto again = opened(variable('1'));
    EXPECT_EQ(secret_of(again, "a"), "x");
}

TEST_F(state_store, rotation_before_the_first_secret_makes_the_first_key)
{
    auto s = opened();
    EXPECT_EQ(s.rotate_master_key(variable('1')).value(), 1U);
    ASSERT_TRUE(s.put_secret("a", text("x")));
    auto again = opened(variable('1'));
    EXPECT_EQ(secret_of(again, "a"), "x");
}

TEST_F(state_store, another_store_notices_a_rotation)
{
    auto one = opened();
    auto two = opened();
    ASSERT_TRUE(one.put_secret("a", text("x")));
    EXPECT_EQ(secret_of(two, "a"), "x");
    ASSERT_TRUE(one.rotate_master_key({}));
    EXPECT_EQ(secret_of(two, "a"), "x");
    ASSERT_TRUE(two.put_secret("b", text("y")));
    EXPECT_EQ(secret_of(one, "b"), "y");
    ASSERT_TRUE(one.rotate_master_key(variable('1')));
    EXPECT_EQ(secret_of(two, "a"), "denied");
}

TEST_F(state_store, keeps_instances_with_their_secrets)
{
    auto s = opened();
    ASSERT_TRUE(s.add_instance(
        {.name = "shop", .kind = "cloud", .settings = {{"url", "https://x"}, {"tags", {"a", "b"}}}},
        {{"database_url", text("u")}, {"anon_key", text("k")}}
    ));
    ASSERT_TRUE(s.add_instance({.name = "blog", .kind = "local"}, {}));
    auto again = opened();
    const auto all = again.list_instances().value();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].name, "blog");
    EXPECT_EQ(all[1].kind, "cloud");
    EXPECT_EQ(all[1].settings.at("url").as_string(), "https://x");
    EXPECT_EQ(all[1].created_at, time.wall());
    EXPECT_EQ(again.get_instance_secret("shop", "anon_key")->reveal(), "k");
    EXPECT_EQ(again.get_instance("none").error().code, condition::not_found);
}

TEST_F(state_store, updates_an_instance_and_keeps_other_secrets)
{
    auto s = opened();
    ASSERT_TRUE(s.add_instance({.name = "shop", .kind = "cloud"}, {{"a", text("1")}, {"b", text("2")}}));
    const auto made = time.wall();
    time.advance(std::chrono::seconds(5));
    ASSERT_TRUE(s.update_instance({.name = "shop", .kind = "local", .settings = {{"x", 1}}}, {{"b", text("3")}}));
    const auto now = s.get_instance("shop").value();
    EXPECT_EQ(now.kind, "local");
    EXPECT_EQ(now.created_at, made);
    EXPECT_EQ(now.updated_at, time.wall());
    EXPECT_EQ(s.get_instance_secret("shop", "a")->reveal(), "1");
    EXPECT_EQ(s.get_instance_secret("shop", "b")->reveal(), "3");
    EXPECT_EQ(s.update_instance({.name = "none", .kind = "local"}, {}).error().code, condition::not_found);
}

TEST_F(state_store, removes_an_instance_with_its_secrets_only)
{
    auto s = opened();
    ASSERT_TRUE(s.add_instance({.name = "shop", .kind = "cloud"}, {{"a", text("1")}}));
    ASSERT_TRUE(s.add_instance({.name = "shop-2", .kind = "cloud"}, {{"a", text("2")}}));
    ASSERT_TRUE(s.remove_instance("shop"));
    EXPECT_THAT(s.list_secret_names().value(), ElementsAre("instance/shop-2/a"));
    EXPECT_EQ(s.remove_instance("shop").error().code, condition::not_found);
}

TEST_F(state_store, adding_is_all_or_nothing)
{
    auto s = opened();
    ASSERT_TRUE(s.add_instance({.name = "shop", .kind = "cloud"}, {{"a", text("1")}}));
    EXPECT_EQ(s.add_instance({.name = "shop", .kind = "local"}, {{"a", text("2")}}).error().code, condition::conflict);
    EXPECT_EQ(s.get_instance("shop")->kind, "cloud");
    EXPECT_EQ(s.get_instance_secret("shop", "a")->reveal(), "1");
    EXPECT_FALSE(s.add_instance({.name = "blog", .kind = "local"}, {{"a", text("1")}, {"z z", text("2")}}));
    EXPECT_FALSE(s.get_instance("blog"));
    EXPECT_FALSE(s.get_instance_secret("blog", "a"));
}

TEST_F(state_store, refuses_bad_instances)
{
    auto s = opened();
    for (const auto name : {"", "-a", "a-", "A", "a.b", "a/b", "ä"})
        EXPECT_EQ(s.add_instance({.name = name, .kind = "cloud"}, {}).error().code, condition::invalid_argument);
    EXPECT_FALSE(s.add_instance({.name = std::string(64, 'a'), .kind = "cloud"}, {}));
    EXPECT_TRUE(s.add_instance({.name = std::string(63, 'a'), .kind = "cloud"}, {}));
    EXPECT_FALSE(s.add_instance({.name = "a", .kind = ""}, {}));
    EXPECT_FALSE(s.add_instance({.name = "a", .kind = "cloud"}, {{"", text("x")}}));
    EXPECT_FALSE(s.add_instance({.name = "a", .kind = "cloud"}, {{"b/c", text("x")}}));
}

TEST_F(state_store, a_database_of_a_later_version_is_left_alone)
{
    opened();
    tamper("PRAGMA user_version = 99");
    const auto s = store::open(dir, {});
    ASSERT_FALSE(s);
    EXPECT_EQ(s.error().code, condition::conflict);
}

TEST_F(state_store, damaged_rows_are_errors_with_a_next_step)
{
    auto s = opened();
    ASSERT_TRUE(s.add_instance({.name = "shop", .kind = "cloud"}, {{"a", text("1")}}));
    tamper("UPDATE instances SET settings = '[]'");
    EXPECT_EQ(s.get_instance("shop").error().code, condition::internal);
    tamper("UPDATE instances SET settings = '{'");
    EXPECT_FALSE(s.list_instances());
    tamper("PRAGMA foreign_keys = OFF; DELETE FROM keys");
    EXPECT_EQ(opened().get_secret("instance/shop/a").error().code, condition::internal);
    tamper("UPDATE meta SET value = 'x'");
    EXPECT_EQ(s.key_version().error().code, condition::internal);
}

TEST_F(state_store, a_variable_in_place_of_the_key_file_is_denied_and_names_the_file)
{
    ASSERT_TRUE(opened({.key_text = {}, .passphrase = {}, .key_file = root / "key"}).put_secret("a", text("b")));
    const auto got = opened(variable('a')).get_secret("a");
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, condition::denied);
    EXPECT_THAT(got.error().hint, HasSubstr("BASEKEEPER_KEY_FILE"));
}

TEST_F(state_store, a_key_file_that_cannot_be_made_fails_and_stores_nothing)
{
    const master_key_source nowhere{.key_text = {}, .passphrase = {}, .key_file = root / "none" / "key"};
    auto s = opened(nowhere);
    EXPECT_FALSE(s.put_secret("a", text("b")));
    EXPECT_THAT(s.list_secret_names().value(), ElementsAre());
    auto kept = opened(variable('a'));
    ASSERT_TRUE(kept.put_secret("a", text("b")));
    EXPECT_FALSE(kept.rotate_master_key(nowhere));
    EXPECT_EQ(secret_of(kept, "a"), "b");
    EXPECT_EQ(kept.key_version().value(), 1U);
}

TEST_F(state_store, a_folder_that_cannot_be_made_is_denied)
{
    const auto s = store::open("/proc/basekeeper", {}, time);
    ASSERT_FALSE(s);
    EXPECT_EQ(s.error().code, condition::denied);
    EXPECT_THAT(s.error().hint, HasSubstr("BASEKEEPER_STATE_DIR"));
}

TEST_F(state_store, can_be_assigned)
{
    auto s = opened(variable('a'));
    ASSERT_TRUE(s.put_secret("a", text("b")));
    auto other = store::open(root / "other", variable('b'), time).value();
    other = std::move(s);
    EXPECT_EQ(secret_of(other, "a"), "b");
}

} // namespace
} // namespace basekeeper::state
