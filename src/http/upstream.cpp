// An attempt reports to the breaker; the loop around it is the retry's.
#include "http/upstream.hpp"

#include "crypto/random.hpp"

#include <span>
#include <utility>

namespace basekeeper::http {
namespace {

/// Every client must draw other pauses than the others that failed at the same time.
std::uint64_t fresh_seed()
{
    std::uint64_t seed = 0;
    crypto::random_bytes(std::as_writable_bytes(std::span(&seed, 1)));
    return seed;
}

/// 502, 503 and 504 come from a proxy before a service that is away.
bool is_away(int status)
{
    return status == 502 || status == 503 || status == 504;
}

} // namespace

upstream::upstream(client& through, std::string name, const clock& time, upstream_rules how)
    : through_(through), time_(time), how_(how), circuit_(std::move(name), time, how.circuit)
{}

io::task<result<client_response>> upstream::attempt(client_request what, io::deadline until)
{
    auto pass = CO_TRY(circuit_.admit());
    auto came = co_await through_.send(std::move(what), until);
    if (came && is_away(came->status))
        pass.failed(condition::unavailable);
    else if (came)
        pass.succeeded();
    // A request that was refused before it left tells nothing of the service.
    else if (came.error().code != condition::invalid_argument)
        pass.failed(came.error().code);
    co_return came;
}

io::task<result<client_response>> upstream::send(client_request what, io::deadline until)
{
    if (!is_repeatable(what))
        co_return co_await attempt(std::move(what), until);
    // An open circuit is told at once; only what fails on the way is tried again.
    if (auto may = circuit_.admit(); !may)
        co_return fail(std::move(may).error());
    const auto once_more = [this, &what, until]() { return attempt(what, until); };
    co_return co_await with_retries(once_more, {how_.retry, fresh_seed()}, time_, until);
}

} // namespace basekeeper::http
