// Each target is made from what is there, so that whatever is not meant stays as it is.
#include "features/deploy/targets.hpp"

#include "base/text.hpp"
#include "crypto/random.hpp"
#include "env_text/quote.hpp"
#include "stack/addresses.hpp"
#include "stack/compose_file.hpp"
#include "stack/cure.hpp"
#include "stack/key_pair.hpp"
#include "stack/names.hpp"
#include "stack/secrets.hpp"
#include "stack/undeployed.hpp"
#include "stack/variables.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace basekeeper::deploy {
namespace {

/// Keys that belong together: one of them alone would break the others.
constexpr std::array api_key_names{
    std::string_view("JWT_SECRET"),
    std::string_view("ANON_KEY"),
    std::string_view("SERVICE_ROLE_KEY"),
    std::string_view("SUPABASE_PUBLISHABLE_KEY"),
    std::string_view("SUPABASE_SECRET_KEY"),
    std::string_view("JWT_KEYS"),
    std::string_view("JWT_JWKS"),
    std::string_view("ANON_KEY_ASYMMETRIC"),
    std::string_view("SERVICE_ROLE_KEY_ASYMMETRIC"),
};

std::unexpected<error> wrong(std::string_view argument, std::string_view what, std::string hint)
{
    return fail(condition::invalid_argument, fmt::format("{}: {}", argument, what), std::move(hint));
}

/// Fails for keys of which a change breaks something else.
result<> check_is_no_key(std::string_view name, std::string_view argument)
{
    if (std::ranges::find(api_key_names, name) != api_key_names.end())
        return wrong(
            argument,
            fmt::format("{} belongs to the API keys, of which none can be changed alone", name),
            "make all of them anew: basekeeper dokploy regenerate-keys NAME"
        );
    return {};
}

/// What a stack runs with.
struct in_use
{
    env_text::document env;
    std::vector<stack::reference> references; ///< of the compose file
};

/// Where a service could not start with the value that is there, nothing is encrypted under it.
result<> check_keeps_data(std::string_view name, std::string_view argument, const in_use& now)
{
    const auto* known = stack::known_variable(name);
    if (known == nullptr || !stack::encrypts_data(name))
        return {};
    const auto value = now.env.value_or_empty(name);
    const bool has_default =
        std::ranges::any_of(now.references, [&](const stack::reference& r) { return r.name == name && r.has_default; });
    if (stack::has_good_length(*known, value) || (value.empty() && has_default))
        return wrong(
            argument,
            fmt::format("what the database holds encrypted under {} could not be read any more", name),
            "leave it as it is; new stacks get a new one"
        );
    return {};
}

result<> check_may_remove(const std::string& name, const in_use& now)
{
    if (!env_text::is_name(name))
        return wrong("remove", fmt::format("\"{}\" is no variable", utf8_prefix(name, 60)), "give names only");
    TRY(check_is_no_key(name, "remove"));
    TRY(check_keeps_data(name, "remove", now));
    if (name == "POSTGRES_PASSWORD")
        return wrong(
            "remove",
            "no service could log in to the database without POSTGRES_PASSWORD",
            "give it another value: basekeeper dokploy update-env NAME --generate POSTGRES_PASSWORD"
        );
    return {};
}

result<crypto::secret<>> generated(const std::string& name, const in_use& now)
{
    TRY(check_is_no_key(name, "generate"));
    TRY(check_keeps_data(name, "generate", now));
    const auto fresh = stack::new_service_secrets();
    std::vector<std::string_view> names;
    for (auto& [known, value] : stack::variables(fresh)) {
        if (known == name)
            return value;
        if (!stack::encrypts_data(known))
            names.push_back(known);
    }
    return wrong(
        "generate",
        fmt::format("\"{}\" is no secret that can be made", utf8_prefix(name, 60)),
        fmt::format("use some of: {}", fmt::join(names, ", "))
    );
}

result<env_text::document> env_of(const setup& what)
{
    auto read = env_text::document::parse(what.env.reveal());
    if (!read)
        return fail(std::move(read).error().within("the env text of the service"));
    return read;
}

constexpr std::size_t least_replaced = 16; ///< shorter ones could be parts of other words

/// Not the default of a variable (`${NAME:-…}`): that is what stands there without a value.
void replace_everywhere(std::string& in, std::string_view from, std::string_view to)
{
    if (from.size() < least_replaced)
        return;
    for (auto at = in.find(from); at != std::string::npos; at = in.find(from, at)) {
        const bool is_default = at >= 2 && in.compare(at - 2, 2, ":-") == 0;
        if (!is_default)
            in.replace(at, from.size(), to);
        at += is_default ? from.size() : to.size();
    }
}

result<setup> changed_or_fail(const setup& now, setup to)
{
    if (now == to)
        return fail(
            condition::conflict,
            "nothing would change: everything is as it is wanted already",
            "run `basekeeper dokploy validate NAME` to see what is left to do"
        );
    return to;
}

result<setup> mended(setup now, const std::vector<std::string>& rules, const std::string& name, wall_time at)
{
    if (rules.empty())
        return now;
    auto cured = TRY(stack::cure(to_check(now, name, at), rules));
    now.env = crypto::secret<>(std::move(cured.env));
    now.compose = crypto::secret<>(std::move(cured.compose));
    now.isolated = now.isolated || cured.isolation == stack::isolation::isolated;
    now.files.clear();
    for (auto& f : cured.mounts)
        now.files.push_back({std::move(f.path), crypto::secret<>(std::move(f.content))});
    std::ranges::sort(now.files, {}, &setup_file::path);
    return now;
}

} // namespace

crypto::secret<> with_replacements(const crypto::secret<>& text, const replacements& pairs)
{
    auto out = text.reveal();
    for (const auto& [from, to] : pairs)
        replace_everywhere(out, from.reveal(), to.reveal());
    return crypto::secret<>(std::move(out));
}

result<setup> with_copies(setup to, env_text::document env, const replacements& replaced)
{
    env_text::settings copies;
    for (const auto& [name, value] : env.values()) {
        if (stack::is_secret(name))
            continue; // the same value by chance
        if (auto copy = with_replacements(value, replaced); !(copy == value))
            copies.emplace_back(name, std::move(copy));
    }
    if (!copies.empty())
        TRY(env.merge(copies));
    to.env = env.text();
    to.compose = with_replacements(to.compose, replaced);
    for (auto& f : to.files)
        f.content = with_replacements(f.content, replaced);
    return to;
}

result<env_text::settings> parse_assignments(const std::vector<std::string>& given, std::string_view argument)
{
    env_text::settings out;
    for (const auto& one : given) {
        const auto equals = one.find('=');
        const auto name = std::string_view(one).substr(0, equals);
        if (equals == std::string::npos || !env_text::is_name(name))
            return wrong(
                argument,
                fmt::format("\"{}\" is no variable", utf8_prefix(name, 60)),
                "write NAME=VALUE; a name has letters, digits and _, and begins with no digit"
            );
        TRY(check_is_no_key(name, argument));
        const auto* known = stack::known_variable(name);
        const auto value = std::string_view(one).substr(equals + 1);
        const bool is_exact = known != nullptr && known->length.most != 0;
        if (is_exact && !stack::has_good_length(*known, value))
            return wrong(
                argument,
                fmt::format("{} needs exactly {} characters, and this has {}", name, known->length.most, value.size()),
                fmt::format("give another one, or let it be made: --generate {}", name)
            );
        out.emplace_back(name, crypto::secret<>(one.substr(equals + 1)));
    }
    return out;
}

result<setup> with_variables(const setup& now, const variable_changes& wanted, const std::string& name, wall_time at)
{
    auto to = TRY(mended(now, wanted.mend, name, at));
    const in_use before{
        .env = TRY(env_of(now)), .references = TRY(stack::compose_file::parse(now.compose.reveal())).references()
    };
    auto settings = TRY(parse_assignments(wanted.set, "set"));
    for (const auto& [each, value] : settings)
        TRY(check_keeps_data(each, "set", before));
    for (const auto& each : wanted.generate)
        settings.emplace_back(each, TRY(generated(each, before)));
    auto env = TRY(env_of(to));
    for (const auto& each : wanted.remove) {
        TRY(check_may_remove(each, before));
        TRY(env.remove(each));
    }
    replacements replaced;
    for (const auto& [each, value] : settings)
        if (const auto* old = env.find(each); old != nullptr && !old->empty() && stack::is_secret(each))
            replaced.emplace_back(*old, value);
    if (!settings.empty())
        TRY(env.merge(settings));
    to = TRY(with_copies(std::move(to), std::move(env), replaced));
    if (now == to && std::ranges::any_of(wanted.mend, stack::is_cured_by_deployment))
        return to;
    return changed_or_fail(now, std::move(to));
}

result<setup> with_new_keys(const setup& now, jwt_secret secret, wall_time at)
{
    auto env = TRY(env_of(now));
    const auto* kept = env.find("JWT_SECRET");
    if (secret == jwt_secret::kept && (kept == nullptr || kept->reveal().size() < 32))
        return wrong(
            "secret",
            "the JWT_SECRET that is there cannot be kept: it is missing or shorter than 32 characters",
            "let it be renewed"
        );
    const stack::key_terms terms{.now = at};
    const auto keys = secret == jwt_secret::kept ? stack::new_api_keys(*kept, terms) : stack::new_api_keys(terms);
    const bool uses_pair = stack::uses_key_pair(env);
    replacements replaced;
    env_text::settings settings;
    for (auto& [name, value] : stack::variables(keys)) {
        const auto* old = env.find(name);
        if (old != nullptr && !old->empty() && !(*old == value))
            replaced.emplace_back(*old, value);
        const bool is_named = old != nullptr || now.compose.reveal().contains(fmt::format("${{{}", name));
        if (stack::is_of_key_pair(name) ? uses_pair : is_named)
            settings.emplace_back(name, std::move(value));
    }
    TRY(env.merge(settings));
    return with_copies(now, std::move(env), replaced);
}

result<setup> with_domain(const setup& now, const domain_wish& wanted)
{
    const auto host = TRY(stack::domain_of(wanted.host));
    auto env = TRY(env_of(now));
    const auto file = TRY(stack::compose_file::parse(now.compose.reveal()));
    const auto* gateway = file.find(stack::role::gateway);
    auto service = wanted.service;
    if (service.empty())
        service = gateway == nullptr ? "" : gateway->name;
    if (file.find(service) == nullptr)
        return wrong(
            "service",
            fmt::format("the compose file has no service \"{}\"", utf8_prefix(service, 60)),
            "name the service that answers the requests, mostly kong"
        );
    setup to = now;
    const bool is_gateway = gateway != nullptr && service == gateway->name;
    if (is_gateway) {
        TRY(env.merge(stack::domain_settings(env, host)));
        to.env = env.text();
    }
    const auto there = std::ranges::find_if(to.domains, [&](const setup_domain& d) { return d.host == host; });
    setup_domain wish{.host = host, .service = service, .port = wanted.port > 0 ? wanted.port : 8000};
    if (there != to.domains.end()) {
        if (wanted.port == 0)
            wish.port = there->port;
        wish.path = there->path;
        if (there->certificate == dokploy::certificate_type::custom) {
            wish.certificate = there->certificate;
            wish.resolver = there->resolver;
        }
        *there = wish;
    } else {
        // What the gateway answered to before is replaced, not joined: its URLs name one domain.
        if (is_gateway)
            std::erase_if(to.domains, [&](const setup_domain& d) { return d.service == service && d.path == "/"; });
        to.domains.push_back(wish);
        std::ranges::sort(to.domains, {}, [](const setup_domain& d) { return std::pair(d.host, d.path); });
    }
    return changed_or_fail(now, std::move(to));
}

result<setup> without_domain(const setup& now, const std::string& host)
{
    const auto env = TRY(env_of(now));
    if (stack::public_host(env) == host)
        return fail(
            condition::conflict,
            fmt::format("the public URLs of the stack name {}", host),
            "give it another domain first: basekeeper dokploy domain NAME --host HOST"
        );
    setup to = now;
    if (std::erase_if(to.domains, [&](const setup_domain& d) { return d.host == host; }) == 0)
        return fail(
            condition::not_found,
            fmt::format("the service has no domain {}", utf8_prefix(host, 100)),
            "run `basekeeper dokploy domain NAME` for those it has"
        );
    return to;
}

std::optional<password_change> database_password(const setup& before, const setup& after)
{
    const auto was = env_of(before);
    const auto is = env_of(after);
    if (!was || !is)
        return std::nullopt;
    const auto* from = was->find("POSTGRES_PASSWORD");
    const auto* to = is->find("POSTGRES_PASSWORD");
    if (from == nullptr || to == nullptr || *from == *to)
        return std::nullopt;
    return password_change{*from, *to};
}

} // namespace basekeeper::deploy
