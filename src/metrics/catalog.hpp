// Every metric that there is: name, kind, labels, meaning. The operator's guide lists exactly these.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace basekeeper::metrics {

enum class kind
{
    counter,
    gauge,
    histogram
};

/// The name as Prometheus spells it.
std::string_view to_string(kind k) noexcept;

/// What may follow an instance, a tool, … in braces. Every label has a bounded set of values that are our own words or
/// names that the operator chose: never user text, never a secret.
inline constexpr std::size_t most_labels = 3;

struct description
{
    std::string_view name;
    kind what;
    std::array<std::string_view, most_labels> labels; ///< empty: unused
    std::string_view meaning;

    std::size_t label_count() const;
};

/// In order of name.
std::span<const description> catalog();

/// Null when there is no such metric.
const description* find(std::string_view name);

} // namespace basekeeper::metrics
