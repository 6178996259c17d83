// One queue for all streams of a session; a stream knows from which number on it is complete.
#include "transports/http/event_log.hpp"

#include <fmt/format.h>

#include <charconv>

namespace basekeeper::transports {
namespace {

std::optional<std::uint64_t> read_number(std::string_view digits)
{
    std::uint64_t out = 0;
    const auto [stopped, failed] = std::from_chars(digits.begin(), digits.end(), out);
    if (digits.empty() || failed != std::errc{} || stopped != digits.end() ||
        (digits.size() > 1 && digits.front() == '0'))
        return std::nullopt;
    return out;
}

} // namespace

std::string to_text(event_place at)
{
    return fmt::format("{}_{}", at.stream, at.number);
}

std::optional<event_place> read_event_place(std::string_view text)
{
    const auto middle = text.find('_');
    if (middle == std::string_view::npos)
        return std::nullopt;
    const auto stream = read_number(text.substr(0, middle));
    const auto number = read_number(text.substr(middle + 1));
    if (!stream || !number)
        return std::nullopt;
    return event_place{*stream, *number};
}

event_log::~event_log()
{
    shared_.used_bytes -= bytes_;
}

event_place event_log::append(std::uint64_t stream, std::string_view message)
{
    auto& state = streams_[stream];
    const event_place at{stream, state.next++};
    entry one{.at = at, .message = std::string(message)};
    const auto size = size_of(one);
    // What does not fit at all would only push out everything else.
    while (!entries_.empty() && size <= keep_.most_bytes &&
           (bytes_ + size > keep_.most_bytes || entries_.size() >= keep_.most_events ||
            shared_.used_bytes + size > shared_.most_bytes))
        drop_oldest();
    if (size > keep_.most_bytes || shared_.used_bytes + size > shared_.most_bytes) {
        state.first = at.number + 1;
        return at;
    }
    entries_.push_back(std::move(one));
    ++state.kept;
    bytes_ += size;
    shared_.used_bytes += size;
    return at;
}

std::optional<std::vector<const event_log::entry*>> event_log::after(event_place at) const
{
    const auto found = streams_.find(at.stream);
    if (found == streams_.end() || at.number >= found->second.next || at.number + 1 < found->second.first)
        return std::nullopt;
    return from({at.stream, at.number + 1});
}

std::vector<const event_log::entry*> event_log::from(event_place first) const
{
    std::vector<const entry*> out;
    for (const auto& one : entries_)
        if (one.at.stream == first.stream && one.at.number >= first.number)
            out.push_back(&one);
    return out;
}

void event_log::end(std::uint64_t stream)
{
    const auto found = streams_.find(stream);
    if (found == streams_.end())
        return;
    found->second.ended = true;
    if (found->second.kept == 0)
        streams_.erase(found);
}

void event_log::forget(std::uint64_t stream)
{
    std::erase_if(entries_, [&](const entry& one) {
        if (one.at.stream != stream)
            return false;
        account_out(one);
        return true;
    });
    streams_.erase(stream);
}

void event_log::account_out(const entry& e)
{
    bytes_ -= size_of(e);
    shared_.used_bytes -= size_of(e);
}

void event_log::drop_oldest()
{
    const auto& oldest = entries_.front();
    auto& state = streams_[oldest.at.stream];
    state.first = oldest.at.number + 1;
    --state.kept;
    if (state.kept == 0 && state.ended)
        streams_.erase(oldest.at.stream);
    account_out(oldest);
    entries_.pop_front();
}

} // namespace basekeeper::transports
