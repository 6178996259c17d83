// A loop over a list that may lose members while it runs.
#include "transports/http/pulse.hpp"

#include "io/event.hpp"

#include <exception>

namespace basekeeper::transports {

pulse::pulse(io::executor where, const clock& time)
    : time_(time), last_(time.steady()), next_(all_.end()),
      beats_(std::move(where), [](const std::exception_ptr& bug) { std::rethrow_exception(bug); })
{}

void pulse::leave(place at)
{
    if (next_ == at)
        ++next_;
    all_.erase(at);
}

void pulse::start()
{
    beats_.spawn(run());
}

io::task<> pulse::stop()
{
    beats_.cancel_all();
    co_await beats_.join(io::deadline::never());
}

void pulse::beat()
{
    last_ = time_.steady();
    for (next_ = all_.begin(); next_ != all_.end();) {
        auto* one = *next_;
        ++next_;
        one->beat(last_);
    }
}

io::task<> pulse::run()
{
    while (co_await io::sleep(std::chrono::seconds{1}))
        beat();
}

} // namespace basekeeper::transports
