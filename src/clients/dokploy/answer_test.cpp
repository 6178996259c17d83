// Every shape of an answer, and every error with the advice that helps.
#include "clients/dokploy/answer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace basekeeper::dokploy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

http::client_response came(int status, std::string body, std::string type = "application/json", std::string to = {})
{
    http::client_response out{
        .status = status, .headers = {{"Content-Type", std::move(type)}}, .body = std::move(body)
    };
    if (!to.empty())
        out.headers.push_back({"Location", std::move(to)});
    return out;
}

constexpr asked one{.procedure = "compose.one"};

TEST(dokploy_answer, an_empty_body_is_null_and_bare_values_are_values)
{
    EXPECT_TRUE(read_answer(came(200, ""), one)->is_null());
    EXPECT_TRUE(read_answer(came(200, " \n"), one)->is_null());
    EXPECT_TRUE(read_answer(came(200, "null"), one)->is_null());
    EXPECT_EQ(read_answer(came(200, "true"), one)->as_bool(), true);
    EXPECT_EQ(read_answer(came(200, "\"v0.30.2\""), one)->as_string(), "v0.30.2");
    EXPECT_EQ(read_answer(came(200, "[1,2]"), one)->as_array().size(), 2U);
    EXPECT_EQ(read_answer(came(200, R"({"a":1})"), one)->as_object().size(), 1U);
}

struct mapping
{
    const char* what;
    http::client_response answer;
    condition code;
    const char* in_message;
    const char* in_hint;
};

std::vector<mapping> mappings()
{
    const auto said = [](const char* code, const char* message) {
        return std::string(R"({"message":")") + message + R"(","code":")" + code +
               R"(","data":{"path":"compose.one"}})";
    };
    const std::string page = "<!DOCTYPE html><title>Hello</title>";
    const std::string html = "text/html; charset=utf-8";
    return {
        {"bad key",
         came(401, R"({"message":"Unauthorized"})"),
         condition::denied,
         "accept the key",
         "copy the whole key"},
        {"permission",
         came(401, said("UNAUTHORIZED", "You don't have access to this service")),
         condition::denied,
         "may not do compose.one",
         "owner or admin"},
        {"forbidden", came(403, said("FORBIDDEN", "no")), condition::denied, "may not do", "owner or admin"},
        {"wrapped refusal",
         came(400, said("BAD_REQUEST", "Error creating the project: UNAUTHORIZED")),
         condition::denied,
         "may not do",
         "owner or admin"},
        {"business",
         came(400, said("BAD_REQUEST", "Error importing template: no")),
         condition::invalid_argument,
         "refused compose.one",
         "complains"},
        {"not json",
         came(400, "Invalid JSON", "text/plain"),
         condition::invalid_argument,
         "refused compose.one",
         "complains"},
        {"thing", came(404, said("NOT_FOUND", "Compose not found")), condition::not_found, "found nothing", "list what"
        },
        {"procedure",
         came(404, R"({"message":"Not found","code":"NOT_FOUND","data":{"code":"NOT_FOUND"}})"),
         condition::not_found,
         "no procedure compose.one",
         "update Dokploy"},
        {"taken", came(409, said("CONFLICT", "exists")), condition::conflict, "exists already", "another name"},
        {"too large",
         came(413, "Body exceeded 1mb limit", "text/plain"),
         condition::invalid_argument,
         "large",
         "smaller"},
        {"inside", came(500, said("INTERNAL_SERVER_ERROR", "fetch failed")), condition::unavailable, "inside", "read"},
        {"proxy limit", came(429, page, html), condition::unavailable, "refuses more calls", "wait"},
        {"away", came(502, page, html), condition::unavailable, "behind it does not", "docker service ps"},
        {"maintenance", came(503, page, html), condition::unavailable, "behind it does not", "docker service ps"},
        {"slow", came(504, page, html), condition::timeout, "gave up waiting", "look whether"},
        {"cloudflare", came(521, page, html), condition::unavailable, "failed", ""},
        {"other site", came(200, page, html), condition::not_found, "a page, not the API", "without a path"},
        {"page that is called json", came(200, page), condition::not_found, "a page, not the API", "without a path"},
        {"no json", came(200, "hello", "text/plain"), condition::not_found, "a page, not the API", "without a path"},
        {"access proxy", came(403, page, html), condition::denied, "proxy or firewall", "let this machine through"},
        {"wrong path", came(404, page, html), condition::not_found, "a page, not the API", "without a path"},
        {"moved",
         came(308, "", "text/plain", "https://dokploy.example.com/api/compose.one?composeId=1"),
         condition::invalid_argument,
         "redirects",
         "use https://dokploy.example.com as the URL"},
        {"moved to login", came(307, "", "text/plain", "/login"), condition::invalid_argument, "redirects", "browser"},
    };
}

TEST(dokploy_answer, every_error_has_its_condition_and_the_next_step)
{
    for (const auto& m : mappings()) {
        const auto e = read_answer(m.answer, one).error();
        EXPECT_EQ(e.code, m.code) << m.what;
        EXPECT_THAT(e.message, HasSubstr(m.in_message)) << m.what;
        EXPECT_THAT(e.hint, HasSubstr(m.in_hint)) << m.what;
        EXPECT_FALSE(e.hint.empty()) << m.what;
        EXPECT_EQ(e.http_status, m.answer.status) << m.what;
        EXPECT_THAT(e.server_text, Not(HasSubstr("<"))) << m.what;
    }
}

TEST(dokploy_answer, a_key_that_worked_before_is_more_likely_used_up_than_wrong)
{
    const auto e = read_answer(
                       came(401, R"({"message":"Unauthorized"})"),
                       {.procedure = "project.all", .key = key_history::accepted_before}
    )
                       .error();
    EXPECT_EQ(e.code, condition::denied);
    EXPECT_THAT(e.message, HasSubstr("used up"));
    EXPECT_THAT(e.hint, HasSubstr("rateLimitEnabled"));
}

TEST(dokploy_answer, validation_names_the_fields)
{
    const auto e = read_answer(
                       came(
                           400,
                           R"({"message":"Input validation failed","code":"BAD_REQUEST","data":{"path":"x"},"issues":[)"
                           R"({"code":"too_small","path":["metadata","postgres",0],"message":"Required"}]})"
                       ),
                       one
    )
                       .error();
    EXPECT_EQ(e.code, condition::invalid_argument);
    EXPECT_THAT(e.server_text, HasSubstr("metadata.postgres.0: Required"));
}

TEST(dokploy_answer, secrets_in_what_dokploy_says_are_masked)
{
    const std::array<crypto::secret<>, 1> known{crypto::secret<>(std::string("plainvalue"))};
    const auto e =
        read_answer(
            came(500, R"({"message":"rclone --s3-secret-access-key=\"HIDDEN\" plainvalue","code":"X","data":{}})"),
            {.procedure = "destination.testConnection", .secrets = known}
        )
            .error();
    EXPECT_THAT(e.server_text, HasSubstr("rclone"));
    EXPECT_THAT(e.server_text, Not(HasSubstr("HIDDEN")));
    EXPECT_THAT(e.server_text, Not(HasSubstr("plainvalue")));
}

TEST(dokploy_answer, only_what_leaves_the_outcome_open_counts_as_lost)
{
    const auto status = [](condition c, int s) {
        error e(c, "x");
        e.http_status = s;
        return e;
    };
    EXPECT_TRUE(is_lost(status(condition::unavailable, 0)));
    EXPECT_TRUE(is_lost(status(condition::timeout, 0)));
    EXPECT_TRUE(is_lost(status(condition::timeout, 504)));
    EXPECT_TRUE(is_lost(status(condition::unavailable, 502)));
    EXPECT_TRUE(is_lost(status(condition::unavailable, 500)));
    EXPECT_FALSE(is_lost(status(condition::unavailable, 429)));
    EXPECT_FALSE(is_lost(status(condition::denied, 401)));
    EXPECT_FALSE(is_lost(status(condition::unavailable, 200))) << "an answer that cannot be read is one";
}

TEST(dokploy_answer, only_a_401_of_dokploy_without_code_is_the_key)
{
    EXPECT_TRUE(is_refused_key(came(401, R"({"message":"Unauthorized"})")));
    EXPECT_FALSE(is_refused_key(came(401, R"({"message":"x","code":"UNAUTHORIZED"})")));
    EXPECT_FALSE(is_refused_key(came(401, "<html>", "text/html")));
    EXPECT_FALSE(is_refused_key(came(403, R"({"message":"Unauthorized"})")));
}

} // namespace
} // namespace basekeeper::dokploy
