// The one rule of where to listen.
#include "access/listening.hpp"

#include <fmt/format.h>

namespace basekeeper::access {

result<> listening_allowed(reach where, const config::settings& settings)
{
    if (where != reach::beyond || *settings.auth.mode == config::auth_mode::required)
        return {};
    return fail(
        condition::denied,
        fmt::format(
            "listening on {} without authorization would let everybody who reaches it work on your databases",
            *settings.http.listen
        ),
        "run `basekeeper key create NAME --scope database:read` and set auth.mode to \"required\" (or "
        "BASEKEEPER_AUTH_MODE=required), or listen on 127.0.0.1 or unix:/path instead"
    );
}

} // namespace basekeeper::access
