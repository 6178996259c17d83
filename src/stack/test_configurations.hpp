// Configurations for tests of the rules: healthy ones of both generations, and changes of them.
#pragma once

#include "crypto/jwt.hpp"
#include "stack/test_templates.hpp"
#include "stack/validate.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::stack::testing {

/// A planned stack as it would be found deployed, with a mail server.
inline configuration healthy(const result<stack_plan>& plan)
{
    configuration out{
        .name = "shop",
        .env = plan->env.text().reveal(),
        .compose = plan->compose,
        .domains = std::vector<configured_domain>{{"db.example.org", plan->domains[0].service, 8000, true}},
        .mounts = plan->mounts,
        .isolation = isolation::isolated,
        .now = now,
    };
    return out;
}

inline stack_wishes good_wishes()
{
    auto with = wishes();
    with.domain = "db.example.org";
    with.site_url = "https://shop.example.org";
    with.smtp = smtp_settings{
        .host = "smtp.mail.org",
        .port = 587,
        .user = "u",
        .password = crypto::secret<>(std::string("p")),
        .sender_address = "a@mail.org",
        .sender_name = "S"
    };
    return with;
}

inline const configuration& kong()
{
    static const configuration made = healthy(kong_plan(good_wishes()));
    return made;
}

inline const configuration& envoy()
{
    static const configuration made = healthy(envoy_plan(good_wishes()));
    return made;
}

inline configuration with(configuration of, const std::string& name, const std::string& value)
{
    auto document = *env_text::document::parse(of.env);
    if (!document.merge({{name, crypto::secret<>(value)}}))
        throw std::logic_error("a test sets what cannot be written");
    of.env = document.text().reveal();
    return of;
}

inline std::string get(const configuration& of, const std::string& name)
{
    return std::string(env_text::document::parse(of.env)->value_or_empty(name));
}

inline configuration replaced(configuration of, std::string_view from, std::string_view to)
{
    const auto at = of.compose.find(from);
    if (at == std::string::npos)
        throw std::logic_error("a test replaces what is not there");
    of.compose.replace(at, from.size(), to);
    return of;
}

inline configuration with_key(const configuration& of, const std::string& name, const boost::json::object& claims)
{
    return with(of, name, *crypto::sign_jwt(claims, crypto::bytes_of(get(of, "JWT_SECRET"))));
}

inline std::vector<std::string> ids(const configuration& of)
{
    const auto found = validate(of);
    if (!found)
        return {found.error().message};
    std::vector<std::string> out;
    for (const auto& one : *found)
        out.push_back(one.id);
    return out;
}

inline finding found(const configuration& of, std::string_view id)
{
    const auto all = validate(of);
    const auto at = std::ranges::find(*all, id, &finding::id);
    return at == all->end() ? finding{} : *at;
}

} // namespace basekeeper::stack::testing
