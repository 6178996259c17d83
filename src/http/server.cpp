// Accepting, counting, turning away and draining connections.
#include "http/server.hpp"

#include "http/connection.hpp"
#include "net/listener.hpp"

#include <algorithm>
#include <list>
#include <unordered_map>

namespace basekeeper::http {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_refusals_at_once = 64;
constexpr auto refusal_time = 1s;
constexpr auto cut_off_time = 5s; // for handlers to notice that they are cancelled

} // namespace

struct server::state
{
    class listed;

    state(surroundings shared, log::logger& to)
        : all(std::move(shared)), tasks(all.where, [&to](std::exception_ptr bug) { report(to, bug); })
    {}

    static void report(log::logger& to, const std::exception_ptr& bug)
    {
        try {
            std::rethrow_exception(bug);
        } catch (const std::exception& e) {
            to.error("serving an HTTP connection failed", {{"what", e.what()}});
        } catch (...) {
            to.error("serving an HTTP connection failed");
        }
    }

    io::task<> accept_all(net::listener& from, std::shared_ptr<net::tls_context> tls);
    void try_take(net::arrival who, const std::shared_ptr<net::tls_context>& tls);
    void take(net::arrival who, const std::shared_ptr<net::tls_context>& tls);
    bool is_full(const std::string& group) const;
    io::task<> serve(std::unique_ptr<net::wire> wire, client_address from, std::string group);
    io::task<> turn_away(std::unique_ptr<net::wire> wire);

    surroundings all;
    io::nursery tasks;
    std::list<net::listener> listeners; ///< their addresses stay: tasks refer to them
    std::list<connection*> open;        ///< each is owned by its task
    address_group group_of = [](std::string_view ip) { return std::string(ip); };
    std::unordered_map<std::string, std::size_t> groups; ///< those that have connections, and how many
    std::size_t refusals = 0;
    server_counts counts;
    bool draining = false;
};

/// Is among the open connections while it lives, however the serving ends.
class server::state::listed
{
public:
    /// `group`: whom it counts for; may be empty.
    listed(state& in, connection& one, std::string group) : in_(in), group_(std::move(group))
    {
        if (!group_.empty())
            ++in_.groups[group_];
        place_ = in_.open.insert(in_.open.end(), &one);
        ++in_.counts.connections;
    }

    ~listed()
    {
        --in_.counts.connections;
        in_.open.erase(place_);
        if (const auto mine = in_.groups.find(group_); mine != in_.groups.end() && --mine->second == 0)
            in_.groups.erase(mine);
    }

    listed(const listed&) = delete;
    listed& operator=(const listed&) = delete;

private:
    state& in_;
    std::string group_;
    std::list<connection*>::iterator place_;
};

server::server(io::executor where, server_settings limits, handler answer, gate admit, log::logger& log)
    : state_(std::make_unique<state>(
          surroundings{
              .where = std::move(where),
              .limits = limits,
              .answer = std::move(answer),
              .admit = std::move(admit),
              .log = log
          },
          log
      ))
{}

server::~server() = default;

void server::group_addresses(address_group how)
{
    state_->group_of = std::move(how);
}

result<net::endpoint> server::listen(const net::endpoint& at, std::shared_ptr<net::tls_context> tls)
{
    auto& s = *state_;
    auto opened = TRY(net::listener::open(s.all.where, at));
    auto& kept = s.listeners.emplace_back(std::move(opened));
    kept.on_trouble([&log = s.all.log](const error& why) { log.warning(why.message); });
    s.tasks.spawn(s.accept_all(kept, std::move(tls)));
    return kept.local();
}

io::task<> server::state::accept_all(net::listener& from, std::shared_ptr<net::tls_context> tls)
{
    while (!draining) {
        auto who = co_await from.accept();
        if (who)
            try_take(*std::move(who), tls);
        else if (who.error().code == condition::cancelled)
            break;
        else {
            all.log.error(who.error().message);
            break;
        }
    }
}

/// What goes wrong with one connection (no memory, the reactor full) must not end the accepting of others.
void server::state::try_take(net::arrival who, const std::shared_ptr<net::tls_context>& tls)
{
    try {
        take(std::move(who), tls);
    } catch (...) {
        report(all.log, std::current_exception());
    }
}

void server::state::take(net::arrival who, const std::shared_ptr<net::tls_context>& tls)
{
    if (draining)
        return;
    auto group = who.ip.empty() ? std::string() : group_of(who.ip);
    if (is_full(group)) {
        ++counts.turned_away;
        // Without encryption only: a handshake is what an overloaded server cannot afford.
        if (!tls && refusals < most_refusals_at_once)
            tasks.spawn(turn_away(net::make_plain_wire(all.where, std::move(who.socket))));
        return;
    }
    ++counts.accepted;
    auto wire =
        tls ? tls->wrap(all.where, std::move(who.socket)) : net::make_plain_wire(all.where, std::move(who.socket));
    tasks.spawn(serve(std::move(wire), {.ip = std::move(who.ip), .tls = tls != nullptr}, std::move(group)));
}

bool server::state::is_full(const std::string& group) const
{
    if (counts.connections >= all.limits.most_connections)
        return true;
    const auto known = groups.find(group);
    return known != groups.end() && known->second >= all.limits.most_connections_per_address;
}

io::task<> server::state::serve(std::unique_ptr<net::wire> wire, client_address from, std::string group)
{
    connection mine(all, std::move(wire), std::move(from));
    const listed here(*this, mine, std::move(group));
    co_await mine.run();
}

io::task<> server::state::turn_away(std::unique_ptr<net::wire> wire)
{
    ++refusals;
    constexpr std::string_view answer = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
                                        "Connection: close\r\n\r\n";
    wire->write_now({&answer, 1});
    wire->end_writing();
    // Closing with the request unread would make the kernel throw the answer away.
    const auto until = io::deadline::after(refusal_time);
    io::event readable(all.where);
    for (bool open_still = true; open_still;) {
        readable.reset();
        wire->when_readable([&readable] { readable.set(); });
        open_still =
            (co_await readable.wait(until)).has_value() && wire->read_now(all.scratch).how == net::progress::moved;
    }
    wire.reset(); // before the event that its callback refers to
    --refusals;
}

io::task<result<>> server::drain(io::deadline until)
{
    auto& s = *state_;
    s.draining = true;
    for (auto& place : s.listeners)
        place.close();
    for (auto* one : s.open)
        one->begin_drain();
    auto ended = co_await s.tasks.join(until);
    if (!ended) {
        for (auto* one : s.open)
            one->drop();
        s.tasks.cancel_all();
        if (!co_await s.tasks.join(io::deadline::after(cut_off_time))) {
            s.all.log.warning("HTTP handlers do not stop although they are cancelled");
            static_cast<void>(co_await s.tasks.join(io::deadline::never()));
        }
    }
    s.listeners.clear();
    co_return ended;
}

server_counts server::counts() const
{
    auto out = state_->counts;
    out.too_large = state_->all.refused_as_too_large;
    out.turned_away += state_->all.refused_for_lack_of_room;
    return out;
}

} // namespace basekeeper::http
