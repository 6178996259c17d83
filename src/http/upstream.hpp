// One service that requests go to: retried where that is safe, left alone while it does not answer.
#pragma once

#include "http/client.hpp"
#include "http/retry.hpp"
#include "resilience/circuit_breaker.hpp"

#include <string>

namespace basekeeper::http {

struct upstream_rules
{
    retry_settings retry{};
    resilience::circuit_settings circuit{};
};

/// Client, retries and circuit breaker together. Lives on the I/O thread; the client and the clock must outlive it.
class upstream
{
public:
    /// `name` as it stands in errors: `the API of "shop"`.
    upstream(client& through, std::string name, const clock& time, upstream_rules how = {});

    /// As client::send. Repeatable requests (see is_repeatable) are tried again while the other side is away or answers
    /// 429, 502, 503 or 504. Fails with unavailable at once while the circuit is open.
    io::task<result<client_response>> send(client_request what, io::deadline until);

    const resilience::circuit_breaker& circuit() const { return circuit_; }

private:
    io::task<result<client_response>> attempt(client_request what, io::deadline until);

    client& through_;
    const clock& time_;
    upstream_rules how_;
    resilience::circuit_breaker circuit_;
};

} // namespace basekeeper::http
