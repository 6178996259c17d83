// What a session has sent in events and may have to send again: bounded, oldest out first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::transports {

/// Bytes that the logs of all sessions may hold together. Shared; outlives the logs.
struct log_budget
{
    std::size_t most_bytes = std::size_t{32} << 20U;
    std::size_t used_bytes = 0;
};

/// The place of an event: which stream of the session, and its number there, from 0.
struct event_place
{
    std::uint64_t stream = 0;
    std::uint64_t number = 0;

    friend bool operator==(const event_place&, const event_place&) = default;
};

/// `7_3`: stream 7, event 3. Unique in its session.
std::string to_text(event_place at);

/// Nothing for a text that we never send.
std::optional<event_place> read_event_place(std::string_view text);

/// The events of one session.
class event_log
{
public:
    struct limits
    {
        std::size_t most_bytes = std::size_t{256} << 10U;
        std::size_t most_events = 512;
    };

    /// An event that is kept. `message` is empty for one that only told its id.
    struct entry
    {
        event_place at;
        std::string message;
    };

    event_log(limits keep, log_budget& shared) : keep_(keep), shared_(shared) {}

    ~event_log();
    event_log(const event_log&) = delete;
    event_log& operator=(const event_log&) = delete;

    /// Notes the next event of a stream. What is too big to be kept leaves a gap.
    event_place append(std::uint64_t stream, std::string_view message);

    /// The events of the stream after that one, oldest first; valid until the next change. Nothing when the stream is
    /// not known, never sent that event, or has events after it that are not kept any more.
    std::optional<std::vector<const entry*>> after(event_place at) const;

    /// What is kept of a stream from that number on, oldest first; valid until the next change.
    std::vector<const entry*> from(event_place first) const;

    /// The stream will have no more events: it is remembered as long as any of them is kept.
    void end(std::uint64_t stream);

    /// Drops what is kept of a stream.
    void forget(std::uint64_t stream);

    std::size_t bytes() const { return bytes_; }

private:
    struct stream_state
    {
        std::uint64_t next = 0;  ///< number of the next event
        std::uint64_t first = 0; ///< oldest number from which on everything is kept
        std::size_t kept = 0;
        bool ended = false;
    };

    void drop_oldest();
    void account_out(const entry& e);

    static std::size_t size_of(const entry& e) { return e.message.size() + sizeof(entry); }

    limits keep_;
    log_budget& shared_;
    std::deque<entry> entries_;
    std::map<std::uint64_t, stream_state> streams_;
    std::size_t bytes_ = 0;
};

} // namespace basekeeper::transports
