// Reading faults and counting them down.
#include "features/rehearsal/faults.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace basekeeper::rehearsal {
namespace {

constexpr std::array<std::pair<std::string_view, call_fault>, 5> named_faults{{
    {"hang", call_fault::hang},
    {"drop-before", call_fault::drop_before},
    {"drop-after", call_fault::drop_after},
    {"html", call_fault::html},
    {"empty", call_fault::empty},
}};

std::unexpected<error> no_fault(std::string_view text)
{
    return fail(
        condition::invalid_argument,
        fmt::format("\"{}\" is no fault", utf8_prefix(text, 80)),
        "write for example 500@compose.deploy:2, hang@project.all, drop-after@compose.create, unhealthy@analytics, "
        "exit@vector, deployment-error:1, expired-certificate or down@after:30s"
    );
}

std::optional<int> whole_number(std::string_view text)
{
    int out = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (failed != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return out;
}

/// `NAME:COUNT`; a name alone has no count. Nothing when the count is none.
std::optional<std::pair<std::string_view, std::optional<int>>> counted(std::string_view text)
{
    const auto colon = text.find(':');
    if (colon == std::string_view::npos)
        return std::pair{text, std::optional<int>{}};
    const auto count = whole_number(text.substr(colon + 1));
    if (!count || *count < 1)
        return std::nullopt;
    return std::pair{text.substr(0, colon), count};
}

} // namespace

result<> fault_plan::add_call_fault(std::string_view what, std::string_view where, std::string_view whole)
{
    const auto target = counted(where);
    if (!target || target->first.empty())
        return no_fault(whole);
    planned_fault made{.text = std::string(whole), .procedure = std::string(target->first), .left = target->second};
    const auto* named = std::ranges::find(named_faults, what, &std::pair<std::string_view, call_fault>::first);
    if (named != named_faults.end()) {
        made.what = named->second;
    } else {
        const auto status = whole_number(what);
        if (!status || *status < 200 || *status > 599)
            return no_fault(whole);
        made.status = static_cast<unsigned>(*status);
    }
    calls_.push_back(std::move(made));
    return {};
}

result<> fault_plan::add(std::string_view text, wall_time now)
{
    const auto at = text.find('@');
    const auto what = text.substr(0, at);
    const auto where = at == std::string_view::npos ? std::string_view{} : text.substr(at + 1);
    if (text == "expired-certificate") {
        expired_certificate_ = true;
        return {};
    }
    if (at == std::string_view::npos) {
        const auto failing = counted(text);
        if (!failing || failing->first != "deployment-error")
            return no_fault(text);
        failing_deployments_ = failing->second.value_or(-1);
        return {};
    }
    if (where.empty())
        return no_fault(text);
    if (what == "unhealthy") {
        unhealthy_.emplace(where);
        return {};
    }
    if (what == "exit") {
        exits_.emplace(where);
        return {};
    }
    if (what == "down") {
        const auto after = where.starts_with("after:") ? parse_duration(where.substr(6)) : std::nullopt;
        if (!after)
            return no_fault(text);
        down_from_ = now + *after;
        return {};
    }
    return add_call_fault(what, where, text);
}

void fault_plan::clear()
{
    *this = fault_plan{};
}

std::optional<planned_fault> fault_plan::of_call(std::string_view procedure)
{
    const auto found = std::ranges::find_if(calls_, [&](const planned_fault& f) {
        return f.procedure == "*" || f.procedure == procedure;
    });
    if (found == calls_.end())
        return std::nullopt;
    auto out = *found;
    if (found->left && --*found->left == 0)
        calls_.erase(found);
    return out;
}

bool fault_plan::deployment_fails()
{
    if (!failing_deployments_)
        return false;
    auto& left = *failing_deployments_; // nothing above zero: all of them
    if (left == 1)
        failing_deployments_.reset();
    else if (left > 1)
        --left;
    return true;
}

std::vector<std::string> fault_plan::texts() const
{
    std::vector<std::string> out;
    out.reserve(calls_.size() + unhealthy_.size() + exits_.size() + 3);
    for (const auto& one : calls_)
        out.push_back(one.text);
    for (const auto& one : unhealthy_)
        out.push_back("unhealthy@" + one);
    for (const auto& one : exits_)
        out.push_back("exit@" + one);
    if (failing_deployments_)
        out.push_back(
            "deployment-error" + (*failing_deployments_ < 0 ? "" : ":" + std::to_string(*failing_deployments_))
        );
    if (expired_certificate_)
        out.emplace_back("expired-certificate");
    if (down_from_)
        out.push_back("down from " + to_rfc3339(*down_from_));
    return out;
}

} // namespace basekeeper::rehearsal
