// The arguments that describe a new stack, for every tool that makes one.
#pragma once

#include "features/deploy/tools/tools.hpp"
#include "mcp/call.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace basekeeper::deploy::tools {

enum class mail
{
    configured, ///< the account in [smtp] of the configuration, when there is one
    given,      ///< the one in the arguments
    none
};
BOOST_DESCRIBE_ENUM(mail, configured, given, none)

/// As stack_request; flat, as people and models write it.
struct stack_arguments
{
    std::string server;
    std::string name;
    std::string domain;
    std::string project;
    std::string environment;
    std::string site_url;
    mail smtp = mail::configured;
    std::string smtp_host;
    std::uint16_t smtp_port = 587;
    std::string smtp_user;
    std::string smtp_password;
    std::string smtp_sender;
    std::string smtp_sender_name;
    std::vector<std::string> versions;
    std::vector<std::string> variables;
    std::string remote_server_id;
};

/// Answers given before, overlaid by those given now. A mail server, or `smtp=none`, takes the place of all that was
/// said of mail before.
stack_arguments with_answers(stack_arguments before, const stack_arguments& now);

/// Those of one call with the mail of another.
stack_arguments with_mail_of(stack_arguments in, const stack_arguments& other);

/// What `with_answers` takes up again: all of them as JSON, which may hold a password.
crypto::secret<> to_text(const stack_arguments& in);
result<stack_arguments> stack_arguments_from(std::string_view text);

/// The fields of `stack_arguments` for a struct that is derived from it.
template <class Args>
constexpr auto stack_fields()
{
    return std::tuple{
        json::optional("server", &Args::server, "When there are several."),
        json::optional("name", &Args::name, "a-z, 0-9, hyphens, at most 32.", {0, 200}),
        json::optional("domain", &Args::domain, "Whose DNS leads to the server.", {0, 253}),
        json::optional("project", &Args::project),
        json::optional("environment", &Args::environment),
        json::optional("site_url", &Args::site_url),
        json::optional("smtp", &Args::smtp),
        json::optional("smtp_host", &Args::smtp_host),
        json::optional("smtp_port", &Args::smtp_port),
        json::optional("smtp_user", &Args::smtp_user),
        json::optional("smtp_password", &Args::smtp_password, "Better in [smtp] of the configuration."),
        json::optional("smtp_sender", &Args::smtp_sender),
        json::optional("smtp_sender_name", &Args::smtp_sender_name),
        json::optional("versions", &Args::versions, "SERVICE=TAG each.", {0, 50}),
        json::optional("variables", &Args::variables, "NAME=VALUE each.", {0, 200}),
        json::optional("remote_server_id", &Args::remote_server_id),
    };
}

/// Fails with invalid_argument when the arguments of mail contradict each other.
result<stack_request> request_of(const services& s, const stack_arguments& in);

} // namespace basekeeper::deploy::tools
