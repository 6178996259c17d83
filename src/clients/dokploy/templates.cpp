// compose.templates, .processTemplate, .previewTemplate, .import and .deployTemplate of the API.
#include "clients/dokploy/templates.hpp"

#include "crypto/encoding.hpp"

#include <fmt/format.h>

#include <span>

namespace basekeeper::dokploy {
namespace {

struct encoded_for_service
{
    std::string compose_id;
    crypto::secret<> base64;

    static constexpr auto fields = std::tuple{
        json::required("composeId", &encoded_for_service::compose_id),
        json::required("base64", &encoded_for_service::base64),
    };
};

struct encoded_for_name
{
    std::string app_name;
    crypto::secret<> base64;

    static constexpr auto fields = std::tuple{
        json::required("appName", &encoded_for_name::app_name),
        json::required("base64", &encoded_for_name::base64),
    };
};

crypto::secret<> encoded(const template_source& source)
{
    std::string text = R"({"compose":)";
    json::write_string(text, source.compose.reveal());
    text += R"(,"config":)";
    json::write_string(text, source.config.reveal());
    text += '}';
    const crypto::secret<> whole(std::move(text));
    return crypto::secret<>(crypto::to_base64(std::as_bytes(std::span(whole.reveal()))));
}

call without_repeating_500(call what)
{
    what.on_500 = server_failure::final; // how a template that is wrong is answered
    return what;
}

} // namespace

io::task<result<std::vector<listed_template>>> list_templates(caller& on, std::string base_url, io::deadline until)
{
    co_return co_await fetch_rows<listed_template>(on, query("compose.templates", {{"baseUrl", base_url}}), until);
}

io::task<result<processed_template>>
process_template(caller& on, std::string compose_id, template_source source, io::deadline until)
{
    auto what = mutation(
        "compose.processTemplate", encoded_for_service{.compose_id = std::move(compose_id), .base64 = encoded(source)}
    );
    co_return co_await fetch_row<processed_template>(on, without_repeating_500(std::move(what)), until);
}

io::task<result<processed_template>>
preview_template(caller& on, std::string app_name, template_source source, io::deadline until)
{
    auto what = mutation(
        "compose.previewTemplate", encoded_for_name{.app_name = std::move(app_name), .base64 = encoded(source)}
    );
    co_return co_await fetch_row<processed_template>(on, without_repeating_500(std::move(what)), until);
}

io::task<result<>> import_template(caller& on, std::string compose_id, template_source source, io::deadline until)
{
    CO_TRY(co_await process_template(on, compose_id, source, until));
    auto what =
        mutation("compose.import", encoded_for_service{.compose_id = std::move(compose_id), .base64 = encoded(source)});
    co_return co_await carry_out(on, without_repeating_500(std::move(what)), until);
}

io::task<result<created<compose>>> create_from_template(caller& on, template_choice what, io::deadline until)
{
    creation how{
        .what = mutation("compose.deployTemplate", what),
        .look =
            [&on, environment_id = what.environment_id, id = what.id, until] {
                return services_named(on, environment_id, id, until);
            },
        .named = fmt::format("a service \"{}\" in the environment", what.id),
        .others = same_name::allowed // the template names it, and one may be used more than once
    };
    auto made = CO_TRY(co_await create_once(on, std::move(how), until));
    co_return co_await finish_creation<compose>(
        std::move(made),
        "compose.deployTemplate",
        [&on, until](std::string id) { return read_compose(on, std::move(id), until); }
    );
}

} // namespace basekeeper::dokploy
