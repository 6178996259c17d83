// Sets are read as `{"keys":[…]}` and as the bare list that auth takes.
#include "stack/key_pair.hpp"

#include "json/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <array>

namespace basekeeper::stack {
namespace {

constexpr std::array<std::string_view, 6> names{
    "SUPABASE_PUBLISHABLE_KEY",
    "SUPABASE_SECRET_KEY",
    "JWT_KEYS",
    "JWT_JWKS",
    "ANON_KEY_ASYMMETRIC",
    "SERVICE_ROLE_KEY_ASYMMETRIC"
};

bool is_set(std::string_view name)
{
    return name == "JWT_KEYS" || name == "JWT_JWKS";
}

std::vector<boost::json::object> keys_in(const env_text::document& env, std::string_view name)
{
    std::vector<boost::json::object> out;
    const auto read = json::read(env.value_or_empty(name));
    if (!read)
        return out;
    const auto* in_set = read->is_object() ? read->get_object().if_contains("keys") : nullptr;
    const auto& list = in_set != nullptr ? *in_set : *read;
    if (list.is_array())
        for (const auto& each : list.get_array())
            if (each.is_object())
                out.push_back(each.get_object());
    return out;
}

bool may_sign(const boost::json::object& key)
{
    const auto* operations = key.if_contains("key_ops");
    return operations != nullptr && operations->is_array() &&
           std::ranges::any_of(operations->get_array(), [](const boost::json::value& v) { return v == "sign"; });
}

} // namespace

bool is_of_key_pair(std::string_view name)
{
    return std::ranges::find(names, name) != names.end();
}

bool uses_key_pair(const env_text::document& env)
{
    return std::ranges::any_of(names, [&](std::string_view name) {
        return is_set(name) ? !keys_in(env, name).empty() : !env.value_or_empty(name).empty();
    });
}

bool signs_with_key_pair(const env_text::document& env)
{
    return std::ranges::any_of(keys_in(env, "JWT_KEYS"), [](const auto& key) {
        const auto* kind = key.if_contains("kty");
        return kind != nullptr && *kind != "oct" && may_sign(key);
    });
}

std::vector<std::string> shared_secrets_in(const env_text::document& env, std::string_view name)
{
    std::vector<std::string> out;
    for (const auto& key : keys_in(env, name)) {
        const auto* kind = key.if_contains("kty");
        const auto* text = key.if_contains("k");
        if (kind != nullptr && *kind == "oct" && text != nullptr && text->is_string())
            out.emplace_back(text->get_string());
    }
    return out;
}

} // namespace basekeeper::stack
