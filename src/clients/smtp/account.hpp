// The mail server of an instance and how to log in there, as the settings of Supabase Auth name it.
#pragma once

#include "base/result.hpp"
#include "crypto/secret.hpp"
#include "net/host_and_port.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace basekeeper::smtp {

struct smtp_account
{
    std::string host;                               ///< SMTP_HOST
    std::uint16_t port = 587;                       ///< SMTP_PORT; 465 is encrypted from the first byte
    std::string user{};                             ///< SMTP_USER; empty: no login
    crypto::secret<> password{};                    ///< SMTP_PASS
    std::string sender{};                           ///< SMTP_ADMIN_EMAIL
    std::filesystem::path certificates{};           ///< PEM file of trusted authorities; empty: those of the machine
    std::optional<net::host_and_port> connect_to{}; ///< instead of what the host resolves to
};

/// Values that can be sent as they are and are not those of an example. Fails with conflict for what the templates and
/// examples of Supabase leave there (`supabase-mail`, `fake_mail_user`, `smtp.example.com`), with invalid_argument for
/// what is no host, port or address, or holds a line break.
result<> check_account(const smtp_account& account);

/// The text without the password, and without user and password in the forms in which they are sent.
std::string redacted(std::string_view text, const smtp_account& account);

} // namespace basekeeper::smtp
