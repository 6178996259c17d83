// One connection of a client: reads requests one after the other, has each answered, and watches for the client's end.
#pragma once

#include "http/input.hpp"
#include "http/output.hpp"
#include "http/request_head.hpp"
#include "http/response_head.hpp"
#include "http/server_settings.hpp"
#include "io/event.hpp"
#include "io/nursery.hpp"
#include "log/logger.hpp"
#include "net/wire.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace basekeeper::http {

class live_exchange;

/// What the connections of one server share.
struct surroundings
{
    io::executor where;
    server_settings limits;
    handler answer;
    gate admit; ///< may be empty
    log::logger& log;
    date_line date{};
    std::uint64_t refused_as_too_large = 0;
    std::uint64_t refused_for_lack_of_room = 0;
    std::size_t receiving_bytes = 0; ///< of bodies that are not complete, see body_room
    std::vector<char> scratch = std::vector<char>(std::size_t{64} << 10U); ///< used between two suspensions only
};

/// How one request wants to be answered.
struct reply_rules
{
    bool head_only = false; ///< the method was HEAD
    bool http_1_1 = true;
    bool keep_alive = true;
};

enum class filled
{
    more,    ///< there are new bytes in the input
    ended,   ///< there will be no more
    timeout, ///< nothing came in time
    cancelled
};

/// Lives on the I/O thread, from before `run` until after it.
class connection
{
public:
    connection(surroundings& all, std::unique_ptr<net::wire> wire, client_address from);
    ~connection();
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    /// Serves the client until one side closes.
    io::task<> run();

    /// Closes at once while no complete request is there; else after the answer under way, whose handler is told.
    void begin_drain();

    /// Closes at once; what is queued is lost and the handler is told that the client is gone.
    void drop();

    // For the exchange under way:
    surroundings& all() { return all_; }

    input& in() { return input_; }

    output& out() { return output_; }

    bool gone() const { return gone_; }

    bool draining() const { return draining_; }

    std::string_view date();

    /// Queues a complete answer and sends what goes out at once. False when the connection ends with it.
    bool write_whole(const reply_rules& rules, response&& whole);

    /// Reads more into the input.
    io::task<filled> fill(io::deadline until);

    /// From now on, until `fill`, the client's end is noticed by itself.
    void watch();

    /// After the last answer: reads on for a moment, for closing with bytes unread would make the kernel throw it away.
    io::task<> linger();

private:
    io::task<> serve();
    io::task<bool> serve_one();
    io::task<filled> receive(io::deadline until);
    io::task<std::optional<std::size_t>> receive_head();
    io::task<bool> receive_body(request_head& head);
    io::task<bool> receive_measured(request_head& head, io::deadline until);
    io::task<bool> receive_chunks(request_head& head, io::deadline until);
    io::task<bool> skip_body(std::size_t length, io::deadline until);
    io::task<bool> cannot_receive(filled why);
    io::task<bool> refuse_for_lack_of_room(request_head& head);
    io::task<bool> answer(request_head head);
    io::task<bool> answer_early(request_head head, response early);
    io::task<> refuse(error why);
    io::task<> tell_gone();
    void on_readable();
    void look_ahead();
    void lost();
    net::progress read_once();

    surroundings& all_;
    std::unique_ptr<net::wire> wire_;
    client_address from_;
    io::nursery tasks_;
    input input_;
    output output_;
    io::event readable_;
    live_exchange* current_ = nullptr; ///< while its handler runs
    bool likely_readable_ = true;      ///< reading is worth a try without waiting
    bool flooded_ = false;             ///< the last step filled the whole buffer
    bool watching_ = false;
    bool filling_ = false;
    bool shaken_ = false;    ///< the handshake is over
    bool receiving_ = false; ///< waits for a request, or for the rest of one
    bool at_end_ = false;
    bool gone_ = false;
    bool draining_ = false;
};

} // namespace basekeeper::http
