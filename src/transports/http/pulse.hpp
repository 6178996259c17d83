// The slow clock of open answers: one beat a second for all of them, instead of a timer each.
#pragma once

#include "base/clock.hpp"
#include "io/nursery.hpp"

#include <cstddef>
#include <list>

namespace basekeeper::transports {

/// Something that is looked at once a second. Called on the I/O thread; must not wait.
class pulsed
{
public:
    virtual ~pulsed() = default;
    virtual void beat(steady_time now) = 0;
};

/// Beats while it is started. Those who listen leave before they are destroyed; leaving during a beat is fine.
class pulse
{
public:
    pulse(io::executor where, const clock& time);

    using place = std::list<pulsed*>::iterator;

    place join(pulsed& one) { return all_.insert(all_.end(), &one); }

    void leave(place at);

    std::size_t size() const { return all_.size(); }

    /// The time of the last beat: now, but for a second.
    steady_time now() const { return last_; }

    void start();
    io::task<> stop();

    /// One beat, for tests.
    void beat();

private:
    io::task<> run();

    const clock& time_;
    steady_time last_;
    std::list<pulsed*> all_;
    std::list<pulsed*>::iterator next_; // of the beat that goes on
    io::nursery beats_;
};

} // namespace basekeeper::transports
