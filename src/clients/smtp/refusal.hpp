// From what a mail server refuses to an error with the next step; included by the sources of this module only.
#pragma once

#include "clients/smtp/account.hpp"
#include "clients/smtp/reply.hpp"

namespace basekeeper::smtp {

/// The steps of the conversation in which a server can refuse.
enum class step
{
    connect,
    tls,
    banner,
    hello,
    starttls,
    login,
    sender,
    reset,
    quit
};

/// As it stands in reports: `connect`, `TLS`, `banner`, `EHLO`, `STARTTLS`, `AUTH`, `MAIL FROM`, `RSET`, `QUIT`.
std::string_view name_of(step s) noexcept;

/// The server said no.
error refusal(step at, const reply& said, const smtp_account& account);

/// The connection itself failed in that step; the kind of failure stays.
error broken_off(step at, error why, const smtp_account& account);

} // namespace basekeeper::smtp
