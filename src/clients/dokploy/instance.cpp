// settings.*, user.* and organization.* of the API.
#include "clients/dokploy/instance.hpp"

namespace basekeeper::dokploy {
namespace {

struct key_metadata
{
    std::string organization_id;

    static constexpr auto fields = std::tuple{json::required("organizationId", &key_metadata::organization_id)};
};

struct key_request
{
    std::string name;
    key_metadata metadata;
    bool limited = false;

    static constexpr auto fields = std::tuple{
        json::required("name", &key_request::name),
        json::required("metadata", &key_request::metadata),
        json::required("rateLimitEnabled", &key_request::limited),
    };
};

} // namespace

io::task<result<membership>> read_membership(caller& on, io::deadline until)
{
    co_return co_await fetch_row<membership>(on, query("user.get"), until);
}

io::task<result<infrastructure_health>> read_infrastructure_health(caller& on, io::deadline until)
{
    co_return co_await fetch_row<infrastructure_health>(on, query("settings.checkInfrastructureHealth"), until);
}

io::task<result<web_server_settings>> read_web_server_settings(caller& on, io::deadline until)
{
    co_return co_await fetch_row<web_server_settings>(on, query("settings.getWebServerSettings"), until);
}

io::task<result<std::string>> read_server_address(caller& on, io::deadline until)
{
    co_return co_await fetch_text(on, query("settings.getIp"), until);
}

io::task<result<bool>> is_hosted(caller& on, io::deadline until)
{
    const auto answer = CO_TRY(co_await on.send(query("settings.isCloud"), until));
    const auto hosted = truth_of(answer);
    if (!hosted)
        co_return fail(unexpected_answer("settings.isCloud", "something else than true or false"));
    co_return *hosted;
}

io::task<result<std::string>> read_release_tag(caller& on, io::deadline until)
{
    co_return co_await fetch_text(on, query("settings.getReleaseTag"), until);
}

io::task<result<update_state>> read_update_state(caller& on, io::deadline until)
{
    call what{.procedure = "settings.getUpdateData", .kind = call_kind::mutation};
    co_return co_await fetch_row<update_state>(on, std::move(what), until);
}

io::task<result<std::vector<organization>>> list_organizations(caller& on, io::deadline until)
{
    co_return co_await fetch_rows<organization>(on, query("organization.all"), until);
}

io::task<result<new_key>> create_key(caller& on, std::string name, std::string organization_id, io::deadline until)
{
    auto what = mutation(
        "user.createApiKey",
        key_request{.name = std::move(name), .metadata = {.organization_id = std::move(organization_id)}}
    );
    // A lost key can never be read again: the caller decides whether to make another.
    what.unanswered = when_unanswered::tell;
    co_return co_await fetch_row<new_key>(on, std::move(what), until);
}

io::task<result<>> delete_key(caller& on, std::string id, io::deadline until)
{
    co_return co_await remove_row(on, mutation("user.deleteApiKey", "apiKeyId", id), until);
}

} // namespace basekeeper::dokploy
