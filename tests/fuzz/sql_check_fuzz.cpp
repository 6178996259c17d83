// Fuzz target of the SQL checks: any bytes must give an answer, and the answers must agree with each other.
#include "sql/check_read.hpp"
#include "sql/classify.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    namespace sql = basekeeper::sql;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto statements = sql::parse(text);
    const auto read = sql::check_read(text);
    const auto effect = sql::classify(text);

    if (statements)
        for (const auto& statement : statements->statements)
            if (statement.begin > statement.end || statement.end > size)
                std::abort();
    const bool one = statements && statements->statements.size() == 1;
    if (!one && read.verdict != sql::verdict::refused)
        std::abort();
    if ((read.verdict == sql::verdict::harmless) != read.reason.empty())
        std::abort();
    if (effect.plain_read && (effect.effect != sql::effect::reads || read.verdict != sql::verdict::harmless))
        std::abort();
    if (read.verdict == sql::verdict::harmless && effect.effect != sql::effect::reads)
        std::abort();
    return 0;
}
