// Streams by number: 0 is the session's own, the others answer one POST each.
#include "transports/http/legacy_session.hpp"

#include <utility>
#include <vector>

namespace basekeeper::transports {

legacy_session::legacy_session(std::string id, mcp::caller who, wiring with)
    : id_(std::move(id)), with_(std::move(with)), log_({}, with_.budget),
      own_(std::make_shared<legacy_stream>(0, stream_wiring())), last_used_(with_.beats.now()),
      talk_(with_.of, std::move(who), *own_, with_.where)
{}

legacy_session::~legacy_session() = default;

legacy_stream::wiring legacy_session::stream_wiring()
{
    return {
        .log = log_,
        .settings = with_.settings,
        .beats = with_.beats,
        .ended = [this](std::uint64_t number) { open_.erase(number); },
    };
}

std::shared_ptr<legacy_stream> legacy_session::open_stream()
{
    auto one = std::make_shared<legacy_stream>(++last_stream_, stream_wiring());
    if (const auto version = talk_.agreed(); version && *version >= mcp::protocol_version::v2025_11_25)
        one->allow_polling();
    one->fall_back_to(*own_);
    open_.emplace(last_stream_, one);
    return one;
}

void legacy_session::post(boost::json::value document, attachment& to)
{
    touch();
    const auto stream = open_stream();
    stream->attach(to);
    talk_.receive(std::move(document), stream);
}

void legacy_session::initialize(boost::json::value document, attachment& to)
{
    const auto stream = open_stream();
    stream->add_header("Mcp-Session-Id", id_);
    stream->attach(to);
    talk_.receive(std::move(document), stream);
    if (const auto version = talk_.agreed(); version && *version >= mcp::protocol_version::v2025_11_25)
        own_->allow_polling();
}

bool legacy_session::listen(attachment& to)
{
    touch();
    if (own_->is_attached())
        return false;
    own_->follow(to);
    return true;
}

bool legacy_session::resume(attachment& to, event_place seen)
{
    touch();
    if (seen.stream == 0)
        return own_->resume(to, seen);
    if (const auto at = open_.find(seen.stream); at != open_.end()) {
        const auto stream = at->second; // it may end meanwhile
        return stream->resume(to, seen);
    }
    // Its last message was sent, though not received.
    const auto missed = log_.after(seen);
    if (!missed)
        return false;
    to.events.open();
    replay(to.events, *missed);
    to.events.finish();
    to.over.set();
    return true;
}

bool legacy_session::is_idle() const
{
    return talk_.running() == 0 && streams() == 0;
}

void legacy_session::wind_up()
{
    talk_.wind_up();
    own_->let_go();
}

io::task<> legacy_session::close()
{
    static_cast<void>(co_await talk_.close(io::deadline::never()));
    const auto left = std::exchange(open_, {});
    for (const auto& [number, stream] : left)
        stream->let_go();
    own_->let_go();
}

} // namespace basekeeper::transports
