// Rules of variables, lines and mail, each with what breaks it and a near miss that does not.
#include "stack/test_configurations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::stack {
namespace {

using namespace basekeeper::stack::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(variables, missing_or_empty)
{
    EXPECT_THAT(ids(with(kong(), "PG_META_CRYPTO_KEY", "")), ElementsAre("variable_missing"));
    EXPECT_EQ(
        command(found(with(kong(), "PG_META_CRYPTO_KEY", ""), "variable_missing"), "shop"),
        "basekeeper dokploy update-env shop --generate PG_META_CRYPTO_KEY"
    );
    EXPECT_THAT(ids(with(kong(), "ANON_KEY", "")), ElementsAre("variable_missing"));
    EXPECT_THAT(ids(with(kong(), "STUDIO_DEFAULT_PROJECT", "")), IsEmpty());
    EXPECT_THAT(ids(with(envoy(), "VAULT_ENC_KEY", "")), IsEmpty()) << "this compose file does not use it";
}

TEST(variables, used_by_the_compose_file_only)
{
    EXPECT_THAT(
        ids(replaced(kong(), "CRYPTO_KEY: ${PG_META_CRYPTO_KEY}", "CRYPTO_KEY: ${NOWHERE}")),
        ElementsAre("variable_unset")
    );
    EXPECT_THAT(
        ids(replaced(kong(), "CRYPTO_KEY: ${PG_META_CRYPTO_KEY}", "CRYPTO_KEY: ${NOWHERE:-x}${APP_NAME}$${X}")),
        IsEmpty()
    );
}

TEST(variables, of_the_published_example)
{
    EXPECT_THAT(
        ids(with(kong(), "POSTGRES_PASSWORD", "your-super-secret-and-long-postgres-password")),
        ElementsAre("variable_default")
    );
    EXPECT_THAT(ids(with(kong(), "POSTGRES_PASSWORD", "your-super-secret-and-long-postgres-password2")), IsEmpty());
    EXPECT_EQ(
        found(with(kong(), "POOLER_TENANT_ID", "your-tenant-id"), "variable_default").severity, severity::warning
    );
    EXPECT_EQ(
        found(with(kong(), "DASHBOARD_PASSWORD", "this_password_is_insecure_and_should_be_updated"), "variable_default")
            .severity,
        severity::critical
    );
}

TEST(variables, of_a_wrong_length)
{
    EXPECT_THAT(ids(with(kong(), "VAULT_ENC_KEY", std::string(31, 'x'))), ElementsAre("variable_length"));
    EXPECT_THAT(ids(with(kong(), "VAULT_ENC_KEY", std::string(33, 'x'))), ElementsAre("variable_length"));
    EXPECT_THAT(ids(with(kong(), "VAULT_ENC_KEY", std::string(32, 'x'))), IsEmpty());
    EXPECT_THAT(ids(with(kong(), "REALTIME_DB_ENC_KEY", std::string(15, 'x'))), ElementsAre("variable_length"));
    EXPECT_THAT(ids(with(kong(), "SECRET_KEY_BASE", std::string(63, 'x'))), ElementsAre("variable_length"));
    EXPECT_THAT(ids(with(kong(), "SECRET_KEY_BASE", std::string(65, 'x'))), IsEmpty());
    EXPECT_THAT(
        found(with(kong(), "VAULT_ENC_KEY", std::string(31, 'x')), "variable_length").evidence, HasSubstr("31")
    );
}

TEST(env_lines, that_say_something_else)
{
    const auto added = [](std::string_view line) {
        auto of = kong();
        of.env += line;
        return ids(of);
    };
    EXPECT_THAT(added("nonsense here\n"), ElementsAre("env_line_ignored"));
    EXPECT_THAT(added("JWT_EXPIRY=60\n"), ElementsAre("env_repeated"));
    EXPECT_THAT(added("MINE='open\n"), ElementsAre("env_quote_open"));
    EXPECT_THAT(added("MINE=pa#ss\n"), ElementsAre("env_value_cut"));
    EXPECT_THAT(added("MINE=\n'x'\n"), ElementsAre("env_value_elsewhere"));
    EXPECT_THAT(added("MINE=x${POSTGRES_HOST}\n"), ElementsAre("env_reference"));
    EXPECT_THAT(added("# nonsense\nMINE='pa#ss' # c\nTHEIRS=${{project.X}}\n"), IsEmpty());
}

TEST(mail, of_the_example_none_or_no_port)
{
    EXPECT_THAT(ids(with(kong(), "SMTP_HOST", "supabase-mail")), ElementsAre("smtp_placeholder"));
    EXPECT_THAT(ids(with(kong(), "SMTP_HOST", "smtp.example.com")), ElementsAre("smtp_placeholder"));
    EXPECT_THAT(ids(with(kong(), "SMTP_USER", "fake_mail_user")), ElementsAre("smtp_placeholder"));
    auto own = with(kong(), "SMTP_HOST", "supabase-mail");
    own.compose += "\n";
    const auto at = own.compose.find("volumes:\n  db-config");
    ASSERT_NE(at, std::string::npos);
    own.compose.insert(at, "  supabase-mail:\n    image: axllent/mailpit:v1\n");
    EXPECT_THAT(ids(own), IsEmpty()) << "the stack has a mail server of that name";
    EXPECT_THAT(ids(with(kong(), "SMTP_HOST", "")), ElementsAre("smtp_missing"));
    EXPECT_THAT(ids(with(with(kong(), "SMTP_HOST", ""), "SMTP_USER", "fake_mail_user")), ElementsAre("smtp_missing"))
        << "a login without a server is nobody's";
    EXPECT_THAT(ids(with(kong(), "SMTP_PORT", "587x")), ElementsAre("smtp_port"));
    EXPECT_THAT(ids(with(kong(), "SMTP_PORT", "65536")), ElementsAre("smtp_port"));
}

TEST(mail, confirmed_without_a_proof)
{
    const auto open = with(kong(), "ENABLE_PHONE_AUTOCONFIRM", "true");
    EXPECT_THAT(ids(open), ElementsAre("autoconfirm"));
    EXPECT_THAT(ids(with(open, "ENABLE_PHONE_SIGNUP", "false")), IsEmpty());
    EXPECT_THAT(ids(with(kong(), "ENABLE_EMAIL_AUTOCONFIRM", "true")), ElementsAre("autoconfirm"));
    EXPECT_THAT(ids(with(open, "DISABLE_SIGNUP", "true")), IsEmpty());
}

} // namespace
} // namespace basekeeper::stack
