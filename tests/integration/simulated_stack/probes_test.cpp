// The probes of a running stack, over a real server, against a stack that has every fault they are there to find.
#include "scene.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::supabase {
namespace {

using simulated_stack::answer;
using simulated_stack::request;
using simulated_stack::service_state;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(probes, a_sound_stack_passes_all_in_a_fixed_order_and_keeps_no_user)
{
    const auto all = probed({.look = [](served_stack& served, const outcomes&) {
        EXPECT_EQ(served.users(), 0U);
        EXPECT_THAT(served.seen, testing::Contains("POST /auth/v1/signup"));
        EXPECT_THAT(served.seen, testing::Contains("GET /auth/v1/user"));
    }});
    EXPECT_THAT(troubles(all), testing::IsEmpty());
    EXPECT_TRUE(all_work(all));
    std::vector<std::string> names;
    for (const auto& one : all)
        names.push_back(one.name);
    EXPECT_THAT(
        names,
        testing::ElementsAre(
            "auth",
            "settings",
            "administration",
            "sign_up",
            "rest",
            "rest_as_anon",
            "storage",
            "realtime",
            "functions",
            "database",
            "studio"
        )
    );
    EXPECT_THAT(named(all, "auth").detail, HasSubstr("GoTrue v"));
}

TEST(probes, the_opaque_keys_pass_too)
{
    const auto all = probed({.change = [](served_stack& served, gateway_access& to, probe_options&) {
        to.anon_key = served.values["SUPABASE_PUBLISHABLE_KEY"];
        to.service_key = served.values["SUPABASE_SECRET_KEY"];
    }});
    EXPECT_THAT(troubles(all), testing::IsEmpty());
}

TEST(probes, opaque_keys_that_the_gateway_cannot_translate_are_named)
{
    const auto all = probed({.change = [](served_stack& served, gateway_access& to, probe_options&) {
        to.anon_key = served.values["SUPABASE_PUBLISHABLE_KEY"];
        to.service_key = served.values["SUPABASE_SECRET_KEY"];
        served.set("ANON_KEY_ASYMMETRIC", "");
        served.set("SERVICE_ROLE_KEY_ASYMMETRIC", "");
        served.on.start(served.values);
    }});
    EXPECT_EQ(named(all, "administration").status, probe_status::failed);
    EXPECT_THAT(named(all, "administration").next.value_or(""), HasSubstr("SERVICE_ROLE_KEY_ASYMMETRIC"));
}

TEST(probes, at_most_four_run_at_the_same_time)
{
    probed({
        .change = [](served_stack& served, auto&, auto&) { served.slowness = 30ms; },
        .look =
            [](served_stack& served, const outcomes& all) {
                EXPECT_TRUE(all_work(all));
                EXPECT_LE(served.most_at_once, 4U);
                EXPECT_GT(served.most_at_once, 1U);
            },
    });
}

TEST(probes, keys_that_the_gateway_does_not_know_are_told_from_a_wrong_secret)
{
    const auto all = probed({.change = [](served_stack& served, auto&, auto&) {
        served.renew_keys();
        served.on.start(served.values);
    }});
    for (const auto* name :
         {"auth", "settings", "administration", "sign_up", "rest", "rest_as_anon", "realtime", "database"})
    {
        EXPECT_EQ(named(all, name).status, probe_status::failed) << name;
        EXPECT_THAT(named(all, name).detail, HasSubstr("the gateway does not know the")) << name;
    }
    EXPECT_THAT(named(all, "storage").detail, HasSubstr("signature")) << "storage is not behind the gateway's keys";
    EXPECT_FALSE(all_work(all));
}

TEST(probes, another_jwt_secret_is_found_behind_the_gateway_and_no_user_is_made)
{
    const auto all = probed({
        .change =
            [](served_stack& served, auto&, auto&) {
                for (const auto* name : {"JWT_KEYS", "JWT_JWKS"})
                    served.set(name, "");
                served.set("JWT_SECRET", "another-secret-of-more-than-thirty-two-characters");
                served.set("FUNCTIONS_VERIFY_JWT", "true");
                served.on.start(served.values);
            },
        .look = [](served_stack& served,
                   const outcomes&) { EXPECT_THAT(served.seen, Not(testing::Contains("POST /auth/v1/signup"))); },
    });
    EXPECT_EQ(named(all, "auth").status, probe_status::passed) << "the gateway compares text only";
    EXPECT_EQ(named(all, "database").status, probe_status::passed) << "postgres-meta looks at no token";
    for (const auto* name : {"administration", "sign_up", "rest", "rest_as_anon", "storage", "realtime", "functions"}) {
        EXPECT_EQ(named(all, name).status, probe_status::failed) << name;
        EXPECT_THAT(named(all, name).next.value_or(""), HasSubstr("JWT_SECRET")) << name;
    }
}

TEST(probes, swapped_keys_are_told_from_wrong_ones)
{
    const auto all =
        probed({.change = [](auto&, gateway_access& to, auto&) { std::swap(to.anon_key, to.service_key); }});
    EXPECT_THAT(named(all, "administration").next.value_or(""), HasSubstr("swapped"));
    EXPECT_THAT(named(all, "rest").detail, HasSubstr("only the service role key"));
    EXPECT_THAT(named(all, "database").detail, HasSubstr("only the service role key"));
}

TEST(probes, without_a_key_its_probes_are_skipped)
{
    const auto all = probed({.change = [](auto&, gateway_access& to, auto&) { to.service_key = {}; }});
    EXPECT_THAT(
        troubles(all),
        testing::ElementsAre(
            "administration skipped", "sign_up skipped", "rest skipped", "storage skipped", "database skipped"
        )
    );
}

TEST(probes, a_service_that_is_away_fails_alone)
{
    using stack::role;
    const std::vector<std::pair<role, std::vector<std::string>>> cases{
        {role::auth, {"auth failed", "settings failed", "administration failed", "sign_up failed"}},
        {role::rest, {"rest failed", "rest_as_anon failed"}},
        {role::storage, {"storage failed"}},
        {role::realtime, {"realtime failed"}},
        {role::functions, {"functions failed"}},
        {role::meta, {"database failed"}},
    };
    for (const auto& [which, expected] : cases)
        for (const auto how : {service_state::down, service_state::unhealthy}) {
            const auto all =
                probed({.change = [&](served_stack& served, auto&, auto&) { served.on.set_service(which, how); }});
            EXPECT_EQ(troubles(all), expected);
            const auto* words = how == service_state::down ? "does not find" : "does not answer";
            for (const auto& one : all)
                if (one.status == probe_status::failed)
                    EXPECT_THAT(one.detail, HasSubstr(words)) << one.name;
        }
}

TEST(probes, a_database_that_is_away_is_named_by_those_who_need_it)
{
    const auto all = probed({.change = [](served_stack& served, auto&, auto&) {
        served.on.set_service(stack::role::database, service_state::unhealthy);
    }});
    for (const auto* name : {"administration", "rest", "rest_as_anon", "storage", "database", "realtime"}) {
        EXPECT_EQ(named(all, name).status, probe_status::failed) << name;
        EXPECT_THAT(named(all, name).next.value_or(""), HasSubstr("POSTGRES_PASSWORD")) << name;
    }
    EXPECT_EQ(named(all, "auth").status, probe_status::passed);
}

TEST(probes, a_tenant_that_realtime_does_not_know_comes_with_its_remedy)
{
    const auto all = probed({.change = [](served_stack& served, auto&, auto&) {
        served.on.start(
            served.values, {.realtime_host = "supabase-realtime", .tenants = simulated_stack::tenant_routes::closed}
        );
    }});
    EXPECT_THAT(troubles(all), testing::ElementsAre("realtime failed"));
    EXPECT_THAT(named(all, "realtime").next.value_or(""), HasSubstr("SELF_HOST_TENANT_NAME"));
}

TEST(probes, a_gateway_that_keeps_the_tenants_closed_is_probed_by_the_handshake)
{
    const auto all = probed({.change = [](served_stack& served, auto&, auto&) {
        served.on.start(served.values, {.tenants = simulated_stack::tenant_routes::closed});
    }});
    EXPECT_THAT(troubles(all), testing::IsEmpty());
    EXPECT_THAT(named(all, "realtime").detail, HasSubstr("accepts the anon key"));
}

TEST(probes, a_runtime_without_the_function_still_answers)
{
    const auto all = probed({.change = [](auto&, auto&, probe_options& how) { how.function = "other"; }});
    EXPECT_EQ(named(all, "functions").status, probe_status::passed);
    EXPECT_THAT(named(all, "functions").detail, HasSubstr("no function other"));
}

TEST(probes, functions_that_verify_tokens_get_none_with_an_opaque_key)
{
    const auto all = probed({.change = [](served_stack& served, gateway_access& to, auto&) {
        to.anon_key = served.values["SUPABASE_PUBLISHABLE_KEY"];
        served.set("FUNCTIONS_VERIFY_JWT", "true");
        served.on.start(served.values);
    }});
    EXPECT_THAT(troubles(all), testing::ElementsAre("functions failed"));
    EXPECT_THAT(named(all, "functions").detail, HasSubstr("got no JWT"));
}

TEST(probes, a_function_that_refuses_or_fails_by_itself_has_answered)
{
    for (const int status : {401, 403, 500}) {
        const auto all = probed({.change = [&](served_stack& served, auto&, auto&) {
            served.intervene = [status](const request& what) -> std::optional<answer> {
                if (what.path.starts_with("/functions/"))
                    return answer{status, {{"Content-Type", "application/json"}}, R"({"reason":"its own"})"};
                return std::nullopt;
            };
        }});
        EXPECT_EQ(named(all, "functions").detail, "hello answered") << status;
    }
}

TEST(probes, studio_opens_by_the_password_or_says_that_it_is_another)
{
    const auto with = [](std::string login) {
        return named(
            probed(
                {.change = [&](auto&, auto&, probe_options& how
                           ) { how.dashboard_login = crypto::secret<>(std::string(login)); }}
            ),
            "studio"
        );
    };
    EXPECT_THAT(with("supabase:of-the-dashboard").detail, HasSubstr("opens with"));
    EXPECT_EQ(with("supabase:another").status, probe_status::failed);
    EXPECT_THAT(with("supabase:another").next.value_or(""), HasSubstr("DASHBOARD_PASSWORD"));
}

TEST(probes, a_studio_without_a_door_is_warned_about)
{
    const auto all = probed({.change = [](served_stack& served, auto&, auto&) {
        served.intervene = [](const request& what) -> std::optional<answer> {
            if (what.path == "/")
                return answer{200, {{"Content-Type", "text/html"}}, "<title>Supabase Studio</title>"};
            return std::nullopt;
        };
    }});
    EXPECT_THAT(troubles(all), testing::ElementsAre("studio warning"));
}

TEST(probes, another_server_at_the_url_is_no_gateway)
{
    const auto all = probed({.change = [](served_stack& served, auto&, auto&) {
        served.intervene = [](const request&) -> std::optional<answer> {
            return answer{200, {{"Content-Type", "text/html"}}, "<h1>Welcome</h1>"};
        };
    }});
    for (const auto* name : {"auth", "settings", "rest", "storage", "realtime", "database"}) {
        EXPECT_EQ(named(all, name).status, probe_status::failed) << name;
        EXPECT_THAT(named(all, name).detail, HasSubstr("is not the gateway")) << name;
    }
}

TEST(probes, expired_keys_are_called_expired)
{
    const auto all = probed({.change = [](served_stack& served, gateway_access& to, auto&) {
        const auto long_ago = system_clock().wall() - std::chrono::years{20};
        const auto old = stack::new_api_keys(served.values["JWT_SECRET"], {.now = long_ago});
        for (const auto& [name, value] : stack::variables(old))
            served.values[std::string(name)] = value;
        served.on.start(served.values);
        to.anon_key = old.anon_key;
        to.service_key = old.service_role_key;
    }});
    for (const auto* name : {"administration", "rest", "rest_as_anon", "storage"})
        EXPECT_THAT(named(all, name).detail, HasSubstr("has expired")) << name;
}

TEST(probes, a_server_that_is_silent_costs_no_more_than_the_patience)
{
    const auto all = probed({.change = [](served_stack& served, auto&, probe_options& how) {
        served.slowness = 400ms;
        how.patience = 100ms;
    }});
    EXPECT_THAT(all, Each(Field("status", &probe_outcome::status, probe_status::failed)));
    EXPECT_THAT(all, Each(Field("next", &probe_outcome::next, testing::Ne(std::nullopt))));
}

TEST(probes, nobody_at_the_url_is_said_by_every_probe)
{
    const auto all = probed({.change = [](auto&, gateway_access& to, auto&) { to.url = "http://127.0.0.1:1"; }});
    EXPECT_THAT(all, AllOf(testing::SizeIs(11), Each(Field("status", &probe_outcome::status, probe_status::failed))));
}

TEST(probes, rows_are_published_as_json)
{
    std::string out;
    json::encode(
        out, probe_outcome{.name = "rest", .status = probe_status::failed, .detail = "d", .next = "n", .took_ms = 7}
    );
    EXPECT_EQ(out, R"({"name":"rest","status":"failed","detail":"d","next":"n","took_ms":7})");
}

} // namespace
} // namespace basekeeper::supabase
