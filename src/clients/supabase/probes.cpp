// Each asks for the cheapest thing that proves most.
#include "clients/supabase/probes.hpp"

#include "clients/supabase/refusal.hpp"
#include "json/text.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace basekeeper::supabase {
namespace {

constexpr int forbidden = 403;
constexpr int unauthorized = 401;

bool is_success(const http::client_response& came)
{
    return came.status >= 200 && came.status < 300;
}

/// The answer of 2xx, or what it was refused for.
io::task<result<http::client_response>> ask(const gateway& on, gateway_call what, asked whom, io::deadline until)
{
    auto came = co_await on.send(std::move(what), until);
    if (!came)
        co_return fail(std::move(came).error().within(fmt::format("asking {}", whom.service)));
    if (!is_success(*came))
        co_return fail(explain(*came, whom));
    co_return came;
}

error not_a_service(const asked& whom, int status)
{
    return explain(refusal::elsewhere, whom, status);
}

error no_tenant(std::string_view tenant)
{
    error out(
        condition::not_found,
        fmt::format("realtime has no tenant of the name it is called by (looked for {})", tenant),
        "set SELF_HOST_TENANT_NAME of the service realtime to the first label of the host that the gateway calls it "
        "by, "
        "or name its container realtime-dev.supabase-realtime and let the gateway call that; then deploy again"
    );
    out.http_status = 404;
    return out;
}

/// What a request for the WebSocket without an upgrade comes to: tenant and key are looked at before.
io::task<result<realtime_state>> handshake(const gateway& on, std::string_view tenant, io::deadline until)
{
    const asked whom{"realtime", key::anon};
    auto came = co_await on.send({.path = "/realtime/v1/websocket?vsn=1.0.0", .by = key::anon}, until);
    if (!came)
        co_return fail(std::move(came).error().within("asking realtime"));
    const auto why = refusal_of(*came);
    if (why == refusal::not_there)
        co_return fail(no_tenant(tenant));
    constexpr int no_upgrade = 400;
    constexpr int upgrade_required = 426;
    if (came->status == no_upgrade || came->status == upgrade_required)
        co_return realtime_state{realtime_state::seen::handshake};
    co_return fail(explain(why, whom, came->status));
}

} // namespace

io::task<result<auth_version>> auth_health(const gateway& on, key by, io::deadline until)
{
    const asked whom{"auth", by};
    const auto came = CO_TRY(co_await ask(on, {.path = "/auth/v1/health", .by = by}, whom, until));
    const auto said = object_of(came);
    if (text_of(said, "name") != "GoTrue")
        co_return fail(not_a_service(whom, came.status));
    co_return auth_version{text_of(said, "version")};
}

io::task<result<auth_settings>> read_auth_settings(const gateway& on, key by, io::deadline until)
{
    const asked whom{"auth", by};
    const auto came = CO_TRY(co_await ask(on, {.path = "/auth/v1/settings", .by = by}, whom, until));
    const auto said = object_of(came);
    if (!said.contains("disable_signup"))
        co_return fail(not_a_service(whom, came.status));
    auth_settings out;
    const auto* external = said.if_contains("external");
    if (external != nullptr && external->is_object() && external->get_object().contains("email") &&
        !is_true(external->get_object(), "email"))
        out.sign_up = auth_settings::sign_ups::not_with_address;
    if (is_true(said, "disable_signup"))
        out.sign_up = auth_settings::sign_ups::closed;
    if (is_true(said, "mailer_autoconfirm"))
        out.confirmed = auth_settings::confirmation::automatic;
    co_return out;
}

io::task<result<>> auth_administration(const gateway& on, io::deadline until)
{
    gateway_call what{.path = "/auth/v1/admin/users?page=1&per_page=1", .by = key::service};
    CO_TRY(co_await ask(on, std::move(what), {"auth", key::service}, until));
    co_return result<>{};
}

io::task<result<rest_schema>> rest(const gateway& on, io::deadline until)
{
    const asked whom{"rest", key::service};
    auto came = co_await on.send({.path = "/rest/v1/", .by = key::service}, until);
    if (!came)
        co_return fail(std::move(came).error().within("asking rest"));
    if (came->body.contains("PGRST126")) // PGRST_OPENAPI_MODE is disabled: everything before that was right
        co_return rest_schema{};
    if (!is_success(*came))
        co_return fail(explain(*came, whom));
    const auto said = object_of(*came);
    const auto* tables = said.if_contains("definitions");
    if (!said.contains("swagger"))
        co_return fail(not_a_service(whom, came->status));
    co_return rest_schema{tables != nullptr && tables->is_object() ? tables->get_object().size() : 0};
}

io::task<result<>> rest_as_anon(const gateway& on, io::deadline until)
{
    auto came = co_await on.send({.path = std::string(no_such_table), .by = key::anon}, until);
    if (!came)
        co_return fail(std::move(came).error().within("asking rest"));
    const auto code = text_of(object_of(*came), "code");
    if (is_success(*came) || code == "PGRST205" || code == "42P01" || code == "42501")
        co_return result<>{};
    co_return fail(explain(*came, {"rest", key::anon}));
}

io::task<result<storage_buckets>> storage(const gateway& on, io::deadline until)
{
    const asked whom{"storage", key::service};
    auto came = co_await on.send({.path = "/storage/v1/bucket", .by = key::service}, until);
    if (!came)
        co_return fail(std::move(came).error().within("asking storage"));
    if (!is_success(*came)) {
        auto why = refusal_of(*came);
        // It hides what is wrong behind its own 500; when it says that it is well, that is the database.
        if (why == refusal::other && came->status >= 500) {
            const auto well = co_await on.send({.path = "/storage/v1/status"}, until);
            why = well && is_success(*well) ? refusal::database_away : why;
        }
        co_return fail(explain(why, whom, came->status));
    }
    const auto read = json::read(came->body);
    if (!read || !read->is_array())
        co_return fail(not_a_service(whom, came->status));
    co_return storage_buckets{read->get_array().size()};
}

io::task<result<realtime_state>> realtime(const gateway& on, std::string tenant, io::deadline until)
{
    const asked whom{"realtime", key::anon};
    const auto path = fmt::format("/realtime/v1/api/tenants/{}/health", tenant);
    auto came = co_await on.send({.path = path, .by = key::anon}, until);
    if (!came)
        co_return fail(std::move(came).error().within("asking realtime"));
    const auto why = refusal_of(*came);
    // Newer gateways keep this path closed, and realtime itself refuses a wrong token without a word.
    if (came->status == forbidden || why == refusal::not_there)
        co_return co_await handshake(on, tenant, until);
    if (why != refusal::none)
        co_return fail(explain(why, whom, came->status));
    const auto said = object_of(*came);
    const auto* data = said.if_contains("data");
    if (data == nullptr || !data->is_object())
        co_return fail(not_a_service(whom, came->status));
    // Not `db_connected`: realtime connects while somebody listens, and is healthy at rest.
    if (data->get_object().contains("healthy") && !is_true(data->get_object(), "healthy"))
        co_return fail(explain(refusal::database_away, whom, came->status));
    co_return realtime_state{realtime_state::seen::tenant_health};
}

io::task<result<functions_state>> functions(const gateway& on, std::string function, io::deadline until)
{
    const asked whom{"functions", key::anon};
    auto came = co_await on.send({.path = "/functions/v1/" + function, .by = key::anon}, until);
    if (!came)
        co_return fail(std::move(came).error().within("asking functions"));
    const auto why = refusal_of(*came);
    if (why == refusal::none)
        co_return functions_state{functions_state::found::function_answered};
    const bool is_of_router = object_of(*came).contains("msg"); // neither gateways nor functions write this
    if (why == refusal::other && is_of_router && came->status == unauthorized)
        co_return fail(explain(refusal::wrong_signature, whom, came->status));
    if (why == refusal::other && is_of_router)
        co_return functions_state{functions_state::found::runtime_only};
    if (why == refusal::other)
        co_return functions_state{functions_state::found::function_answered};
    co_return fail(explain(why, whom, came->status));
}

io::task<result<>> database_through_gateway(const gateway& on, io::deadline until)
{
    const asked whom{"meta", key::service};
    gateway_call what{
        .method = http::client_method::post,
        .path = "/pg/query",
        .by = key::service,
        .body = R"({"query":"select 1 as one"})"
    };
    const auto came = CO_TRY(co_await ask(on, std::move(what), whom, until));
    const auto read = json::read(came.body);
    if (!read || !read->is_array())
        co_return fail(not_a_service(whom, came.status));
    co_return result<>{};
}

io::task<result<studio_state>> studio(const gateway& on, std::optional<crypto::secret<>> login, io::deadline until)
{
    const asked whom{"studio"};
    const bool tried = login.has_value();
    auto came = co_await on.send({.path = "/", .basic_auth = std::move(login)}, until);
    if (!came)
        co_return fail(std::move(came).error().within("asking Studio"));
    if (came->status == unauthorized && tried)
        co_return fail(
            condition::denied,
            "the gateway does not accept the user and password of the dashboard",
            "compare DASHBOARD_USERNAME and DASHBOARD_PASSWORD with what the gateway's container runs with; deploy "
            "again "
            "after a change"
        );
    if (came->status == unauthorized)
        co_return studio_state{studio_state::door::locked};
    const bool let_in = came->status >= 200 && came->status < 400;
    if (!let_in)
        co_return fail(explain(*came, whom));
    if (!tried)
        co_return studio_state{studio_state::door::open};
    co_return studio_state{studio_state::door::opened};
}

} // namespace basekeeper::supabase
