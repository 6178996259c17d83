// Addresses that are kept out: by hand, and for a while after their credentials were refused too often.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "io/event.hpp"
#include "io/task.hpp"
#include "log/logger.hpp"
#include "state/blocked_addresses.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace basekeeper::access {

struct block_rules
{
    std::uint64_t after_failures = 20; ///< 0: never
    std::chrono::seconds window{300};  ///< within which failures count
    std::chrono::seconds lasting{900};
    std::size_t most_watched = 10'000;    ///< addresses with failures; the least recent is forgotten
    std::chrono::seconds reread_every{5}; ///< how soon a command of another process takes effect
};

/// Where blocks are kept; see access/records.hpp.
struct block_store
{
    std::function<io::task<result<std::vector<state::blocked_address>>>(wall_time now)> list;
    std::function<io::task<result<>>(state::blocked_address)> put;
};

/// Lives on the I/O thread. Addresses are those of `address_of`; the empty one, a Unix socket, is never blocked.
class address_blocks
{
public:
    address_blocks(block_rules rules, block_store store, io::executor where, log::logger& log, const clock& time);

    struct blocked
    {
        std::optional<std::chrono::seconds> wait; ///< until it is over; nothing: until it is removed
    };

    std::optional<blocked> find(std::string_view address) const;

    /// How many addresses are kept out now, by hand or by their failures.
    std::size_t size() const;

    /// How often an address was blocked for its failures since the start.
    std::uint64_t times_blocked() const { return times_blocked_; }

    /// Counts one refused credential. The address is blocked at once when it was one too many.
    void failed(std::string_view address);

    /// Writes new blocks to the store and reads those of others. What the store no longer has is open again. When the
    /// store fails, what is known stays.
    io::task<result<>> synchronise();

    /// Does that every few seconds, and at once when an address was blocked, until cancelled. Spawn it in a nursery.
    io::task<> keep_synchronised();

private:
    struct failures
    {
        std::string address;
        std::uint64_t count = 0;
        steady_time since{};
    };

    using recency = std::list<failures>; // the most recent first

    failures& watched(std::string_view address);
    void block(const failures& by);

    block_rules rules_;
    block_store store_;
    log::logger& log_;
    const clock& time_;
    recency order_;
    std::unordered_map<std::string_view, recency::iterator> watched_; // keys are views into `order_`
    std::map<std::string, state::blocked_address, std::less<>> blocked_;
    std::vector<state::blocked_address> unwritten_;
    std::uint64_t times_blocked_ = 0;
    io::event something_to_write_;
};

} // namespace basekeeper::access
