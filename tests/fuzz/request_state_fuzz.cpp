// Feeds texts as request states: none but our own is taken, and a changed one never.
#include "mcp/request_state.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace basekeeper;

/// Flips what the input says in a genuine state.
std::string changed(std::string state, const std::uint8_t* data, std::size_t size)
{
    for (std::size_t i = 0; i + 1 < size; i += 2)
        state[data[i] % state.size()] = static_cast<char>(data[i + 1]);
    return state;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    manual_clock time;
    mcp::request_states states(crypto::secret<std::string>(std::string(32, 'k')), time);
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (states.redeem(text, "someone"))
        std::abort(); // nobody was given this
    const auto genuine =
        states.issue({.answers = {}, .asked = {std::string(text.substr(0, 64))}, .rounds = 1}, "someone");
    const auto other = changed(genuine, data, size);
    // Only the text itself opens, once.
    if (other != genuine && states.redeem(other, "someone"))
        std::abort();
    if (states.redeem(genuine, "someone else") || !states.redeem(genuine, "someone") ||
        states.redeem(genuine, "someone"))
        std::abort();
    return 0;
}
