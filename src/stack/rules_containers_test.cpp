// Rules of what runs: a value that was changed and not deployed, and what follows for keys and the database.
#include "stack/test_configurations.hpp"
#include "stack/undeployed.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::stack {
namespace {

using namespace basekeeper::stack::testing;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

crypto::secret<> secret(std::string value)
{
    return crypto::secret<>(std::move(value));
}

/// Containers that run with what is configured.
configuration deployed(configuration of)
{
    const auto value = [&](const std::string& name) { return secret(get(of, name)); };
    of.containers = {
        {"auth", {{"GOTRUE_JWT_SECRET", value("JWT_SECRET")}, {"GOTRUE_SITE_URL", value("SITE_URL")}}},
        {"db", {{"POSTGRES_PASSWORD", value("POSTGRES_PASSWORD")}}},
        {"rest",
         {{"PGRST_DB_URI",
           secret(
               "postgres://authenticator:" + get(of, "POSTGRES_PASSWORD") + "@" + get(of, "POSTGRES_HOST") + ":" +
               get(of, "POSTGRES_PORT") + "/" + get(of, "POSTGRES_DB")
           )}}},
    };
    return of;
}

std::vector<std::string> names(const configuration& of)
{
    std::vector<std::string> out;
    for (const auto& one :
         undeployed(*compose_file::parse(of.compose), *env_text::document::parse(of.env), of.containers))
        out.push_back(one.name);
    return out;
}

TEST(containers, that_run_with_what_is_configured_are_no_finding)
{
    EXPECT_THAT(ids(deployed(kong())), IsEmpty());
    EXPECT_THAT(names(deployed(kong())), IsEmpty());
}

TEST(containers, with_another_secret_whose_keys_fit_need_a_deployment_only)
{
    auto of = deployed(kong());
    of.containers[0].variables.insert_or_assign("GOTRUE_JWT_SECRET", secret("old"));
    EXPECT_THAT(ids(of), ElementsAre("jwt_secret_changed"));
    EXPECT_EQ(
        command(found(of, "jwt_secret_changed"), "shop"), "basekeeper dokploy update-env shop --mend jwt_secret_changed"
    );
}

TEST(containers, with_another_secret_whose_keys_do_not_fit_need_new_keys)
{
    const auto of = with(deployed(kong()), "JWT_SECRET", "a-secret-of-forty-characters-that-nobody-knows");
    EXPECT_THAT(ids(of), Contains("jwt_secret_changed"));
    EXPECT_EQ(command(found(of, "jwt_secret_changed"), "shop"), "basekeeper dokploy regenerate-keys shop");
}

TEST(containers, with_another_password_need_one_that_the_database_gets_too)
{
    const auto of = with(deployed(kong()), "POSTGRES_PASSWORD", "another-password-of-the-database");
    EXPECT_THAT(ids(of), ElementsAre("postgres_password_changed")) << "rest is explained by it";
    EXPECT_EQ(
        command(found(of, "postgres_password_changed"), "shop"),
        "basekeeper dokploy update-env shop --generate POSTGRES_PASSWORD"
    );
    EXPECT_THAT(names(of), ElementsAre("POSTGRES_PASSWORD"));
}

TEST(containers, with_another_value_of_anything_else_are_named)
{
    const auto of = with(deployed(kong()), "SITE_URL", "https://other.example.org");
    EXPECT_THAT(ids(of), Contains("not_deployed"));
    const auto one = found(of, "not_deployed");
    EXPECT_EQ(one.subject, "SITE_URL");
    EXPECT_THAT(one.evidence, HasSubstr("auth has other values"));
    EXPECT_EQ(command(one, "shop"), "basekeeper dokploy update-env shop --mend not_deployed");
}

TEST(containers, whose_values_are_not_those_of_the_compose_file_do_not_accuse_the_password)
{
    auto of = deployed(kong());
    of.containers[2].variables.insert_or_assign("PGRST_DB_URI", secret("postgres://elsewhere"));
    EXPECT_THAT(names(of), ElementsAre("POSTGRES_DB", "POSTGRES_HOST", "POSTGRES_PORT")) << "the database has it";
    EXPECT_THAT(ids(of), ElementsAre("not_deployed"));
}

TEST(containers, with_a_password_of_any_letters_are_told_by_the_database)
{
    const auto of = with(deployed(kong()), "POSTGRES_PASSWORD", "pa#ss$word\"of-the-database");
    EXPECT_THAT(ids(of), Contains("postgres_password_changed"));
}

TEST(undeployed, names_nothing_that_dokploy_gives_beside_the_env_text)
{
    auto of = deployed(kong());
    of.compose = replaced(of, "GOTRUE_SITE_URL: ${SITE_URL}", "GOTRUE_SITE_URL: https://${APP_NAME}").compose;
    of.containers[0].variables.insert_or_assign("GOTRUE_SITE_URL", secret("https://shop-ab12cd"));
    EXPECT_THAT(names(of), IsEmpty());
}

TEST(undeployed, values_that_refer_to_several_variables_name_all_that_may_have_changed)
{
    auto of = deployed(kong());
    of.containers = {of.containers[2]};
    EXPECT_THAT(
        names(with(of, "POSTGRES_DB", "other")),
        ElementsAre("POSTGRES_DB", "POSTGRES_HOST", "POSTGRES_PASSWORD", "POSTGRES_PORT")
    );
}

TEST(undeployed, says_nothing_of_values_that_may_have_been_spelled_otherwise)
{
    auto of = deployed(kong());
    of.containers = {{"auth", {{"GOTRUE_SITE_URL", secret("https://a.example.org/pass")}}}};
    EXPECT_THAT(names(with(of, "SITE_URL", "https://a.example.org/pa#ss")), IsEmpty());
    EXPECT_THAT(names(with(of, "SITE_URL", "https://b.example.org/pass")), ElementsAre("SITE_URL"));
}

} // namespace
} // namespace basekeeper::stack
