// Any text as configuration file: read it, describe it, and never show a secret.
#include "config/read.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

using namespace basekeeper;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    config::inputs in;
    in.file = config::document{{reinterpret_cast<const char*>(data), size}, "fuzz.toml"};
    in.environment["HOME"] = "/home/ada";
    in.environment["SUPABASE_SERVICE_ROLE_KEY"] = "hunter2-hunter2";
    const auto got = config::read(in);
    if (!got) {
        if (got.error().code != condition::invalid_argument || got.error().hint.empty())
            std::abort();
        return 0;
    }
    for (const auto& line : config::describe(*got))
        if (line.value.find("hunter2-hunter2") != std::string::npos)
            std::abort();
    return 0;
}
