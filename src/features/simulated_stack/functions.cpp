// The router of edge functions and the function that every new stack comes with.
#include "features/simulated_stack/small_services.hpp"

#include <fmt/format.h>

namespace basekeeper::simulated_stack {
namespace {

answer told(int status, std::string_view text)
{
    return json_answer(status, boost::json::object{{"msg", text}});
}

} // namespace

void functions_service::start(const env_text::values& in_effect)
{
    values_ = in_effect;
    keys_ = token_keys::of_secret_and_set(in_effect, "JWT_JWKS");
}

answer functions_service::respond(const call& what) const
{
    if (variable(values_, "FUNCTIONS_VERIFY_JWT") == "true") {
        const auto state = keys_.read(what.token(), time_.wall()).state;
        if (state == token_state::absent)
            return told(401, "Error: Missing authorization header");
        if (state != token_state::good)
            return told(401, "Invalid JWT");
    }
    const auto parts = path_parts(what.path);
    if (parts.empty())
        return told(400, "missing function name in request");
    if (parts.front() != "hello")
        return told(
            500,
            fmt::format(
                "InvalidWorkerCreation: worker boot error: could not find an appropriate entrypoint in {}",
                parts.front()
            )
        );
    return json_answer(200, "Hello from Edge Functions!");
}

} // namespace basekeeper::simulated_stack
