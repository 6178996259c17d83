// The order matters: defects first, then our secrets, then the addresses, then what the person wants besides; last the
// checks of what came out.
#include "stack/plan.hpp"

#include "stack/addresses.hpp"
#include "stack/mend.hpp"
#include "stack/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace basekeeper::stack {
namespace {

std::unexpected<error> refused(std::string what, std::string hint)
{
    return fail(condition::invalid_argument, std::move(what), std::move(hint));
}

std::string joined(const std::vector<std::string>& lines)
{
    std::string out;
    for (const auto& line : lines)
        out.append(line).append("\n");
    return out;
}

bool is_used(const draft& d, const std::vector<reference>& used, std::string_view name)
{
    return d.env.find(name) != nullptr || std::ranges::find(used, name, &reference::name) != used.end();
}

/// All keys, which belong together; of the others what this template knows.
result<> add_secrets(draft& d, const stack_secrets& secrets)
{
    env_text::settings all;
    for (auto& [name, value] : variables(secrets.keys))
        all.emplace_back(name, value);
    const auto used = d.compose.references();
    for (auto& [name, value] : variables(secrets.services))
        if (is_used(d, used, name))
            all.emplace_back(name, value);
    return d.env.merge(all);
}

result<> add_addresses(draft& d, const std::string& domain, const stack_wishes& wishes)
{
    TRY(d.env.merge(domain_settings(d.env, domain)));
    const auto site = parse_url(d.env.value_or_empty("SITE_URL"));
    if (!wishes.site_url.empty()) {
        if (!parse_url(wishes.site_url))
            return refused("the address of the application is no URL", "give it as https://app.example.com");
        TRY(d.env.merge({{"SITE_URL", crypto::secret<>(wishes.site_url)}}));
    } else if (!site || is_local(site->host)) {
        TRY(d.env.merge({{"SITE_URL", crypto::secret<>("https://" + domain)}}));
        d.notes.push_back(
            {note_kind::mended, "SITE_URL, where sign-ins lead, is the stack's address; set it to your application's"}
        );
    }
    return d.env.merge(https_settings(d.env));
}

result<std::vector<planned_image>> choose_images(draft& d, const stack_wishes& wishes)
{
    std::vector<planned_image> out;
    out.reserve(d.compose.services().size());
    for (const auto& one : d.compose.services())
        out.push_back({one.name, one.role, one.image});
    for (const auto& wish : wishes.versions) {
        const auto found = std::ranges::find(out, wish.service, &planned_image::service);
        if (found == out.end())
            return refused(
                fmt::format("the template has no service {}", wish.service), "name one of the plan's images"
            );
        auto chosen =
            wish.version.contains('/') ? image_of(wish.version) : image{found->image.repository, wish.version};
        constexpr std::string_view allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
        if (chosen.tag.empty() || chosen.tag.find_first_not_of(allowed) != std::string::npos ||
            chosen.repository.find_first_not_of(std::string(allowed) + "/:") != std::string::npos)
            return refused(fmt::format("the version of {} is no tag of an image", wish.service), "give it as v2.189.0");
        TRY(d.compose.set_image(wish.service, chosen));
        found->template_version = std::exchange(found->image, std::move(chosen)).tag;
    }
    for (const auto& one : out)
        if (one.image.tag.empty() || one.image.tag == "latest")
            d.notes.push_back(
                {note_kind::remark, fmt::format("the image of {} is not pinned to a version", one.service)}
            );
    return out;
}

result<planned_domain> choose_domain(const draft& d, const filled_blueprint& from, const std::string& domain)
{
    const auto* gateway = d.compose.find(role::gateway);
    if (gateway == nullptr)
        return refused("the template has no gateway, neither Kong nor Envoy", "use a template of a whole Supabase");
    const auto wish = std::ranges::find(from.domains, gateway->name, &domain_wish::service);
    if (wish == from.domains.end())
        return planned_domain{domain, gateway->name, 8000};
    return planned_domain{domain, gateway->name, wish->port, wish->path};
}

/// A bind of a file that nobody writes becomes a folder, and the container does not start.
result<> check_mounts(const draft& d)
{
    constexpr std::string_view place = "../files";
    for (const auto& one : d.compose.binds()) {
        if (!one.source.starts_with(place))
            continue;
        const auto path = one.source.substr(place.size());
        const bool is_file = path.substr(path.rfind('/') + 1).contains('.');
        if (is_file && std::ranges::find(d.mounts, path, &file_mount::path) == d.mounts.end())
            return refused(
                fmt::format("{} of the template mounts {}, which the template does not bring", one.service, path),
                "use another version of the template, or give the address of one that is complete"
            );
    }
    return {};
}

result<> check_sizes(const draft& d)
{
    const auto check = [](std::string_view what, std::size_t bytes) -> result<> {
        if (bytes <= most_file_bytes)
            return {};
        return refused(
            fmt::format("{} has {} bytes, and Dokploy deploys no more than {}", what, bytes, most_file_bytes),
            "shorten it: comments count too"
        );
    };
    TRY(check("the compose file", d.compose.text().size()));
    TRY(check("the env text", d.env.text().reveal().size()));
    for (const auto& mount : d.mounts)
        TRY(check("the file " + mount.path, mount.content.size()));
    return {};
}

void remark_on_missing(draft& d)
{
    for (const auto& one : d.compose.references())
        if (!one.has_default && d.env.find(one.name) == nullptr)
            d.notes.push_back(
                {note_kind::remark,
                 fmt::format("the compose file uses {}, which has no value and becomes empty", one.name)}
            );
}

} // namespace

result<stack_plan> plan_stack(
    const filled_blueprint& from, std::string_view compose, const stack_wishes& wishes, const stack_secrets& secrets
)
{
    TRY(check_name(wishes.name));
    const auto domain = TRY(domain_of(wishes.domain));
    draft d{
        .env = TRY(env_text::document::parse(joined(from.env))),
        .compose = TRY(compose_file::parse(std::string(compose))),
        .mounts = from.mounts,
    };
    stack_plan out{.name = wishes.name, .gateway = d.compose.generation()};
    out.domains.push_back(TRY(choose_domain(d, from, domain)));
    TRY(free_names(d));
    TRY(unpublish_ports(d, which_ports::all));
    TRY(keep_files(d));
    TRY(mend_tenant(d));
    TRY(wire_realtime_key(d));
    TRY(wire_keys(d));
    TRY(free_database(d));
    TRY(add_secrets(d, secrets));
    TRY(mend_settings(d, wishes));
    TRY(add_addresses(d, domain, wishes));
    out.images = TRY(choose_images(d, wishes));
    TRY(d.env.merge(wishes.variables));
    TRY(check_mounts(d));
    TRY(check_sizes(d));
    remark_on_missing(d);
    out.env = std::move(d.env);
    out.compose = d.compose.text();
    out.mounts = std::move(d.mounts);
    out.notes = std::move(d.notes);
    return out;
}

} // namespace basekeeper::stack
