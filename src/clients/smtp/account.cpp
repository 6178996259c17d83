// Recognises the values of examples, and keeps secrets out of what is shown.
#include "clients/smtp/account.hpp"

#include "clients/smtp/command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace basekeeper::smtp {
namespace {

constexpr std::string_view set_all =
    "set SMTP_HOST, SMTP_PORT, SMTP_USER, SMTP_PASS and SMTP_ADMIN_EMAIL to those of your mail provider";

std::string lower(std::string_view text)
{
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

/// Domains that belong to documentation (RFC 2606).
bool is_example_domain(std::string_view name)
{
    constexpr std::array domains{"example.com", "example.org", "example.net", "example"};
    return std::ranges::any_of(domains, [&](std::string_view d) {
        return name == d || (name.ends_with(d) && name[name.size() - d.size() - 1] == '.');
    });
}

bool is_example_host(const std::string& host, std::uint16_t port)
{
    return host == "supabase-mail" || host == "mail.localhost" || host.starts_with("your-") ||
           is_example_domain(host) || (host == "inbucket" && port == 2'500);
}

std::unexpected<error> placeholder(std::string_view what)
{
    return fail(
        condition::conflict,
        fmt::format("{} is the value of an example: no mail can be sent with it", what),
        std::string(set_all)
    );
}

std::unexpected<error> malformed(std::string_view what, std::string hint)
{
    return fail(condition::invalid_argument, std::string(what), std::move(hint));
}

bool is_one_line(std::string_view text)
{
    return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

/// `local@domain` in the form that needs no quotes.
bool is_address(std::string_view text)
{
    const auto at = text.rfind('@');
    if (at == std::string_view::npos || at == 0 || at > 64 || text.size() > 254 || !net::is_host(text.substr(at + 1)))
        return false;
    constexpr std::string_view forbidden = "<>()[]\\,;:\"@ ";
    return std::ranges::all_of(text.substr(0, at), [&](char c) {
        return c > ' ' && c <= '~' && !forbidden.contains(c);
    });
}

void replace_all(std::string& in, std::string_view what)
{
    constexpr std::string_view stand_in = "****";
    if (what.size() < 4) // it would be found everywhere
        return;
    for (auto at = in.find(what); at != std::string::npos; at = in.find(what, at + stand_in.size()))
        in.replace(at, what.size(), stand_in);
}

} // namespace

result<> check_account(const smtp_account& account)
{
    const auto host = lower(account.host);
    const auto sender = lower(account.sender);
    if (!is_one_line(account.user) || !is_one_line(account.password.reveal()))
        return malformed(
            "user or password of the mail server holds a line break",
            "remove the line break from SMTP_USER or SMTP_PASS"
        );
    if (is_example_host(host, account.port))
        return placeholder("the mail server " + host);
    if (lower(account.user) == "fake_mail_user" || account.password.reveal() == "fake_mail_password")
        return placeholder("the login fake_mail_user");
    if (lower(account.user) == "your-user" || sender.starts_with("fake_sender"))
        return placeholder("the user or the sender of the mail server");
    if (!net::is_host(host) || account.port == 0)
        return malformed(
            "the mail server has no proper host name or port",
            "set SMTP_HOST to a name or an address without a scheme, and SMTP_PORT to 587 or 465"
        );
    if (!is_address(account.sender))
        return malformed(
            "the sender is no address of the form name@domain",
            "set SMTP_ADMIN_EMAIL to the address that mail comes from"
        );
    if (is_example_domain(sender.substr(sender.rfind('@') + 1)))
        return placeholder("the sender " + sender);
    if (!account.user.empty() && account.password.empty())
        return malformed("the mail server has a user and no password", "set SMTP_PASS, or leave SMTP_USER empty");
    return {};
}

std::string redacted(std::string_view text, const smtp_account& account)
{
    std::string out(text);
    for (const auto& sent : {plain_login(account), base64(account.password), base64(crypto::secret<>(account.user))})
        replace_all(out, sent.reveal());
    replace_all(out, account.password.reveal());
    return out;
}

} // namespace basekeeper::smtp
