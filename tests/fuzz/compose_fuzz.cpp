// Fuzz target of compose files: any text is read or refused, places are inside it, changes leave a file that says what
// was changed, and the rules come to an end.
#include "stack/compose_file.hpp"
#include "stack/validate.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

void check_places(const basekeeper::yaml::node& n, std::size_t size)
{
    if (n.begin > n.end || n.end > size)
        std::abort();
    for (const auto& item : n.items)
        check_places(item, size);
    for (const auto& [key, value] : n.members) {
        check_places(key, size);
        check_places(value, size);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace basekeeper;
    const std::string text(reinterpret_cast<const char*>(data), size);
    auto file = stack::compose_file::parse(text);
    if (!file)
        return 0;
    check_places(file->root(), size);
    static_cast<void>(stack::validate(
        {.name = "shop",
         .env = "A=1",
         .compose = text,
         .domains = std::vector<stack::configured_domain>{},
         .now = wall_time{std::chrono::seconds{1}}}
    ));
    const auto service = file->services().front().name;
    if (file->set_variable(service, "ADDED", "it's: #1")) {
        const auto* found = file->variable(*file->find(service), "ADDED");
        if (found == nullptr || *found != "it's: #1")
            std::abort();
    }
    static_cast<void>(file->remove({"services", service, "environment"}));
    return 0;
}
