// One function per id, most of them those that make a plan.
#include "stack/cure.hpp"

#include "stack/mend.hpp"
#include "stack/rules.hpp"
#include "stack/undeployed.hpp"
#include "stack/versions.hpp"
#include "stack/wiped_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace basekeeper::stack {
namespace {

result<> free_container_names(draft& d)
{
    TRY(free_names(d));
    return mend_tenant(d); // the container's name may have been how realtime was found
}

result<> close_database(draft& d)
{
    return unpublish_ports(d, which_ports::of_database);
}

/// Only what Dokploy writes below `files/`: anything else would be missing there.
result<> keep_given_files(draft& d)
{
    for (const auto& one : wiped_files(d.compose, d.mounts))
        if (one.kind == wiped_kind::given_file) {
            TRY(d.compose.replace_below({"services", one.service, "volumes"}, "." + one.path, "../files" + one.path));
            d.notes.push_back({note_kind::mended, fmt::format("{} reads ../files{}", one.service, one.path)});
        }
    return {};
}

result<> renew_images(draft& d)
{
    std::vector<std::pair<std::string, image>> newer;
    for (const auto& one : d.compose.services())
        if (is_outdated(one.role, one.image))
            newer.emplace_back(one.name, image{one.image.repository, oldest_good_tag(one.role, one.image)});
    for (const auto& [service, to] : newer) {
        TRY(d.compose.set_image(service, to));
        d.notes.push_back({note_kind::mended, fmt::format("{} runs {}:{}", service, to.repository, to.tag)});
    }
    return {};
}

result<> drop_repetitions(draft& d)
{
    std::set<std::string> repeated;
    for (const auto& one : d.env.findings())
        if (one.what == env_text::defect::repeated)
            repeated.insert(one.name);
    for (const auto& name : repeated) {
        TRY(d.env.merge({{name, *d.env.find(name)}}));
        d.notes.push_back({note_kind::mended, fmt::format("{} stands once, with the value that counted", name)});
    }
    return {};
}

struct cure_of
{
    std::string_view id;
    result<> (*apply)(draft&);
};

constexpr auto cures = std::to_array<cure_of>({
    {"realtime_tenant", mend_tenant},
    {"opaque_keys_unwired", wire_keys},
    {"fixed_container_name", free_container_names},
    {"database_port_published", close_database},
    {"mount_wiped", keep_given_files},
    {"image_outdated", renew_images},
    {"env_repeated", drop_repetitions},
});

constexpr std::string_view not_isolated = "not_isolated"; // a switch of Dokploy, not a text

} // namespace

result<cured_configuration> cure(const configuration& of, const std::vector<std::string>& ids)
{
    draft d{
        .env = TRY(env_text::document::parse(of.env)),
        .compose = TRY(compose_file::parse(of.compose)),
        .mounts = of.mounts.value_or(std::vector<file_mount>{}),
    };
    cured_configuration out{.isolation = of.isolation};
    for (const auto& id : ids) {
        if (id == not_isolated) {
            out.isolation = isolation::isolated;
            d.notes.push_back({note_kind::mended, "the stack has a network of its own"});
            continue;
        }
        if (is_cured_by_deployment(id)) {
            d.notes.push_back({note_kind::mended, "what the env text holds is deployed"});
            continue;
        }
        const auto* found = std::ranges::find(cures, id, &cure_of::id);
        if (found == cures.end())
            return fail(
                condition::invalid_argument,
                fmt::format("nothing is mended under the name '{}'", printable(id)),
                "run `basekeeper dokploy validate`: each finding names the command that heals it"
            );
        TRY(found->apply(d));
    }
    out.env = d.env.text().reveal();
    out.compose = d.compose.text();
    out.mounts = std::move(d.mounts);
    out.notes = std::move(d.notes);
    return out;
}

} // namespace basekeeper::stack
