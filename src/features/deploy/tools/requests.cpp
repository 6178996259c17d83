// Mail comes from the configuration unless a call brings an account of its own.
#include "features/deploy/tools/requests.hpp"

#include "json/text.hpp"

#include <tuple>
#include <utility>

namespace basekeeper::deploy::tools {
namespace {

/// Whether anything of an account was said.
bool names_account(const stack_arguments& in)
{
    return !in.smtp_host.empty() || !in.smtp_user.empty() || !in.smtp_password.empty();
}

result<std::optional<stack::smtp_settings>> account_of(const services& s, const stack_arguments& in)
{
    const bool brought = names_account(in);
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

/// As a draft keeps them.
struct kept_arguments : stack_arguments
{
    static constexpr auto fields = stack_fields<kept_arguments>();
};

template <class T>
void take(T& onto, const T& said, const T& unsaid)
{
    if (said != unsaid)
        onto = said;
}

} // namespace

stack_arguments with_answers(stack_arguments before, const stack_arguments& now)
{
    const stack_arguments unsaid;
    // A mail server is answered as a whole: a password that was given for one is never shown to another.
    if (now.smtp == mail::none || !now.smtp_host.empty())
        before = with_mail_of(std::move(before), unsaid);
    else if (!now.smtp_user.empty())
        before.smtp_password.clear();
    kept_arguments out{std::move(before)};
    const kept_arguments said{now};
    const kept_arguments none{unsaid};
    std::apply(
        [&](const auto&... each) { (take(out.*each.member, said.*each.member, none.*each.member), ...); },
        kept_arguments::fields
    );
    return out;
}

stack_arguments with_mail_of(stack_arguments in, const stack_arguments& other)
{
    in.smtp = other.smtp;
    in.smtp_host = other.smtp_host;
    in.smtp_port = other.smtp_port;
    in.smtp_user = other.smtp_user;
    in.smtp_password = other.smtp_password;
    in.smtp_sender = other.smtp_sender;
    in.smtp_sender_name = other.smtp_sender_name;
    return in;
}

crypto::secret<> to_text(const stack_arguments& in)
{
    std::string out;
    json::encode(out, kept_arguments{in});
    return crypto::secret<>(std::move(out));
}

result<stack_arguments> stack_arguments_from(std::string_view text)
{
    const auto read = TRY(json::read(text));
    if (!read.is_object())
        return fail(condition::internal, "the answers given so far are no object", "begin afresh");
    return TRY(json::decode<kept_arguments>(read.get_object()));
}

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
