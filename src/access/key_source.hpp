// The keys of those who sign tokens: read from where they are published, kept, renewed, never lost.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/jwk.hpp"
#include "io/event.hpp"
#include "io/runtime.hpp"
#include "io/task.hpp"
#include "log/logger.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace basekeeper::access {

/// Gives the text of a JWK set, or why not.
using key_text_source = std::function<io::task<result<std::string>>(io::deadline)>;

/// Gets a URL; given by whoever owns an HTTP client. Bounded in time by the deadline; must not follow redirects to
/// another host, and should bound the answer by `crypto::max_key_set_bytes`.
using fetch_text = std::function<io::task<result<std::string>>(std::string url, io::deadline)>;

/// What `auth.jwks` says: the JWK set itself, the path of a file (read on the pool, which must outlive the source), or
/// a URL for `fetch`. Without `fetch` a URL is unavailable.
key_text_source keys_at(std::string place, io::offload_pool& pool, fetch_text fetch);

struct key_source_rules
{
    std::chrono::seconds fresh_for{600};    ///< after this the next token renews the keys
    std::chrono::seconds at_most_every{30}; ///< attempts, whatever their outcome
    std::chrono::seconds patience{5};       ///< for one attempt
};

/// Lives on the I/O thread. One attempt at a time; who comes meanwhile waits for its outcome.
class key_source
{
public:
    using keys = std::shared_ptr<const crypto::key_set>;

    key_source(key_source_rules rules, key_text_source read, io::executor where, log::logger& log, const clock& time);

    /// The keys, read at first use and when they are no longer fresh. When reading fails the old ones stay, which is
    /// logged; unavailable when there are none.
    io::task<result<keys>> current(io::deadline until);

    /// For a token whose key is not among `known`: the keys after another attempt, unless one was made only just now or
    /// others have brought newer ones meanwhile.
    io::task<result<keys>> newer_than(keys known, io::deadline until);

private:
    bool may_try() const;
    io::task<> try_once();
    io::task<result<>> settle(io::deadline until);

    key_source_rules rules_;
    key_text_source read_;
    log::logger& log_;
    const clock& time_;
    keys keys_; // shared with the verifications that run
    steady_time read_at_{};
    std::optional<steady_time> tried_at_;
    bool trying_ = false;
    io::event tried_;
};

} // namespace basekeeper::access
