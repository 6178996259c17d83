// The counters and histograms of prometheus-cpp behind fixed tables, so that a call looks nothing up by its labels.
#include "metrics/registry.hpp"

#include "base/version.hpp"
#include "metrics/catalog.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>

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
constexpr std::array<std::string_view, 7> refusals{
    "blocked_address", "origin", "host", "authentication", "authorization", "too_large", "overload"
};

/// The place of a word in its table; the last place for a word that is not there.
template <std::size_t N>
std::size_t place_of(std::string_view word, const std::array<std::string_view, N>& in)
{
    return static_cast<std::size_t>(std::find(in.begin(), in.end() - 1, word) - in.begin());
}

const prometheus::Histogram::BucketBoundaries& call_buckets()
{
    static const prometheus::Histogram::BucketBoundaries seconds{
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120
    };
    return seconds;
}

const prometheus::Histogram::BucketBoundaries& statement_buckets()
{
    static const prometheus::Histogram::BucketBoundaries seconds{
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30
    };
    return seconds;
}

double seconds(std::chrono::steady_clock::duration d)
{
    return std::chrono::duration<double>(d).count();
}

template <class Builder>
auto& family(Builder builder, std::string_view name, prometheus::Registry& in)
{
    const auto* about = find(name);
    return builder.Name(std::string(name)).Help(std::string(about->meaning)).Register(in);
}

struct name_hash
{
    using is_transparent = void;

    std::size_t operator()(std::string_view s) const noexcept { return std::hash<std::string_view>{}(s); }
};

/// The series of one tool, made when they are first needed.
struct tool_series
{
    std::string label;
    prometheus::Histogram* duration = nullptr;
    std::array<prometheus::Counter*, decisions.size() * outcomes.size()> calls{};
};

struct instance_series
{
    prometheus::Histogram* duration = nullptr;
    std::array<prometheus::Counter*, outcomes.size()> statements{};
};

prometheus::MetricType type_of(kind k)
{
    return k == kind::counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
}

/// Samples as prometheus-cpp's own collectors give theirs.
std::map<std::string_view, prometheus::MetricFamily> families_of(const samples& from)
{
    std::map<std::string_view, prometheus::MetricFamily> out;
    for (const auto& s : from.all()) {
        const auto* about = find(s.metric);
        auto& into = out[s.metric];
        into.name = about->name;
        into.help = about->meaning;
        into.type = type_of(about->what);
        prometheus::ClientMetric one;
        for (std::size_t i = 0; i < s.labels.size(); ++i)
            one.label.push_back({std::string(about->labels[i]), s.labels[i]});
        (about->what == kind::counter ? one.counter.value : one.gauge.value) = s.value;
        into.metric.push_back(std::move(one));
    }
    return out;
}

} // namespace

struct registry::state
{
    explicit state(const std::vector<std::string>& names)
        : calls(family(prometheus::BuildCounter(), "basekeeper_calls_total", all)),
          call_duration(family(prometheus::BuildHistogram(), "basekeeper_call_duration_seconds", all)),
          statements(family(prometheus::BuildCounter(), "basekeeper_statements_total", all)),
          statement_duration(family(prometheus::BuildHistogram(), "basekeeper_statement_duration_seconds", all)),
          blocked(family(prometheus::BuildCounter(), "basekeeper_addresses_blocked_total", all).Add({}))
    {
        for (const auto& name : names)
            tools[name].label = name;
        for (const auto name : methods)
            tools[std::string(name)].label = name;
        rest.label = other;
        auto& limited = family(prometheus::BuildCounter(), "basekeeper_rate_limited_total", all);
        for (std::size_t i = 0; i < limits.size(); ++i)
            by_limit[i] = &limited.Add({{"by", std::string(limits[i])}});
        auto& refused = family(prometheus::BuildCounter(), "basekeeper_requests_refused_total", all);
        for (std::size_t i = 0; i < refusals.size(); ++i)
            by_refusal[i] = &refused.Add({{"reason", std::string(refusals[i])}});
    }

    tool_series& series_of(std::string_view tool)
    {
        auto at = tools.find(tool);
        if (at == tools.end())
            at = tools.find(tool.substr(0, tool.find(' ')));
        return at == tools.end() ? rest : at->second;
    }

    prometheus::Registry all;
    prometheus::Family<prometheus::Counter>& calls;
    prometheus::Family<prometheus::Histogram>& call_duration;
    prometheus::Family<prometheus::Counter>& statements;
    prometheus::Family<prometheus::Histogram>& statement_duration;
    prometheus::Counter& blocked;
    std::array<prometheus::Counter*, limits.size()> by_limit{};
    std::array<prometheus::Counter*, refusals.size()> by_refusal{};
    std::unordered_map<std::string, tool_series, name_hash, std::equal_to<>> tools;
    tool_series rest;
    bounded_names instances{most_instances};
    std::unordered_map<std::string, instance_series, name_hash, std::equal_to<>> by_instance;
    std::vector<std::weak_ptr<provider>> providers; // owned by their registrations
};

registry::registry(const std::vector<std::string>& tools) : state_(std::make_unique<state>(tools)) {}

registry::~registry() = default;

registry::registration::~registration() = default;

void registry::call_ended(const call_record& c)
{
    auto& s = *state_;
    auto& of = s.series_of(c.tool);
    const auto decision = place_of(c.decision, decisions);
    const auto outcome = place_of(c.outcome, outcomes);
    if (of.duration == nullptr)
        of.duration = &s.call_duration.Add({{"tool", of.label}}, call_buckets());
    auto& count = of.calls[decision * outcomes.size() + outcome];
    if (count == nullptr)
        count = &s.calls.Add(
            {{"tool", of.label},
             {"decision", std::string(decisions[decision])},
             {"outcome", std::string(outcomes[outcome])}}
        );
    count->Increment();
    of.duration->Observe(seconds(c.took));
}

void registry::statement_ended(std::string_view instance, std::chrono::steady_clock::duration took, const error* failed)
{
    auto& s = *state_;
    const auto name = s.instances.admit(instance);
    auto at = s.by_instance.find(name);
    if (at == s.by_instance.end())
        at = s.by_instance.emplace(name, instance_series{}).first;
    auto& of = at->second;
    if (of.duration == nullptr)
        of.duration = &s.statement_duration.Add({{"instance", std::string(name)}}, statement_buckets());
    const auto outcome = place_of(failed == nullptr ? "ok" : to_string(failed->code), outcomes);
    auto& count = of.statements[outcome];
    if (count == nullptr)
        count = &s.statements.Add({{"instance", std::string(name)}, {"outcome", std::string(outcomes[outcome])}});
    count->Increment();
    of.duration->Observe(seconds(took));
}

void registry::rate_limited(rate_limit by)
{
    state_->by_limit.at(static_cast<std::size_t>(by))->Increment();
}

void registry::address_blocked()
{
    state_->blocked.Increment();
}

void registry::request_refused(refusal why)
{
    state_->by_refusal.at(static_cast<std::size_t>(why))->Increment();
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
    auto all = state_->all.Collect();
    for (auto& [name, one] : families_of(looked_at))
        all.push_back(std::move(one));
    std::ranges::sort(all, {}, &prometheus::MetricFamily::name);
    return prometheus::TextSerializer().Serialize(all);
}

} // namespace basekeeper::metrics
