// Writes, ends and resumes streams in any order: what is given back is complete, in order, and within the bounds.
#include "transports/http/event_log.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace basekeeper::transports;

void require(bool holds)
{
    if (!holds)
        std::abort();
}

/// All that was ever written, without bounds.
using memory = std::map<std::uint64_t, std::vector<std::string>>;

void check_resume(const event_log& log, const memory& all, event_place seen)
{
    const auto events = log.after(seen);
    if (!events)
        return;
    const auto& written = all.at(seen.stream); // what was never written cannot be resumed
    require(seen.number < written.size());
    auto next = seen.number + 1;
    for (const auto* one : *events) {
        require(one->at == event_place{seen.stream, next} && one->message == written.at(next));
        ++next;
    }
    require(next == written.size()); // nothing was left out without saying so
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto place = read_event_place(text))
        require(to_text(*place) == text);

    log_budget budget{.most_bytes = 8'192};
    event_log log({.most_bytes = 4'096, .most_events = 24}, budget);
    event_log neighbour({}, budget);
    memory all;
    for (std::size_t i = 0; i + 2 < size; i += 3) {
        const std::uint64_t stream = data[i + 1] % 4;
        switch (data[i] % 5) {
        case 0:
        case 1: {
            const auto at = log.append(stream, text.substr(i, data[i + 2]));
            auto& written = all[stream];
            require(at.number == written.size());
            written.emplace_back(text.substr(i, data[i + 2]));
            break;
        }
        case 2:
            check_resume(log, all, {stream, data[i + 2]});
            break;
        case 3:
            neighbour.append(stream, text.substr(i, data[i + 2] * std::size_t{4}));
            break;
        default:
            check_resume(log, all, {stream, all[stream].empty() ? 0 : all[stream].size() - 1});
        }
        require(log.bytes() <= 4'096 && budget.used_bytes <= 8'192);
    }
    return 0;
}
