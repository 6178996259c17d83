// The plan mends and fills in a copy as it does with a template; here it only becomes one.
#include "features/deploy/copied_stack.hpp"

#include "env_text/document.hpp"
#include "features/deploy/targets.hpp"
#include "stack/compose_file.hpp"
#include "stack/key_pair.hpp"
#include "stack/secrets.hpp"
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
            if (const auto* old = env.find(name); old != nullptr && !old->empty() && stack::is_secret(name))
                out.emplace_back(*old, value);
    };
    add(stack::variables(own.keys));
    add(stack::variables(own.services));
    return out;
}

/// A host wherever it stands by itself; mail addresses of it stay.
std::string with_other_host(std::string text, std::string_view from, std::string_view to)
{
    constexpr std::string_view of_names = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
    if (from.empty())
        return text;
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
        const auto end = at + from.size();
        const bool alone = (at == 0 || (!of_names.contains(text[at - 1]) && text[at - 1] != '@')) &&
                           (end == text.size() || !of_names.contains(text[end]));
        if (alone)
            text.replace(at, from.size(), to);
        at += alone ? to.size() : from.size();
    }
    return text;
}

/// Mail goes the same way as that of the source.
result<> move_variables(env_text::document& env, std::string_view from, std::string_view to)
{
    env_text::settings moved;
    for (const auto& [name, value] : env.values()) {
        auto text = with_other_host(value.reveal(), from, to);
        if (!name.starts_with("SMTP_") && text != value.reveal())
            moved.emplace_back(name, crypto::secret<>(std::move(text)));
    }
    return moved.empty() ? result<>{} : env.merge(moved);
}

std::unexpected<error> shared(std::string what, std::string hint)
{
    return fail(condition::conflict, "name: it cannot be copied: " + std::move(what), std::move(hint));
}

bool is_external(const yaml::node& one)
{
    const auto* external = one.find("external");
    return external != nullptr && external->text != "false";
}

/// What the copy has in common with its source and may be secret: names of the application, and secrets that are of
/// others, such as OPENAI_API_KEY. Mail is told of by itself.
std::vector<std::string> shared_secrets(const env_text::document& env)
{
    std::vector<std::string> out;
    for (const auto& name : env.names()) {
        const bool is_made = stack::is_of_key_pair(name) || stack::is_service_secret(name) || name == "JWT_SECRET" ||
                             name == "ANON_KEY" || name == "SERVICE_ROLE_KEY";
        const bool may_be_secret = stack::known_variable(name) == nullptr || stack::is_secret(name);
        if (may_be_secret && !is_made && !name.starts_with("SMTP_") && !env.value_or_empty(name).empty())
            out.push_back(name);
    }
    return out;
}

} // namespace

result<> check_can_be_copied(const setup& what)
{
    const auto file = TRY(stack::compose_file::parse(what.compose.reveal()));
    constexpr std::string_view docker = "docker.sock";
    for (const auto& bind : file.binds()) {
        const bool is_own = bind.source.starts_with("./") || bind.source.starts_with("../files");
        const bool is_path = bind.source.starts_with('/') || bind.source.starts_with('.') ||
                             bind.source.starts_with('~') || bind.source.starts_with('$');
        const bool is_harmless = bind.target.contains(docker) || bind.target.starts_with("/etc/");
        if (is_path && !is_own && !is_harmless)
            return shared(
                fmt::format("{} keeps files at {} of the server, which both would use", bind.service, bind.source),
                "let it keep them below ../files in the compose file, and deploy that"
            );
    }
    for (const std::string_view kind : {"volumes", "networks"})
        if (const auto* all = file.root().find(kind))
            for (const auto& [name, one] : all->members)
                if (is_external(one))
                    return shared(
                        fmt::format(
                            "its compose file uses the external {} {}, which both would use",
                            kind == "volumes" ? "volume" : "network",
                            name.text
                        ),
                        kind == "volumes" ? "let it have a volume of its own"
                                          : "take that out: Dokploy connects domains by itself, and services of the "
                                            "same name would get each other's requests"
                    );
    return {};
}

io::task<result<filled_template>>
read_as_template(server& on, std::string compose_id, copy_of_stack own, io::deadline until)
{
    const auto now = setup_of(CO_TRY(co_await dokploy::read_compose(on.api, std::move(compose_id), until)));
    const auto env = CO_TRY(env_text::document::parse(now.env.reveal()));
    const auto file = CO_TRY(stack::compose_file::parse(now.compose.reveal()));
    CO_TRY(check_can_be_copied(now));
    auto copied = CO_TRY(with_copies(now, env, replacements_for(env, own.secrets)));
    auto moved = CO_TRY(env_text::document::parse(copied.env.reveal()));
    filled_template out{.compose = copied.compose.reveal()};
    const auto* gateway = file.find(stack::role::gateway);
    for (const auto& d : now.domains) {
        CO_TRY(move_variables(moved, d.host, own.domain));
        out.compose = with_other_host(std::move(out.compose), d.host, own.domain);
        if (gateway != nullptr && d.service == gateway->name)
            out.filled.domains.push_back(
                {.service = d.service, .port = static_cast<std::uint16_t>(d.port), .host = d.host, .path = d.path}
            );
    }
    out.filled.env.emplace_back(moved.text().reveal());
    for (const auto& f : copied.files)
        out.filled.mounts.push_back({f.path, f.content.reveal()});
    if (const auto names = shared_secrets(env); !names.empty())
        out.note = fmt::format("copied as they are: {}", fmt::join(names, ", "));
    co_return out;
}

} // namespace basekeeper::deploy
