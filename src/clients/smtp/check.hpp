// Talks to a mail server as if to send a mail, and stops before there is one.
#pragma once

#include "clients/smtp/account.hpp"
#include "io/deadline.hpp"
#include "io/runtime.hpp"
#include "net/peer_certificate.hpp"

#include <optional>
#include <string>
#include <vector>

namespace basekeeper::smtp {

struct smtp_step
{
    std::string name; ///< `banner`, `EHLO`, `STARTTLS`, `TLS`, `AUTH PLAIN`, `MAIL FROM`, `RSET`, `QUIT`
    int code = 0;     ///< of the reply; 0 where there is none
    std::string said; ///< the server's words without credentials, bounded
};

/// A server that takes mail of this account.
struct smtp_report
{
    std::vector<smtp_step> steps;        ///< in the order they were taken
    std::vector<std::string> extensions; ///< of the last EHLO, the server's words
    bool encrypted = false;
    std::string tls_version{};                          ///< `TLSv1.3`
    std::optional<net::peer_certificate> certificate{}; ///< trusted, or there would be no report
    std::string login_method{};                         ///< `PLAIN` or `LOGIN`; empty: no user, no login
};

/// Connects, encrypts (port 465: at once; else by STARTTLS where it is offered), logs in, names the sender and takes it
/// back; no mail is sent. User and password go over encrypted connections with a trusted certificate only, or to this
/// machine. Fails as `check_account` before anything is sent, else with the step, the code of the server and what to
/// do: denied (login, sender, certificate, no encryption), invalid_argument (no mail server there), not_found (no such
/// host), unavailable, timeout, cancelled.
io::task<result<smtp_report>>
check_mail_server(io::executor where, io::offload_pool& threads, smtp_account account, io::deadline until);

} // namespace basekeeper::smtp
