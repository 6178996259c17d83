// Mail comes from the configuration unless a call brings an account of its own.
#include "features/deploy/tools/requests.hpp"

namespace basekeeper::deploy::tools {
namespace {

result<std::optional<stack::smtp_settings>> account_of(const services& s, const stack_arguments& in)
{
    const bool brought = !in.smtp_host.empty() || !in.smtp_user.empty() || !in.smtp_password.empty();
    if (brought && in.smtp == mail::none)
        return fail(
            condition::invalid_argument,
            "smtp: it is none, and yet there are arguments of a mail server",
            "leave smtp_host, smtp_user and smtp_password out, or set smtp to given"
        );
    if (in.smtp == mail::given || brought) {
        if (in.smtp_host.empty() || in.smtp_sender.empty())
            return fail(
                condition::invalid_argument,
                in.smtp_host.empty() ? "smtp_host: it is missing" : "smtp_sender: it is missing",
                "give host, port, user, password and sender of the mail server, or smtp=none"
            );
        return stack::smtp_settings{
            .host = in.smtp_host,
            .port = in.smtp_port,
            .user = in.smtp_user,
            .password = crypto::secret<>(in.smtp_password),
            .sender_address = in.smtp_sender,
            .sender_name = in.smtp_sender_name
        };
    }
    if (in.smtp == mail::none || s.smtp.host->empty())
        return std::nullopt;
    return stack::smtp_settings{
        .host = *s.smtp.host,
        .port = static_cast<std::uint16_t>(*s.smtp.port),
        .user = *s.smtp.user,
        .password = *s.smtp.password,
        .sender_address = *s.smtp.sender,
        .sender_name = *s.smtp.sender_name
    };
}

} // namespace

result<stack_request> request_of(const services& s, const stack_arguments& in)
{
    return stack_request{
        .server = in.server,
        .name = in.name,
        .domain = in.domain,
        .project = in.project,
        .environment = in.environment,
        .site_url = in.site_url,
        .versions = in.versions,
        .variables = in.variables,
        .remote_server_id = in.remote_server_id,
        .smtp = TRY(account_of(s, in))
    };
}

} // namespace basekeeper::deploy::tools
