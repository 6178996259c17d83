// Keeps back what libpq sends, so that the statements of many callers leave in one packet.
#pragma once

namespace basekeeper::pg {

/// While it lives, sends of this thread to `socket` look as if it were full, and so do receives: libpq then keeps the
/// bytes in its buffer until the next PQflush. PQpipelineSync (PostgreSQL 15) has no way to add a sync without sending,
/// which costs one system call, and one wake-up of the server, per statement.
class held_send
{
public:
    explicit held_send(int socket) noexcept;
    ~held_send();
    held_send(const held_send&) = delete;
    held_send& operator=(const held_send&) = delete;

    /// True while sends to `socket` are kept back on this thread.
    static bool applies_to(int socket) noexcept;
};

} // namespace basekeeper::pg
