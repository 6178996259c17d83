// The multi handle's two callbacks, and what the event loop does for them.
#include "http/transfers.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <map>
#include <set>

namespace basekeeper::http {
namespace {

namespace asio = boost::asio;

/// A socket of libcurl's, which opens and closes it.
struct watched_socket
{
    watched_socket(const io::executor& where, curl_socket_t fd) : stream(where, fd) {}

    watched_socket(const watched_socket&) = delete;
    watched_socket& operator=(const watched_socket&) = delete;

    ~watched_socket() { stream.release(); }

    asio::posix::stream_descriptor stream;
    int wanted = CURL_POLL_NONE;
    bool reading = false; // somebody waits until it can be read
    bool writing = false;
};

struct waiting_transfer
{
    explicit waiting_transfer(const io::executor& where) : done(where) {}

    io::event done;
    CURLcode came_to = CURLE_OK;
};

} // namespace

struct transfers::state : std::enable_shared_from_this<state>
{
    state(io::executor to, const curl_library& from)
        : where(std::move(to)), curl(from), multi(from.multi_init()), timer(where)
    {
        if (multi == nullptr)
            throw std::bad_alloc();
    }

    state(const state&) = delete;
    state& operator=(const state&) = delete;

    ~state()
    {
        // Closing its connections calls back into this object.
        curl.multi_cleanup(multi);
    }

    static int on_socket(CURL* of, curl_socket_t fd, int what, void* self, void* unused);
    static int on_timer(CURLM* of, long after_ms, void* self);

    void watch(curl_socket_t fd, int what);
    void wait(const std::shared_ptr<watched_socket>& one);
    void wait_for(const std::shared_ptr<watched_socket>& one, int direction);
    void act(curl_socket_t fd, int happened);

    io::executor where;
    const curl_library& curl;
    CURLM* multi;
    asio::steady_timer timer;
    std::map<curl_socket_t, std::shared_ptr<watched_socket>> sockets; // shared with handlers that wait for them
    std::set<waiting_transfer*> running;
};

int transfers::state::on_socket(CURL*, curl_socket_t fd, int what, void* self, void*)
{
    static_cast<state*>(self)->watch(fd, what);
    return 0;
}

int transfers::state::on_timer(CURLM*, long after_ms, void* self)
{
    auto& s = *static_cast<state*>(self);
    s.timer.cancel();
    if (after_ms < 0)
        return 0;
    // Never called back from in here, even for zero: libcurl forbids it.
    s.timer.expires_after(std::chrono::milliseconds{after_ms});
    s.timer.async_wait([weak = s.weak_from_this()](boost::system::error_code failed) {
        const auto alive = weak.lock();
        if (alive && !failed)
            alive->act(CURL_SOCKET_TIMEOUT, 0);
    });
    return 0;
}

void transfers::state::watch(curl_socket_t fd, int what)
{
    if (what == CURL_POLL_REMOVE) {
        if (const auto at = sockets.find(fd); at != sockets.end()) {
            at->second->wanted = CURL_POLL_NONE;
            at->second->stream.release();
            sockets.erase(at);
        }
        return;
    }
    auto& one = sockets[fd];
    if (!one)
        one = std::make_shared<watched_socket>(where, fd);
    one->wanted = what;
    wait(one);
}

void transfers::state::wait(const std::shared_ptr<watched_socket>& one)
{
    if ((one->wanted & CURL_POLL_IN) != 0 && !one->reading) {
        one->reading = true;
        wait_for(one, CURL_CSELECT_IN);
    }
    if ((one->wanted & CURL_POLL_OUT) != 0 && !one->writing) {
        one->writing = true;
        wait_for(one, CURL_CSELECT_OUT);
    }
}

void transfers::state::wait_for(const std::shared_ptr<watched_socket>& one, int direction)
{
    using base = asio::posix::descriptor_base;
    const bool in = direction == CURL_CSELECT_IN;
    const auto fd = one->stream.native_handle();
    one->stream.async_wait(
        in ? base::wait_read : base::wait_write,
        [weak = weak_from_this(), one, fd, direction, in](boost::system::error_code failed) {
            (in ? one->reading : one->writing) = false;
            const auto alive = weak.lock();
            // Once let go, the number may already be that of another socket.
            if (!alive || one->wanted == CURL_POLL_NONE)
                return;
            const int still_wanted = in ? CURL_POLL_IN : CURL_POLL_OUT;
            if ((one->wanted & still_wanted) != 0)
                alive->act(fd, failed ? CURL_CSELECT_ERR : direction);
            if (!failed && one->wanted != CURL_POLL_NONE)
                alive->wait(one);
        }
    );
}

void transfers::state::act(curl_socket_t fd, int happened)
{
    int still_running = 0;
    curl.multi_socket_action(multi, fd, happened, &still_running);
    int left = 0;
    while (const auto* message = curl.multi_info_read(multi, &left)) {
        if (message->msg != CURLMSG_DONE)
            continue;
        waiting_transfer* waiting = nullptr;
        curl.easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &waiting);
        waiting->came_to = message->data.result;
        waiting->done.set();
    }
}

transfers::transfers(io::executor where, const curl_library& library, std::size_t max_connections)
    : state_(std::make_shared<state>(std::move(where), library))
{
    auto* multi = state_->multi;
    library.multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &state::on_socket);
    library.multi_setopt(multi, CURLMOPT_SOCKETDATA, state_.get());
    library.multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &state::on_timer);
    library.multi_setopt(multi, CURLMOPT_TIMERDATA, state_.get());
    library.multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, static_cast<long>(max_connections));
}

transfers::~transfers() = default;

io::task<result<CURLcode>> transfers::run(CURL* prepared, io::deadline until)
{
    /// Takes the transfer off the multi handle, however its coroutine ends.
    struct added
    {
        added(std::shared_ptr<state> s, CURL* e, waiting_transfer& w) : of(std::move(s)), easy(e), waiting(w)
        {
            of->curl.easy_setopt(easy, CURLOPT_PRIVATE, &waiting);
            of->running.insert(&waiting);
            of->curl.multi_add_handle(of->multi, easy);
        }

        added(const added&) = delete;
        added& operator=(const added&) = delete;

        ~added()
        {
            of->curl.multi_remove_handle(of->multi, easy);
            of->running.erase(&waiting);
        }

        std::shared_ptr<state> of;
        CURL* easy;
        waiting_transfer& waiting;
    };

    waiting_transfer self(state_->where);
    const added now_running(state_, prepared, self);
    CO_TRY(co_await self.done.wait(until));
    co_return self.came_to;
}

bool transfers::is_idle() const
{
    return state_->running.empty();
}

void transfers::abort_all()
{
    for (auto* each : state_->running) {
        each->came_to = CURLE_ABORTED_BY_CALLBACK;
        each->done.set();
    }
}

} // namespace basekeeper::http
