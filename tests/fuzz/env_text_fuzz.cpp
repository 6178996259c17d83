// Fuzz target of env texts: any text has a reading, changes keep all other values, and masks hide.
#include "env_text/document.hpp"
#include "env_text/shown.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace basekeeper;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    auto document = env_text::document::parse(text);
    if (!document)
        return 0;
    const auto length = document->text().reveal().size();
    std::size_t behind = 0;
    for (const auto& one : document->assignments()) {
        if (one.begin < behind || one.name_begin < one.begin || one.name_end <= one.name_begin ||
            one.value_begin < one.name_end || one.value_end < one.value_begin || one.end < one.value_end ||
            one.end > length)
            std::abort();
        behind = one.end;
    }
    static_cast<void>(document->findings());
    if (env_text::masked(*document, [](std::string_view) { return true; }).size() > 5 * length + 4)
        std::abort(); // something was shown twice
    static_cast<void>(env_text::masked(*document, [](std::string_view) { return false; }));

    // The text itself as a value, and its own names gone.
    auto expected = document->values();
    const crypto::secret<> value{std::string(text.substr(0, 64))};
    expected.insert_or_assign("A", value);
    if (document->merge({{"A", value}}) && document->values() != expected)
        std::abort();
    if (document->remove("A") && document->find("A") != nullptr)
        std::abort();
    return 0;
}
