// The plan mends and fills in a copy as it does with a template; here it only becomes one.
#include "features/deploy/copied_stack.hpp"

#include "env_text/document.hpp"
#include "features/deploy/setup.hpp"
#include "features/deploy/targets.hpp"
#include "stack/addresses.hpp"
#include "stack/compose_file.hpp"
#include "stack/variables.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace basekeeper::deploy {
namespace {

replacements replacements_for(const env_text::document& env, const stack::stack_secrets& own)
{
    replacements out;
    const auto add = [&](const stack::named_secrets& all) {
        for (const auto& [name, value] : all)
            if (const auto* old = env.find(name); old != nullptr && !old->empty())
                out.emplace_back(*old, value);
    };
    add(stack::variables(own.keys));
    add(stack::variables(own.services));
    return out;
}

/// The host of a URL or of nothing else, wherever it stands by itself.
std::string with_other_host(std::string text, std::string_view from, std::string_view to)
{
    constexpr std::string_view of_names = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
        const auto end = at + from.size();
        const bool alone =
            (at == 0 || !of_names.contains(text[at - 1])) && (end == text.size() || !of_names.contains(text[end]));
        if (alone)
            text.replace(at, from.size(), to);
        at += alone ? to.size() : from.size();
    }
    return text;
}

/// Names that nobody here knows: they may hold secrets of the application.
std::vector<std::string> own_names(const env_text::document& env)
{
    std::vector<std::string> out;
    for (const auto& name : env.names())
        if (stack::known_variable(name) == nullptr)
            out.push_back(name);
    return out;
}

} // namespace

io::task<result<filled_template>>
read_as_template(server& on, std::string compose_id, copy_of_stack own, io::deadline until)
{
    const auto now = setup_of(CO_TRY(co_await dokploy::read_compose(on.api, std::move(compose_id), until)));
    const auto env = CO_TRY(env_text::document::parse(now.env.reveal()));
    const auto file = CO_TRY(stack::compose_file::parse(now.compose.reveal()));
    const auto replaced = replacements_for(env, own.secrets);
    filled_template out{.compose = with_replacements(now.compose, replaced).reveal()};
    auto text = with_replacements(now.env, replaced).reveal();
    const auto* gateway = file.find(stack::role::gateway);
    for (const auto& d : now.domains) {
        text = with_other_host(std::move(text), d.host, own.domain);
        if (gateway != nullptr && d.service == gateway->name)
            out.filled.domains.push_back(
                {.service = d.service, .port = static_cast<std::uint16_t>(d.port), .host = d.host, .path = d.path}
            );
    }
    out.filled.env.push_back(std::move(text));
    for (const auto& f : now.files)
        out.filled.mounts.push_back({f.path, with_replacements(f.content, replaced).reveal()});
    if (const auto names = own_names(env); !names.empty())
        out.note = fmt::format("copied as they are: {}", fmt::join(names, ", "));
    co_return out;
}

} // namespace basekeeper::deploy
