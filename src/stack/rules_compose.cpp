// Rules of the compose file: ports, names, images, files, and the tenant of realtime.
#include "stack/names.hpp"
#include "stack/rules.hpp"
#include "stack/versions.hpp"
#include "stack/wiped_files.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::stack {
namespace {

constexpr std::string_view files = "../files";
const remedy mending{.kind = remedy_kind::mend};

/// One more of a list.
void add_to(std::string& list, std::string_view item)
{
    if (!list.empty())
        list += ", ";
    list += item;
}

void check_ports(const compose_file& compose, findings& out)
{
    for (const auto& port : compose.ports()) {
        const auto* service = compose.find(port.service);
        const bool is_database = service->role == role::database || service->role == role::pooler;
        const bool only_here =
            port.text.starts_with("127.") || port.text.starts_with("localhost:") || port.text.starts_with("[::1]:");
        if (!is_database || only_here)
            continue;
        out.push_back(
            {"database_port_published",
             service->role == role::database ? severity::critical : severity::error,
             port.service,
             fmt::format(
                 "{} is open to the whole network, and Docker goes past the firewall of most servers", port.service
             ),
             fmt::format("port {}", printable(port.text)),
             mending}
        );
    }
}

void check_images(const compose_file& compose, findings& out)
{
    for (const auto& service : compose.services()) {
        const auto shown = printable(service.image.repository + ":" + service.image.tag);
        if (service.role == role::other)
            continue;
        if (service.image.tag.empty() || service.image.tag == "latest")
            out.push_back(
                {"image_unpinned",
                 severity::warning,
                 service.name,
                 fmt::format(
                     "the image of {} has no version: the next deployment may bring one that does not go with the rest",
                     service.name
                 ),
                 shown,
                 advise("pin it to the version that runs now")}
            );
        else if (is_outdated(service.role, service.image))
            out.push_back(
                {"image_outdated",
                 severity::warning,
                 service.name,
                 fmt::format(
                     "the image of {} is older than {}, which the rest of a stack of today goes with",
                     service.name,
                     oldest_good_tag(service.role, service.image)
                 ),
                 shown,
                 mending}
            );
    }
}

/// True when a host name of the service begins with the tenant, so that the gateway's requests name it.
bool is_reached_as(const compose_file::service& realtime, std::string_view tenant)
{
    const auto names_it = [&](std::string_view host) { return host.substr(0, host.find('.')) == tenant; };
    if (names_it(realtime.name))
        return true;
    const auto* container = realtime.node->find("container_name");
    if (container != nullptr && names_it(container->text))
        return true;
    if (const auto* networks = realtime.node->find("networks"))
        for (const auto& [key, network] : networks->members)
            if (const auto* aliases = network.find("aliases"))
                if (std::ranges::any_of(aliases->items, [&](const yaml::node& alias) { return names_it(alias.text); }))
                    return true;
    return false;
}

void check_realtime(const looked_at& stack, findings& out)
{
    const auto* realtime = stack.compose->find(role::realtime);
    if (realtime == nullptr)
        return;
    const auto* set = stack.compose->variable(*realtime, "SELF_HOST_TENANT_NAME");
    const std::string tenant = set == nullptr ? "realtime-dev" : *set;
    if (tenant.contains("${") || is_reached_as(*realtime, tenant))
        return;
    out.push_back(
        {"realtime_tenant",
         severity::error,
         realtime->name,
         "realtime takes its tenant from the host name by which it is reached, and has none of that name: no client "
         "gets in, "
         "though the container looks healthy",
         fmt::format("the tenant is {}, the service is {}", printable(tenant), realtime->name),
         mending}
    );
}

void check_container_names(const compose_file& compose, findings& out)
{
    std::string services;
    std::string names;
    for (const auto& service : compose.services())
        if (const auto* name = service.node->find("container_name"); name != nullptr && !name->text.contains("${")) {
            add_to(services, service.name);
            add_to(names, printable(name->text));
        }
    if (!services.empty())
        out.push_back(
            {"fixed_container_name",
             severity::warning,
             services,
             "services have fixed container names: a second stack on the server cannot start",
             names,
             mending}
        );
}

/// Those below `../files` that Dokploy does not write.
void check_given_files(const compose_file& compose, const std::vector<file_mount>& mounts, findings& out)
{
    for (const auto& bind : compose.binds()) {
        if (!bind.source.starts_with(files))
            continue;
        const auto path = bind.source.substr(files.size());
        const bool is_file = path.substr(path.rfind('/') + 1).contains('.');
        if (is_file && std::ranges::find(mounts, path, &file_mount::path) == mounts.end())
            out.push_back(
                {"mount_missing",
                 severity::error,
                 bind.service,
                 fmt::format(
                     "{} needs a file that Dokploy does not write: Docker makes a folder of it, and the service does "
                     "not start",
                     bind.service
                 ),
                 printable(bind.source),
                 advise("add the file mount from the template, then deploy")}
            );
    }
}

void check_wiped_data(const std::vector<wiped_file>& wiped, findings& out)
{
    std::vector<wiped_file> data;
    std::ranges::copy_if(wiped, std::back_inserter(data), [](const auto& one) { return one.kind == wiped_kind::data; });
    if (data.empty())
        return;
    std::string services;
    std::string sources;
    for (const auto& one : data) {
        if (!services.contains(one.service))
            add_to(services, one.service);
        add_to(sources, printable("." + one.path));
    }
    out.push_back(
        {"data_wiped",
         severity::critical,
         services,
         "services keep data where the next deployment deletes it",
         sources,
         advise(rescue_of(data, "APP"))}
    );
}

} // namespace

void check_services(const looked_at& stack, findings& out)
{
    if (!stack.compose)
        return;
    check_ports(*stack.compose, out);
    check_images(*stack.compose, out);
    check_realtime(stack, out);
    check_container_names(*stack.compose, out);
    if (stack.given.isolation == isolation::shared)
        out.push_back(
            {"not_isolated",
             severity::warning,
             "network",
             "the services are on the network of all stacks: two with a service of the same name get each other's "
             "requests",
             "isolatedDeployment is off",
             mending}
        );
}

void check_files(const looked_at& stack, findings& out)
{
    if (!stack.compose)
        return;
    const auto mounts = stack.given.mounts.value_or(std::vector<file_mount>{});
    if (stack.given.mounts)
        check_given_files(*stack.compose, mounts, out);
    const auto wiped = wiped_files(*stack.compose, mounts);
    check_wiped_data(wiped, out);
    for (const auto& one : wiped)
        if (one.kind == wiped_kind::lone_file)
            out.push_back(
                {"mount_missing",
                 severity::error,
                 one.service,
                 fmt::format(
                     "{} needs a file that nobody writes: Docker makes a folder of it, and the service does not start",
                     one.service
                 ),
                 printable("." + one.path),
                 advise(fmt::format(
                     "give the file to the service in Dokploy (Advanced > Mounts, file {0}), and mount ../files{0} in "
                     "the compose file",
                     one.path
                 ))}
            );
    std::string services;
    std::string sources;
    for (const auto& one : wiped)
        if (one.kind == wiped_kind::given_file) {
            if (!services.contains(one.service))
                add_to(services, one.service);
            add_to(sources, printable("." + one.path));
        }
    if (!services.empty())
        out.push_back(
            {"mount_wiped",
             severity::critical,
             services,
             "services look for files where every deployment deletes them, and not where Dokploy writes them",
             sources,
             mending}
        );
}

void check_names(const looked_at& stack, findings& out)
{
    if (stack.given.name.empty() || check_name(stack.given.name))
        return;
    out.push_back(
        {"name_unsafe",
         severity::warning,
         printable(stack.given.name),
         "the name of the instance cannot stand in an address",
         printable(stack.given.name),
         advise(fmt::format("rename it to {} in Dokploy", suggested_name(stack.given.name)))}
    );
}

} // namespace basekeeper::stack
