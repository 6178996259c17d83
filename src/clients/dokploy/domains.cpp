// domain.* of the API, for compose services.
#include "clients/dokploy/domains.hpp"

#include <fmt/format.h>

namespace basekeeper::dokploy {
namespace {

struct domain_request
{
    std::optional<std::string> domain_id{};
    std::optional<std::string> compose_id{};
    std::string type = "compose"; // without it the domain is stored as one of an application
    std::string host;
    std::string service_name;
    std::int64_t port = 0;
    std::string path;
    bool https = false;
    certificate_type certificate = certificate_type::none;
    std::optional<std::string> resolver{};

    static constexpr auto fields = std::tuple{
        json::optional("domainId", &domain_request::domain_id),
        json::optional("composeId", &domain_request::compose_id),
        json::required("domainType", &domain_request::type),
        json::required("host", &domain_request::host),
        json::required("serviceName", &domain_request::service_name),
        json::required("port", &domain_request::port),
        json::required("path", &domain_request::path),
        json::required("https", &domain_request::https),
        json::required("certificateType", &domain_request::certificate),
        json::optional("customCertResolver", &domain_request::resolver),
    };
};

struct validation_request
{
    std::string host;
    std::optional<std::string> address{};

    static constexpr auto fields = std::tuple{
        json::required("domain", &validation_request::host),
        json::optional("serverIp", &validation_request::address),
    };
};

domain_request request_of(const domain_settings& s)
{
    domain_request out;
    out.host = s.host;
    out.service_name = s.service_name;
    out.port = s.port;
    out.path = s.path;
    out.https = s.https;
    out.certificate = s.certificate == certificate_type::unknown ? certificate_type::none : s.certificate;
    out.resolver = s.certificate_resolver;
    return out;
}

io::task<result<std::vector<std::string>>>
domains_at(caller& on, std::string compose_id, std::string host, std::string path, io::deadline until)
{
    std::vector<std::string> out;
    for (auto& one : CO_TRY(co_await list_domains(on, std::move(compose_id), until)))
        if (one.host == host && one.path == path)
            out.push_back(std::move(one.id));
    co_return out;
}

} // namespace

io::task<result<created<domain>>>
create_domain(caller& on, std::string compose_id, domain_settings what, io::deadline until)
{
    auto body = request_of(what);
    body.compose_id = compose_id;
    creation how{
        .what = mutation("domain.create", body),
        .look =
            [&on, compose_id, host = what.host, path = what.path, until] {
                return domains_at(on, compose_id, host, path, until);
            },
        .named = fmt::format("a domain {}{} of the service", what.host, what.path)
    };
    auto made = CO_TRY(co_await create_once(on, std::move(how), until));
    co_return co_await finish_creation<domain>(std::move(made), "domain.create", [&on, until](std::string id) {
        return read_domain(on, std::move(id), until);
    });
}

io::task<result<>> update_domain(caller& on, std::string id, domain_settings to, io::deadline until)
{
    auto body = request_of(to);
    body.domain_id = std::move(id);
    co_return co_await carry_out(on, mutation("domain.update", body), until);
}

io::task<result<>> remove_domain(caller& on, std::string id, io::deadline until)
{
    co_return co_await remove_row(on, mutation("domain.delete", "domainId", id), until);
}

io::task<result<domain>> read_domain(caller& on, std::string id, io::deadline until)
{
    co_return co_await fetch_row<domain>(on, query("domain.one", {{"domainId", id}}), until);
}

io::task<result<std::vector<domain>>> list_domains(caller& on, std::string compose_id, io::deadline until)
{
    co_return co_await fetch_rows<domain>(on, query("domain.byComposeId", {{"composeId", compose_id}}), until);
}

io::task<result<std::string>> generate_domain(caller& on, std::string app_name, io::deadline until)
{
    co_return co_await fetch_text(on, mutation("domain.generateDomain", "appName", app_name), until);
}

io::task<result<domain_validity>>
validate_domain(caller& on, std::string host, std::string server_address, io::deadline until)
{
    validation_request body{.host = std::move(host)};
    if (!server_address.empty())
        body.address = std::move(server_address);
    co_return co_await fetch_row<domain_validity>(on, mutation("domain.validateDomain", body), until);
}

} // namespace basekeeper::dokploy
