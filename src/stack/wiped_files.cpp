// A name with a dot is taken for a file, as Docker's own examples have it.
#include "stack/wiped_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace basekeeper::stack {
namespace {

wiped_kind kind_of(std::string_view path, const std::vector<file_mount>& mounts)
{
    const auto folder = std::string(path) + "/";
    if (std::ranges::any_of(mounts, [&](const file_mount& m) { return m.path == path || m.path.starts_with(folder); }))
        return wiped_kind::given_file;
    return path.substr(path.rfind('/') + 1).contains('.') ? wiped_kind::lone_file : wiped_kind::data;
}

} // namespace

std::vector<wiped_file> wiped_files(const compose_file& compose, const std::vector<file_mount>& mounts)
{
    std::vector<wiped_file> out;
    for (const auto& bind : compose.binds()) {
        if (!bind.source.starts_with("./"))
            continue;
        auto path = bind.source.substr(1);
        while (path.size() > 1 && path.ends_with('/'))
            path.pop_back();
        const auto kind = kind_of(path, mounts);
        out.push_back({bind.service, std::move(path), kind});
    }
    return out;
}

std::vector<wiped_file> wiped_data(const compose_file& compose, const std::vector<file_mount>& mounts)
{
    auto out = wiped_files(compose, mounts);
    std::erase_if(out, [](const wiped_file& one) { return one.kind != wiped_kind::data; });
    return out;
}

std::string rescue_of(const std::vector<wiped_file>& data, std::string_view app_name)
{
    const auto folder = fmt::format("/etc/dokploy/compose/{}", app_name);
    std::string commands = fmt::format("docker compose -p {} stop", app_name);
    std::string places;
    std::vector<std::string> paths;
    for (const auto& one : data)
        if (std::ranges::find(paths, one.path) == paths.end())
            paths.push_back(one.path);
    for (const auto& path : paths) {
        const auto parent = fmt::format("{}/files{}", folder, path.substr(0, path.rfind('/')));
        commands += fmt::format(" && mkdir -p {0} && cp -a {1}/code{2} {0}/", parent, folder, path);
        places += fmt::format("{}../files{}", places.empty() ? "" : ", ", path);
    }
    return fmt::format(
        "save it on the server: {}; then write {} in the place of what begins with ./ in the compose file in Dokploy, "
        "and deploy there",
        commands,
        places
    );
}

} // namespace basekeeper::stack
