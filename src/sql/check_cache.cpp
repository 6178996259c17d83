// The cache of checks.
#include "sql/check_cache.hpp"

#include <algorithm>

namespace basekeeper::sql {
namespace {

constexpr std::size_t node_overhead = 256; // list node, map node, strings' headers

std::size_t size_of(const read_verdict& verdict)
{
    std::size_t size = sizeof verdict + verdict.reason.capacity();
    for (const auto* names : {&verdict.functions, &verdict.relations, &verdict.types})
        for (const auto& name : *names)
            size += sizeof name + name.schema.capacity() + name.name.capacity();
    for (const auto* words : {&verdict.shadowable, &verdict.operators})
        for (const auto& word : *words)
            size += sizeof(std::string) + word.capacity();
    return size;
}

} // namespace

check_cache::check_cache(std::size_t max_entries, std::size_t max_bytes)
    : max_entries_(std::max<std::size_t>(max_entries, 1)), max_bytes_(max_bytes)
{}

const read_verdict& check_cache::check_read(std::string_view text)
{
    auto& found = find_or_make(text);
    if (!found.read) {
        found.read = sql::check_read(text);
        account(found);
    }
    return *found.read;
}

const statement_effect& check_cache::classify(std::string_view text)
{
    auto& found = find_or_make(text);
    if (!found.effect) {
        found.effect = sql::classify(text);
        account(found);
    }
    return *found.effect;
}

check_cache::entry& check_cache::find_or_make(std::string_view text)
{
    if (text.size() > max_bytes_ / 4)
        return oversized_ = {};
    if (const auto known = by_text_.find(text); known != by_text_.end()) {
        recent_.splice(recent_.begin(), recent_, known->second);
        return recent_.front();
    }
    recent_.push_front({std::string(text)});
    by_text_.emplace(recent_.front().text, recent_.begin());
    return recent_.front();
}

void check_cache::account(entry& changed)
{
    if (&changed == &oversized_)
        return;
    bytes_ -= changed.bytes;
    changed.bytes = node_overhead + changed.text.size();
    if (changed.read)
        changed.bytes += size_of(*changed.read);
    if (changed.effect)
        for (const auto* names : {&changed.effect->relations, &changed.effect->targets})
            for (const auto& name : *names)
                changed.bytes += sizeof name + name.schema.capacity() + name.name.capacity();
    if (changed.effect)
        changed.bytes += sizeof(statement_effect) + changed.effect->kind.size() + changed.effect->summary.size() +
                         changed.effect->outlasts.size() + changed.effect->keeps_code.size();
    bytes_ += changed.bytes;
    // The newest entry is the caller's answer and stays, even when it alone is over the bound.
    while (recent_.size() > 1 && (recent_.size() > max_entries_ || bytes_ > max_bytes_)) {
        bytes_ -= recent_.back().bytes;
        by_text_.erase(recent_.back().text);
        recent_.pop_back();
    }
}

} // namespace basekeeper::sql
