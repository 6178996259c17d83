// The refusals that people meet, by step and code.
#include "clients/smtp/refusal.hpp"

#include "net/host_and_port.hpp"

#include <fmt/format.h>

namespace basekeeper::smtp {
namespace {

struct meaning
{
    condition code;
    std::string what;
    std::string hint;
};

std::string place_of(const smtp_account& account)
{
    return net::host_and_port{account.host, account.port}.to_string();
}

meaning login_meaning(int code)
{
    switch (code) {
    case 530:
    case 538:
        return {
            condition::denied,
            "it takes logins over encrypted connections only",
            "set SMTP_PORT to 465, or to 587 where STARTTLS is offered"
        };
    case 534:
        return {
            condition::denied,
            "it does not take this kind of password",
            "create a password for applications at the mail provider and set SMTP_PASS to it"
        };
    case 454:
        return {condition::unavailable, "it cannot check logins at the moment", "try again later"};
    case 535:
        return {
            condition::denied,
            "user or password is wrong",
            "set SMTP_USER and SMTP_PASS to those of the mail provider; some want an API key or a password for "
            "applications there, and a user such as `apikey` or `resend`"
        };
    default:
        return {
            code < 500 ? condition::unavailable : condition::denied,
            "it refuses the login",
            code < 500 ? "try again later"
                       : "check SMTP_USER and SMTP_PASS, and what the mail provider says about logins"
        };
    }
}

meaning sender_meaning(const reply& said, const smtp_account& account)
{
    switch (said.code) {
    case 530:
        if (!said.text().contains("TLS"))
            return {condition::denied, "it wants a login first", "set SMTP_USER and SMTP_PASS"};
        return {
            condition::denied,
            "it wants an encrypted connection first",
            "set SMTP_PORT to 465, or to 587 where STARTTLS is offered"
        };
    case 550:
    case 551:
    case 553:
    case 554:
    case 501:
        return {
            condition::denied,
            fmt::format("it does not take mail from {}", account.sender),
            "set SMTP_ADMIN_EMAIL to an address, or one of a domain, that is verified at the mail provider"
        };
    default:
        return {
            said.code < 500 ? condition::unavailable : condition::denied,
            "it refuses the sender",
            said.code < 500 ? "try again later: the server is busy, or a limit of the account is used up"
                            : "check SMTP_ADMIN_EMAIL and the account at the mail provider"
        };
    }
}

meaning meaning_of(step at, const reply& said, const smtp_account& account)
{
    if (said.code == 421)
        return {condition::unavailable, "it is about to close", "try again later"};
    switch (at) {
    case step::banner:
        return {
            condition::unavailable,
            "it takes no mail from this machine",
            "ask the mail provider whether the address of this machine is blocked, or use another provider"
        };
    case step::starttls:
        return {condition::unavailable, "it cannot encrypt at the moment", "try again later, or set SMTP_PORT to 465"};
    case step::login:
        return login_meaning(said.code);
    case step::sender:
        return sender_meaning(said, account);
    default:
        return {
            said.code < 500 ? condition::unavailable : condition::conflict,
            "it refuses a command that every mail server knows",
            "check that host and port are those of mail submission (587 or 465)"
        };
    }
}

} // namespace

std::string_view name_of(step s) noexcept
{
    switch (s) {
    case step::connect:
        return "connect";
    case step::tls:
        return "TLS";
    case step::banner:
        return "banner";
    case step::hello:
        return "EHLO";
    case step::starttls:
        return "STARTTLS";
    case step::login:
        return "AUTH";
    case step::sender:
        return "MAIL FROM";
    case step::reset:
        return "RSET";
    case step::quit:
        break;
    }
    return "QUIT";
}

error refusal(step at, const reply& said, const smtp_account& account)
{
    const auto means = meaning_of(at, said, account);
    error e(
        means.code,
        fmt::format("the mail server {} answered {} to {}: {}", place_of(account), said.code, name_of(at), means.what),
        means.hint
    );
    e.server_text = redacted(said.text(), account);
    return e;
}

error broken_off(step at, error why, const smtp_account& account)
{
    if (why.code == condition::cancelled)
        return why;
    const auto other_ports = "hosting providers often block the ports of mail (25 mostly, 465 and 587 at times): try "
                             "SMTP_PORT 587, 465 or 2525, or ask the provider to open it";
    if (at == step::connect && why.code == condition::timeout)
        why.hint = other_ports;
    else if (at == step::connect && why.code == condition::unavailable)
        why.hint = fmt::format("check SMTP_HOST and SMTP_PORT (587, 465 or 2525); {}", other_ports);
    else if (at == step::connect && why.code == condition::not_found)
        why.hint = "check the spelling of SMTP_HOST";
    else if (at == step::banner && why.code == condition::timeout)
        why.hint =
            "a server that waits for encryption says nothing first: for that it has to be port 465; else a firewall "
            "in between takes connections and drops what is sent: try SMTP_PORT 587 or 2525";
    else if (at == step::banner && why.code == condition::invalid_argument)
        why.message = fmt::format("what answers at {} is no mail server", place_of(account));
    else if (at == step::tls && account.port == 465)
        why.hint = "set SMTP_PORT to 587, which begins without encryption; port 465 is encrypted from the first byte";
    return std::move(why).within(
        at == step::connect ? std::string("checking the mail server")
                            : fmt::format("{} of the mail server", name_of(at))
    );
}

} // namespace basekeeper::smtp
