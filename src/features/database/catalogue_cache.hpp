// Pages of list_tables and get_schema that were asked for a moment ago; a change made through us forgets them.
#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::database {

/// Objects as the server described them, and where the next page begins.
struct kept_page
{
    std::vector<std::string> items;
    std::optional<std::string> next_cursor;
};

/// Bounded in bytes and in time: what others change is seen when `keep` has passed. One owner, one thread.
class catalogue_cache
{
public:
    explicit catalogue_cache(
        const clock& time,
        std::chrono::milliseconds keep = std::chrono::seconds{5},
        std::size_t most_bytes = std::size_t{4} << 20U
    )
        : time_(time), keep_(keep), most_bytes_(most_bytes)
    {}

    /// Null when there is none, or none young enough. Valid until the next call.
    const kept_page* find(const std::string& instance, std::string_view question);

    /// Which changes an answer that is asked for now will have seen; for keep().
    std::uint64_t changes(const std::string& instance) const;

    /// Keeps an answer, unless a change began or ended since it was asked for.
    void keep(const std::string& instance, std::string question, std::uint64_t changes_then, kept_page page);

    /// Forgets the pages of an instance.
    void forget(const std::string& instance);

    std::size_t bytes() const { return bytes_; }

    /// Forgets when it begins and when it ends: around work that may change the catalogue.
    class change
    {
    public:
        change(catalogue_cache& of, std::string instance) : of_(of), instance_(std::move(instance))
        {
            of_.forget(instance_);
        }

        ~change() { of_.forget(instance_); }

        change(const change&) = delete;
        change& operator=(const change&) = delete;

    private:
        catalogue_cache& of_;
        std::string instance_;
    };

private:
    struct entry
    {
        std::string instance;
        std::string question;
        kept_page page;
        std::size_t bytes;
        steady_time until;
    };

    void drop(std::list<entry>::iterator which);

    const clock& time_;
    std::chrono::milliseconds keep_;
    std::size_t most_bytes_;
    std::size_t bytes_ = 0;
    std::list<entry> entries_; ///< oldest first: few, for they live for seconds
    std::map<std::string, std::uint64_t> changes_;
};

} // namespace basekeeper::database
