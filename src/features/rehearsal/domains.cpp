// domain.*: rows that become labels with the next deployment.
#include "features/rehearsal/domain_rows.hpp"
#include "features/rehearsal/listing.hpp"
#include "features/rehearsal/world.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::rehearsal {
namespace {

using boost::json::array;
using enum procedure_kind;

constexpr dokploy::version sslip_since{0, 29, 3};

row domain_defaults(world& in)
{
    row out;
    for (const auto& [name, default_value] : row{
             {"host", ""},
             {"https", false},
             {"port", 3000},
             {"customEntrypoint", nullptr},
             {"path", "/"},
             {"serviceName", nullptr},
             {"domainType", "application"},
             {"uniqueConfigKey", static_cast<std::int64_t>(in.domains.all().size() + 1)},
             {"createdAt", time_text(in.now)},
             {"composeId", nullptr},
             {"customCertResolver", nullptr},
             {"applicationId", nullptr},
             {"previewDeploymentId", nullptr},
             {"certificateType", "none"},
             {"internalPath", "/"},
             {"stripPath", false},
             {"middlewares", array{}},
             {"forwardAuthEnabled", false},
             {"enabled", true},
         })
        out[name] = default_value;
    return out;
}

outcome create(incoming& what)
{
    if (what.has("composeId") && what.on.composes.find(what.text("composeId")) == nullptr)
        return bad_request("Error creating domain");
    return new_domain_row(what.on, what.input);
}

outcome update(incoming& what)
{
    auto* found = what.on.domains.find(what.text("domainId"));
    if (found == nullptr)
        return not_found("Domain not found");
    overwrite(*found, what.input);
    return *found;
}

row with_service(world& in, const row& domain)
{
    auto out = domain;
    if (const auto* service = in.composes.find(text_of(domain, "composeId")))
        out["compose"] = row{
            {"composeId", service->at("composeId")},
            {"appName", service->at("appName")},
            {"name", service->at("name")},
        };
    return out;
}

outcome one(incoming& what)
{
    const auto* found = what.on.domains.find(what.text("domainId"));
    if (found == nullptr)
        return not_found("Domain not found");
    return with_service(what.on, *found);
}

outcome by_compose(incoming& what)
{
    array out;
    for (const auto* found : what.on.domains.where("composeId", what.text("composeId")))
        out.emplace_back(with_service(what.on, *found));
    return out;
}

outcome remove(incoming& what)
{
    auto gone = what.on.domains.take(what.text("domainId"));
    if (!gone)
        return not_found("Domain not found");
    return *std::move(gone);
}

outcome toggle(incoming& what)
{
    auto* found = what.on.domains.find(what.text("domainId"));
    if (found == nullptr)
        return not_found("Domain not found");
    (*found)["enabled"] = !truth_of(*found, "enabled");
    auto out = *found;
    out["requiresRedeploy"] = true;
    return out;
}

outcome generate(incoming& what)
{
    return bare(generated_host(what.on, what.text("appName")));
}

/// Names below .invalid and .test resolve to nothing here, all others to this server.
outcome validate(incoming& what)
{
    const auto host = what.text("domain");
    if (host.ends_with(".invalid") || host.ends_with(".test"))
        return row{{"isValid", false}, {"error", "queryA ENOTFOUND " + host}};
    const auto expected = what.text("serverIp");
    const auto& here = what.on.how.server_address;
    if (!expected.empty() && expected != here)
        return row{
            {"isValid", false},
            {"resolvedIp", here},
            {"error", fmt::format("Domain resolves to {} but should point to {}", here, expected)},
        };
    return row{{"isValid", true}, {"resolvedIp", here}};
}

outcome can_generate(incoming& what)
{
    return bare(what.on.how.server_address);
}

} // namespace

row& new_domain_row(world& in, const row& columns)
{
    auto all = domain_defaults(in);
    for (const auto& [name, given] : columns)
        if (!given.is_null() || name != "port")
            all[name] = given;
    return in.domains.insert(std::move(all), in.chance);
}

std::string generated_host(world& in, const std::string& name)
{
    auto address = in.how.server_address;
    std::ranges::replace(address, '.', '-');
    return fmt::format(
        "{}-{}-{}.{}",
        name.substr(0, 40),
        in.chance.hex(6),
        address,
        in.how.version >= sslip_since ? "sslip.io" : "traefik.me"
    );
}

std::vector<procedure> domain_procedures()
{
    return {
        {"domain.create",
         mutation,
         "host!:host(1) path:text(1)? port:number(1,65535)? customEntrypoint:text? https:truth "
         "certificateType:{letsencrypt,none,custom} customCertResolver:text? serviceName:text? "
         "domainType:{compose,application,preview}? internalPath:text? stripPath:truth middlewares:anything? "
         "forwardAuthEnabled:truth composeId:text? applicationId:text? previewDeploymentId:text?",
         create},
        {"domain.update",
         mutation,
         "domainId! host!:host(1) path:text(1)? port:number(1,65535)? customEntrypoint:text? https:truth "
         "certificateType:{letsencrypt,none,custom} customCertResolver:text? serviceName:text? "
         "domainType:{compose,application,preview}? internalPath:text? stripPath:truth middlewares:anything? "
         "forwardAuthEnabled:truth enabled:truth",
         update},
        {"domain.one", query, "domainId!:text(1)", one},
        {"domain.byComposeId", query, "composeId!:text(1)", by_compose},
        {"domain.delete", mutation, "domainId!:text(1)", remove},
        {"domain.toggleEnable", mutation, "domainId!:text(1)", toggle, audience::managers, {0, 30, 0}},
        {"domain.generateDomain", mutation, "appName! serverId", generate},
        {"domain.validateDomain", mutation, "domain! serverIp", validate},
        {"domain.canGenerateTraefikMeDomains", query, "serverId!", can_generate},
    };
}

} // namespace basekeeper::rehearsal
