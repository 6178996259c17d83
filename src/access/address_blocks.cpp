// Counting failures, and keeping the list of blocks in step with the store.
#include "access/address_blocks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace basekeeper::access {

address_blocks::address_blocks(
    block_rules rules, block_store store, io::executor where, log::logger& log, const clock& time
)
    : rules_(rules), store_(std::move(store)), log_(log), time_(time), something_to_write_(std::move(where))
{}

std::optional<address_blocks::blocked> address_blocks::find(std::string_view address) const
{
    const auto found = blocked_.find(address);
    if (found == blocked_.end())
        return std::nullopt;
    if (!found->second.until)
        return blocked{std::nullopt};
    const auto left = *found->second.until - time_.wall();
    if (left <= left.zero())
        return std::nullopt;
    return blocked{std::chrono::ceil<std::chrono::seconds>(left)};
}

std::size_t address_blocks::size() const
{
    const auto now = time_.wall();
    return static_cast<std::size_t>(std::ranges::count_if(blocked_, [now](const auto& one) {
        return !one.second.until || *one.second.until > now;
    }));
}

address_blocks::failures& address_blocks::watched(std::string_view address)
{
    const auto now = time_.steady();
    if (const auto known = watched_.find(address); known != watched_.end()) {
        order_.splice(order_.begin(), order_, known->second);
        auto& by = order_.front();
        if (now - by.since >= rules_.window) {
            by.count = 0;
            by.since = now;
        }
        return by;
    }
    if (order_.size() >= std::max<std::size_t>(rules_.most_watched, 1)) {
        watched_.erase(order_.back().address);
        order_.pop_back();
    }
    order_.push_front({.address = std::string(address), .count = 0, .since = now});
    watched_.emplace(order_.front().address, order_.begin());
    return order_.front();
}

void address_blocks::failed(std::string_view address)
{
    if (address.empty() || rules_.after_failures == 0 || find(address))
        return;
    auto& by = watched(address);
    if (++by.count < rules_.after_failures)
        return;
    block(by);
    by.count = 0;
}

void address_blocks::block(const failures& by)
{
    ++times_blocked_;
    const auto now = time_.wall();
    state::blocked_address made{
        .address = by.address,
        .until = now + rules_.lasting,
        .reason = fmt::format("{} refused credentials", by.count),
        .created_at = now
    };
    log_.warning(
        "an address is blocked: its credentials were refused too often",
        {{"address", by.address}, {"until", to_rfc3339(*made.until)}}
    );
    blocked_.insert_or_assign(made.address, made);
    unwritten_.push_back(std::move(made));
    something_to_write_.set();
}

io::task<result<>> address_blocks::synchronise()
{
    while (!unwritten_.empty()) {
        auto next = unwritten_.front();
        const auto written = co_await store_.put(std::move(next));
        if (!written)
            co_return std::unexpected(written.error());
        unwritten_.erase(unwritten_.begin());
    }
    auto all = co_await store_.list(time_.wall());
    if (!all)
        co_return std::unexpected(std::move(all).error());
    std::map<std::string, state::blocked_address, std::less<>> fresh;
    for (auto& one : *all)
        fresh.insert_or_assign(one.address, std::move(one));
    for (const auto& one : unwritten_) // blocked while the store was read
        fresh.insert_or_assign(one.address, one);
    blocked_ = std::move(fresh);
    co_return result<>{};
}

io::task<> address_blocks::keep_synchronised()
{
    bool worked = true;
    for (;;) {
        something_to_write_.reset();
        const auto done = co_await synchronise();
        if (!done && done.error().code == condition::cancelled)
            co_return;
        if (!done && worked)
            log_.warning("the list of blocked addresses could not be kept", {{"error", done.error().message}});
        worked = done.has_value();
        if (co_await io::was_cancelled()) // the store may have been at work then
            co_return;
        const auto told = co_await something_to_write_.wait(io::deadline::after(rules_.reread_every));
        if (!told && told.error().code != condition::timeout)
            co_return;
    }
}

} // namespace basekeeper::access
