// One secret for each: a URL alone says where the key of somebody leads.
#include "features/deploy/stored_servers.hpp"

#include "base/text.hpp"
#include "json/text.hpp"

#include <boost/json/object.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace basekeeper::deploy {
namespace {

constexpr std::string_view prefix = "dokploy/";

std::string secret_name(std::string_view name)
{
    return fmt::format("{}{}", prefix, name);
}

std::string text_in(const boost::json::object& in, std::string_view name)
{
    const auto* value = in.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

} // namespace

result<> store_server(state::store& in, const std::string& name, const config::dokploy_settings& how)
{
    TRY(state::check_instance_name(name));
    const boost::json::object all{{"url", *how.url}, {"api_key", how.api_key->reveal()}, {"pin", *how.pin}};
    return in.put_secret(secret_name(name), crypto::secret<>(json::to_text(all)));
}

result<std::vector<std::string>> stored_server_names(state::store& in)
{
    auto names = TRY(in.list_secret_names(prefix));
    for (auto& name : names)
        name.erase(0, prefix.size());
    return names;
}

result<config::dokploy_settings> stored_server(state::store& in, std::string_view name)
{
    const auto text = TRY(in.get_secret(secret_name(name)));
    const auto read = TRY(json::read(text.reveal()));
    if (!read.is_object())
        return fail(
            condition::internal,
            fmt::format("what is kept of the Dokploy server \"{}\" is damaged", name),
            fmt::format("connect it again: basekeeper dokploy connect {} --url URL", name)
        );
    config::dokploy_settings out;
    out.url.value = text_in(read.get_object(), "url");
    out.api_key.value = config::secret_text(text_in(read.get_object(), "api_key"));
    out.pin.value = text_in(read.get_object(), "pin");
    return out;
}

result<> forget_server(state::store& in, std::string_view name)
{
    const auto names = TRY(stored_server_names(in));
    if (std::ranges::find(names, name) == names.end())
        return fail(
            condition::not_found,
            fmt::format("no Dokploy server \"{}\" was connected by command", utf8_prefix(name, 64)),
            names.empty() ? std::string("those of the configuration and the environment are taken away there")
                          : fmt::format("use one of: {}", fmt::join(names, ", "))
        );
    return in.delete_secret(secret_name(name));
}

} // namespace basekeeper::deploy
