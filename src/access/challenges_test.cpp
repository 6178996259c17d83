// What refused requests are told, to the letter of RFC 6750 and RFC 9728.
#include "access/challenges.hpp"
#include "access/listening.hpp"
#include "access/resource.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

namespace basekeeper::access {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto metadata = "https://us.example/.well-known/oauth-protected-resource/mcp";

TEST(challenge, without_a_credential_names_where_to_get_one_and_no_error)
{
    const auto c = challenges(metadata, "database:read").nothing_shown();
    EXPECT_EQ(c.status, 401U);
    EXPECT_FALSE(c.counts);
    EXPECT_EQ(
        c.www_authenticate, std::string("Bearer scope=\"database:read\", resource_metadata=\"") + metadata + "\""
    );
    EXPECT_EQ(challenges("", "").nothing_shown().www_authenticate, "Bearer");
}

TEST(challenge, a_refused_token_is_named_and_counts)
{
    const auto c = challenges(metadata, "").invalid_token("token is refused: it has expired");
    EXPECT_EQ(c.status, 401U);
    EXPECT_TRUE(c.counts);
    EXPECT_EQ(
        c.www_authenticate,
        std::string("Bearer error=\"invalid_token\", error_description=\"token is refused: it has expired\", "
                    "resource_metadata=\"") +
            metadata + "\""
    );
}

TEST(challenge, too_few_scopes_are_all_named)
{
    const auto c = challenges(metadata, "database:read").insufficient_scope("database:write backups:read");
    EXPECT_EQ(c.status, 403U);
    EXPECT_FALSE(c.counts);
    EXPECT_THAT(
        c.www_authenticate,
        AllOf(
            HasSubstr("error=\"insufficient_scope\""),
            HasSubstr("scope=\"database:write backups:read\""),
            HasSubstr("resource_metadata="),
            Not(HasSubstr("database:read "))
        )
    );
}

TEST(challenge, no_text_can_break_out_of_a_header)
{
    const auto c = challenges("", "").invalid_token("a\"b\\c\r\nSet-Cookie: x\xc3\xa4");
    EXPECT_EQ(c.www_authenticate, "Bearer error=\"invalid_token\", error_description=\"a'b'c''Set-Cookie: x''\"");
}

TEST(challenge, waits_are_at_least_a_second)
{
    EXPECT_EQ(too_many_requests(cause::caller_rate, std::chrono::seconds{0}).retry_after, std::chrono::seconds{1});
    EXPECT_EQ(too_many_requests(cause::caller_rate, std::chrono::seconds{7}).status, 429U);
    EXPECT_EQ(challenges("", "").cannot_verify(std::chrono::seconds{30}).status, 503U);
    EXPECT_FALSE(blocked_address(std::nullopt).retry_after);
    EXPECT_THAT(blocked_address(std::nullopt).message, HasSubstr("basekeeper block remove"));
}

const resource_description us{
    .resource = "https://Us.example:443/mcp/", .authorization_servers = {"https://as.example"}, .scopes = {"a:read"}
};

TEST(resource, publishes_what_rfc_9728_asks_for)
{
    const auto text = resource_metadata(us);
    ASSERT_TRUE(text) << describe(text.error());
    const auto about = boost::json::parse(*text).as_object();
    EXPECT_EQ(about.at("resource").as_string(), us.resource);
    EXPECT_EQ(about.at("authorization_servers").as_array(), boost::json::array{"https://as.example"});
    EXPECT_EQ(about.at("bearer_methods_supported").as_array(), boost::json::array{"header"});
    EXPECT_EQ(about.at("scopes_supported").as_array(), boost::json::array{"a:read"});
}

TEST(resource, publishes_nothing_without_an_authorization_server)
{
    EXPECT_EQ(resource_metadata({.resource = "https://us.example/mcp"}).error().code, condition::not_found);
    EXPECT_EQ(resource_metadata({.authorization_servers = {"https://as.example"}}).error().code, condition::not_found);
    EXPECT_EQ(metadata_url({.resource = "https://us.example/mcp"}), "");
}

TEST(resource, has_its_metadata_below_the_well_known_path)
{
    EXPECT_EQ(metadata_url(us), "https://us.example/.well-known/oauth-protected-resource/mcp");
    EXPECT_THAT(
        metadata_paths("https://us.example/mcp"),
        ElementsAre("/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource")
    );
    EXPECT_THAT(metadata_paths("https://us.example/"), ElementsAre("/.well-known/oauth-protected-resource"));
    EXPECT_THAT(metadata_paths(""), ElementsAre("/.well-known/oauth-protected-resource"));
}

TEST(resource, is_the_same_in_every_spelling_and_no_other)
{
    for (const auto* same : {"https://us.example/mcp", "HTTPS://US.example/mcp/", "https://us.example:443/mcp"})
        EXPECT_TRUE(same_resource("https://us.example/mcp", same)) << same;
    for (const auto* other :
         {"http://us.example/mcp",
          "https://us.example",
          "https://us.example/MCP",
          "https://us.example:8443/mcp",
          "https://us.example.evil/mcp",
          "https://us.example/mcp//",
          "https://us.example/mcp?x",
          "us.example/mcp",
          ""})
        EXPECT_FALSE(same_resource("https://us.example/mcp", other)) << other;
    EXPECT_TRUE(same_resource("authenticated", "authenticated"));
    EXPECT_FALSE(same_resource("authenticated", "Authenticated"));
}

TEST(listening, beyond_this_machine_needs_authorization_and_says_how)
{
    config::settings settings;
    settings.http.listen.value = "0.0.0.0:8420";
    EXPECT_TRUE(listening_allowed(reach::loopback, settings));
    EXPECT_TRUE(listening_allowed(reach::unix_socket, settings));
    const auto refused = listening_allowed(reach::beyond, settings);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, condition::denied);
    EXPECT_THAT(refused.error().message, HasSubstr("0.0.0.0:8420"));
    EXPECT_THAT(refused.error().hint, AllOf(HasSubstr("basekeeper key create"), HasSubstr("auth.mode")));
    settings.auth.mode.value = config::auth_mode::required;
    EXPECT_TRUE(listening_allowed(reach::beyond, settings));
}

} // namespace
} // namespace basekeeper::access
