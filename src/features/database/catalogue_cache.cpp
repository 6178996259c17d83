// A list of what was asked in the last seconds.
#include "features/database/catalogue_cache.hpp"

#include <algorithm>

namespace basekeeper::database {

void catalogue_cache::drop(std::list<entry>::iterator which)
{
    bytes_ -= which->bytes;
    entries_.erase(which);
}

const kept_page* catalogue_cache::find(const std::string& instance, std::string_view question)
{
    const auto now = time_.steady();
    while (!entries_.empty() && entries_.front().until <= now)
        drop(entries_.begin());
    const auto found = std::ranges::find_if(entries_, [&](const entry& e) {
        return e.instance == instance && e.question == question;
    });
    return found == entries_.end() ? nullptr : &found->page;
}

std::uint64_t catalogue_cache::changes(const std::string& instance) const
{
    const auto found = changes_.find(instance);
    return found == changes_.end() ? 0 : found->second;
}

void catalogue_cache::keep(
    const std::string& instance, std::string question, std::uint64_t changes_then, kept_page page
)
{
    if (changes(instance) != changes_then || find(instance, question) != nullptr)
        return;
    std::size_t bytes = instance.size() + question.size() + sizeof(entry);
    for (const auto& item : page.items)
        bytes += item.size() + sizeof(std::string);
    if (bytes > most_bytes_ / 4)
        return;
    while (bytes_ + bytes > most_bytes_)
        drop(entries_.begin());
    bytes_ += bytes;
    entries_.push_back({instance, std::move(question), std::move(page), bytes, time_.steady() + keep_});
}

void catalogue_cache::forget(const std::string& instance)
{
    ++changes_[instance];
    for (auto at = entries_.begin(); at != entries_.end();) {
        const auto next = std::next(at);
        if (at->instance == instance)
            drop(at);
        at = next;
    }
}

} // namespace basekeeper::database
