// Calls as the operations put them, and the answers that need no type of their own.
#include "clients/dokploy/call.hpp"

#include "clients/dokploy/answer.hpp"
#include "io/event.hpp"
#include "json/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::dokploy {

call query(std::string procedure, parameters arguments)
{
    return {.procedure = std::move(procedure), .query = std::move(arguments)};
}

call mutation(std::string procedure, std::string_view name, std::string_view value)
{
    call out{.procedure = std::move(procedure), .kind = call_kind::mutation};
    out.body = '{';
    json::write_string(out.body, name);
    out.body += ':';
    json::write_string(out.body, value);
    out.body += '}';
    return out;
}

error empty_answer(std::string_view procedure)
{
    return {
        condition::not_found,
        fmt::format("Dokploy answered {} with nothing: it does not know what was asked for", procedure),
        "list what there is and use its id"
    };
}

io::task<result<>> carry_out(caller& on, call what, io::deadline until)
{
    CO_TRY(co_await on.send(std::move(what), until));
    co_return result<>{};
}

io::task<result<std::string>> fetch_text(caller& on, call what, io::deadline until)
{
    const auto procedure = what.procedure;
    const auto answer = CO_TRY(co_await on.send(std::move(what), until));
    if (answer.is_null())
        co_return std::string{};
    auto text = text_of(answer);
    if (!text)
        co_return fail(unexpected_answer(procedure, "something that is no text"));
    co_return *std::move(text);
}

io::task<result<>> remove_row(caller& on, call what, io::deadline until)
{
    // One attempt at a time: only who knows that an earlier one was lost may take "not found" for success.
    what.unanswered = when_unanswered::tell;
    bool lost = false;
    for (int attempt = 0;; ++attempt) {
        const auto answer = co_await on.send(what, until);
        if (answer || (lost && answer.error().code == condition::not_found))
            co_return result<>{};
        if (attempt == 2 || !is_lost(answer.error()))
            co_return fail(answer.error());
        lost = true;
        CO_TRY(co_await io::sleep(std::min(on.settling_time(), until.remaining())));
    }
}

} // namespace basekeeper::dokploy
