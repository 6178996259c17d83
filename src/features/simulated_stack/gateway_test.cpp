// A stack with new keys under the questions of a client: keys, tokens, users, rows, objects, and services that are
// away.
#include "features/simulated_stack/gateway.hpp"
#include "json/text.hpp"
#include "stack/secrets.hpp"

#include <boost/json/array.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::simulated_stack {
namespace {

using ::testing::HasSubstr;

/// A stack with new keys, and requests to it with either of them.
class gateway_of_a_stack : public ::testing::Test
{
protected:
    gateway_of_a_stack()
    {
        for (const auto& [name, value] : stack::variables(stack::new_api_keys({.now = time.wall()})))
            values[std::string(name)] = value;
        set("DASHBOARD_USERNAME", "supabase");
        set("DASHBOARD_PASSWORD", "of-the-dashboard");
        set("ENABLE_EMAIL_AUTOCONFIRM", "true");
        on.start(values);
    }

    void set(const std::string& name, const std::string& value) { values[name] = crypto::secret<>(std::string(value)); }

    std::string value(const std::string& name) const { return values.at(name).reveal(); }

    answer ask(const std::string& method, const std::string& path, const std::string& key, const std::string& body = {})
    {
        return ask_as(method, path, key, "Bearer " + key, body);
    }

    answer ask_as(
        const std::string& method,
        const std::string& path,
        const std::string& key,
        const std::string& authorization,
        const std::string& body = {}
    )
    {
        const auto mark = path.find('?');
        request what{method, path.substr(0, mark), mark == std::string::npos ? "" : path.substr(mark + 1)};
        if (!key.empty())
            what.headers.emplace_back("apikey", key);
        if (!authorization.empty())
            what.headers.emplace_back("Authorization", authorization);
        what.body = body;
        return on.respond(what);
    }

    answer as_anon(const std::string& method, const std::string& path, const std::string& body = {})
    {
        return ask(method, path, value("ANON_KEY"), body);
    }

    answer as_service(const std::string& method, const std::string& path, const std::string& body = {})
    {
        return ask(method, path, value("SERVICE_ROLE_KEY"), body);
    }

    static boost::json::object object(const answer& came) { return json::read(came.body).value().as_object(); }

    manual_clock time;
    env_text::values values;
    gateway on{time};
};

constexpr auto sara = R"({"email":"sara@example.com","password":"a-good-one"})";

TEST_F(gateway_of_a_stack, asks_for_a_key_that_it_knows)
{
    const auto without = ask_as("GET", "/auth/v1/health", "", "");
    EXPECT_EQ(without.status, 401);
    EXPECT_THAT(without.body, HasSubstr("No API key found in request"));
    const auto wrong = ask("GET", "/auth/v1/health", "something");
    EXPECT_EQ(wrong.status, 401);
    EXPECT_THAT(wrong.body, HasSubstr("Invalid authentication credentials"));
    EXPECT_EQ(as_anon("GET", "/auth/v1/health").status, 200);
    EXPECT_EQ(ask_as("GET", "/auth/v1/health?apikey=" + value("ANON_KEY"), "", "").status, 200);
    EXPECT_EQ(ask_as("GET", "/auth/v1/.well-known/jwks.json", "", "").status, 200);
}

TEST_F(gateway_of_a_stack, takes_opaque_keys_for_what_they_stand_for)
{
    EXPECT_EQ(ask("GET", "/rest/v1/todos", value("SUPABASE_PUBLISHABLE_KEY")).status, 200);
    EXPECT_EQ(ask("GET", "/auth/v1/admin/users", value("SUPABASE_SECRET_KEY")).status, 200);
    EXPECT_EQ(ask_as("GET", "/storage/v1/bucket", value("SUPABASE_SECRET_KEY"), "").status, 200);
    set("ANON_KEY_ASYMMETRIC", "");
    on.start(values);
    EXPECT_EQ(ask("GET", "/rest/v1/todos", value("SUPABASE_PUBLISHABLE_KEY")).status, 401);
}

TEST_F(gateway_of_a_stack, keeps_what_is_for_servers_from_the_anon_key)
{
    for (const auto* path : {"/rest/v1/", "/pg/health"}) {
        EXPECT_EQ(as_anon("GET", path).status, 403) << path;
        EXPECT_EQ(as_service("GET", path).status, 200) << path;
    }
}

TEST_F(gateway_of_a_stack, tells_a_service_that_is_away_from_one_that_does_not_answer)
{
    on.set_service(stack::role::auth, service_state::down);
    const auto away = as_anon("GET", "/auth/v1/health");
    EXPECT_EQ(away.status, 503);
    EXPECT_THAT(away.body, HasSubstr("name resolution failed"));
    on.set_service(stack::role::auth, service_state::unhealthy);
    const auto mute = as_anon("GET", "/auth/v1/health");
    EXPECT_EQ(mute.status, 502);
    EXPECT_THAT(mute.body, HasSubstr("An invalid response was received from the upstream server"));
    on.set_service(stack::role::auth, service_state::up);
    EXPECT_EQ(as_anon("GET", "/auth/v1/health").status, 200);
}

TEST_F(gateway_of_a_stack, without_a_database_services_tell_their_own_errors)
{
    on.set_service(stack::role::database, service_state::unhealthy);
    EXPECT_EQ(as_anon("GET", "/auth/v1/health").status, 200);
    EXPECT_EQ(as_anon("POST", "/auth/v1/signup", sara).status, 500);
    EXPECT_THAT(as_anon("GET", "/rest/v1/todos").body, HasSubstr("PGRST002"));
    EXPECT_EQ(as_service("GET", "/storage/v1/bucket").status, 500);
    EXPECT_EQ(as_service("POST", "/pg/query", R"({"query":"select 1"})").status, 400);
}

TEST_F(gateway_of_a_stack, signs_users_up_and_in_and_out)
{
    const auto up = object(as_anon("POST", "/auth/v1/signup", sara));
    const auto token = std::string(up.at("access_token").as_string());
    const auto own = ask_as("GET", "/auth/v1/user", value("ANON_KEY"), "Bearer " + token);
    EXPECT_EQ(own.status, 200);
    EXPECT_THAT(own.body, HasSubstr("sara@example.com"));
    EXPECT_EQ(object(as_anon("POST", "/auth/v1/signup", sara)).at("error_code"), "user_already_exists");
    EXPECT_EQ(as_anon("POST", "/auth/v1/token?grant_type=password", sara).status, 200);
    EXPECT_EQ(
        object(as_anon("POST", "/auth/v1/token?grant_type=password", R"({"email":"sara@example.com","password":"x"})"))
            .at("error_code"),
        "invalid_credentials"
    );
    EXPECT_EQ(ask_as("POST", "/auth/v1/logout", value("ANON_KEY"), "Bearer " + token).status, 204);
    EXPECT_EQ(ask_as("GET", "/auth/v1/user", value("ANON_KEY"), "Bearer " + token).status, 403);
}

TEST_F(gateway_of_a_stack, a_refresh_token_works_once)
{
    const auto up = object(as_anon("POST", "/auth/v1/signup", sara));
    const auto body = R"({"refresh_token":")" + std::string(up.at("refresh_token").as_string()) + R"("})";
    EXPECT_EQ(as_anon("POST", "/auth/v1/token?grant_type=refresh_token", body).status, 200);
    EXPECT_THAT(as_anon("POST", "/auth/v1/token?grant_type=refresh_token", body).body, HasSubstr("already_used"));
}

TEST_F(gateway_of_a_stack, refuses_sign_ups_by_its_settings)
{
    const auto code_of = [&](const char* body) {
        return std::string(object(as_anon("POST", "/auth/v1/signup", body)).at("error_code").as_string());
    };
    EXPECT_EQ(code_of(R"({"email":"a@example.com","password":"short"})"), "weak_password");
    EXPECT_EQ(code_of(R"({"email":"nobody","password":"a-good-one"})"), "validation_failed");
    EXPECT_EQ(code_of("{}"), "anonymous_provider_disabled");
    set("ENABLE_EMAIL_AUTOCONFIRM", "false");
    set("SMTP_HOST", "supabase-mail");
    on.start(values);
    const auto no_mail = as_anon("POST", "/auth/v1/signup", sara);
    EXPECT_EQ(no_mail.status, 500);
    EXPECT_THAT(no_mail.body, HasSubstr("Error sending confirmation email"));
    set("SMTP_HOST", "smtp.mail.example.org");
    on.start(values);
    EXPECT_TRUE(object(as_anon("POST", "/auth/v1/signup", sara)).contains("confirmation_sent_at"));
    set("DISABLE_SIGNUP", "true");
    on.start(values);
    EXPECT_EQ(code_of(sara), "signup_disabled");
}

TEST_F(gateway_of_a_stack, administers_users_for_the_service_key_alone)
{
    EXPECT_EQ(object(as_anon("GET", "/auth/v1/admin/users")).at("error_code"), "not_admin");
    const auto made = object(as_service("POST", "/auth/v1/admin/users", sara));
    const auto path = "/auth/v1/admin/users/" + std::string(made.at("id").as_string());
    EXPECT_EQ(as_service("GET", path).status, 200);
    EXPECT_EQ(object(as_service("POST", "/auth/v1/admin/users", sara)).at("error_code"), "email_exists");
    EXPECT_EQ(as_anon("DELETE", path).status, 403);
    EXPECT_EQ(as_service("DELETE", path).status, 200);
    EXPECT_EQ(object(as_service("GET", path)).at("error_code"), "user_not_found");
}

TEST_F(gateway_of_a_stack, a_changed_jwt_secret_makes_the_old_keys_wrong_behind_the_gateway)
{
    set("JWT_SECRET", "another-secret-of-more-than-thirty-two-characters");
    set("JWT_KEYS", "");
    set("JWT_JWKS", "");
    on.start(values);
    EXPECT_EQ(as_anon("GET", "/auth/v1/health").status, 200) << "the gateway compares keys as text";
    const auto admin = object(as_service("GET", "/auth/v1/admin/users"));
    EXPECT_EQ(admin.at("error_code"), "bad_jwt");
    EXPECT_THAT(std::string(admin.at("msg").as_string()), HasSubstr("token signature is invalid"));
    const auto rest = as_anon("GET", "/rest/v1/todos");
    EXPECT_EQ(rest.status, 401);
    EXPECT_EQ(object(rest).at("code"), "PGRST301");
    EXPECT_EQ(object(as_service("GET", "/storage/v1/bucket")).at("statusCode"), "403");
}

TEST_F(gateway_of_a_stack, a_key_expires)
{
    time.advance(std::chrono::years{11});
    EXPECT_EQ(object(as_anon("GET", "/rest/v1/todos")).at("code"), "PGRST303");
    EXPECT_THAT(as_service("GET", "/auth/v1/admin/users").body, HasSubstr("token is expired"));
}

TEST_F(gateway_of_a_stack, rows_are_kept_until_the_data_is_wiped)
{
    EXPECT_EQ(as_anon("POST", "/rest/v1/todos", R"([{"task":"water the plants"},{"task":"read"}])").status, 201);
    on.start(values);
    const auto rows = as_anon("GET", "/rest/v1/todos?select=id,task&task=eq.read");
    EXPECT_EQ(rows.body, R"([{"id":2,"task":"read"}])");
    EXPECT_EQ(object(as_anon("GET", "/rest/v1/nothing")).at("code"), "PGRST205");
    EXPECT_EQ(object(as_anon("POST", "/rest/v1/todos", R"({"colour":1})")).at("code"), "PGRST204");
    on.wipe();
    EXPECT_EQ(as_anon("GET", "/rest/v1/todos").body, "[]");
}

TEST_F(gateway_of_a_stack, objects_go_in_and_out_of_buckets)
{
    EXPECT_EQ(as_anon("POST", "/storage/v1/bucket", R"({"name":"plans"})").status, 400);
    EXPECT_EQ(as_service("POST", "/storage/v1/bucket", R"({"name":"plans","public":true})").status, 200);
    EXPECT_EQ(object(as_service("POST", "/storage/v1/bucket", R"({"name":"plans"})")).at("statusCode"), "409");
    EXPECT_EQ(as_service("POST", "/storage/v1/object/plans/a/b.txt", "text").status, 200);
    EXPECT_EQ(as_service("GET", "/storage/v1/object/plans/a/b.txt").body, "text");
    EXPECT_EQ(ask_as("GET", "/storage/v1/object/public/plans/a/b.txt", "", "").body, "text");
    EXPECT_EQ(object(as_service("DELETE", "/storage/v1/bucket/plans")).at("statusCode"), "409");
    EXPECT_THAT(
        as_service("DELETE", "/storage/v1/object/plans", R"({"prefixes":["a/b.txt"]})").body, HasSubstr("b.txt")
    );
    EXPECT_EQ(as_service("DELETE", "/storage/v1/bucket/plans").status, 200);
    EXPECT_EQ(ask_as("GET", "/storage/v1/status", "", "").status, 200);
}

TEST_F(gateway_of_a_stack, realtime_finds_its_tenant_by_the_host_it_is_called_by)
{
    const auto path = "/realtime/v1/websocket?apikey=" + value("ANON_KEY");
    EXPECT_EQ(as_anon("GET", "/realtime/v1/api/tenants/realtime-dev/health").status, 200);
    EXPECT_EQ(ask_as("GET", path, "", "").status, 400) << "no upgrade, but everything before it was right";
    on.start(values, {.realtime_host = "supabase-realtime", .tenants = tenant_routes::closed});
    EXPECT_EQ(ask_as("GET", path, "", "").status, 404);
    EXPECT_EQ(as_anon("GET", "/realtime/v1/api/tenants/realtime-dev/health").status, 403);
    set("SELF_HOST_TENANT_NAME", "supabase-realtime");
    on.start(values, {.realtime_host = "supabase-realtime"});
    EXPECT_EQ(ask_as("GET", path, "", "").status, 400);
    EXPECT_EQ(as_anon("GET", "/realtime/v1/api/tenants/realtime-dev/health").status, 404);
}

TEST_F(gateway_of_a_stack, functions_ask_for_a_token_when_they_shall)
{
    EXPECT_EQ(ask_as("POST", "/functions/v1/hello", "", "").body, R"("Hello from Edge Functions!")");
    set("FUNCTIONS_VERIFY_JWT", "true");
    on.start(values);
    EXPECT_EQ(ask_as("POST", "/functions/v1/hello", "", "").status, 401);
    EXPECT_EQ(as_anon("POST", "/functions/v1/hello").status, 200);
    EXPECT_EQ(as_anon("POST", "/functions/v1/other").status, 500);
}

TEST_F(gateway_of_a_stack, studio_asks_for_the_password_of_the_dashboard)
{
    const auto stranger = ask_as("GET", "/", "", "");
    EXPECT_EQ(stranger.status, 401);
    EXPECT_NE(find_header(stranger.headers, "www-authenticate"), nullptr);
    EXPECT_EQ(ask_as("GET", "/", "", "Basic c3VwYWJhc2U6b2YtdGhlLWRhc2hib2FyZA==").status, 307);
}

} // namespace
} // namespace basekeeper::simulated_stack
