// Look, send, look again.
#include "clients/dokploy/create_once.hpp"

#include "clients/dokploy/answer.hpp"
#include "io/event.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace basekeeper::dokploy {
namespace {

constexpr int most_attempts = 3;

/// What is there now and was not there before.
result<std::string>
new_one(const std::vector<std::string>& before, const std::vector<std::string>& now, std::string_view named)
{
    std::string found;
    for (const auto& id : now) {
        if (std::ranges::find(before, id) != before.end())
            continue;
        if (!found.empty())
            return fail(
                condition::conflict,
                fmt::format("two of {} were created at the same time, and it cannot be told which is ours", named),
                "look at both in Dokploy, remove one and go on with the other"
            );
        found = id;
    }
    return found;
}

error unknown_outcome(error why, std::string_view named)
{
    auto out = std::move(why).within(fmt::format("it is not known whether {} was created", named));
    out.code = condition::unavailable;
    out.hint = "when Dokploy answers again, look whether it is there before creating it again";
    return out;
}

/// Looks until it is found, twice with a pause between.
io::task<result<std::string>>
look_again(const caller& on, const creation& how, const std::vector<std::string>& before, io::deadline until)
{
    for (int i = 0;; ++i) {
        CO_TRY(co_await io::sleep(std::min(on.settling_time(), until.remaining())));
        const auto now = co_await how.look();
        if (!now)
            co_return fail(unknown_outcome(now.error(), how.named));
        auto found = CO_TRY(new_one(before, *now, how.named));
        if (!found.empty() || i == 1)
            co_return found;
    }
}

} // namespace

io::task<result<creation_outcome>> create_once(caller& on, creation how, io::deadline until)
{
    how.what.unanswered = when_unanswered::tell;
    const auto before = how.before ? *std::move(how.before) : CO_TRY(co_await how.look());
    if (!before.empty() && how.others == same_name::refused)
        co_return fail(
            condition::conflict, fmt::format("there is {} already", how.named), "choose another name, or use that one"
        );
    for (int attempt = 1;; ++attempt) {
        auto answer = co_await on.send(how.what, until);
        if (answer)
            co_return creation_outcome{.answer = *std::move(answer)};
        auto e = std::move(answer).error();
        if (!is_lost(e))
            co_return fail(std::move(e));
        auto found = CO_TRY(co_await look_again(on, how, before, until));
        if (!found.empty())
            co_return creation_outcome{.found_id = std::move(found)};
        // What was only too slow may still come through, so a second one may follow the first.
        if (e.code == condition::timeout)
            co_return fail(unknown_outcome(std::move(e), how.named));
        // Dokploy's own 500 is an answer: it failed, and nothing was left behind.
        if (attempt == most_attempts || e.http_status == 500 || until.expired())
            co_return fail(std::move(e));
    }
}

} // namespace basekeeper::dokploy
