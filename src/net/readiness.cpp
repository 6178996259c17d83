// Readiness by Asio's reactor.
#include "net/readiness.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>

namespace basekeeper::net {

namespace asio = boost::asio;
using kind = asio::posix::descriptor_base::wait_type;

struct readiness::state
{
    /// Takes the socket once the reactor has: when it refuses, `watched` closes it.
    state(const io::executor& where, open_socket& watched) : socket(where, watched.get()) { watched.release(); }

    struct one_way
    {
        std::function<void()> tell;
        bool waiting = false;
    };

    static void wait(const std::shared_ptr<state>& self, kind what, one_way state::* way)
    {
        auto& mine = (*self).*way;
        if (std::exchange(mine.waiting, true))
            return;
        self->socket.async_wait(what, [self, way](boost::system::error_code) {
            ((*self).*way).waiting = false;
            fire((*self).*way);
        });
    }

    static void fire(one_way& way)
    {
        // Errors are found by the next step; `tell` may put the next one in place.
        if (const auto tell = std::exchange(way.tell, nullptr))
            tell();
    }

    asio::posix::stream_descriptor socket;
    one_way reading;
    one_way writing;
};

readiness::readiness(io::executor where, open_socket watched) : state_(std::make_shared<state>(where, watched)) {}

readiness::~readiness()
{
    state_->reading.tell = nullptr;
    state_->writing.tell = nullptr;
    boost::system::error_code ignored;
    state_->socket.close(ignored);
}

int readiness::fd() const
{
    return state_->socket.native_handle();
}

void readiness::when_readable(std::function<void()> tell)
{
    state_->reading.tell = std::move(tell);
    state::wait(state_, kind::wait_read, &state::reading);
}

void readiness::when_writable(std::function<void()> tell)
{
    state_->writing.tell = std::move(tell);
    state::wait(state_, kind::wait_write, &state::writing);
}

void readiness::when_readable_at_once(std::function<void()> tell)
{
    state_->reading.tell = std::move(tell);
    asio::post(state_->socket.get_executor(), [self = state_] { state::fire(self->reading); });
}

} // namespace basekeeper::net
