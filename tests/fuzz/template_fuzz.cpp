// Fuzz target of templates: any text is read or refused, and what is read can be filled in within bounds.
#include "stack/blueprint.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace basekeeper;
    const auto read = stack::read_blueprint({reinterpret_cast<const char*>(data), size});
    if (!read)
        return 0;
    const auto filled =
        stack::fill_in(*read, {.project = "shop", .now = wall_time{std::chrono::seconds{1'800'000'000}}});
    if (filled && (filled->env.size() != read->env.size() || filled->mounts.size() != read->mounts.size()))
        std::abort();
    return 0;
}
