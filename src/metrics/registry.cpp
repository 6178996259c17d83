// Counters in fixed tables, so that a call looks nothing up by its labels.
#include "metrics/registry.hpp"

#include "base/version.hpp"
#include "metrics/catalog.hpp"
#include "metrics/exposition.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>

namespace basekeeper::metrics {
namespace {

/// More instances than this are counted together.
constexpr std::size_t most_instances = 64;

/// The words of mcp::audit_entry::decision; the last stands for all others.
constexpr std::array<std::string_view, 9> decisions{
    "allowed",
    "confirmed",
    "invalid",
    "refused_read_only",
    "refused_scope",
    "refused_unaudited",
    "asked",
    "declined",
    other,
};

constexpr std::array<std::string_view, 11> outcomes{
    "ok",
    "invalid_argument",
    "not_found",
    "conflict",
    "denied",
    "timeout",
    "unavailable",
    "cancelled",
    "input_required",
    "internal",
    other,
};

/// What is audited besides tools, as `METHOD NAME`: counted by the method, the names are not ours.
constexpr std::array<std::string_view, 3> methods{"resources/read", "prompts/get", "completion/complete"};

constexpr std::array<std::string_view, 2> limits{"principal", "address"};
constexpr std::array<std::string_view, 5> refusals{
    "blocked_address", "origin", "host", "authentication", "authorization"
};

/// The place of a word in its table; the last place for a word that is not there.
template <std::size_t N>
std::size_t place_of(std::string_view word, const std::array<std::string_view, N>& in)
{
    return static_cast<std::size_t>(std::find(in.begin(), in.end() - 1, word) - in.begin());
}

// Upper bounds of buckets in seconds.
constexpr std::array call_bounds{
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0
};
constexpr std::array statement_bounds{
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0
};

/// What is known of one tool; a count of 0 is a series that does not exist yet.
struct tool_series
{
    std::optional<histogram> duration;
    std::array<std::uint64_t, decisions.size() * outcomes.size()> calls{};
};

struct instance_series
{
    histogram duration{statement_bounds};
    std::array<std::uint64_t, outcomes.size()> statements{};
};

} // namespace

struct registry::state
{
    explicit state(const std::vector<std::string>& names)
    {
        for (const auto& name : names)
            tools.try_emplace(name);
        for (const auto name : methods)
            tools.try_emplace(std::string(name));
        tools.try_emplace(std::string(other));
    }

    tool_series& series_of(std::string_view tool)
    {
        auto at = tools.find(tool);
        if (at == tools.end())
            at = tools.find(tool.substr(0, tool.find(' ')));
        return (at == tools.end() ? tools.find(other) : at)->second;
    }

    void write_counts(exposition& to) const
    {
        for (const auto& [tool, of] : tools) {
            if (!of.duration)
                continue;
            to.add("basekeeper_call_duration_seconds", {tool}, *of.duration);
            for (std::size_t i = 0; i < of.calls.size(); ++i)
                if (of.calls[i] > 0)
                    to.add(
                        "basekeeper_calls_total",
                        {tool, decisions[i / outcomes.size()], outcomes[i % outcomes.size()]},
                        static_cast<double>(of.calls[i])
                    );
        }
        for (const auto& [instance, of] : by_instance) {
            to.add("basekeeper_statement_duration_seconds", {instance}, of.duration);
            for (std::size_t i = 0; i < outcomes.size(); ++i)
                if (of.statements[i] > 0)
                    to.add(
                        "basekeeper_statements_total", {instance, outcomes[i]}, static_cast<double>(of.statements[i])
                    );
        }
        for (std::size_t i = 0; i < limits.size(); ++i)
            to.add("basekeeper_rate_limited_total", {limits[i]}, static_cast<double>(by_limit[i]));
        for (std::size_t i = 0; i < refusals.size(); ++i)
            to.add("basekeeper_requests_refused_total", {refusals[i]}, static_cast<double>(by_refusal[i]));
    }

    std::map<std::string, tool_series, std::less<>> tools; // all that there may be
    bounded_names instances{most_instances};
    std::map<std::string, instance_series, std::less<>> by_instance;
    std::array<std::uint64_t, limits.size()> by_limit{};
    std::array<std::uint64_t, refusals.size()> by_refusal{};
    std::vector<std::weak_ptr<provider>> providers; // owned by their registrations
};

registry::registry(const std::vector<std::string>& tools) : state_(std::make_unique<state>(tools)) {}

registry::~registry() = default;

registry::registration::~registration() = default;

void registry::call_ended(const call_record& c)
{
    auto& of = state_->series_of(c.tool);
    if (!of.duration)
        of.duration.emplace(call_bounds);
    ++of.calls[place_of(c.decision, decisions) * outcomes.size() + place_of(c.outcome, outcomes)];
    of.duration->observe(c.took);
}

void registry::statement_ended(std::string_view instance, std::chrono::steady_clock::duration took, const error* failed)
{
    const auto name = state_->instances.admit(instance);
    auto at = state_->by_instance.find(name);
    if (at == state_->by_instance.end())
        at = state_->by_instance.try_emplace(std::string(name)).first;
    ++at->second.statements[place_of(failed == nullptr ? "ok" : to_string(failed->code), outcomes)];
    at->second.duration.observe(took);
}

void registry::rate_limited(rate_limit by)
{
    ++state_->by_limit.at(static_cast<std::size_t>(by));
}

void registry::request_refused(refusal why)
{
    ++state_->by_refusal.at(static_cast<std::size_t>(why));
}

registry::registration registry::add(provider p)
{
    auto kept = std::make_shared<provider>(std::move(p));
    state_->providers.push_back(kept);
    return registration(std::move(kept));
}

std::string registry::render()
{
    samples looked_at(state_->instances);
    looked_at.add("basekeeper_build_info", {product_version}, 1);
    std::erase_if(state_->providers, [](const auto& p) { return p.expired(); });
    for (const auto& each : state_->providers)
        if (const auto alive = each.lock())
            (*alive)(looked_at);
    exposition out;
    state_->write_counts(out);
    for (const auto& one : looked_at.all())
        out.add(one.metric, {one.labels.begin(), one.labels.end()}, one.value);
    return out.text();
}

} // namespace basekeeper::metrics
