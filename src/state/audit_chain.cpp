// The canonical bytes of entries and anchors.
#include "state/audit_chain.hpp"

#include "crypto/bytes.hpp"

#include <algorithm>
#include <limits>

namespace basekeeper::state {

void chain_hasher::start(std::string_view purpose, const crypto::sha256_digest& previous)
{
    input_.clear();
    add(purpose);
    add(previous);
}

void chain_hasher::add(std::int64_t n)
{
    auto bits = static_cast<std::uint64_t>(n);
    for (int i = 0; i < 8; ++i, bits >>= 8U)
        input_ += static_cast<char>(bits & 0xffU);
}

void chain_hasher::add(std::string_view text)
{
    add(static_cast<std::int64_t>(text.size()));
    input_ += text;
}

void chain_hasher::add(const crypto::sha256_digest& digest)
{
    input_ += crypto::text_of(digest);
}

crypto::sha256_digest chain_hasher::of(const crypto::sha256_digest& previous, std::int64_t id, const audit_entry& entry)
{
    start("entry", previous);
    add(id);
    add(stored_time(entry));
    add(std::string_view(entry.principal));
    add(std::string_view(entry.instance));
    add(std::string_view(entry.tool));
    add(entry.argument_digest);
    add(std::string_view(entry.decision));
    add(std::string_view(entry.outcome));
    add(stored_rows(entry));
    add(static_cast<std::int64_t>(entry.duration.count()));
    return crypto::sha256(input_);
}

crypto::sha256_digest chain_hasher::of(const crypto::sha256_digest& previous, const audit_anchor& anchor)
{
    start("anchor", previous);
    add(anchor.number);
    add(anchor.last_id);
    add(anchor.last_hash);
    add(anchor.pruned);
    add(anchor.time_us);
    return crypto::sha256(input_);
}

std::int64_t stored_rows(const audit_entry& entry)
{
    constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
    return static_cast<std::int64_t>(std::min(entry.rows, most));
}

std::int64_t stored_time(const audit_entry& entry)
{
    return entry.time.time_since_epoch().count();
}

} // namespace basekeeper::state
