// One sentence and one next step per kind of failure.
#include "http/client_failure.hpp"

#include "base/text.hpp"
#include "http/client.hpp"

#include <fmt/format.h>

namespace basekeeper::http {
namespace {

constexpr std::size_t most_server_text = 2'048;

std::string next_step(condition c)
{
    switch (c) {
    case condition::denied:
        return "check the key or token of the instance and what it may do";
    case condition::not_found:
        return "check the URL of the instance and the name that was asked for";
    case condition::unavailable:
    case condition::timeout:
        return "try again later; `basekeeper doctor` tells what answers";
    default:
        return "correct what the service complains about";
    }
}

} // namespace

error transfer_failure(CURLcode came_to, std::string_view host, std::string_view said)
{
    switch (came_to) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return {
            condition::unavailable,
            fmt::format("the host name of {} could not be resolved", host),
            "check the spelling of the URL and the DNS of this machine"
        };
    case CURLE_COULDNT_CONNECT:
        return {
            condition::unavailable,
            fmt::format("{} did not accept a connection: {}", host, said),
            "check that the service runs there and that no firewall is in between"
        };
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
        return {
            condition::denied,
            fmt::format("the certificate of {} cannot be trusted: {}", host, said),
            "check the host name, or add the authority that signed it to the trusted ones of this machine"
        };
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
        return {
            condition::denied,
            fmt::format("the key of {} is not the one that is pinned", host),
            "if its certificate was replaced on purpose, pin the key of the new one; else somebody is in between"
        };
    case CURLE_OPERATION_TIMEDOUT:
        return {condition::timeout, fmt::format("{} did not answer in time", host), next_step(condition::timeout)};
    case CURLE_URL_MALFORMAT:
        return {
            condition::invalid_argument,
            "the URL of a request is not one of http or https",
            "write it as https://HOST/PATH"
        };
    case CURLE_TOO_MANY_REDIRECTS:
        return {
            condition::unavailable,
            fmt::format("{} redirected more than five times", host),
            "use the URL at which the service really is"
        };
    case CURLE_ABORTED_BY_CALLBACK:
        return {
            condition::unavailable,
            "the HTTP client was closed while a request was running",
            "the program is shutting down: start it again"
        };
    case CURLE_OUT_OF_MEMORY:
    case CURLE_BAD_FUNCTION_ARGUMENT:
        return {condition::internal, fmt::format("a request could not be made: {}", said), "report this as a bug"};
    default:
        return {
            condition::unavailable,
            fmt::format("the exchange with {} broke off: {}", host, said),
            next_step(condition::unavailable)
        };
    }
}

condition condition_of_status(int status)
{
    switch (status) {
    case 401:
    case 403:
        return condition::denied;
    case 404:
    case 410:
        return condition::not_found;
    case 409:
    case 412:
        return condition::conflict;
    case 408:
    case 504:
        return condition::timeout;
    case 429:
        return condition::unavailable;
    default:
        return status >= 400 && status < 500 ? condition::invalid_argument : condition::unavailable;
    }
}

result<client_response> expect_success(client_response came, std::string_view service)
{
    if (came.status >= 200 && came.status < 300)
        return came;
    const auto c = condition_of_status(came.status);
    error e(c, fmt::format("{} answered with status {}", service, came.status), next_step(c));
    if (came.status < 400)
        e.hint = "use the URL at which the service really is: redirects are not followed";
    e.http_status = came.status;
    const auto text = utf8_prefix(came.body, most_server_text);
    if (is_utf8(text))
        e.server_text = text;
    return fail(std::move(e));
}

} // namespace basekeeper::http
