// All sessions of the handshake versions: made by initialize, found by id and principal, ended by DELETE or by time.
#pragma once

#include "transports/http/legacy_session.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace basekeeper::transports {

struct session_settings
{
    std::size_t most_sessions = 4'096;
    std::chrono::seconds idle_for{std::chrono::minutes{30}
    }; ///< without a request or a connection, after which a session ends
    /// When there is no room for a new one, the session that has been idle longest ends, if for at least this long.
    std::chrono::minutes dispensable_after{5};
};

/// Lives on the I/O thread. The owner must let `close` finish before it destroys this.
class legacy_sessions final : private pulsed
{
public:
    legacy_sessions(legacy_session::wiring with, session_settings settings);
    ~legacy_sessions() override;

    /// A session that is not in the table yet; null when there is no room.
    std::shared_ptr<legacy_session> make(mcp::caller who);

    /// Puts it there, once it has been initialized.
    void keep(std::shared_ptr<legacy_session> one);

    /// Ends one that is or is not in the table; afterwards its id is not found.
    void end(const std::shared_ptr<legacy_session>& one);

    /// The session of that id and of that principal; null for any other.
    std::shared_ptr<legacy_session> find(std::string_view id, const mcp::principal& who);

    std::size_t size() const { return all_.size(); }

    void wind_up();
    io::task<> close();

private:
    void beat(steady_time now) override;
    bool make_room();
    io::task<> retire(std::shared_ptr<legacy_session> one);

    legacy_session::wiring with_;
    session_settings settings_;
    pulse::place place_;
    std::unordered_map<std::string, std::shared_ptr<legacy_session>> all_; // shared with who serves a connection
    std::size_t beats_ = 0;
    io::nursery endings_;
};

} // namespace basekeeper::transports
