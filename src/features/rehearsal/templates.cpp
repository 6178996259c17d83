// compose.templates, .deployTemplate, .import, .processTemplate, .previewTemplate: the catalogue is the module's own.
#include "crypto/encoding.hpp"
#include "features/rehearsal/catalogue.hpp"
#include "features/rehearsal/compose_rows.hpp"
#include "features/rehearsal/domain_rows.hpp"
#include "features/rehearsal/mount_rows.hpp"
#include "features/rehearsal/world.hpp"
#include "json/text.hpp"
#include "stack/blueprint.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

namespace basekeeper::rehearsal {
namespace {

using boost::json::array;
using enum procedure_kind;

constexpr dokploy::version preview_since{0, 29, 6};
constexpr dokploy::version padded_claims_since{0, 25, 6};
constexpr dokploy::version unisolated_since{0, 29, 14};
constexpr std::string_view usual_catalogue = "https://templates.dokploy.com";

/// Whether the catalogue at this address is the one we have.
bool is_known(const world& in, std::string_view base_url)
{
    while (base_url.ends_with('/'))
        base_url.remove_suffix(1);
    return base_url.empty() || base_url == usual_catalogue || base_url == in.how.catalogue_url;
}

outcome templates(incoming& what)
{
    if (!is_known(what.on, what.text("baseUrl")))
        return array{}; // every failure to fetch it is an empty list
    return catalogue_list();
}

outcome tags(incoming& what)
{
    if (!is_known(what.on, what.text("baseUrl")))
        return array{};
    return array{"database", "firebase", "postgres"};
}

std::string slug(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        const auto lower = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        if (std::isalnum(static_cast<unsigned char>(c)) != 0)
            out += lower;
        else if (!out.empty() && out.back() != '-')
            out += '-';
    }
    while (out.ends_with('-'))
        out.pop_back();
    return out;
}

result<stack::filled_blueprint> filled(const world& in, std::string_view toml, const std::string& name)
{
    const auto read = TRY(stack::read_blueprint(toml));
    return stack::fill_in(
        read,
        {.project = name,
         .server_address = in.how.server_address,
         .now = in.now,
         .takes_padded_claims = in.how.version >= padded_claims_since}
    );
}

/// Env, domains and files of a template become those of a service.
void apply(world& in, row& service, const stack::filled_blueprint& parts, const std::string& compose_text)
{
    service["composeFile"] = compose_text;
    service["env"] = fmt::format("{}", fmt::join(parts.env, "\n"));
    service["sourceType"] = "raw";
    if (in.how.version < unisolated_since)
        service["isolatedDeployment"] = true;
    const auto id = text_of(service, "composeId");
    for (const auto& one : parts.mounts)
        new_mount_row(in, {{"composeId", id}, {"filePath", one.path}, {"content", one.content}});
    for (const auto& one : parts.domains) {
        row columns{
            {"composeId", id},
            {"domainType", "compose"},
            {"host", one.host.empty() ? generated_host(in, text_of(service, "appName")) : one.host},
            {"serviceName", one.service},
            {"port", one.port},
        };
        if (!one.path.empty())
            columns["path"] = one.path;
        new_domain_row(in, columns);
    }
}

outcome deploy_template(incoming& what)
{
    auto& in = what.on;
    const auto* environment = in.environments.find(what.text("environmentId"));
    if (environment == nullptr)
        return not_found("Environment not found");
    if (!is_known(in, what.text("baseUrl")))
        return thrown("fetch failed");
    const auto id = what.text("id");
    const auto* files = find_blueprint(in.how.blueprint, id);
    if (files == nullptr)
        return thrown("Template files not found");
    const auto* project = in.projects.find(text_of(*environment, "projectId"));
    const auto name = slug((project == nullptr ? std::string{} : text_of(*project, "name")) + " " + id);
    const auto parts = filled(in, files->config, name);
    if (!parts)
        return bad_request("Error deploying template: " + parts.error().message);
    auto& made = new_compose_row(in, {{"name", id}, {"environmentId", what.text("environmentId")}}, name);
    apply(in, made, *parts, std::string(files->compose));
    return made;
}

struct payload
{
    std::string compose;
    std::string config;
};

result<payload> decoded(const std::string& base64)
{
    const auto bytes = TRY(crypto::from_base64(base64));
    const auto parsed =
        TRY(json::read({reinterpret_cast<const char*>(bytes.data()), bytes.size()})); // NOLINT: bytes as text
    if (!parsed.is_object())
        return fail(condition::invalid_argument, "no object");
    return payload{text_of(parsed.get_object(), "compose"), text_of(parsed.get_object(), "config")};
}

outcome import_template(incoming& what)
{
    auto& in = what.on;
    const auto id = what.text("composeId");
    auto* service = in.composes.find(id);
    if (service == nullptr)
        return not_found("Compose not found");
    // What was there goes before the new is even looked at.
    auto& files = in.docker.stack(text_of(*service, "appName")).files;
    files.clear();
    in.mounts.remove_where("composeId", id);
    in.domains.remove_where("composeId", id);
    const auto given = decoded(what.text("base64"));
    if (!given)
        return bad_request("Error importing template: Unexpected token in JSON");
    const auto parts = filled(in, given->config, text_of(*service, "appName"));
    if (!parts)
        return bad_request("Error importing template: " + parts.error().message);
    apply(in, *service, *parts, given->compose);
    return row{{"success", true}, {"message", "Template imported successfully"}};
}

outcome shown(const world& in, const std::string& base64, const std::string& name)
{
    const auto given = decoded(base64);
    if (!given)
        return bad_request("Error processing template: Unexpected token in JSON");
    const auto parts = filled(in, given->config, name);
    if (!parts)
        return bad_request("Error processing template: " + parts.error().message);
    array domains;
    for (const auto& one : parts->domains)
        domains.emplace_back(row{{"serviceName", one.service}, {"port", one.port}, {"host", one.host}});
    array env;
    for (const auto& one : parts->env)
        env.emplace_back(one);
    array mounts;
    for (const auto& one : parts->mounts)
        mounts.emplace_back(row{{"filePath", one.path}, {"content", one.content}});
    return row{
        {"compose", given->compose},
        {"template", row{{"domains", std::move(domains)}, {"envs", std::move(env)}, {"mounts", std::move(mounts)}}},
    };
}

outcome process(incoming& what)
{
    const auto* service = what.on.composes.find(what.text("composeId"));
    if (service == nullptr)
        return not_found("Compose not found");
    return shown(what.on, what.text("base64"), text_of(*service, "appName"));
}

outcome preview(incoming& what)
{
    return shown(what.on, what.text("base64"), what.text("appName"));
}

} // namespace

std::vector<procedure> template_procedures()
{
    return {
        {"compose.templates", query, "baseUrl", templates, audience::everyone},
        {"compose.getTags", query, "baseUrl", tags, audience::everyone},
        {"compose.deployTemplate", mutation, "environmentId! id! serverId baseUrl", deploy_template},
        {"compose.import", mutation, "composeId!:text(1) base64!", import_template},
        {"compose.processTemplate", mutation, "composeId!:text(1) base64!", process},
        {"compose.previewTemplate", mutation, "appName! base64! serverId", preview, audience::managers, preview_since},
    };
}

} // namespace basekeeper::rehearsal
