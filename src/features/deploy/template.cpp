// Two files over the web; Dokploy's own reading is the second choice, because its random values are weak.
#include "features/deploy/template.hpp"

#include "clients/dokploy/templates.hpp"
#include "clients/dokploy/version.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::deploy {
namespace {

constexpr std::size_t most_template_bytes = std::size_t{1} << 20U;

io::task<result<std::string>> fetch(http::client& with, std::string url, io::deadline until)
{
    http::client_request what{
        .url = url, .max_body_bytes = most_template_bytes, .on_redirect = http::redirects::followed
    };
    auto came = CO_TRY(co_await with.send(std::move(what), until.capped(std::chrono::seconds{20})));
    if (came.status != 200)
        co_return fail(
            came.status == 404 ? condition::not_found : condition::unavailable,
            fmt::format("reading the template {}: the answer was {}", url, came.status),
            "check templates_url of the Dokploy server in the configuration"
        );
    const auto type = came.header("content-type").value_or("");
    if (type.contains("html"))
        co_return fail(
            condition::invalid_argument,
            fmt::format("reading the template {}: there is a page and no template", url),
            "check templates_url of the Dokploy server: it needs meta.json and the folder blueprints beneath it"
        );
    co_return std::move(came.body);
}

result<stack::filled_blueprint> fill_in(std::string_view toml, const stack::surroundings& here)
{
    return stack::fill_in(TRY(stack::read_blueprint(toml)), here);
}

/// For a template that is written as only Dokploy reads it: `why` is what stopped the reading here.
io::task<result<stack::filled_blueprint>>
fill_in_on_dokploy(server& on, std::string name, dokploy::template_source from, error why, io::deadline until)
{
    if (!dokploy::supports(CO_TRY(co_await on.api.version(until)), dokploy::feature::template_preview))
        co_return std::unexpected(std::move(why));
    auto came = co_await dokploy::preview_template(on.api, std::move(name), std::move(from), until);
    if (!came) {
        why.message += fmt::format("; nor can Dokploy read it: {}", came.error().message);
        co_return std::unexpected(std::move(why));
    }
    stack::filled_blueprint out;
    for (const auto& line : came->parts.env)
        out.env.emplace_back(line.reveal());
    for (auto& domain : came->parts.domains)
        out.domains.push_back(
            {.service = std::move(domain.service_name),
             .port = static_cast<std::uint16_t>(std::clamp<std::int64_t>(domain.port, 0, 65'535)),
             .host = std::move(domain.host),
             .path = std::move(domain.path)}
        );
    for (auto& file : came->parts.files)
        out.mounts.push_back({.path = std::move(file.path), .content = std::string(file.content.reveal())});
    co_return out;
}

} // namespace

io::task<result<filled_template>>
read_template(http::client& web, server& on, stack::surroundings here, io::deadline until)
{
    const auto base = on.templates_url + "/blueprints/supabase/";
    filled_template out;
    out.compose = CO_TRY(co_await fetch(web, base + "docker-compose.yml", until));
    auto toml = CO_TRY(co_await fetch(web, base + "template.toml", until));
    auto filled = fill_in(toml, here);
    if (!filled) {
        const auto why = filled.error();
        filled = CO_TRY(co_await fill_in_on_dokploy(
            on, here.project, {crypto::secret<>(out.compose), crypto::secret<>(std::move(toml))}, why, until
        ));
        out.note = fmt::format(
            "the template was filled in by Dokploy, not here ({}): random values that are no known secret are its own",
            why.message
        );
    }
    out.filled = *std::move(filled);
    co_return out;
}

} // namespace basekeeper::deploy
