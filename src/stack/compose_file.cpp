// Reading: services by their images, binds and ports in their short and long forms.
#include "stack/compose_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace basekeeper::stack {
namespace {

struct known_image
{
    std::string_view repository;
    stack::role role;
};

constexpr auto known_images = std::to_array<known_image>({
    {"supabase/studio", role::studio},
    {"kong/kong", role::gateway},
    {"library/kong", role::gateway},
    {"envoyproxy/envoy", role::gateway},
    {"supabase/gotrue", role::auth},
    {"postgrest/postgrest", role::rest},
    {"supabase/realtime", role::realtime},
    {"supabase/storage-api", role::storage},
    {"darthsim/imgproxy", role::imgproxy},
    {"supabase/postgres-meta", role::meta},
    {"supabase/edge-runtime", role::functions},
    {"supabase/logflare", role::analytics},
    {"supabase/postgres", role::database},
    {"timberio/vector", role::vector},
    {"supabase/supavisor", role::pooler},
    {"edoburu/pgbouncer", role::pooler},
});

std::unexpected<error> no_compose_file(std::string_view why)
{
    return fail(
        condition::invalid_argument,
        fmt::format("the compose file cannot be used: {}", why),
        "compare it with the compose file of the template"
    );
}

bool is_name_character(char c, bool first)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || (!first && c >= '0' && c <= '9');
}

std::string text_at(const yaml::node& n, std::string_view name)
{
    const auto* found = n.find(name);
    return found == nullptr ? std::string{} : found->text;
}

bind bind_of(const std::string& service, const yaml::node& volume)
{
    if (volume.kind == yaml::node_kind::mapping)
        return {service, text_at(volume, "source"), text_at(volume, "target")};
    const auto colon = volume.text.find(':', volume.text.starts_with("${") ? volume.text.find('}') : 0);
    if (colon == std::string::npos)
        return {service, {}, volume.text};
    const auto behind = volume.text.find(':', colon + 1);
    return {service, volume.text.substr(0, colon), volume.text.substr(colon + 1, behind - colon - 1)};
}

published_port port_of(const std::string& service, const yaml::node& port)
{
    published_port out{.service = service, .text = port.text};
    std::string inside = port.text;
    if (port.kind == yaml::node_kind::mapping) {
        inside = text_at(port, "target");
        out.text = text_at(port, "published") + ":" + inside;
    }
    inside = inside.substr(0, inside.find('/', inside.rfind('}') == std::string::npos ? 0 : inside.rfind('}')));
    const auto number = inside.substr(inside.rfind(':') + 1);
    std::from_chars(number.data(), number.data() + number.size(), out.inside);
    return out;
}

} // namespace

image image_of(std::string_view text)
{
    text = text.substr(0, text.find('@'));
    const auto slash = text.rfind('/');
    const auto colon = text.find(':', slash == text.npos ? 0 : slash);
    return {std::string(text.substr(0, colon)), std::string(colon == text.npos ? "" : text.substr(colon + 1))};
}

role role_of(const image& i)
{
    // The last two parts: mirrors put their own in front.
    const std::string_view whole = i.repository;
    const auto last = whole.rfind('/');
    const auto before = last == whole.npos || last == 0 ? whole.npos : whole.rfind('/', last - 1);
    const auto name = last == whole.npos ? "library/" + std::string(whole)
                                         : std::string(before == whole.npos ? whole : whole.substr(before + 1));
    const auto* found = std::ranges::find(known_images, name, &known_image::repository);
    return found == known_images.end() ? role::other : found->role;
}

std::vector<reference> references(std::string_view text)
{
    std::vector<reference> out;
    for (auto at = text.find('$'); at != text.npos; at = text.find('$', at)) {
        ++at;
        if (at < text.size() && text[at] == '$') {
            ++at; // an escaped one
            continue;
        }
        const bool braced = at < text.size() && text[at] == '{';
        const auto begin = at + (braced ? 1 : 0);
        auto end = begin;
        while (end < text.size() && is_name_character(text[end], end == begin))
            ++end;
        if (end == begin)
            continue;
        const auto name = text.substr(begin, end - begin);
        const auto behind = text.substr(end, 2);
        const bool has_default =
            braced && (behind.starts_with('-') || behind == ":-" || behind.starts_with('+') || behind == ":+");
        const auto known = std::ranges::find(out, name, &reference::name);
        if (known == out.end())
            out.push_back({std::string(name), has_default});
        else
            known->has_default = known->has_default && has_default;
    }
    return out;
}

result<compose_file> compose_file::parse(std::string text)
{
    compose_file out;
    TRY(out.adopt(std::move(text)));
    return out;
}

result<> compose_file::adopt(std::string text)
{
    auto root = yaml::read(text);
    if (!root)
        return no_compose_file(root.error().message);
    const auto* services = root->find("services");
    if (services == nullptr || services->kind != yaml::node_kind::mapping || services->members.empty())
        return no_compose_file("it has no services");
    text_ = std::move(text);
    root_ = *std::move(root);
    services_.clear();
    variables_.clear();
    for (const auto& [key, node] : root_.find("services")->members) {
        service one{.name = key.text, .image = image_of(text_at(node, "image")), .node = &node};
        one.role = role_of(one.image);
        services_.push_back(std::move(one));
        const auto* environment = node.find("environment");
        if (environment == nullptr)
            continue;
        for (const auto& [name, value] : environment->members)
            variables_.emplace_back(key.text + '\0' + name.text, value.text);
        for (const auto& item : environment->items)
            if (const auto equals = item.text.find('='); equals != std::string::npos)
                variables_.emplace_back(key.text + '\0' + item.text.substr(0, equals), item.text.substr(equals + 1));
    }
    return {};
}

const compose_file::service* compose_file::find(stack::role r) const noexcept
{
    const auto found = std::ranges::find(services_, r, &service::role);
    return found == services_.end() ? nullptr : &*found;
}

const compose_file::service* compose_file::find(std::string_view name) const noexcept
{
    const auto found = std::ranges::find(services_, name, &service::name);
    return found == services_.end() ? nullptr : &*found;
}

gateway_kind compose_file::generation() const noexcept
{
    const auto* gateway = find(role::gateway);
    return gateway != nullptr && gateway->image.repository.ends_with("envoy") ? gateway_kind::envoy
                                                                              : gateway_kind::kong;
}

const std::string* compose_file::variable(const service& s, std::string_view name) const
{
    const auto key = s.name + '\0' + std::string(name);
    const auto found = std::ranges::find(variables_, key, [](const auto& v) -> const std::string& { return v.first; });
    return found == variables_.end() ? nullptr : &found->second;
}

std::vector<std::pair<std::string_view, std::string_view>> compose_file::variables(const service& s) const
{
    std::vector<std::pair<std::string_view, std::string_view>> out;
    const auto prefix = s.name + '\0';
    for (const auto& [key, value] : variables_)
        if (key.starts_with(prefix))
            out.emplace_back(std::string_view(key).substr(prefix.size()), value);
    return out;
}

std::vector<reference> compose_file::references() const
{
    std::string all;
    const auto collect = [&](const auto& self, const yaml::node& n) -> void {
        if (n.kind == yaml::node_kind::scalar)
            all.append(n.text).append("\n");
        for (const auto& item : n.items)
            self(self, item);
        for (const auto& [key, value] : n.members) {
            self(self, key);
            self(self, value);
        }
    };
    collect(collect, root_);
    return stack::references(all);
}

std::vector<bind> compose_file::binds() const
{
    std::vector<bind> out;
    for (const auto& one : services_)
        if (const auto* volumes = one.node->find("volumes"))
            for (const auto& volume : volumes->items)
                out.push_back(bind_of(one.name, volume));
    return out;
}

std::vector<published_port> compose_file::ports() const
{
    std::vector<published_port> out;
    for (const auto& one : services_)
        if (const auto* list = one.node->find("ports"))
            for (const auto& port : list->items)
                out.push_back(port_of(one.name, port));
    return out;
}

} // namespace basekeeper::stack
