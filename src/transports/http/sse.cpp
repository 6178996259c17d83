// The text of events, and the head before them.
#include "transports/http/sse.hpp"

#include <fmt/format.h>

namespace basekeeper::transports {

void sse_writer::open()
{
    if (is_open())
        return;
    http::response head;
    head.headers.add("Content-Type", "text/event-stream");
    head.headers.add("Cache-Control", "no-cache, no-transform");
    head.headers.add("X-Accel-Buffering", "no");
    body_ = &with_.stream(std::move(head));
}

bool sse_writer::event(std::string_view id, std::string_view message)
{
    std::string text;
    text.reserve(message.size() + id.size() + 32);
    text += "event: message\n";
    if (!id.empty()) {
        text += "id: ";
        text += id;
        text += '\n';
    }
    text += "data: ";
    text += message;
    text += "\n\n";
    return body_->write(std::move(text));
}

bool sse_writer::priming(std::string_view id)
{
    return body_->write(fmt::format("id: {}\ndata:\n\n", id));
}

bool sse_writer::retry(std::chrono::milliseconds after)
{
    return body_->write(fmt::format("retry: {}\n\n", after.count()));
}

bool sse_writer::keep_alive()
{
    return body_->write(":\n\n");
}

void sse_writer::finish()
{
    if (body_ != nullptr)
        body_->finish();
}

} // namespace basekeeper::transports
