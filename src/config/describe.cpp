// Settings as lines for a person: key, value, where it came from.
#include "config/keys.hpp"
#include "config/read.hpp"

#include <fmt/format.h>

namespace basekeeper::config {
namespace {

std::string source_text(const source& from)
{
    switch (from.kind) {
    case source_kind::built_in:
        return "default";
    case source_kind::profile:
        return "profile " + from.where;
    case source_kind::file:
    case source_kind::environment:
    case source_kind::flag:
        break;
    }
    return from.where;
}

} // namespace

std::vector<described_value> describe(const settings& s)
{
    std::vector<described_value> lines;
    for_each_key(s, [&]<class T>(const rule& r, const setting<T>& v) {
        lines.push_back({std::string(r.name), value_type<T>::show(*v), source_text(v.from)});
    });
    for (const auto& [name, instance] : s.instances)
        for_each_instance_key(instance, [&]<class T>(const rule& r, const setting<T>& v) {
            lines.push_back({fmt::format("instances.{}.{}", name, r.name), value_type<T>::show(*v), source_text(v.from)}
            );
        });
    for (const auto& [name, server] : s.dokploy)
        for_each_dokploy_key(server, [&]<class T>(const rule& r, const setting<T>& v) {
            lines.push_back({fmt::format("dokploy.{}.{}", name, r.name), value_type<T>::show(*v), source_text(v.from)});
        });
    return lines;
}

} // namespace basekeeper::config
