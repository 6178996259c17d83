// Rules of the env text: what must be there, what everybody knows, lengths, lines that say something else, and mail.
#include "env_text/quote.hpp"
#include "stack/addresses.hpp"
#include "stack/rules.hpp"
#include "stack/secrets.hpp"
#include "stack/undeployed.hpp"
#include "stack/variables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace basekeeper::stack {
namespace {

/// Set by Dokploy itself.

/// Whoever knows one of these comes in from outside.
constexpr std::array open_doors{
    std::string_view("POSTGRES_PASSWORD"),
    std::string_view("JWT_SECRET"),
    std::string_view("DASHBOARD_PASSWORD"),
    std::string_view("S3_PROTOCOL_ACCESS_KEY_ID"),
    std::string_view("S3_PROTOCOL_ACCESS_KEY_SECRET")
};

template <std::size_t N>
bool is_among(const std::array<std::string_view, N>& names, std::string_view name)
{
    return std::ranges::find(names, name) != names.end();
}

/// How it gets another value, without the loss of what depends on `current`.
remedy renewal_of(const variable& v, std::string_view current)
{
    if (v.name == "JWT_SECRET" || v.name == "ANON_KEY" || v.name == "SERVICE_ROLE_KEY")
        return {.kind = remedy_kind::regenerate_keys};
    if (encrypts_data(v.name) && has_good_length(v, current))
        return advise("leave it: what is encrypted under it could not be read any more; new stacks get one of their own"
        );
    if (is_service_secret(v.name))
        return generate(std::string(v.name));
    return advise(fmt::format("set {} with `basekeeper dokploy update-env`", v.name));
}

void check_required(const looked_at& stack, const variable& v, findings& out)
{
    if (v.need != need::required || !stack.env.value_or_empty(v.name).empty())
        return;
    if (stack.compose) {
        const auto used = stack.compose->references();
        const auto found = std::ranges::find(used, v.name, &reference::name);
        if (found == used.end() || found->has_default)
            return;
    }
    auto fix = renewal_of(v, {});
    if (v.kind == variable_kind::public_url && stack.given.domains && !stack.given.domains->empty() &&
        v.name != "SITE_URL")
        fix = set_variables(domain_settings(stack.env, stack.given.domains->front().host));
    out.push_back(
        {"variable_missing",
         severity::error,
         std::string(v.name),
         fmt::format("{} has no value; the services that need it do not start or do not work", v.name),
         stack.env.find(v.name) == nullptr ? "it does not stand in the env text" : "it is empty",
         std::move(fix)}
    );
}

void check_example(const looked_at& stack, const variable& v, findings& out)
{
    if (v.example.empty() || stack.env.value_or_empty(v.name) != v.example)
        return;
    out.push_back(
        {"variable_default",
         is_among(open_doors, v.name) ? severity::critical : severity::warning,
         std::string(v.name),
         fmt::format("{} has the value of the published example, which everybody can look up", v.name),
         "it is the value of the example",
         renewal_of(v, v.example)}
    );
}

void check_length(const looked_at& stack, const variable& v, findings& out)
{
    const auto value = stack.env.value_or_empty(v.name);
    if (value.empty() || has_good_length(v, value))
        return;
    const auto [least, most] = v.length;
    const auto wanted = most == least ? fmt::format("exactly {}", least) : fmt::format("at least {}", least);
    out.push_back(
        {"variable_length",
         severity::error,
         std::string(v.name),
         fmt::format("{} needs {} characters: its service does not start or its secret can be guessed", v.name, wanted),
         fmt::format("it has {} characters", value.size()),
         renewal_of(v, value)}
    );
}

void check_unset(const looked_at& stack, findings& out)
{
    if (!stack.compose)
        return;
    for (const auto& one : stack.compose->references()) {
        const auto* known = known_variable(one.name);
        const bool has_rule = known != nullptr && known->need == need::required;
        if (one.has_default || has_rule || stack.env.find(one.name) != nullptr || is_given_by_dokploy(one.name))
            continue;
        out.push_back(
            {"variable_unset",
             severity::warning,
             one.name,
             fmt::format("the compose file uses {}, which has no value and becomes empty", one.name),
             "it does not stand in the env text",
             known != nullptr ? renewal_of(*known, {})
                              : advise(fmt::format("set {} with `basekeeper dokploy update-env`", one.name))}
        );
    }
}

finding worded(const env_text::finding& f)
{
    const auto place = fmt::format("line {}", f.line);
    const auto again =
        advise(fmt::format("set {} again with `basekeeper dokploy update-env`, which quotes it", f.name));
    switch (f.what) {
    case env_text::defect::not_an_assignment:
        return {
            "env_line_ignored",
            severity::warning,
            place,
            "a line of the env text is neither an assignment nor a comment",
            place,
            advise("correct the line, or begin it with #")
        };
    case env_text::defect::repeated:
        return {
            "env_repeated",
            severity::warning,
            f.name,
            fmt::format("{} stands twice; only the last value counts", f.name),
            place,
            {.kind = remedy_kind::mend}
        };
    case env_text::defect::unclosed_quote:
        return {
            "env_quote_open",
            severity::error,
            f.name,
            fmt::format("the quote that begins {} is not closed and becomes a part of the value", f.name),
            place,
            again
        };
    case env_text::defect::cut_by_hash:
        return {
            "env_value_cut",
            severity::error,
            f.name,
            fmt::format("{} ends at its first #, because it is not quoted", f.name),
            place,
            again
        };
    default:
        return {
            "env_value_elsewhere",
            severity::warning,
            f.name,
            fmt::format("the value of {} stands on a later line", f.name),
            place,
            again
        };
    }
}

/// True for a mail server that only examples have. One that is a service of the stack itself is none.
bool is_placeholder_host(const looked_at& stack, std::string_view host)
{
    if (stack.compose && stack.compose->find(host) != nullptr)
        return false;
    return host == "supabase-mail" || host == "inbucket" || host == "example.com" || host.ends_with(".example.com") ||
           host.starts_with("your-");
}

} // namespace

void check_variables(const looked_at& stack, findings& out)
{
    for (const auto& one : known_variables()) {
        check_required(stack, one, out);
        check_example(stack, one, out);
        check_length(stack, one, out);
    }
    check_unset(stack, out);
}

void check_env_text(const looked_at& stack, findings& out)
{
    for (const auto& one : stack.env.findings())
        out.push_back(worded(one));
    for (const auto& [name, value] : stack.env.values())
        if (env_text::is_replaced_on_deployment(value.reveal()) && !value.reveal().contains("${{"))
            out.push_back(
                {"env_reference",
                 severity::warning,
                 name,
                 fmt::format("{} refers to a variable; Dokploy puts no value in its place", name),
                 "the value holds ${…}",
                 advise("write the value itself, or refer to another level as ${{project.NAME}}")}
            );
}

void check_mail(const looked_at& stack, findings& out)
{
    const auto value = [&](std::string_view name) { return stack.env.value_or_empty(name); };
    const auto change = advise(
        "set SMTP_HOST, SMTP_PORT, SMTP_USER, SMTP_PASS and SMTP_ADMIN_EMAIL with `basekeeper dokploy update-env`; for "
        "no mail at all, SMTP_HOST= and ENABLE_EMAIL_AUTOCONFIRM=true"
    );
    const auto host = value("SMTP_HOST");
    const bool fake_login = value("SMTP_USER") == "fake_mail_user" || value("SMTP_PASS") == "fake_mail_password";
    if (!host.empty() && (is_placeholder_host(stack, host) || fake_login))
        out.push_back(
            {"smtp_placeholder",
             severity::error,
             "SMTP_HOST",
             "the mail server is that of the example: no mail is sent",
             fmt::format("SMTP_HOST={}", printable(host)),
             change}
        );
    else if (host.empty() && stack.env.find("SMTP_HOST") != nullptr)
        out.push_back(
            {"smtp_missing",
             severity::warning,
             "SMTP_HOST",
             value("ENABLE_EMAIL_AUTOCONFIRM") == "true"
                 ? "no mail server is set: mail addresses count without a proof, and passwords cannot be reset"
                 : "no mail server is set: nobody can sign up by mail, and passwords cannot be reset",
             "SMTP_HOST is empty",
             change}
        );
    const auto port = value("SMTP_PORT");
    unsigned number = 0;
    const auto [end, failed] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (!port.empty() && (failed != std::errc{} || end != port.data() + port.size() || number == 0 || number > 65'535))
        out.push_back(
            {"smtp_port",
             severity::error,
             "SMTP_PORT",
             "SMTP_PORT is no port, and auth does not start",
             fmt::format("SMTP_PORT={}", printable(port)),
             set_variables(one_setting("SMTP_PORT", "587"))}
        );
    for (const auto& [name, door, what] :
         {std::array<std::string_view, 3>{"ENABLE_EMAIL_AUTOCONFIRM", "ENABLE_EMAIL_SIGNUP", "mail address"},
          std::array<std::string_view, 3>{"ENABLE_PHONE_AUTOCONFIRM", "ENABLE_PHONE_SIGNUP", "telephone number"}})
        // Without a mail server there is no other way, and smtp_missing tells it.
        if (value(name) == "true" && value(door) != "false" && value("DISABLE_SIGNUP") != "true" &&
            !(what == "mail address" && host.empty()))
            out.push_back(
                {"autoconfirm",
                 severity::warning,
                 std::string(name),
                 fmt::format("anybody can sign up with the {} of another: it counts without a proof", what),
                 fmt::format("{}=true", name),
                 set_variables(one_setting(std::string(name), "false"))}
            );
}

} // namespace basekeeper::stack
