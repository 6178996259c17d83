// Matching a client's answers with the coroutines that wait for them.
#include "mcp/client_requests.hpp"

#include "json/text.hpp"

#include <fmt/format.h>

#include <optional>

namespace basekeeper::mcp {

struct client_requests::waiting
{
    io::event over;
    std::optional<response> got{};
};

io::task<result<response>>
client_requests::ask(outbox& out, std::string_view method, std::string params, io::deadline until)
{
    constexpr auto gone = "the client closed its side before it answered";
    if (abandoned_)
        co_return fail(condition::unavailable, gone);
    const auto id = fmt::format(R"("ask-{}")", ++last_number_);
    waiting self{.over = io::event(where_)};
    waiting_.emplace(id, &self);
    out.send(
        fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"{}","params":{}}})", id, method, params),
        {.kind = message_kind::question}
    );
    auto waited = co_await self.over.wait(until);
    waiting_.erase(id);
    if (self.got)
        co_return *std::move(self.got);
    if (waited)
        co_return fail(condition::unavailable, gone);
    out.send(
        begin_notification("notifications/cancelled") +
            fmt::format(R"("requestId":{},"reason":"{}"}}}})", id, to_string(waited.error().code)),
        {.kind = message_kind::notice}
    );
    co_return std::unexpected(std::move(waited).error().within("waiting for the client's answer"));
}

void client_requests::answer(response r)
{
    const auto at = waiting_.find(r.id);
    if (at == waiting_.end())
        return;
    at->second->got = std::move(r);
    at->second->over.set();
}

void client_requests::abandon()
{
    abandoned_ = true;
    for (const auto& [id, one] : waiting_)
        one->over.set();
}

} // namespace basekeeper::mcp
