// The title finds the deployment again: Dokploy tells no id, and its row appears only when it leaves the queue.
#include "features/deploy/deploying.hpp"

#include "base/text.hpp"
#include "clients/dokploy/compose_lifecycle.hpp"
#include "clients/dokploy/deployments.hpp"
#include "clients/dokploy/redact.hpp"
#include "features/deploy/pace.hpp"
#include "features/deploy/setup.hpp"
#include "io/event.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace basekeeper::deploy {
namespace {

constexpr int lines_of_reason = 30;
constexpr std::size_t most_reason_bytes = 1'500;
constexpr int looks_before_the_queue = 3; ///< at the rows alone
constexpr int looks_until_lost = 3;       ///< in neither place
constexpr int most_requests = 3;          ///< of one deployment, when Dokploy fails at it
constexpr std::chrono::milliseconds before_asking_again{500};

using status = dokploy::deployment_status;

/// `title`, `title (2)`, …: one for each attempt.
std::string numbered(const std::string& title, int attempt)
{
    return attempt == 1 ? title : fmt::format("{} ({})", title, attempt);
}

struct begun
{
    std::string title;
    std::optional<dokploy::deployment> row{};
};

/// The attempt that may be followed, or the title of the next one.
begun current_attempt(const std::vector<dokploy::deployment>& rows, const std::string& title)
{
    for (int attempt = 1;; ++attempt) {
        auto name = numbered(title, attempt);
        const auto row = std::ranges::find(rows, name, &dokploy::deployment::title);
        if (row == rows.end())
            return {std::move(name)};
        if (row->status == status::running || row->status == status::done)
            return {std::move(name), *row};
    }
}

std::string last_bytes(std::string text, std::size_t most)
{
    if (text.size() <= most)
        return text;
    auto cut = text.substr(text.size() - most);
    const auto line = cut.find('\n');
    return line == std::string::npos ? cut : cut.substr(line + 1);
}

/// What the log and the row say, without what the env text holds: docker compose repeats lines of it that it cannot
/// read. Nothing when that cannot be looked up.
io::task<std::string> reason_of(server& on, std::string compose_id, const dokploy::deployment& row, io::deadline until)
{
    const auto stack = co_await dokploy::read_compose(on.api, std::move(compose_id), until);
    if (!stack)
        co_return std::string();
    const auto secrets = secrets_of(setup_of(*stack));
    if (!secrets)
        co_return std::string();
    const auto log = co_await dokploy::read_deployment_log(on.api, row.id, lines_of_reason, until);
    auto out = log ? dokploy::redact(last_bytes(*log, most_reason_bytes), *secrets) : std::string();
    if (!row.error_message.empty())
        out += (out.empty() ? "" : "\n") + dokploy::redact(row.error_message, *secrets);
    co_return out;
}

io::task<error> failed(server& on, std::string compose_id, const dokploy::deployment& row, io::deadline until)
{
    error out(
        condition::conflict,
        fmt::format(
            "the deployment \"{}\" ended with {}", row.title, row.status == status::error ? "an error" : "a stop"
        ),
        "read the reason below, correct it and resume the job, or take it back with undo"
    );
    out.server_text = co_await reason_of(on, std::move(compose_id), row, until);
    if (out.server_text.empty())
        out.hint = "Dokploy gave no reason; most often the compose file is too large or a container has the same name: "
                   "look at the server with docker ps, then resume the job";
    co_return out;
}

std::unexpected<error> forgotten(std::string_view title)
{
    return fail(
        condition::unavailable,
        fmt::format("Dokploy has forgotten the deployment \"{}\": a restart empties its queue", title),
        "resume the job: it is then deployed again"
    );
}

/// Where a deployment is that has no row yet.
enum class whereabouts
{
    queued,
    nowhere,
    unknown ///< a Dokploy before v0.28.3 does not show its queue
};

io::task<result<whereabouts>>
look_in_queue(server& on, const std::string& compose_id, const std::string& title, io::deadline until)
{
    auto queue = co_await dokploy::list_queue(on.api, until);
    if (!queue && queue.error().code == condition::not_found)
        co_return whereabouts::unknown;
    if (!queue)
        co_return std::unexpected(std::move(queue).error());
    const bool there = std::ranges::any_of(*queue, [&](const auto& q) {
        return q.work.title == title && q.work.compose_id == compose_id;
    });
    co_return there ? whereabouts::queued : whereabouts::nowhere;
}

/// Whether Dokploy is seen to have taken a deployment of just that title. Where that cannot be seen it is asked again:
/// to deploy the same twice does no harm, to wait for what nobody asked for has no end.
io::task<result<bool>>
was_taken(server& on, const std::string& compose_id, const std::string& title, io::deadline until)
{
    const auto rows = CO_TRY(co_await dokploy::list_deployments(on.api, compose_id, until));
    if (std::ranges::find(rows, title, &dokploy::deployment::title) != rows.end())
        co_return true;
    co_return CO_TRY(co_await look_in_queue(on, compose_id, title, until)) == whereabouts::queued;
}

/// Asks for it. A call that failed inside Dokploy, or whose answer was lost, may have worked all the same: that is
/// looked at before it is asked again.
io::task<result<>> request(server& on, const std::string& compose_id, const std::string& title, io::deadline until)
{
    for (int asked = 1;; ++asked) {
        auto done = co_await dokploy::deploy_compose(
            on.api, compose_id, title, "by basekeeper", until, dokploy::looked::there_is_none
        );
        if (done)
            co_return result<>{};
        if (done.error().code != condition::unavailable || asked == most_requests)
            co_return std::unexpected(std::move(done).error());
        CO_TRY(co_await io::sleep(until.capped(before_asking_again * asked).remaining()));
        if (CO_TRY(co_await was_taken(on, compose_id, title, until)))
            co_return result<>{};
    }
}

} // namespace

io::task<result<bool>> was_asked_for(server& on, std::string compose_id, std::string title, io::deadline until)
{
    const auto now = current_attempt(CO_TRY(co_await dokploy::list_deployments(on.api, compose_id, until)), title);
    if (now.row || now.title != title)
        co_return true;
    // What cannot be seen may be there.
    co_return CO_TRY(co_await look_in_queue(on, compose_id, now.title, until)) != whereabouts::nowhere;
}

io::task<result<>>
deploy_and_follow(server& on, std::string compose_id, std::string title, tell told, io::deadline until)
{
    auto now = current_attempt(CO_TRY(co_await dokploy::list_deployments(on.api, compose_id, until)), title);
    if (!now.row && CO_TRY(co_await look_in_queue(on, compose_id, now.title, until)) != whereabouts::queued)
        CO_TRY(co_await request(on, compose_id, now.title, until));
    pace wait(on.poll_interval);
    absence away;
    int looks = 0;
    int nowhere = 0;
    for (;;) {
        if (now.row && now.row->status != status::running)
            break;
        CO_TRY(co_await told(
            std::min(0.95, 0.1 + 0.05 * looks), now.row ? "docker compose up is running" : "waiting in Dokploy's queue"
        ));
        if (until.expired())
            co_return fail(
                condition::timeout,
                fmt::format("the deployment \"{}\" is not through", now.title),
                "it goes on in Dokploy: resume the job to wait for it again"
            );
        CO_TRY(co_await io::sleep(until.capped(wait.next()).remaining()));
        ++looks;
        auto rows = co_await dokploy::list_deployments(on.api, compose_id, until);
        if (!rows && away.may_pass(rows.error()))
            continue;
        if (!rows)
            co_return fail(std::move(rows).error());
        away.is_over();
        const auto row = std::ranges::find(*rows, now.title, &dokploy::deployment::title);
        if (row != rows->end()) {
            now.row = std::move(*row);
            continue;
        }
        const bool look_there = looks >= looks_before_the_queue;
        if (look_there && CO_TRY(co_await look_in_queue(on, compose_id, now.title, until)) == whereabouts::nowhere &&
            ++nowhere == looks_until_lost)
            co_return forgotten(now.title);
    }
    if (now.row->status != status::done)
        co_return std::unexpected(co_await failed(on, compose_id, *now.row, until));
    co_return co_await told(1, "deployed");
}

} // namespace basekeeper::deploy
