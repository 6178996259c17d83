// The directory merges configuration and store, and opens credentials of either.
#include "instances/directory.hpp"
#include "support/run_task.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace basekeeper::instances {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

crypto::secret<> secret(std::string_view s)
{
    return crypto::secret<>(std::string(s));
}

class instance_directory : public ::testing::Test
{
protected:
    void SetUp() override
    {
        std::string name = (std::filesystem::temp_directory_path() / "directory_test.XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        root = name;
        auto opened = state::store::open(root / "state", {.key_text = secret(std::string(64, 'a'))});
        ASSERT_TRUE(opened) << basekeeper::describe(opened.error());
        store.emplace(*std::move(opened));
    }

    void TearDown() override
    {
        store.reset();
        std::filesystem::remove_all(root);
    }

    void configure(const std::string& name, std::string_view url)
    {
        auto& one = settings.instances[name];
        one.database_url.value = secret(url);
        one.kind.value = config::instance_kind::cloud;
        one.url.value = "https://" + name + ".example";
        one.tags.value = {"configured"};
    }

    void remember(std::string name, std::string_view url, boost::json::object more = {}, std::string kind = "local")
    {
        state::instance_secrets secrets;
        if (!url.empty())
            secrets.emplace(database_url_secret, secret(url));
        const auto added = store->add_instance(
            {.name = std::move(name), .kind = std::move(kind), .settings = std::move(more)}, secrets
        );
        ASSERT_TRUE(added) << basekeeper::describe(added.error());
    }

    directory opened()
    {
        auto d = directory::open(settings, *store, on.pool());
        EXPECT_TRUE(d);
        return *std::move(d);
    }

    /// What hardening leaves behind; returns the role.
    std::string harden(directory& d, const std::string& name)
    {
        const auto role = test::run_task(on, d.choose_read_only_role(name));
        EXPECT_TRUE(role) << (role ? "" : basekeeper::describe(role.error()));
        EXPECT_TRUE(test::run_task(on, d.keep_read_only_password(name, secret("narrow"))));
        return role.value_or("");
    }

    result<credentials> unlock(directory& d, std::string name) { return test::run_task(on, d.unlock(std::move(name))); }

    io::runtime on;
    std::filesystem::path root;
    config::settings settings;
    std::optional<state::store> store;
};

TEST_F(instance_directory, lists_both_sources_by_name)
{
    configure("shop", "postgres://a@h/d");
    remember("dev", "postgres://b@h/d", {{"url", "http://localhost"}, {"tags", {"mine", 7, "old"}}});
    remember("archive", "postgres://c@h/d");
    const auto d = opened();
    EXPECT_THAT(d.names(), ElementsAre("archive", "dev", "shop"));
    ASSERT_NE(d.find("shop"), nullptr);
    EXPECT_EQ(d.find("shop")->source, defined_by::configuration);
    EXPECT_EQ(d.find("shop")->kind, config::instance_kind::cloud);
    EXPECT_EQ(d.find("shop")->api_url, "https://shop.example");
    EXPECT_THAT(d.find("shop")->tags, ElementsAre("configured"));
    EXPECT_EQ(d.find("dev")->source, defined_by::store);
    EXPECT_EQ(d.find("dev")->kind, config::instance_kind::local);
    EXPECT_EQ(d.find("dev")->api_url, "http://localhost");
    EXPECT_THAT(d.find("dev")->tags, ElementsAre("mine", "old")) << "what is no text is left out";
    EXPECT_EQ(d.find("none"), nullptr);
    EXPECT_EQ(d.find(""), nullptr);
}

TEST_F(instance_directory, configuration_wins_over_the_store)
{
    configure("dev", "postgres://configured@h/d");
    remember("dev", "postgres://stored@h/d");
    auto d = opened();
    EXPECT_THAT(d.names(), ElementsAre("dev"));
    EXPECT_EQ(d.find("dev")->source, defined_by::configuration);
    EXPECT_EQ(unlock(d, "dev")->owner.user, "configured");
}

TEST_F(instance_directory, a_kind_that_a_later_version_stored_counts_as_self_hosted)
{
    remember("dev", "postgres://a@h/d", {{"url", 7}, {"tags", "x"}}, "martian");
    const auto d = opened();
    EXPECT_EQ(d.find("dev")->kind, config::instance_kind::self_hosted);
    EXPECT_EQ(d.find("dev")->api_url, "");
    EXPECT_TRUE(d.find("dev")->tags.empty());
}

TEST_F(instance_directory, sees_what_others_added_after_a_refresh)
{
    auto d = opened();
    EXPECT_TRUE(d.all().empty());
    remember("new", "postgres://a@h/d");
    EXPECT_TRUE(d.all().empty());
    EXPECT_TRUE(test::run_task(on, d.refresh()));
    EXPECT_THAT(d.names(), ElementsAre("new"));
    ASSERT_TRUE(store->remove_instance("new"));
    EXPECT_TRUE(test::run_task(on, d.refresh()));
    EXPECT_TRUE(d.names().empty());
}

TEST_F(instance_directory, unlocks_either_source)
{
    configure("shop", "postgres://owner:pass%20word@db.example:6543/app");
    remember("dev", "postgres://dev:x@localhost/dev");
    auto d = opened();
    const auto shop = unlock(d, "shop");
    ASSERT_TRUE(shop) << basekeeper::describe(shop.error());
    EXPECT_EQ(shop->owner.host, "db.example");
    EXPECT_EQ(shop->owner.port, 6543);
    EXPECT_EQ(shop->owner.password.reveal(), "pass word");
    EXPECT_FALSE(shop->read_only) << "not hardened yet";
    EXPECT_EQ(unlock(d, "dev")->owner.user, "dev");
}

TEST_F(instance_directory, one_without_a_database_says_what_to_set)
{
    configure("api", "");
    remember("empty", "");
    auto d = opened();
    for (const auto* name : {"api", "empty", "none"}) {
        const auto got = unlock(d, name);
        ASSERT_FALSE(got) << name;
        EXPECT_EQ(got.error().code, condition::not_found) << name;
        EXPECT_EQ(got.error().message, "instance \"" + std::string(name) + "\" has no database connection configured");
        EXPECT_THAT(got.error().hint, HasSubstr("basekeeper instance add"));
    }
}

TEST_F(instance_directory, a_broken_url_is_refused_without_its_password)
{
    configure("bad", "postgres://owner:hunter2@h:port/d");
    auto d = opened();
    const auto got = unlock(d, "bad");
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, condition::invalid_argument);
    EXPECT_THAT(basekeeper::describe(got.error()), Not(HasSubstr("hunter2")));
}

TEST_F(instance_directory, the_narrow_login_differs_in_user_and_password_only)
{
    remember("dev", "postgres://owner:x@h:7000/d?sslmode=require");
    auto d = opened();
    const auto role = harden(d, "dev");
    const auto got = unlock(d, "dev");
    ASSERT_TRUE(got && got->read_only);
    EXPECT_EQ(got->read_only->user, role);
    EXPECT_EQ(got->read_only->password.reveal(), "narrow");
    auto expected = got->owner;
    expected.user = got->read_only->user;
    expected.password = got->read_only->password;
    EXPECT_EQ(*got->read_only, expected);
}

TEST_F(instance_directory, the_narrow_login_keeps_the_tenant_of_a_pooler)
{
    configure("cloud", "postgres://postgres.abcdefgh:x@pooler.example:5432/postgres");
    auto d = opened();
    const auto role = harden(d, "cloud");
    const auto got = unlock(d, "cloud");
    ASSERT_TRUE(got && got->read_only);
    EXPECT_EQ(got->read_only->user, role + ".abcdefgh");
    EXPECT_EQ(got->owner.user, "postgres.abcdefgh");
}

TEST_F(instance_directory, the_role_of_the_narrow_login_is_chosen_once_for_each_instance)
{
    remember("dev", "postgres://owner:x@h:7000/d");
    remember("twin", "postgres://owner:x@h:7000/d");
    auto d = opened();
    EXPECT_EQ(test::run_task(on, d.read_only_role("dev")).value(), std::nullopt);
    const auto role = test::run_task(on, d.choose_read_only_role("dev")).value();
    EXPECT_THAT(role, MatchesRegex("basekeeper_read_only_[0-9a-f]{8}"));
    EXPECT_EQ(test::run_task(on, d.choose_read_only_role("dev")).value(), role);
    EXPECT_EQ(test::run_task(on, d.read_only_role("dev")).value(), role);
    EXPECT_NE(test::run_task(on, d.choose_read_only_role("twin")).value(), role);
    auto later = opened();
    EXPECT_EQ(test::run_task(on, later.choose_read_only_role("dev")).value(), role);
    ASSERT_TRUE(store->remove_instance("dev"));
    EXPECT_EQ(test::run_task(on, later.read_only_role("dev")).value(), std::nullopt);
}

TEST_F(instance_directory, a_role_without_password_or_a_password_without_role_is_no_login)
{
    remember("half", "postgres://owner:x@h/d");
    remember("other", "postgres://owner:x@h/d");
    auto d = opened();
    ASSERT_TRUE(test::run_task(on, d.choose_read_only_role("half")));
    EXPECT_FALSE(unlock(d, "half")->read_only) << "its creation failed";
    ASSERT_TRUE(test::run_task(on, d.keep_read_only_password("other", secret("narrow"))));
    EXPECT_FALSE(unlock(d, "other")->read_only);
}

TEST_F(instance_directory, a_store_that_cannot_be_decrypted_is_an_error_and_no_missing_login)
{
    configure("shop", "postgres://a@h/d");
    {
        auto d = opened();
        harden(d, "shop");
    }
    store.reset();
    auto other = state::store::open(root / "state", {.key_text = secret(std::string(64, 'b'))});
    ASSERT_TRUE(other);
    store.emplace(*std::move(other));
    auto d = opened();
    const auto got = unlock(d, "shop");
    ASSERT_FALSE(got) << "falling back to the owner would read with all powers";
    EXPECT_EQ(got.error().code, condition::denied);
}

TEST_F(instance_directory, a_lost_key_file_is_told_as_that)
{
    store.reset();
    store.emplace(*state::store::open(root / "state", {.key_file = root / "key"}));
    remember("dev", "postgres://a@h/d");
    store.reset();
    std::filesystem::remove(root / "key");
    store.emplace(*state::store::open(root / "state", {.key_file = root / "key"}));
    auto d = opened();
    const auto got = unlock(d, "dev");
    ASSERT_FALSE(got);
    EXPECT_THAT(got.error().message, HasSubstr("key"));
}

TEST(instance_kind, names_are_those_of_the_configuration)
{
    for (const auto kind :
         {config::instance_kind::self_hosted,
          config::instance_kind::cloud,
          config::instance_kind::dokploy,
          config::instance_kind::local})
        EXPECT_EQ(kind_from(kind_name(kind)), kind);
    EXPECT_EQ(kind_name(config::instance_kind::self_hosted), "self_hosted");
    for (const auto* bad : {"", "Cloud", "cloud ", "7"})
        EXPECT_FALSE(kind_from(bad)) << bad;
}

} // namespace
} // namespace basekeeper::instances
