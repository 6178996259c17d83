// Cures: what a rule found is gone afterwards, no other rule is broken by it, and nothing else changed.
#include "stack/cure.hpp"
#include "stack/test_configurations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::stack {
namespace {

using namespace basekeeper::stack::testing;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// The ids that are found after the cure of this one.
std::vector<std::string> after_cure(const configuration& of, const std::string& id)
{
    EXPECT_THAT(ids(of), Contains(id));
    const auto cured = cure(of, {id});
    if (!cured)
        return {cured.error().message};
    EXPECT_THAT(cured->notes, Not(IsEmpty()));
    auto then = of;
    then.env = cured->env;
    then.compose = cured->compose;
    then.mounts = cured->mounts;
    then.isolation = cured->isolation;
    return ids(then);
}

TEST(cure, heals_what_each_rule_finds)
{
    EXPECT_THAT(
        after_cure(replaced(kong(), "SELF_HOST_TENANT_NAME: realtime", "OTHER: x"), "realtime_tenant"), IsEmpty()
    );
    EXPECT_THAT(
        after_cure(
            replaced(kong(), "PGRST_JWT_SECRET: ${JWT_JWKS}", "PGRST_JWT_SECRET: ${JWT_SECRET}"), "opaque_keys_unwired"
        ),
        IsEmpty()
    );
    EXPECT_THAT(
        after_cure(replaced(kong(), "../files/volumes/logs/vector.yml", "./volumes/logs/vector.yml"), "mount_wiped"),
        IsEmpty()
    );
    EXPECT_THAT(after_cure(replaced(kong(), "gotrue:v2.189.0", "gotrue:v2.100.0"), "image_outdated"), IsEmpty());
    EXPECT_THAT(
        after_cure(
            replaced(kong(), "image: supabase/postgres:", "ports:\n      - 5432:5432\n    image: supabase/postgres:"),
            "database_port_published"
        ),
        IsEmpty()
    );
    auto twice = kong();
    twice.env += "JWT_EXPIRY=60\n";
    EXPECT_THAT(after_cure(twice, "env_repeated"), IsEmpty());
    auto shared = kong();
    shared.isolation = isolation::shared;
    EXPECT_THAT(after_cure(shared, "not_isolated"), IsEmpty());
}

TEST(cure, a_container_name_that_was_the_tenant_is_replaced_by_one)
{
    const auto named = replaced(
        replaced(kong(), "SELF_HOST_TENANT_NAME: realtime", "OTHER: x"),
        "image: supabase/realtime",
        "container_name: realtime-dev.supabase-realtime\n    image: supabase/realtime"
    );
    EXPECT_THAT(after_cure(named, "fixed_container_name"), IsEmpty());
}

TEST(cure, keeps_the_key_that_realtime_encrypted_with)
{
    const auto old = replaced(
        replaced(kong(), "SELF_HOST_TENANT_NAME: realtime", "OTHER: x"),
        "DB_ENC_KEY: ${REALTIME_DB_ENC_KEY}",
        "DB_ENC_KEY: supabaserealtime"
    );
    EXPECT_THAT(cure(old, {"realtime_tenant"})->compose, HasSubstr("DB_ENC_KEY: supabaserealtime"));
}

TEST(cure, changes_nothing_where_nothing_is_wrong)
{
    const auto same = cure(
        kong(),
        {"realtime_tenant",
         "opaque_keys_unwired",
         "fixed_container_name",
         "mount_wiped",
         "image_outdated",
         "env_repeated"}
    );
    ASSERT_TRUE(same);
    EXPECT_EQ(same->env, kong().env);
    EXPECT_EQ(same->compose, kong().compose);
    EXPECT_THAT(same->notes, IsEmpty());
}

TEST(cure, refuses_other_names)
{
    EXPECT_FALSE(cure(kong(), {"keys_equal"}));
    EXPECT_FALSE(cure(kong(), {""}));
}

TEST(cure, knows_every_finding_that_is_to_be_mended)
{
    auto broken =
        replaced(replaced(kong(), "SELF_HOST_TENANT_NAME: realtime", "OTHER: x"), "gotrue:v2.189.0", "gotrue:v2.1.0");
    broken = replaced(
        replaced(broken, "../files/volumes/logs/vector.yml", "./volumes/logs/vector.yml"),
        "PGRST_JWT_SECRET: ${JWT_JWKS}",
        "PGRST_JWT_SECRET: ${JWT_SECRET}"
    );
    broken = replaced(
        broken,
        "image: supabase/postgres:",
        "container_name: db\n    ports:\n      - 5432:5432\n    image: supabase/postgres:"
    );
    broken.isolation = isolation::shared;
    broken.env += "JWT_EXPIRY=60\n";
    std::vector<std::string> to_mend;
    for (const auto& one : *validate(broken))
        if (one.remedy.kind == remedy_kind::mend)
            to_mend.push_back(one.id);
    EXPECT_EQ(to_mend.size(), 8U);
    const auto cured = cure(broken, to_mend);
    ASSERT_TRUE(cured) << cured.error().message;
    auto then = broken;
    then.env = cured->env;
    then.compose = cured->compose;
    then.isolation = cured->isolation;
    EXPECT_THAT(ids(then), IsEmpty());
}

} // namespace
} // namespace basekeeper::stack
