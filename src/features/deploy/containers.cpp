// Docker's words as conditions; inspection and logs only for those that are not well.
#include "features/deploy/containers.hpp"

#include "base/text.hpp"
#include "clients/dokploy/compose_lifecycle.hpp"
#include "clients/dokploy/redact.hpp"
#include "env_text/document.hpp"
#include "features/deploy/pace.hpp"
#include "io/event.hpp"
#include "io/together.hpp"
#include "stack/compose_file.hpp"
#include "stack/interpolation.hpp"

#include <boost/describe/enum_to_string.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace basekeeper::deploy {
namespace {

constexpr std::size_t most_explained = 5;
constexpr std::size_t longest_reason = 300;
constexpr int lines_looked_at = 60;
/// A container that restarts again and again is given this many looks before it counts as broken.
constexpr int most_looks_at_stopped = 8;

container_condition condition_of(const dokploy::container& c)
{
    if (c.state != "running")
        return container_condition::stopped;
    switch (dokploy::health_of(c.status)) {
    case dokploy::container_health::none:
    case dokploy::container_health::healthy:
        return container_condition::healthy;
    case dokploy::container_health::starting:
        return container_condition::starting;
    case dokploy::container_health::unhealthy:
        break;
    }
    return container_condition::unhealthy;
}

struct known_fault
{
    std::string_view words;
    std::string_view means;
};

constexpr std::array known_faults{
    known_fault{"password authentication failed", "the database has another password than the services"},
    known_fault{"Is a directory (os error 21)", "a mounted file is missing, and Docker made a directory in its place"},
    known_fault{"is a directory", "a mounted file is missing, and Docker made a directory in its place"},
    known_fault{"port is already allocated", "another container has its port"},
    known_fault{"No space left on device", "the disk is full"},
    known_fault{"invalid_secret_key", "an encryption key has the wrong length"},
    known_fault{"Unknown cipher or invalid key size", "an encryption key has the wrong length"},
    known_fault{"exec format error", "the image is for another processor"},
    known_fault{
        "database \"_supabase\" does not exist", "its database was never created: the first start was broken off"
    },
    known_fault{"Cannot allocate memory", "the machine has too little memory"},
};

/// Without the time that Docker puts before it.
std::string_view without_time(std::string_view line)
{
    const auto blank = line.find(' ');
    return blank != std::string_view::npos && blank > 19 && line[4] == '-' && line.contains('T')
               ? line.substr(blank + 1)
               : line;
}

bool sounds_like_failure(std::string_view line)
{
    constexpr std::array words{
        "fatal", "FATAL", "panic", "PANIC", "\"level\":\"error\"", "[error]", "ERROR", "Error", "error"
    };
    return std::ranges::any_of(words, [&](std::string_view w) { return line.contains(w); });
}

std::string state_words(const dokploy::container_details& d)
{
    std::string out;
    if (d.state.out_of_memory)
        out = "it was killed for want of memory";
    else if (!d.state.running)
        out = fmt::format("it ended with code {}", d.state.exit_code);
    if (!d.state.error.empty())
        out += fmt::format("{}{}", out.empty() ? "" : ", ", d.state.error);
    if (d.restarts > 0)
        out += fmt::format("{}{} restarts", out.empty() ? "" : ", ", d.restarts);
    if (d.state.health && !d.state.health->log.empty() && d.state.health->status != "healthy")
        out += fmt::format(
            "{}its health check says: {}",
            out.empty() ? "" : ", ",
            utf8_prefix(d.state.health->log.back().output, longest_reason)
        );
    return out;
}

io::task<> explain_one(server& on, const std::string& compose_id, container_report& one, io::deadline until)
{
    if (one.condition == container_condition::missing) {
        one.reason = "it has no container: the deployment did not get to it, or somebody removed it";
        co_return;
    }
    std::string known;
    std::vector<crypto::secret<>> secrets;
    if (auto details = co_await dokploy::inspect_container(on.api, one.id, until)) {
        known = state_words(*details);
        for (const auto& variable : details->config.env) {
            const std::string_view text = variable.reveal();
            const auto equals = text.find('=');
            if (equals != std::string_view::npos && text.size() - equals > 8)
                secrets.emplace_back(std::string(text.substr(equals + 1)));
        }
    } else {
        // Without its variables nobody knows what must not be shown of its log.
        one.reason = "it could not be inspected: " + details.error().message;
        co_return;
    }
    auto log = co_await dokploy::read_container_log(
        on.api, {.compose_id = compose_id, .container_id = one.id, .lines = lines_looked_at}, until
    );
    const auto line = log ? telling_line(*log) : std::string();
    if (!line.empty())
        known += fmt::format("{}its log says: {}", known.empty() ? "" : "; ", line);
    one.reason = std::string(utf8_prefix(dokploy::redact(known, secrets), 2 * longest_reason));
}

error not_healthy(const std::vector<container_report>& all, condition code)
{
    std::vector<std::string> words;
    std::string reasons;
    for (const auto& one : all) {
        if (one.condition == container_condition::healthy)
            continue;
        words.push_back(fmt::format("{} ({})", one.service, boost::describe::enum_to_string(one.condition, "unknown")));
        if (!one.reason.empty())
            reasons += fmt::format("{}{}: {}", reasons.empty() ? "" : "\n", one.service, one.reason);
    }
    error out(
        code,
        fmt::format("{} of {} services are not healthy: {}", words.size(), all.size(), fmt::join(words, ", ")),
        "read the reasons below and the logs with `basekeeper dokploy logs NAME`, then resume the job, or take it back "
        "with undo"
    );
    out.server_text = reasons;
    return out;
}

bool all_are(const std::vector<container_report>& all, container_condition wanted)
{
    return std::ranges::all_of(all, [&](const auto& one) { return one.condition == wanted; });
}

io::task<>
inspect(server& on, const container_report& one, std::vector<stack::inspected_container>& into, io::deadline until)
{
    if (one.id.empty())
        co_return;
    const auto details = co_await dokploy::inspect_container(on.api, one.id, until);
    if (!details)
        co_return;
    stack::inspected_container out{.service = one.service};
    for (const auto& variable : details->config.env) {
        const std::string_view text = variable.reveal();
        const auto equals = text.find('=');
        if (equals != std::string_view::npos)
            out.variables.emplace(text.substr(0, equals), crypto::secret<>(std::string(text.substr(equals + 1))));
    }
    into.push_back(std::move(out));
}

} // namespace

std::string service_of(std::string_view container_name, std::string_view app_name)
{
    if (!container_name.starts_with(app_name) || container_name.size() <= app_name.size() + 1 ||
        container_name[app_name.size()] != '-')
        return std::string(container_name);
    auto rest = container_name.substr(app_name.size() + 1);
    const auto hyphen = rest.rfind('-');
    const auto is_digit = [](unsigned char c) { return std::isdigit(c) != 0; };
    if (hyphen != std::string_view::npos && hyphen + 1 < rest.size() &&
        std::ranges::all_of(rest.substr(hyphen + 1), is_digit))
        rest = rest.substr(0, hyphen);
    return std::string(rest);
}

std::vector<wanted_container> containers_in(std::string_view compose, std::string_view env)
{
    std::vector<wanted_container> out;
    const auto file = stack::compose_file::parse(std::string(compose));
    if (!file)
        return out;
    stack::values_by_name values;
    if (const auto variables = env_text::document::parse(std::string(env)))
        for (const auto& [name, value] : variables->values())
            values.insert_or_assign(name, value.reveal());
    out.reserve(file->services().size());
    for (const auto& s : file->services()) {
        const auto* named = s.node->find("container_name");
        std::vector<std::string> unset;
        auto name = named == nullptr ? std::string() : stack::interpolated(named->text, values, unset).value_or("");
        out.push_back({s.name, std::move(name)});
    }
    return out;
}

io::task<result<std::vector<container_report>>>
look_at_containers(server& on, std::string app_name, std::vector<wanted_container> wanted, io::deadline until)
{
    const auto found = CO_TRY(co_await dokploy::list_containers(on.api, app_name, until));
    std::vector<container_report> out;
    out.reserve(wanted.size());
    for (const auto& w : wanted)
        out.push_back({.service = w.service});
    for (const auto& c : found) {
        const auto by_name =
            c.name.empty() ? wanted.end() : std::ranges::find(wanted, c.name, &wanted_container::named);
        auto service = by_name == wanted.end() ? service_of(c.name, app_name) : by_name->service;
        auto place = std::ranges::find(out, service, &container_report::service);
        if (place == out.end())
            place = out.insert(out.end(), {.service = std::move(service)});
        place->condition = condition_of(c);
        place->status = c.status;
        place->id = c.id;
    }
    co_return out;
}

std::string telling_line(std::string_view log)
{
    std::string_view failure;
    std::string_view last;
    while (!log.empty()) {
        const auto end = std::min(log.find('\n'), log.size());
        const auto line = without_time(log.substr(0, end));
        log.remove_prefix(std::min(end + 1, log.size()));
        if (line.find_first_not_of(" \t\r") == std::string_view::npos)
            continue;
        for (const auto& fault : known_faults)
            if (line.contains(fault.words))
                return fmt::format("{} ({})", utf8_prefix(line, longest_reason), fault.means);
        last = line;
        if (sounds_like_failure(line))
            failure = line;
    }
    return std::string(utf8_prefix(failure.empty() ? last : failure, longest_reason));
}

io::task<std::vector<stack::inspected_container>>
inspect_containers(server& on, const std::vector<container_report>& which, io::deadline until)
{
    std::vector<stack::inspected_container> out;
    const auto look = [&](std::size_t i) { return inspect(on, which[i], out, until); };
    co_await io::together(which.size(), 6, look);
    co_return out;
}

io::task<> explain(server& on, std::string compose_id, std::vector<container_report>& all, io::deadline until)
{
    std::vector<container_report*> unwell;
    for (auto& one : all)
        if (one.condition != container_condition::healthy && unwell.size() < most_explained)
            unwell.push_back(&one);
    const auto work = [&](std::size_t i) { return explain_one(on, compose_id, *unwell[i], until); };
    co_await io::together(unwell.size(), 3, work);
}

io::task<result<>> wait_until_healthy(
    server& on, const dokploy::compose& of, std::chrono::milliseconds patience, tell told, io::deadline until
)
{
    until = until.capped(patience);
    const auto wanted = containers_in(of.file.reveal(), of.env.reveal());
    pace wait(on.poll_interval);
    absence away;
    int looks_at_stopped = 0;
    for (;;) {
        auto seen = co_await look_at_containers(on, of.app_name, wanted, until);
        if (!seen && (until.expired() || !away.may_pass(seen.error())))
            co_return fail(std::move(seen).error());
        if (!seen) {
            CO_TRY(co_await io::sleep(until.capped(wait.next()).remaining()));
            continue;
        }
        away.is_over();
        auto& all = *seen;
        if (!all.empty() && all_are(all, container_condition::healthy))
            co_return co_await told(1, fmt::format("all {} services are healthy", all.size()));
        const auto well = std::ranges::count(all, container_condition::healthy, &container_report::condition);
        const bool waits =
            std::ranges::any_of(all, [](const auto& one) { return one.condition == container_condition::starting; });
        looks_at_stopped = waits ? 0 : looks_at_stopped + 1;
        const bool hopeless = looks_at_stopped == most_looks_at_stopped;
        if (hopeless || until.remaining() < on.poll_interval) {
            co_await explain(on, of.id, all, io::deadline::after(std::chrono::seconds{30}));
            co_return std::unexpected(not_healthy(all, hopeless ? condition::conflict : condition::timeout));
        }
        const auto share = all.empty() ? 0.0 : static_cast<double>(well) / static_cast<double>(all.size());
        CO_TRY(co_await told(std::min(share, 0.99), fmt::format("{} of {} services are healthy", well, all.size())));
        CO_TRY(co_await io::sleep(until.capped(wait.next()).remaining()));
    }
}

} // namespace basekeeper::deploy
