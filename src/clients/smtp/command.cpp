// One line per command, never two.
#include "clients/smtp/command.hpp"

#include "crypto/encoding.hpp"

#include <fmt/format.h>

#include <span>

namespace basekeeper::smtp {

result<crypto::secret<>> command_line(const crypto::secret<>& words, std::size_t most)
{
    const auto& text = words.reveal();
    constexpr std::string_view forbidden("\r\n\0", 3);
    if (text.find_first_of(forbidden) != std::string::npos)
        return fail(
            condition::invalid_argument,
            "a command for the mail server holds a line break",
            "remove it from the settings"
        );
    if (text.size() + 2 > most)
        return fail(
            condition::invalid_argument,
            fmt::format("a command for the mail server is longer than {} bytes", most),
            "shorten user, password or sender"
        );
    return crypto::secret<>::filled_by([&](std::string& line) {
        line.reserve(text.size() + 2);
        line = text;
        line += "\r\n";
    });
}

crypto::secret<> base64(const crypto::secret<>& text)
{
    return crypto::secret<>(crypto::to_base64(std::as_bytes(std::span(text.reveal()))));
}

crypto::secret<> plain_login(const smtp_account& account)
{
    const auto message = crypto::secret<>::filled_by([&](std::string& into) {
        into.reserve(account.user.size() + account.password.reveal().size() + 2);
        into += '\0';
        into += account.user;
        into += '\0';
        into += account.password.reveal();
    });
    return base64(message);
}

} // namespace basekeeper::smtp
