// libpq's words after a failed login, each with the condition and the next step that it gets.
#include "pg/connect_failure.hpp"

#include <gtest/gtest.h>

namespace basekeeper::pg {
namespace {

error failed(std::string_view said)
{
    auto to = parse_target("postgres://me:s3cret@db.test:5432/app").value();
    auto e = connect_failure(to, said);
    EXPECT_EQ(describe(e).find("s3cret"), std::string::npos);
    EXPECT_FALSE(e.hint.empty()) << said;
    return e;
}

TEST(connect_failure, the_sqlstate_decides_when_the_server_answered)
{
    const auto e = failed("connection to server at \"db.test\" (1.2.3.4), port 5432 failed: FATAL:  28P01: password "
                          "authentication failed for user \"me\"\nLOCATION:  auth_failed, auth.c:326\n");
    EXPECT_EQ(e.code, condition::denied);
    EXPECT_EQ(e.sqlstate, "28P01");
    EXPECT_EQ(e.server_text, "FATAL: password authentication failed for user \"me\"");
    EXPECT_FALSE(worth_another_address(e));
    EXPECT_EQ(failed("x FATAL:  57P03: the database system is starting up\n").code, condition::unavailable);
    EXPECT_EQ(failed("x FATAL:  3D000: database \"app\" does not exist\n").code, condition::not_found);
    EXPECT_EQ(failed("x FATAL:  53300: sorry, too many clients already\n").code, condition::unavailable);
}

TEST(connect_failure, a_localised_severity_does_not_matter)
{
    EXPECT_EQ(failed("x FATALE :  28P01: authentification\n").sqlstate, "28P01");
}

TEST(connect_failure, a_server_that_wants_tls_names_sslmode)
{
    const auto e = failed("x FATAL:  28000: no pg_hba.conf entry for host \"1.2.3.4\", user \"me\", no encryption\n");
    EXPECT_EQ(e.code, condition::denied);
    EXPECT_EQ(e.hint, "set sslmode=require");
}

TEST(connect_failure, the_supabase_pooler_that_knows_no_tenant_is_explained)
{
    const auto e = failed("x FATAL:  XX000: Tenant or user not found\n");
    EXPECT_EQ(e.code, condition::not_found);
    EXPECT_NE(e.hint.find("postgres.<project-ref>"), std::string::npos);
}

TEST(connect_failure, failures_before_any_answer_are_told_apart)
{
    EXPECT_EQ(failed("failed: Connection refused\n").code, condition::unavailable);
    EXPECT_TRUE(worth_another_address(failed("failed: Connection refused\n")));
    EXPECT_EQ(failed("failed: Network is unreachable\n").code, condition::unavailable);
    EXPECT_EQ(failed("failed: server does not support SSL, but SSL was required\n").code, condition::invalid_argument);
    EXPECT_EQ(failed("failed: SSL error: certificate verify failed\n").code, condition::denied);
    EXPECT_EQ(
        failed("failed: server certificate for \"x\" does not match host name \"db.test\"\n").code, condition::denied
    );
    EXPECT_EQ(failed("something new\n").code, condition::unavailable);
}

} // namespace
} // namespace basekeeper::pg
